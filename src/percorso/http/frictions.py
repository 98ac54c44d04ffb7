"""Frictions over HTTP: which there are, who met one, what it looked like, and whether mending it helped."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from percorso.http.friction_shapes import ExampleList, FrictionsRecord, MeasuredRecord, example_list, frictions_record
from percorso.http.insight_shapes import StagePeople
from percorso.http.names import Names
from percorso.http.questions import PREFIX, From, Given, To
from percorso.http.wire import Limit
from percorso.pipeline.friction import FrictionFinder

router = APIRouter(prefix=f"{PREFIX}/frictions", tags=["frictions"])


def finder_of(given: Given) -> FrictionFinder:
    return FrictionFinder(given.analyst)


Finder = Annotated[FrictionFinder, Depends(finder_of)]
FrictionKey = Annotated[str, Query(description="Key of a friction, as the list has it.")]


@router.get("", response_model=FrictionsRecord)
def frictions(request: Request, given: Given, finder: Finder, start: From = None, end: To = None) -> Any:
    """Where paths hurt, by what it costs. Default: the last 365 complete days."""
    names = Names(given.analyst.config)
    return given.kept(request, lambda: frictions_record(finder.found(start, end), names))


@router.get("/people", response_model=StagePeople)
def friction_people(
    request: Request,
    given: Given,
    finder: Finder,
    key: FrictionKey,
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """Who met a friction."""
    return given.heavy(request, lambda: finder.people(key, start, end, limit))


@router.get("/examples/people", response_model=ExampleList)
def friction_examples(
    request: Request, given: Given, finder: Finder, key: FrictionKey, start: From = None, end: To = None
) -> Any:
    """What a friction looked like for the last people who met it: the events around."""
    names = Names(given.analyst.config)
    return given.heavy(request, lambda: example_list(finder.examples(key, start, end), names))


@router.get("/measured", response_model=MeasuredRecord)
def friction_measured(
    request: Request,
    given: Given,
    finder: Finder,
    key: FrictionKey,
    mended: Annotated[date, Query(description="The civil day of the mending.")],
) -> Any:
    """How often a friction was met before and after a day."""
    return given.kept(request, lambda: finder.measured(key, mended))
