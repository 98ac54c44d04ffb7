"""How a KPI stands against its target: met, missed, or not to be told because the interval holds the target inside.

A target is judged on the last 28 settled days and, once its day has come, on the 28 days before that day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from percorso.insight.interval import Apart, chance_of_difference
from percorso.insight.kpi.about import Known, find
from percorso.insight.kpi.ask import Reader, ask, told_row
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.result import Better, KpiRow, Unit
from percorso.insight.windows import Window, last_period
from percorso.model.kpi_target import Target
from percorso.model.touchpoint import Text

TargetVerdict = Literal["met", "missed", "open", "few"]
FEWEST = 10
"""Below so many cases nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A target and the number that it is judged by.

    verdict    ``met``, ``missed``: the whole interval lies on that side;  ``open``: it holds the target inside, so it cannot be
               told;  ``few``: fewer than 10 cases
    chance     of a number as far from the target by luck; None where there is no number
    days_left  until the day by which it is wanted; below 0 when that is over
    is_final   that day, and what may still change after it, is over: the verdict stays
    """

    kpi: str
    variant: str
    definition: str
    name: Text
    unit: Unit
    better: Better
    segment: str | None
    value: float
    owner: str
    due: date
    row: KpiRow
    verdict: TargetVerdict
    chance: float | None
    days_left: int
    is_final: bool


def standings(reader: Reader, known: Known, targets: Sequence[Target], today: date, on: date) -> list[Standing]:
    """Each target whose KPI there is, the nearest day first. `today`: the day up to which there are events; `on`: the civil day."""
    found = [_standing(reader, known, target, today, on) for target in targets if not target.is_dropped]
    return sorted(
        (one for one in found if one is not None), key=lambda one: (one.due, one.kpi, one.variant, one.segment or "")
    )


def judged(row: KpiRow, value: float, better: Better) -> TargetVerdict:
    """What a number says of a target.

    >>> from percorso.insight.kpi.result import KpiRow
    >>> day = date(2026, 1, 1)
    >>> row = KpiRow(kpi="csat", definition="csat@1", value=0.8, ci_low=0.75, ci_high=0.85, n=200, complete=True,
    ...              window=Window(start=day, end=day))
    >>> judged(row, 0.7, "higher"), judged(row, 0.7, "lower"), judged(row, 0.82, "higher")
    ('met', 'missed', 'open')
    """
    if row.n < FEWEST or row.ci_low is None or row.ci_high is None:
        return "few"
    is_above, is_below = row.ci_low >= value, row.ci_high <= value
    if is_above and is_below:  # a number without spread that is the target
        return "met"
    if not is_above and not is_below:
        return "open"
    return "met" if is_above == (better == "higher") else "missed"


def _standing(reader: Reader, known: Known, target: Target, today: date, on: date) -> Standing | None:
    if not any(one.label == target.kpi for variants in known.values() for one in variants):
        return None
    definition, _ = find(target.kpi, None, known)
    settled = today - timedelta(days=definition.lag_days)
    row = _row(reader, definition, last_period(min(settled, target.due)), target.segment)
    return Standing(
        kpi=definition.kpi,
        variant=definition.label,
        definition=definition.id,
        name=definition.name,
        unit=definition.unit,
        better=definition.better,
        segment=target.segment,
        value=target.value,
        owner=target.owner,
        due=target.due,
        row=row,
        verdict=judged(row, target.value, definition.better),
        chance=_chance(row, target.value),
        days_left=(target.due - on).days,
        is_final=settled >= target.due,
    )


def _row(reader: Reader, definition: Definition, window: Window, segment: str | None) -> KpiRow:
    if segment is None:
        return ask(reader, definition, (), window.start, window.end)[0]
    rows = ask(reader, definition, ("segment",), window.start, window.end)
    found = next((row for row in rows if row.by.get("segment") == segment), None)
    known = reader.known_day(definition.names, window)
    return found or told_row(definition, window, [], known, {"segment": segment})


def _chance(row: KpiRow, value: float) -> float | None:
    if row.value is None or row.ci_low is None or row.ci_high is None:
        return None
    return chance_of_difference(Apart(row.value - value, row.ci_low - value, row.ci_high - value))
