"""The analysis app: a small app of its own process, behind the main one, that answers questions about everybody.

It listens on a unix socket that only this company's processes reach, so it asks nobody who they are.
"""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request

from percorso.http import board_files, frictions, funnels, kpis, paths, previewing, rfm, segments_asked, touchpoints
from percorso.http.board_files import Printing
from percorso.http.errors import ERRORS, install_errors
from percorso.http.insight_shapes import (
    AttentionList,
    JourneyMapRecord,
    MapComparisonRecord,
    StagePeople,
    TimelineEvents,
    plain,
)
from percorso.http.previewing import Previews
from percorso.http.quality_shapes import QualityRecord
from percorso.http.questions import PREFIX, From, Given, Questions, To
from percorso.http.wire import Limit
from percorso.insight.quality.people import QualityPeople
from percorso.pipeline.analyse import Analyst
from percorso.pipeline.segmenting import Segmenting

router = APIRouter(prefix=PREFIX, tags=["insight"])


@router.get("/attention", response_model=AttentionList)
def attention(request: Request, given: Given) -> Any:
    """What needs attention."""
    return {"attention": given.heavy(request, given.analyst.attention)}


@router.get("/journeys/{journey}/map", response_model=JourneyMapRecord)
def journey_map(request: Request, journey: str, given: Given, start: From = None, end: To = None) -> Any:
    """A journey in three lenses, on one denominator."""
    return given.heavy(request, lambda: given.analyst.journey_map(journey, start, end))


@router.get("/journeys/{journey}/compare", response_model=MapComparisonRecord)
def compared_maps(
    request: Request,
    journey: str,
    given: Given,
    start: From = None,
    end: To = None,
    other_start: Annotated[date | None, Query(alias="other_from", description="First day of the other window.")] = None,
    other_end: Annotated[date | None, Query(alias="other_to", description="The day after its last.")] = None,
) -> Any:
    """The map against that of other days, by default the equally long time before."""
    return given.heavy(request, lambda: given.analyst.compared_maps(journey, start, end, other_start, other_end))


@router.get("/journeys/{journey}/stages/{stage}/people", response_model=StagePeople)
def stage_people(
    request: Request,
    journey: str,
    stage: str,
    given: Given,
    start: From = None,
    end: To = None,
    limit: Limit = 50,
) -> Any:
    """The people behind a stage of the map, in the same window."""
    return given.heavy(request, lambda: given.analyst.stage_people(journey, stage, start, end, limit))


@router.get("/quality", response_model=QualityRecord)
def quality(request: Request, given: Given, start: From = None, end: To = None) -> Any:
    """Where events are lost on their way to a number, by source and touchpoint."""
    return given.heavy(request, lambda: given.analyst.quality(start, end))


@router.get("/quality/reach", response_model=QualityPeople)
def quality_reach(request: Request, given: Given) -> Any:
    """Whom we can reach by channel, and which systems know whom."""
    return given.heavy(request, given.analyst.quality_people)


ROUTERS = (
    router,
    kpis.router,
    board_files.router,
    paths.router,
    funnels.router,
    touchpoints.router,
    frictions.router,
    segments_asked.router,
    rfm.router,
)
"""Each question of them has the same path in the main app, which passes it on. A theme is a file with a router of its own."""

timeline_router = APIRouter()


@timeline_router.get("/timeline", response_model=TimelineEvents)
def timeline(
    given: Given, person_id: str, before: str | None = None, channel: str | None = None, limit: Limit = 50
) -> Any:
    """One person's events; waits for no other question."""
    return plain(given.analyst.timeline(person_id, before, channel, limit))


def create_analysis_app(
    analyst: Analyst,
    previews: Previews | None = None,
    segmenting: Segmenting | None = None,
    printing: Printing | None = None,
) -> FastAPI:
    """The app; serve it on DIR/run/analyse.sock."""
    app = FastAPI(title="Percorso analysis", docs_url=None, redoc_url=None, openapi_url=None, responses=ERRORS)
    app.state.questions = Questions(analyst)
    app.state.previews = previews
    app.state.segmenting = segmenting
    app.state.printing = printing
    install_errors(app)
    for questions in (*ROUTERS, timeline_router):
        app.include_router(questions)
    app.include_router(previewing.router)
    return app
