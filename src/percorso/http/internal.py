"""For commands of this machine: append to the log and see how far processing is, through the running server."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import unquote

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from percorso.data.intake import Item
from percorso.http.services import Given, Services
from percorso.http.status import behind
from percorso.model.errors import Forbidden, MalformedBody, Unauthenticated
from percorso.model.verdict import Refused
from percorso.pipeline.collect import tally


class AppendItem(msgspec.Struct, forbid_unknown_fields=True):
    """`tie`: row in the file; `line`: the same for people; `item`: the wire item."""

    tie: int
    item: msgspec.Raw
    line: int | None = None


class AppendRefused(msgspec.Struct, forbid_unknown_fields=True):
    """A row that could not be made an item."""

    line: int | None
    reason: str
    detail: str
    body: str = ""


class AppendBody(msgspec.Struct, forbid_unknown_fields=True):
    """What ``POST /internal/append`` takes."""

    items: list[AppendItem] = msgspec.field(default_factory=list)
    refused: list[AppendRefused] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Verdict -> items, those given as refused included."""

    verdicts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Events taken and not yet folded."""

    behind: int


_decode = msgspec.json.Decoder(AppendBody).decode


def check_run_token(request: Request, services: Given) -> None:
    """Only this machine, only with the token of this run."""
    host = request.client.host if request.client else None
    if host is not None and not _is_loopback(host):
        raise Forbidden("this address answers commands of the same machine only")
    path = services.directory.token
    token = path.read_text().strip() if path.is_file() else ""
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not token or not hmac.compare_digest(token.encode(), given.encode("utf-8", "surrogatepass")):
        raise Unauthenticated("send the run token of the data directory")


def by_command(request: Request) -> str:
    """Whose command it is, as the command says."""
    said = unquote(request.headers.get("percorso-by", ""))
    return said[:100] if said.startswith("command line") and said.isprintable() else "command line"


ByCommand = Annotated[str, Depends(by_command)]


router = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[Depends(check_run_token)])


@router.post("/append")
async def append(
    request: Request,
    services: Given,
    source: Annotated[str, Query(min_length=1, max_length=100)],
    lane: Annotated[int, Query(ge=0, le=1)] = 1,
    historical: bool = False,
) -> Appended:
    """Append a batch in one transaction; durable when answered."""
    try:
        body = _decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedBody("the body is not what /internal/append takes") from error
    return await run_in_threadpool(_append, services, body, source, lane, historical)


@router.get("/lag")
def lag(services: Given) -> Behind:
    """How far processing is behind the log."""
    return Behind(behind=behind(services.watch.lanes()))


def _append(services: Services, body: AppendBody, source: str, lane: int, historical: bool) -> Appended:
    refused = _refused(body.refused, source, services.clock.now())
    items = [Item(one.item, one.tie, one.line) for one in body.items]
    verdicts = services.collector.collect_now(items, source=source, lane=lane, historical=historical, refused=refused)
    counts = dict(tally(verdicts))
    for one in refused:
        counts[one.verdict.value] = counts.get(one.verdict.value, 0) + 1
    return Appended(verdicts=counts)


def _refused(rows: Sequence[AppendRefused], source: str, now: int) -> list[Refused]:
    return [
        Refused(
            source=source,
            message_id=None,
            received_at=now,
            reason=row.reason,
            detail=row.detail,
            body=row.body.encode("utf-8", "replace"),
            line=row.line,
        )
        for row in rows
    ]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
