"""What a company says of its KPIs: targets, and KPIs of its own. What is checked first, and what it is kept as."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from percorso.insight.kpi import VARIANTS
from percorso.insight.kpi.about import Known, find
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.own import definition
from percorso.model.errors import Conflict, InvalidInput, NotFound
from percorso.model.kpi_target import Target, TargetDraft, target_key
from percorso.model.own_kpi import OwnKpi, Published
from percorso.ports import Clock
from percorso.ports.kpis import OwnKpis, Targets


@dataclass(frozen=True)
class KpiBook:
    """`segments`: ids of those in force; `today`: the company's civil date."""

    stored_targets: Targets
    own: OwnKpis
    clock: Clock
    today: Callable[[], date]
    segments: Callable[[], Collection[str]]

    def known(self) -> Known:
        """Every KPI with its variants, the company's own behind those that ship."""
        found: dict[str, Sequence[Definition]] = dict(VARIANTS)
        for published in self.published():
            found[published.own.kpi] = (*found.get(published.own.kpi, ()), definition(published))
        return found

    def published(self) -> list[Published]:
        """The company's own that are in force, every version, the newest of each first."""
        versions = self.own.all()
        retired = {one.own.kpi for one in _newest(versions) if one.is_retired}
        return [one for one in versions if one.own.kpi not in retired]

    def publish(self, own: OwnKpi, by: str) -> Published:
        """Put a KPI in force, as the next version of its name; what says the same as the last is that one.

        Raises Conflict when the name is one of ours.
        """
        if own.kpi in _shipped():
            raise Conflict(f"{own.kpi} comes with Percorso; call yours something else")
        last = next((one for one in self.own.all() if one.own.kpi == own.kpi), None)
        if last is not None and last.own == own:
            if last.is_retired:
                self.own.retire(replace(last, is_retired=False))
            return replace(last, is_retired=False)
        version = 1 if last is None else last.version + 1
        made = Published(own=own, version=version, published_at=self.clock.now(), by=by)
        self.own.add(made)
        return made

    def retire(self, kpi: str) -> Published:
        """Take one of the company's own off the board. Its versions stay, and publishing it again brings it back.

        Raises NotFound; Conflict while it has a target.
        """
        last = next((one for one in self.published() if one.own.kpi == kpi), None)
        if last is None:
            raise NotFound(f"there is no KPI of yours called {kpi!r}; see them with: percorso kpi --list")
        aims = [target.key for target in self.targets() if target.kpi == kpi]
        if aims:
            raise Conflict(f"{kpi} has a target; drop it first: percorso kpi target {aims[0]} --drop")
        gone = replace(last, is_retired=True)
        self.own.retire(gone)
        return gone

    def targets(self) -> list[Target]:
        """Those that stand, the nearest day first."""
        found = [target for target in self.stored_targets.all().values() if not target.is_dropped]
        return sorted(found, key=lambda target: (target.due, target.key))

    def set_target(self, draft: TargetDraft, by: str) -> Target:
        """Set or change a target. Raises NotFound for an unknown KPI or segment, InvalidInput for a value that cannot be."""
        wanted, _ = find(draft.kpi, None, self.known())
        _check_value(wanted, draft.value)
        if draft.segment is not None and draft.segment not in self.segments():
            raise NotFound(f"there is no segment {draft.segment!r}; see them with: percorso segment list")
        if draft.due < self.today():
            raise InvalidInput(f"{draft.due} is over; a target is for today or later")
        target = Target(
            kpi=wanted.label,
            segment=draft.segment,
            value=draft.value,
            owner=draft.owner.strip(),
            due=draft.due,
            version=self._next(wanted.label, draft.segment),
            set_at=self.clock.now(),
            by=by,
        )
        self.stored_targets.put(target)
        return target

    def drop_target(self, kpi: str, segment: str | None, by: str) -> Target:
        """Nobody wants it any more. Raises NotFound."""
        label = find(kpi, None, self.known())[0].label
        found = self.stored_targets.all().get(target_key(label, segment))
        if found is None or found.is_dropped:
            raise NotFound(f"{target_key(label, segment)} has no target")
        gone = replace(found, version=found.version + 1, set_at=self.clock.now(), by=by, is_dropped=True)
        self.stored_targets.put(gone)
        return gone

    def _next(self, label: str, segment: str | None) -> int:
        before = self.stored_targets.all().get(target_key(label, segment))
        return 1 if before is None else before.version + 1


def _newest(versions: Sequence[Published]) -> list[Published]:
    return list({one.own.kpi: one for one in reversed(versions)}.values())


def _shipped() -> set[str]:
    return {name for kpi, variants in VARIANTS.items() for name in (kpi, *(one.label for one in variants))}


def _check_value(wanted: Definition, value: float) -> None:
    """Raise InvalidInput unless the KPI can be that."""
    least, most = {"share": (0.0, 1.0), "points": (-100.0, 100.0), "seconds": (0.0, float("inf"))}.get(
        wanted.unit, (float("-inf"), float("inf"))
    )
    if not least <= value <= most:
        raise InvalidInput(f"{wanted.label} is between {least:g} and {most:g}; {value:g} is not")
