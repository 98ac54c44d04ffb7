"""Funnels and retention over HTTP, and who is behind each figure."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from percorso.http.insight_shapes import StagePeople
from percorso.http.paths import Paths
from percorso.http.paths_shapes import FunnelRecord, RetentionRecord
from percorso.http.questions import PREFIX, From, Given, To
from percorso.http.wire import Limit
from percorso.insight.funnel import State
from percorso.insight.funnel_choice import Entry, FunnelChoice, read_step
from percorso.insight.retention import Period, RetentionChoice

router = APIRouter(prefix=PREFIX, tags=["paths"])

Steps = Annotated[
    list[str], Query(description="In order: NAME, touchpoint:ID, channel:ID or stage:ID, then @property=value.")
]


def funnel_choice(
    step: Steps,
    within_s: int = 7 * 86_400,
    entry: Entry = "any",
    without: list[str] | None = Query(default=None, description="Events that end an attempt, written as steps are."),
    strict: bool = False,
    by: str | None = None,
) -> FunnelChoice:
    """What is asked of a funnel."""
    return FunnelChoice(
        steps=tuple(map(read_step, step)),
        within_s=within_s,
        entry=entry,
        without=tuple(map(read_step, without or ())),
        strict=strict,
        by=by,
    )


def retention_choice(period: Period = "week", first: str = "", again: str = "") -> RetentionChoice:
    """What is asked of retention; `first` and `again`: event names, empty for any."""
    return RetentionChoice(period=period, first=first, again=again)


Choice = Annotated[FunnelChoice, Depends(funnel_choice)]
Cohorts = Annotated[RetentionChoice, Depends(retention_choice)]


@router.get("/funnels", response_model=FunnelRecord)
def funnel(request: Request, given: Given, paths: Paths, choice: Choice, start: From = None, end: To = None) -> Any:
    """Of the people who did the first step in the window, who did the others after it, in time."""
    return given.heavy(request, lambda: paths.funnel(choice, start, end))


@router.get("/funnels/people", response_model=StagePeople)
def funnel_people(
    request: Request,
    given: Given,
    paths: Paths,
    choice: Choice,
    number: int,
    state: State = "reached",
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """Who reached a step, who can still reach it, who was lost before it; `number` counts from 1."""
    return given.heavy(request, lambda: paths.funnel_people(choice, start, end, number, state, limit))


@router.get("/retention", response_model=RetentionRecord)
def retention(request: Request, given: Given, paths: Paths, choice: Cohorts, start: From = None, end: To = None) -> Any:
    """Of the people who came first in each period, who came again in each one after."""
    return given.heavy(request, lambda: paths.retention(choice, start, end))


@router.get("/retention/people", response_model=StagePeople)
def retention_people(
    request: Request,
    given: Given,
    paths: Paths,
    choice: Cohorts,
    cohort: date,
    after: int | None = None,
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """Who is in a cell; without `after`, in the cohort that begins on that day."""
    return given.heavy(request, lambda: paths.retention_people(choice, start, end, cohort, after, limit))
