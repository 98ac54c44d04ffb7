"""The playbook's coverage: which plays answer at which touchpoint and stage, and where there are none."""

from dataclasses import dataclass

from percorso.model.config import Config
from percorso.model.journey import Journey, Stage
from percorso.model.play import Play
from percorso.model.touchpoint import Touchpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One touchpoint in one stage.

    plays     ids of the plays that reach it, highest priority first
    expected  whether people are looked for here: touchpoint and stage belong to the same phase
    """

    touchpoint: str
    stage: str
    plays: tuple[str, ...]
    expected: bool

    @property
    def hole(self) -> bool:
        """People pass here and no play knows what to do."""
        return self.expected and not self.plays


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The matrix touchpoint x stage of one journey.

    cells    row by row: touchpoints in their order, in each the stages in theirs
    covered  of the expected cells, those with a play
    expected how many cells are expected
    """

    journey: str
    touchpoints: tuple[str, ...]
    stages: tuple[str, ...]
    cells: tuple[Cell, ...]
    covered: int
    expected: int

    @property
    def holes(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.hole)


def coverage(config: Config, journey: Journey) -> Coverage:
    """Where the plays of a configuration reach on one of its journeys.

    A play without a stage reaches every stage of its touchpoint's phase, and one without a touchpoint every touchpoint of
    its stage's phase; one with neither reaches everything. A play that names both reaches that one cell.
    """
    plays = sorted(config.plays, key=lambda play: (-play.priority, play.id))
    cells = tuple(_cell(touchpoint, stage, plays) for touchpoint in config.touchpoints for stage in journey.stages)
    return Coverage(
        journey=journey.id,
        touchpoints=tuple(touchpoint.id for touchpoint in config.touchpoints),
        stages=tuple(stage.id for stage in journey.stages),
        cells=cells,
        covered=sum(cell.expected and bool(cell.plays) for cell in cells),
        expected=sum(cell.expected for cell in cells),
    )


def _cell(touchpoint: Touchpoint, stage: Stage, plays: list[Play]) -> Cell:
    expected = touchpoint.phase == stage.phase
    return Cell(
        touchpoint=touchpoint.id,
        stage=stage.id,
        plays=tuple(play.id for play in plays if reaches(play, touchpoint, stage)),
        expected=expected,
    )


def reaches(play: Play, touchpoint: Touchpoint, stage: Stage) -> bool:
    """Whether a play belongs to this touchpoint in this stage."""
    if play.touchpoint is not None and play.touchpoint != touchpoint.id:
        return False
    if play.stage is not None and play.stage != stage.id:
        return False
    named_both = play.touchpoint is not None and play.stage is not None
    return named_both or touchpoint.phase == stage.phase
