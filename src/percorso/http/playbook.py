"""The playbook's coverage: which cells of touchpoint x stage have a play, and which have none."""

from dataclasses import dataclass

from fastapi import APIRouter

from percorso.execution.playbook import Cell, coverage
from percorso.http.auth import MayInsight
from percorso.http.names import Names
from percorso.http.services import Given
from percorso.http.wire import Named, texts
from percorso.model.config import Config
from percorso.model.errors import NotFound
from percorso.model.journey import Journey
from percorso.model.touchpoint import Phase, Touchpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageColumn:
    """A stage of the journey."""

    stage: Named
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCell:
    """The plays of one touchpoint in one stage, the first choice first.

    `expected`: people are looked for here;  `hole`: they are, and no play knows what to do.
    """

    stage: str
    plays: list[str]
    expected: bool
    hole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """A touchpoint with a cell per stage, in their order."""

    touchpoint: Named
    channel: str
    phase: Phase
    cells: list[CoverageCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRecord:
    """The matrix of one journey. `covered` of the `expected` cells have a play. `plays`: the names of all plays."""

    journey: Named
    columns: list[CoverageColumn]
    rows: list[CoverageRow]
    plays: list[Named]
    covered: int
    expected: int


router = APIRouter(tags=["playbook"])


@router.get("/playbook")
def get_coverage(services: Given, _caller: MayInsight, journey: str | None = None) -> CoverageRecord:
    """The coverage of a journey, by default of the main one."""
    config = services.config
    chosen = next((one for one in config.journeys if journey in (None, one.id)), None)
    if chosen is None:
        raise NotFound("there is no such journey in the configuration")
    return _record(config, chosen)


def _record(config: Config, journey: Journey) -> CoverageRecord:
    names, matrix = Names(config), coverage(config, journey)
    width = len(matrix.stages)
    by_row = [matrix.cells[start : start + width] for start in range(0, len(matrix.cells), width)]
    return CoverageRecord(
        journey=names.journey(journey.id),
        columns=[
            CoverageColumn(stage=Named(id=stage.id, name=texts(stage.name)), phase=stage.phase)
            for stage in journey.stages
        ],
        rows=[_row(touchpoint, cells) for touchpoint, cells in zip(config.touchpoints, by_row, strict=True)],
        plays=[Named(id=play.id, name=texts(play.name)) for play in config.plays],
        covered=matrix.covered,
        expected=matrix.expected,
    )


def _row(touchpoint: Touchpoint, cells: tuple[Cell, ...]) -> CoverageRow:
    return CoverageRow(
        touchpoint=Named(id=touchpoint.id, name=texts(touchpoint.name)),
        channel=touchpoint.channel,
        phase=touchpoint.phase,
        cells=[
            CoverageCell(stage=cell.stage, plays=list(cell.plays), expected=cell.expected, hole=cell.hole)
            for cell in cells
        ],
    )
