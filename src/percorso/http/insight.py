"""Insight in the main app: who may ask is checked here, the answer comes from the analysis process as it is."""

from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from percorso.http import analysis
from percorso.http.auth import MayPeople, Needs
from percorso.http.insight_shapes import TimelineEvents
from percorso.http.questions import PREFIX
from percorso.http.reading import found_people
from percorso.http.services import Given, Services
from percorso.model.errors import AnalysisUnavailable, InvalidInput

router = APIRouter()
_timeline: TypeAdapter[TimelineEvents] = TypeAdapter(TimelineEvents)


async def ask(request: Request, services: Given) -> Response:
    """Pass the question on, to the same path."""
    return _as_it_is(await _put(request, services))


async def ask_people(request: Request, services: Given, caller: MayPeople) -> Response:
    """Pass on who is behind a number; that the caller sees them is noted."""
    answer = await _put(request, services)
    if answer.status_code == 200:
        shown = len(_shown.decode(answer.content).people)
        await run_in_threadpool(found_people, services, caller, _behind(request.url.path), shown)
    return _as_it_is(answer)


def _behind(path: str) -> str:
    """Which number the people are behind, a place of the audit log: the theme of the question, or what stands for it.

    >>> _behind("/api/insight/journeys/shopping/stages/buy/people")
    'stage'
    """
    theme = path.removeprefix(f"{PREFIX}/").split("/")[0]
    return "stage" if theme == "journeys" else theme


async def _put(request: Request, services: Services) -> httpx.Response:
    return await _get(services.analysis, quote(request.url.path), request.url.query)


def _as_it_is(answer: httpx.Response) -> Response:
    headers = {name: answer.headers[name] for name in ("content-type", "retry-after") if name in answer.headers}
    return Response(answer.content, answer.status_code, headers)


class _Shown(msgspec.Struct):
    """The people of an answer."""

    people: list[msgspec.Raw]


_shown = msgspec.json.Decoder(_Shown)

# One route for each of the analysis app's; the document of the API takes their shapes from there.
for _route in (route for theme in analysis.ROUTERS for route in theme.routes):
    assert isinstance(_route, APIRoute)
    if _route.path.endswith("/people"):
        router.add_api_route(_route.path, ask_people, methods=["GET"], include_in_schema=False)
    else:
        router.add_api_route(
            _route.path, ask, methods=["GET"], include_in_schema=False, dependencies=[Depends(Needs("insight"))]
        )


async def ask_timeline(
    client: httpx.AsyncClient, person_id: str, before: str | None, channel: str | None, limit: int
) -> TimelineEvents:
    """A page of a person's events. Raises InvalidInput, AnalysisUnavailable."""
    asked: dict[str, Any] = {"person_id": person_id, "before": before, "channel": channel, "limit": limit}
    query = str(httpx.QueryParams({name: value for name, value in asked.items() if value is not None}))
    answer = await _get(client, "/timeline", query)
    if answer.status_code == 400:
        raise InvalidInput(_message(answer))
    if answer.status_code != 200:
        raise AnalysisUnavailable(_message(answer))
    return _timeline.validate_json(answer.content)


async def _get(client: httpx.AsyncClient, path: str, query: str) -> httpx.Response:
    try:
        return await client.get(f"{path}?{query}" if query else path)
    except httpx.TimeoutException as error:
        raise AnalysisUnavailable("this took too long; ask for a shorter time, or again in a moment", 10) from error
    except httpx.TransportError as error:
        raise AnalysisUnavailable("the analysis is starting; try again in a moment") from error


def _message(answer: httpx.Response) -> str:
    try:
        return str(msgspec.json.decode(answer.content)["message"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return "the analysis could not answer; try again in a moment"
