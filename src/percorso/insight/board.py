"""The board: how each KPI stands, against the period before, with its last thirteen weeks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from percorso.insight.kpi.about import Known
from percorso.insight.kpi.ask import Reader, difference
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.result import Better, Difference, KpiRow, Unit
from percorso.insight.kpi.stretches import Stretches
from percorso.insight.kpi.target import Standing
from percorso.insight.windows import Window, before, complete_weeks, last_period, week_name, weeks_of
from percorso.model.touchpoint import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One KPI on the board.

    now, before   this period and the equally long one before it
    difference    now less before; None when either has no value
    weeks         the last thirteen whole ISO weeks, oldest first, weeks without data included with n = 0
    targets       of any of its variants, for everybody or for a segment, the nearest day first
    """

    kpi: str
    definition: str
    name: Text
    unit: Unit
    better: Better
    theme: str
    now: KpiRow
    before: KpiRow
    difference: Difference | None
    weeks: tuple[KpiRow, ...]
    targets: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All tiles. `today`: the company's civil date, or the day after the last event when that is earlier."""

    today: date
    window: Window
    tiles: tuple[Tile, ...]


def board(reader: Reader, today: date, known: Known, stand: Sequence[Standing] = ()) -> Board:
    """The board of a day: periods of the 28 days before it. `stand`: how targets stand."""
    tiles = tuple(
        replace(tile(reader, variants[0], today), targets=tuple(one for one in stand if one.kpi == kpi))
        for kpi, variants in known.items()
    )
    return Board(today=today, window=last_period(today), tiles=tiles)


def tile(reader: Reader, definition: Definition, today: date) -> Tile:
    """One KPI's tile, read at once: its sums by day, added up to periods and weeks.

    A KPI that needs time to settle is shown for the last days that are settled.
    """
    settled = today - timedelta(days=definition.lag_days)
    period = last_period(settled)
    earlier = before(period)
    weeks = weeks_of(complete_weeks(settled))
    read = Stretches.read(reader, definition, [period, earlier, *weeks])
    now, then = read.row(period), read.row(earlier)
    return Tile(
        kpi=definition.kpi,
        definition=definition.id,
        name=definition.name,
        unit=definition.unit,
        better=definition.better,
        theme=definition.theme,
        now=now,
        before=then,
        difference=difference(now, then),
        weeks=tuple(read.row(week, week=week_name(week.start)) for week in weeks),
    )
