"""Paths over HTTP: transitions, variants, hops, what comes before and after, conformance, and who is behind each."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from percorso.http.insight_shapes import StagePeople
from percorso.http.paths_shapes import (
    AroundRecord,
    ConformanceRecord,
    HopsRecord,
    PathSteps,
    TransitionsRecord,
    VariantsRecord,
)
from percorso.http.questions import PREFIX, From, Given, To
from percorso.http.wire import Limit
from percorso.insight.paths.around import AroundChoice, Direction, Kind
from percorso.insight.paths.choice import PathChoice, Per
from percorso.pipeline.pathing import Pathing

router = APIRouter(prefix=f"{PREFIX}/paths", tags=["paths"])

Names = Annotated[list[str] | None, Query(description="Repeatable.")]
StepKind = Annotated[
    str, Query(alias="by", description="What a step is called by: name, touchpoint, channel, stage or touchpoint_name.")
]


def pathing_of(given: Given) -> Pathing:
    return Pathing(given.analyst)


def path_choice(
    by: StepKind = "name",
    per: Per = "person",
    names: Names = None,
    touchpoints: Names = None,
    without_names: Names = None,
    without_touchpoints: Names = None,
    once: bool = False,
) -> PathChoice:
    """How events are read as paths."""
    return PathChoice(
        step=by,
        per=per,
        names=tuple(names or ()),
        touchpoints=tuple(touchpoints or ()),
        without_names=tuple(without_names or ()),
        without_touchpoints=tuple(without_touchpoints or ()),
        once=once,
    )


def around_choice(
    pivot: str, direction: Direction = "after", columns: int = 3, top: int = 8, every: bool = False
) -> AroundChoice:
    """What is asked of a pivot."""
    return AroundChoice(pivot=pivot, direction=direction, columns=columns, top=top, every=every)


Paths = Annotated[Pathing, Depends(pathing_of)]
Choice = Annotated[PathChoice, Depends(path_choice)]
Asked = Annotated[AroundChoice, Depends(around_choice)]


@router.get("/steps", response_model=PathSteps)
def path_steps(request: Request, given: Given, paths: Paths, by: StepKind = "name") -> Any:
    """The steps there are."""
    return given.heavy(request, lambda: {"steps": [{"step": s, "count": n} for s, n in paths.names(by)]})


@router.get("/transitions", response_model=TransitionsRecord)
def transitions(
    request: Request, given: Given, paths: Paths, choice: Choice, start: From = None, end: To = None
) -> Any:
    """From each step to the next."""
    return given.heavy(request, lambda: paths.transitions(choice, start, end))


@router.get("/transitions/people", response_model=StagePeople)
def transition_people(
    request: Request,
    given: Given,
    paths: Paths,
    choice: Choice,
    step: str,
    next: str | None = None,
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """Who went from a step to the next; without `next`, who made the step at all."""
    return given.heavy(request, lambda: paths.transition_people(choice, start, end, step, next, limit))


@router.get("/variants", response_model=VariantsRecord)
def variants(
    request: Request,
    given: Given,
    paths: Paths,
    choice: Choice,
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """The different ways from beginning to end."""
    return given.heavy(request, lambda: paths.variants(choice, start, end, limit))


@router.get("/variants/people", response_model=StagePeople)
def variant_people(
    request: Request,
    given: Given,
    paths: Paths,
    choice: Choice,
    step: Annotated[list[str], Query(description="The steps of the way, in order.")],
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """Who went a way."""
    return given.heavy(request, lambda: paths.variant_people(choice, start, end, step, limit))


@router.get("/hops", response_model=HopsRecord)
def hops(
    request: Request,
    given: Given,
    paths: Paths,
    choice: Choice,
    same_order: bool = False,
    start: From = None,
    end: To = None,
) -> Any:
    """Changes of channel within a day."""
    return given.heavy(request, lambda: paths.hops(choice, start, end, same_order=same_order))


@router.get("/hops/people", response_model=StagePeople)
def hop_people(
    request: Request,
    given: Given,
    paths: Paths,
    choice: Choice,
    channel: str,
    next: str,
    same_order: bool = False,
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """Who changed from one channel to another within a day."""
    both = (channel, next)
    return given.heavy(request, lambda: paths.hop_people(choice, start, end, both, limit, same_order=same_order))


@router.get("/around", response_model=AroundRecord)
def around(
    request: Request, given: Given, paths: Paths, choice: Choice, asked: Asked, start: From = None, end: To = None
) -> Any:
    """What comes before or after a step, in columns that each sum to the same."""
    return given.heavy(request, lambda: paths.around(choice, start, end, asked))


@router.get("/around/people", response_model=StagePeople)
def around_people(
    request: Request,
    given: Given,
    paths: Paths,
    choice: Choice,
    asked: Asked,
    column: int,
    kind: Kind,
    step: str | None = None,
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """Who is in a cell."""
    cell = (column, kind, step)
    return given.heavy(request, lambda: paths.around_people(choice, start, end, asked, cell, limit))


@router.get("/conformance/{journey}", response_model=ConformanceRecord)
def conformance(request: Request, journey: str, given: Given, paths: Paths, start: From = None, end: To = None) -> Any:
    """Who goes a journey as it is declared."""
    return given.heavy(request, lambda: paths.conformance(journey, start, end))


@router.get("/conformance/{journey}/people", response_model=StagePeople)
def conformance_people(
    request: Request,
    journey: str,
    given: Given,
    paths: Paths,
    kind: Annotated[str, Query(description="on_path, skipped, went_back or left_out.")],
    stage: str | None = None,
    next: str | None = None,
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """Who goes a journey as it is declared, or leaves it in one way: from `stage` to `next`."""
    deviation = (kind, stage, next)
    return given.heavy(request, lambda: paths.conformance_people(journey, start, end, deviation, limit))
