"""Segments over HTTP, what is done: publish, archive, take the people out as a file; and which ones somebody is in."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from percorso.data.segments.listed import Listed, read_list, read_person
from percorso.http.auth import Caller, MayData, MayInsight, MayPeople
from percorso.http.internal import ByCommand, check_run_token
from percorso.http.people import shown
from percorso.http.reading import found_people
from percorso.http.segments_shapes import SegmentVersion, version
from percorso.http.services import Given, Services
from percorso.http.wire import Iso, PlainText, Texts
from percorso.model.segment import Segment, read_draft
from percorso.model.time import to_iso
from percorso.ports import AuditRow

MOST_LISTED = 200_000


class SegmentBody(BaseModel):
    """A segment to be published; see docs/segments.md.

    identifiers  of a static list: ``kind:value``, or ids of people
    file         the same as a file: lines, CSV or JSON
    announce     tell ``Segment Entered`` of those who are in from the start too
    """

    id: PlainText = Field(max_length=40)
    name: dict[str, PlainText]
    kind: str = "live"
    condition: dict[str, Any] = Field(default_factory=dict)
    announce: bool = False
    identifiers: list[PlainText] = Field(default_factory=list, max_length=MOST_LISTED)
    file: PlainText = ""


class ListChange(BaseModel):
    """Who comes on a static list and who goes from it; `file`: more who come, as lines, CSV or JSON."""

    add: list[PlainText] = Field(default_factory=list, max_length=MOST_LISTED)
    take: list[PlainText] = Field(default_factory=list, max_length=MOST_LISTED)
    file: PlainText = ""


class ListRecord(BaseModel):
    """What a static list names. `unknown`: identifiers that nobody has yet; whoever comes with one is in."""

    version: int
    identifiers: int
    unknown: int


class SegmentOfPerson(BaseModel):
    """A segment that somebody is in, and since when."""

    segment: str
    name: Texts
    since: Iso


class SegmentsOfPerson(BaseModel):
    """In the order in which they came in."""

    segments: list[SegmentOfPerson]


router = APIRouter(prefix="/segments", tags=["segments"])
internal_router = APIRouter(
    prefix="/internal/segments", include_in_schema=False, dependencies=[Depends(check_run_token)]
)


@router.post("")
def publish_segment(body: SegmentBody, services: Given, caller: MayData) -> SegmentVersion:
    """Publish a segment, or the next version of it. Its members are there some moments later."""
    return version(publish(body, services, caller.name))


@router.get("/{segment}/list")
def segment_list(segment: str, services: Given, _: MayInsight) -> ListRecord:
    """How many a static list names, and how many of these nobody has yet."""
    return _listed(services, services.segments.find(segment))


@router.post("/{segment}/list")
def change_segment_list(segment: str, body: ListChange, services: Given, caller: MayData) -> ListRecord:
    """Put people on a static list, take others from it."""
    return _listed(services, change_list(segment, body, services, caller.name))


@router.delete("/{segment}")
def archive_segment(segment: str, services: Given, caller: MayData) -> SegmentVersion:
    """Take a segment out of force. Refused while others refer to it."""
    gone = services.segments.archive(segment, caller.name)
    services.audit.record(AuditRow(services.clock.now(), caller.name, "segment.archived", segment))
    return version(gone)


@router.get("/{segment}/export.csv", response_class=Response)
def export_segment(segment: str, services: Given, caller: MayPeople) -> Response:
    """Its people as a file: person id, name, since."""
    services.segments.find(segment)
    out, rows = io.StringIO(), list(services.members.each(segment))
    writer = csv.writer(out)
    writer.writerow(("person_id", "name", "since"))
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        known = services.people.rows([person for person, _ in some])
        for person, since in some:
            writer.writerow((person, _plain(known[person].name if person in known else None), to_iso(since)))
    _note_export(services, caller, segment, len(rows))
    headers = {"content-disposition": f'attachment; filename="{segment}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/of/{person_id}")
def segments_of_person(person_id: str, services: Given, caller: MayPeople) -> SegmentsOfPerson:
    """The segments that somebody is in."""
    known = services.segments.all()
    found = services.members.of(shown(person_id, services, caller))
    return SegmentsOfPerson(
        segments=[
            SegmentOfPerson(segment=one.segment, name=dict(known[one.segment].name), since=to_iso(one.since))
            for one in found
            if one.segment in known
        ]
    )


@internal_router.post("/publish")
def publish_internal(body: SegmentBody, services: Given, by: ByCommand) -> dict[str, int]:
    return {"version": publish(body, services, by).version}


@internal_router.post("/list/{segment}")
def change_list_internal(segment: str, body: ListChange, services: Given, by: ByCommand) -> ListRecord:
    return _listed(services, change_list(segment, body, services, by))


@internal_router.post("/archive/{segment}")
def archive_internal(segment: str, services: Given, by: ByCommand) -> dict[str, int]:
    return {"version": services.segments.archive(segment, by).version}


def publish(body: SegmentBody, services: Services, by: str) -> Segment:
    said = body.model_dump()
    people = _people(said.pop("identifiers"), said.pop("file"))
    made = services.segments.publish(read_draft(said), by, people)
    services.audit.record(AuditRow(services.clock.now(), by, "segment.published", f"{made.id}@{made.version}"))
    return made


def change_list(segment: str, body: ListChange, services: Services, by: str) -> Segment:
    taken = [read_person(one) for one in body.take]
    made = services.segments.change_list(segment, by, _people(body.add, body.file), taken)
    services.audit.record(AuditRow(services.clock.now(), by, "segment.published", f"{made.id}@{made.version}"))
    return made


def _people(identifiers: Sequence[str], file: str) -> list[Listed]:
    return [*(read_person(one) for one in identifiers), *read_list(file)]


def _listed(services: Services, segment: Segment) -> ListRecord:
    size = services.segments.list_size(segment.id)
    return ListRecord(version=segment.version, identifiers=size.identifiers, unknown=size.unknown)


def _plain(name: str | None) -> str:
    """A name that no spreadsheet takes for a formula."""
    text = name or ""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _note_export(services: Services, caller: Caller, segment: str, people: int) -> None:
    found_people(services, caller, "segments", people)
    services.audit.record(AuditRow(services.clock.now(), caller.name, "segment.exported", f"{segment}:{people}"))
