"""Live events: each item's verdict as it comes."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Annotated, Literal, cast

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from percorso.http.auth import MayPeople
from percorso.http.live_feed import Listener, News
from percorso.http.names import Names
from percorso.http.reading import saw_list
from percorso.http.services import Given
from percorso.http.wire import Iso, Limit, Named, iso
from percorso.model.time import to_iso
from percorso.model.verdict import Verdict
from percorso.ports import Seen, SeenPerson

KEEP_ALIVE_S = 15.0

VerdictName = Literal["accepted", "duplicate", "conflict", "quarantined", "suppressed"]
TimeRuleName = Literal["said", "received", "ahead", "device"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePlace:
    """Whose an accepted event is and where it happened; comes when it is folded. `person_id` null: nobody's.

    `robot`: a page sent it that a robot looked at.
    """

    seq: int
    person_id: str | None
    person_name: str | None
    touchpoint: Named | None
    robot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveItem:
    """One item as it came.

    `key` is unique.  `seq`: place in the log, null when refused.  `reason`: stable code of a refusal, `detail`: what to do.
    `time_rule`: which rule set `occurred_at`: the client said it, it is that of the reception (the client gave none, or one
    ahead of it), or what the client said was moved by the error of its device's clock; null when refused.
    `line`: row of an imported file.  `place`: null until the event is folded.
    """

    key: str
    seq: int | None
    received_at: Iso
    occurred_at: Iso | None
    time_rule: TimeRuleName | None
    source: str
    message_id: str | None
    name: str | None
    verdict: VerdictName
    reason: str | None
    detail: str | None
    line: int | None
    place: LivePlace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRecent:
    """Newest first. Duplicates of imports are only counted (see /api/status), never listed."""

    items: list[LiveItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNews:
    """The data of one ``news`` event of the stream.

    `items` that came, oldest first; `places` of items told before; `missed`: how many items were left out because this
    listener was too slow.
    """

    items: list[LiveItem]
    places: list[LivePlace]
    missed: int


router = APIRouter(prefix="/live", tags=["live"])


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"model": LiveNews, "description": "text/event-stream; each event `news` carries a LiveNews."}},
)
async def live(request: Request, services: Given, caller: MayPeople) -> StreamingResponse:
    """What comes in, as it comes, as server-sent events named ``news``."""
    names = Names(services.config)
    await run_in_threadpool(saw_list, services, caller, "live")

    async def stream() -> AsyncIterator[bytes]:
        async with services.feed.listen() as listener:
            yield b"retry: 2000\n\n"
            while not await request.is_disconnected():
                yield _frame(await listener.next(KEEP_ALIVE_S), listener, names)

    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


@router.get("/recent")
def recent(
    services: Given,
    caller: MayPeople,
    verdict: Annotated[VerdictName | None, Query()] = None,
    limit: Limit = 50,
) -> LiveRecent:
    """The latest items."""
    names = Names(services.config)
    seen = services.watch.recent(limit, verdict)
    placed = services.watch.placed([one.seq for one in seen if one.seq is not None])
    saw_list(services, caller, "live")
    return LiveRecent(items=[_item(one, placed.get(one.seq or 0), names) for one in seen])


def _frame(news: list[News], listener: Listener, names: Names) -> bytes:
    if not news:
        return b": still here\n\n"
    missed, listener.missed = listener.missed, 0
    told = LiveNews(
        items=[_item(one.seen, None, names) for one in news if one.seen is not None],
        places=[_place(one.placed, names) for one in news if one.placed is not None],
        missed=missed,
    )
    return b"event: news\ndata: " + msgspec.json.encode(asdict(told)) + b"\n\n"


def _item(seen: Seen, placed: SeenPerson | None, names: Names) -> LiveItem:
    verdict: VerdictName = Verdict(seen.verdict).value
    return LiveItem(
        key=seen.key,
        seq=seen.seq,
        received_at=to_iso(seen.received_at),
        occurred_at=iso(seen.occurred_at),
        time_rule=cast(TimeRuleName | None, seen.time_rule),
        source=seen.source,
        message_id=seen.message_id,
        name=seen.name,
        verdict=verdict,
        reason=seen.reason,
        detail=seen.detail,
        line=seen.line,
        place=_place(placed, names) if placed else None,
    )


def _place(placed: SeenPerson, names: Names) -> LivePlace:
    return LivePlace(
        seq=placed.seq,
        person_id=placed.person_id,
        person_name=placed.name,
        touchpoint=names.touchpoint(placed.touchpoint),
        robot=placed.robot,
    )
