"""Insight in the main app: who may ask is checked here, the answer comes from the analysis process as it is."""

from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from percorso.http import analysis
from percorso.http.auth import Needs
from percorso.http.insight_shapes import TimelineEvents
from percorso.http.services import Given
from percorso.model.errors import AnalysisUnavailable, InvalidInput

router = APIRouter()
_timeline: TypeAdapter[TimelineEvents] = TypeAdapter(TimelineEvents)


async def ask(request: Request, services: Given) -> Response:
    """Pass the question on, to the same path."""
    answer = await _get(services.analysis, quote(request.url.path), request.url.query)
    headers = {name: answer.headers[name] for name in ("content-type", "retry-after") if name in answer.headers}
    return Response(answer.content, answer.status_code, headers)


def _right(path: str) -> str:
    """What a caller needs to ask: people behind a number are people."""
    return "people" if path.endswith("/people") else "insight"


# One route for each of the analysis app's; the document of the API takes their shapes from there.
for _route in analysis.router.routes:
    assert isinstance(_route, APIRoute)
    router.add_api_route(
        _route.path, ask, methods=["GET"], include_in_schema=False, dependencies=[Depends(Needs(_right(_route.path)))]
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
