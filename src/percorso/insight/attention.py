"""What needs attention: KPIs that moved and troubles that rose, each with the test that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from percorso.insight.interval import apart, chance_of_count, chance_of_difference, wilson
from percorso.insight.kpi.about import Known
from percorso.insight.kpi.ask import Reader, within
from percorso.insight.kpi.target import Standing
from percorso.insight.moved import Moved, moved
from percorso.insight.trouble import TROUBLES
from percorso.insight.windows import Window
from percorso.model.condition import event_names
from percorso.model.condition_expr import to_expr

Severity = Literal["high", "medium", "low"]
AttentionKind = Literal["kpi_worse", "kpi_better", "spike", "target_missed"]

RECENT_DAYS = 7
USUAL_DAYS = 56
SURE = 0.01
"""Of ten things watched, one false alarm in ten weeks is the most that is bearable."""
FEWEST = 5
WORTH_TELLING = 1.3
"""A spike is told when it is at least so many times the usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One thing to look at.

    kind      the UI holds one sentence per kind, in each language, filled with `params`
    subject   the KPI (``csat``) or trouble (``checkout_failed``, ``late_delivery``, ``complaint`` ...) it is about
    params    kpi_*: value, before, difference, ci_low, ci_high, unit, touchpoint (null: everywhere).
              spike: count, of, rate, usual_rate, ratio, days;
              target_missed: value, ci_low, ci_high, target, due, owner, unit, variant, segment (null: everybody).
              of and the rates as shares, or null and counts a week where the trouble is no share of anything
    p_value   chance of seeing as much by luck
    link      path in the UI that shows it
    """

    kind: AttentionKind
    subject: str
    severity: Severity
    params: Mapping[str, float | str | None]
    p_value: float
    link: str


def attention(reader: Reader, today: date, known: Known, stand: Sequence[Standing] = ()) -> list[Attention]:
    """The gravest first. `stand`: how targets stand."""
    moves, missed = moved(reader, today, [variants[0] for variants in known.values()], stand)
    told = [*(_told(found) for found in moves), *(_missed(one) for one in missed)]
    order = {"high": 0, "medium": 1, "low": 2}
    return sorted([*told, *spikes(reader, today)], key=lambda a: (order[a.severity], a.p_value, a.subject))


def _told(found: Moved) -> Attention:
    kpi, apart = found.definition.kpi, found.difference
    return Attention(
        kind="kpi_worse" if found.is_worse else "kpi_better",
        subject=kpi,
        severity=("high" if found.chance < 0.001 else "medium") if found.is_worse else "low",
        params={
            "value": found.now.value,
            "before": found.before.value,
            "difference": apart.value,
            "ci_low": apart.ci_low,
            "ci_high": apart.ci_high,
            "unit": found.definition.unit,
            "touchpoint": found.touchpoint,
        },
        p_value=found.chance,
        link=f"/kpis/{kpi}?by=touchpoint" if found.touchpoint else f"/kpis/{kpi}",
    )


def _missed(one: Standing) -> Attention:
    return Attention(
        kind="target_missed",
        subject=one.kpi,
        severity="high",
        params={
            "value": one.row.value,
            "ci_low": one.row.ci_low,
            "ci_high": one.row.ci_high,
            "target": one.value,
            "due": one.due.isoformat(),
            "owner": one.owner,
            "unit": one.unit,
            "variant": one.variant,
            "segment": one.segment,
        },
        p_value=one.chance or 0.0,
        link=f"/kpis/{one.kpi}",
    )


def spikes(reader: Reader, today: date) -> list[Attention]:
    """Troubles of the last seven days against the eight weeks before."""
    rows = reader.session.execute(trouble_counts(reader.events, today))
    counts = {bool(row["recent"]): row for row in rows}
    found = (_spike(name, counts) for name in TROUBLES)
    return [spike for spike in found if spike is not None]


def trouble_counts(events: Any, today: date) -> Any:
    """Expression: for the recent days and the usual days, each trouble's count and what it is out of."""
    start = today - timedelta(days=RECENT_DAYS + USUAL_DAYS)
    watched = events.filter(within(events, Window(start=start, end=today)))
    watched = watched.filter(watched.name.isin(sorted(_names())))
    keyed = watched.mutate(recent=watched.local_date >= today - timedelta(days=RECENT_DAYS))
    sums = {}
    for name, trouble in TROUBLES.items():
        sums[f"{name}_count"] = to_expr(trouble.when, keyed).sum()
        if trouble.out_of is not None:
            sums[f"{name}_of"] = to_expr(trouble.out_of, keyed).sum()
    return keyed.group_by("recent").agg(**sums)


def _names() -> set[str]:
    conditions = [c for t in TROUBLES.values() for c in (t.when, t.out_of) if c is not None]
    return set().union(*(event_names(condition) or () for condition in conditions))


def _spike(name: str, counts: Mapping[bool, Mapping[str, Any]]) -> Attention | None:
    now, usual = (int(counts.get(recent, {}).get(f"{name}_count") or 0) for recent in (True, False))
    if now < FEWEST:
        return None
    if TROUBLES[name].out_of is None:
        rate, usual_rate = float(now), usual * RECENT_DAYS / USUAL_DAYS
        chance = chance_of_count(now, usual, RECENT_DAYS / (RECENT_DAYS + USUAL_DAYS))
        of = None
    else:
        of, usual_of = (int(counts.get(recent, {}).get(f"{name}_of") or 0) for recent in (True, False))
        if not of or not usual_of:
            return None
        rate, usual_rate = now / of, usual / usual_of
        difference = apart(wilson(now, of), wilson(usual, usual_of))
        chance = chance_of_difference(difference) if difference is not None and difference.value > 0 else 1.0
    if chance > SURE or rate < WORTH_TELLING * usual_rate:
        return None
    ratio = rate / usual_rate if usual_rate else None
    return Attention(
        kind="spike",
        subject=name,
        severity="high" if ratio is None or ratio >= 2 else "medium",
        params={"count": now, "of": of, "rate": rate, "usual_rate": usual_rate, "ratio": ratio, "days": RECENT_DAYS},
        p_value=chance,
        link="/journey",
    )
