"""Which KPIs moved, as a whole or at a touchpoint, and which targets were missed: every difference tested, and only so many
called as few false ones allow.

Source: Benjamini & Hochberg 1995.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from percorso.insight.interval import Apart, chance_of_difference
from percorso.insight.kpi.ask import Reader, added, difference, told_row
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.grouping import grouped
from percorso.insight.kpi.result import Difference, KpiRow
from percorso.insight.kpi.target import Standing
from percorso.insight.windows import Window, before, last_period

FALSE_ALARMS = 0.05
"""Of the moves that are told, so many may be luck."""
FEWEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A KPI, at a touchpoint (None: everywhere), now and in the equally long time before."""

    definition: Definition
    touchpoint: str | None
    now: KpiRow
    before: KpiRow
    difference: Difference
    chance: float

    @property
    def is_worse(self) -> bool:
        return (self.difference.value < 0) == (self.definition.better == "higher")


def moved(
    reader: Reader, today: date, definitions: Iterable[Definition], targets: Sequence[Standing] = ()
) -> tuple[list[Moved], list[Standing]]:
    """What moved, and which targets were missed for good; all of it one family of tests.

    Of moves at most one a KPI: its whole when that moved, else the touchpoint whose move is least likely luck.
    """
    tested = [found for definition in definitions for found in _tested(reader, definition, today)]
    due = [(one, one.chance) for one in targets if one.is_final and one.chance is not None and one.verdict != "few"]
    places = discoveries([*(one.chance for one in tested), *(chance for _, chance in due)], FALSE_ALARMS)
    missed = [one for at, (one, _) in enumerate(due, len(tested)) if at in places and one.verdict == "missed"]
    return _best([tested[at] for at in places if at < len(tested)]), missed


def _best(sure: Sequence[Moved]) -> list[Moved]:
    """The whole of a KPI before its touchpoints, then the least likely luck."""
    best: dict[str, Moved] = {}
    for one in sorted(sure, key=lambda found: (found.touchpoint is not None, found.chance, found.touchpoint or "")):
        if one.difference.is_clear:
            best.setdefault(one.definition.kpi, one)
    return list(best.values())


def discoveries(chances: Sequence[float], share: float) -> list[int]:
    """Places of the p-values that are called, so that of those called at most `share` are expected to be luck.

    >>> discoveries([0.04, 0.001, 0.3, 0.02], 0.05)
    [1, 3]
    """
    order = sorted(range(len(chances)), key=lambda at: chances[at])
    last = max((k for k, at in enumerate(order, 1) if chances[at] <= share * k / len(chances)), default=0)
    return order[:last]


def _tested(reader: Reader, definition: Definition, today: date) -> list[Moved]:
    """The whole and each touchpoint that has enough in both times."""
    now = last_period(today - timedelta(days=definition.lag_days))
    then = before(now)
    over = Window(start=then.start, end=now.end)
    known = reader.known_day(definition.names, over)
    rows = reader.session.execute(grouped(definition, reader.events, [now, then], ("touchpoint",), known))
    groups: dict[tuple[Any, str | None], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["start"], row["by_touchpoint"]].append(row)
    wholes = (
        rows if definition.adds else reader.session.execute(grouped(definition, reader.events, [now, then], (), known))
    )
    for one in (now, then):
        mine: list[Mapping[str, Any]] = [row for row in wholes if row["start"] == one.start]
        for place in {place for start, place in groups if start == one.start} if definition.shared else ():
            shared = {name: mine[0][name] for name in definition.shared}
            groups[one.start, place] = [{**row, **shared} for row in groups[one.start, place]]
        groups[one.start, ""] = [*added(definition, mine)] if definition.adds else mine
    places = {place for start, place in groups if start == now.start and place is not None}
    found = (_move(definition, place or None, now, then, groups, known) for place in sorted(places))
    return [one for one in found if one is not None]


def _move(
    definition: Definition,
    place: str | None,
    now: Window,
    then: Window,
    groups: Mapping[tuple[Any, str | None], Sequence[Mapping[str, Any]]],
    known: int,
) -> Moved | None:
    sums = [groups.get((one.start, place or ""), ()) for one in (now, then)]
    if not all(sums):
        return None
    a, b = (told_row(definition, one, rows, known, {}) for one, rows in zip((now, then), sums, strict=True))
    apart = difference(a, b) if min(a.n, b.n) >= FEWEST else None
    if apart is None:
        return None
    chance = chance_of_difference(Apart(apart.value, apart.ci_low, apart.ci_high))
    return Moved(definition=definition, touchpoint=place, now=a, before=b, difference=apart, chance=chance)
