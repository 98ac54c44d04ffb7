"""Segments over HTTP, what is asked: the list, one, its people, and how many a condition would let in."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request

from percorso.http.insight_shapes import StagePeople
from percorso.http.questions import PREFIX, Given
from percorso.http.segments_shapes import (
    SegmentCount,
    SegmentList,
    SegmentPage,
    SegmentPeople,
    SegmentPerson,
    line,
    page,
)
from percorso.http.wire import Limit
from percorso.model.errors import InvalidInput
from percorso.model.time import to_iso
from percorso.pipeline.segmenting import Segmenting

router = APIRouter(prefix=f"{PREFIX}/segments", tags=["segments"])


def segmenting_of(request: Request) -> Segmenting:
    segmenting = request.app.state.segmenting
    assert isinstance(segmenting, Segmenting)
    return segmenting


def condition_of(
    condition: Annotated[str, Query(max_length=20_000, description="A condition as JSON; see docs/segments.md.")],
) -> Any:
    """The condition, unchecked."""
    try:
        return msgspec.json.decode(condition)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"condition is no JSON: {error}") from None


Segments = Annotated[Segmenting, Depends(segmenting_of)]
Asked = Annotated[Any, Depends(condition_of)]


@router.get("", response_model=SegmentList)
def segments(asked: Segments) -> Any:
    """Every segment with its size."""
    return SegmentList(segments=[line(one) for one in asked.lines()])


@router.get("/count", response_model=SegmentCount)
def segment_count(request: Request, given: Given, asked: Segments, condition: Asked) -> Any:
    """How many people a condition lets in now, published or not."""
    return given.heavy(request, lambda: asked.count(condition))


@router.get("/sample/people", response_model=StagePeople)
def segment_sample(request: Request, given: Given, asked: Segments, condition: Asked, limit: Limit = 10) -> Any:
    """Some of those whom a condition lets in, seen last first."""
    return given.heavy(request, lambda: asked.sample(condition, limit))


@router.get("/{segment}", response_model=SegmentPage)
def segment(segment: str, asked: Segments) -> Any:
    """One segment: its size by day, its versions, whom it shares with others."""
    return page(asked.page(segment))


@router.get("/{segment}/people", response_model=SegmentPeople)
def segment_people(
    segment: str, asked: Segments, after: Annotated[str, Query(max_length=40)] = "", limit: Limit = 50
) -> Any:
    """The members, exactly as many as are counted."""
    rows, count = asked.inside(segment, limit, after)
    people = [SegmentPerson(person_id=person, name=name, since=to_iso(since)) for person, name, since in rows]
    return SegmentPeople(people=people, count=count, next=rows[-1][0] if len(rows) == limit else None)
