"""What KPIs mean, and which there are: those that come with Percorso and those that a company wrote itself."""

from collections.abc import Mapping, Sequence

from percorso.insight.kpi import VARIANTS
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.result import About, Variant
from percorso.model.errors import NotFound

Known = Mapping[str, Sequence[Definition]]
"""KPI -> its variants, the default first; of a company's own the versions, the newest first."""


def newest(variants: Sequence[Definition]) -> list[Definition]:
    """Of each variant its newest version."""
    return list({one.label: one for one in reversed(variants)}.values())[::-1]


def about(definition: Definition, variants: Sequence[Definition]) -> About:
    """What a definition says of itself, and of its likes."""
    return About(
        kpi=definition.kpi,
        definition=definition.id,
        name=definition.name,
        about=definition.about,
        unit=definition.unit,
        better=definition.better,
        variant=definition.label,
        theme=definition.theme,
        edges=definition.edges,
        names=definition.names,
        lag_days=definition.lag_days,
        variants=tuple(
            Variant(variant=one.label, definition=one.id, name=one.name, unit=one.unit) for one in newest(variants)
        ),
        is_custom=definition.theme == "own",
    )


def find(name: str, variant: str | None = None, known: Known = VARIANTS) -> tuple[Definition, Sequence[Definition]]:
    """A KPI, or one of its variants, by name, ``nps`` or ``csat_mean`` or ``csat_mean@1``; and all its variants.

    Raises NotFound, listing those there are.
    """
    if name not in known:
        for variants in known.values():
            if any(name in (one.label, one.id) for one in variants) and variant is None:
                return next(one for one in variants if name in (one.label, one.id)), variants
        raise NotFound(f"there is no KPI {name!r}; there are {', '.join(known)}")
    variants = known[name]
    if variant is None:
        return variants[0], variants
    for one in variants:
        if variant in (one.label, one.id):
            return one, variants
    raise NotFound(f"{name} has no variant {variant!r}; there are {', '.join(one.label for one in variants)}")
