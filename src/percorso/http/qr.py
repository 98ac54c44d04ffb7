"""Where QR codes lead first: ``/q/{code}`` records the scan and goes on to the page, with ``pc_qr`` for the browser tag.

Only to the company's own sites, and whatever happens to the record: who stands before the shop window gets the page.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import uuid4

import msgspec
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from percorso.data.envelope import BARE
from percorso.data.intake import Item
from percorso.model.errors import PercorsoError
from percorso.model.qr import QrCode, is_allowed
from percorso.model.time import to_iso
from percorso.model.verdict import LIVE_LANE
from percorso.pipeline.collect import Collector
from percorso.ports import Clock

SOURCE = "qr"
PARAMETER = "pc_qr"
_HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex", "referrer-policy": "no-referrer"}
_BOT = re.compile(
    r"bot|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|curl|wget|python|headless|scan|monitor|http-?client|^$",
    re.IGNORECASE,
)
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger()


class Codes(Protocol):
    """The company's codes."""

    def find(self, code: str) -> QrCode | None: ...


def qr_router(codes: Codes, domains: Sequence[str], collector: Collector, clock: Clock) -> APIRouter:
    """The route of QR codes. `domains`: hosts that they may lead to, now."""
    router = APIRouter(include_in_schema=False)

    @router.get("/q/{code}")
    async def scan(code: str, request: Request) -> Response:
        """Record the scan, and go on."""
        found = await run_in_threadpool(codes.find, code)
        if found is None or not is_allowed(found.to, domains):
            return PlainTextResponse(
                "This code leads nowhere. / Questo codice non porta da nessuna parte.", 404, _HEADERS
            )
        scan_id = uuid4().hex
        headers = {name.lower(): value for name, value in request.headers.items()}
        bot = is_bot(headers)
        item = Item(_encode(_scanned(found, scan_id, headers, bot, to_iso(clock.now()))), 0)
        try:
            if bot:  # labelled, and nobody's
                await run_in_threadpool(collector.collect_now, [item], source=SOURCE, lane=LIVE_LANE)
            else:
                await collector.collect([item], SOURCE, BARE._replace(gpc=headers.get("sec-gpc") == "1"))
        except PercorsoError as error:
            _log.warning("qr.not_recorded", code=code, why=error.code)
        return RedirectResponse(with_scan(found.to, f"{code}.{scan_id}"), 302, _HEADERS)

    return router


def is_bot(headers: Mapping[str, str]) -> bool:
    """A program, or a browser that only looks ahead: nobody has scanned anything.

    >>> is_bot({"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1"})
    False
    >>> is_bot({"user-agent": "WhatsApp/2.23"})
    True
    """
    ahead = f"{headers.get('sec-purpose', '')}{headers.get('purpose', '')}".lower()
    return "prefetch" in ahead or _BOT.search(headers.get("user-agent", "")) is not None


def with_scan(to: str, scan: str) -> str:
    """An address with the scan in it.

    >>> with_scan("https://shop.example/p?a=1#top", "c.s")
    'https://shop.example/p?a=1&pc_qr=c.s#top'
    """
    parts = urlsplit(to)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != PARAMETER]
    return urlunsplit(parts._replace(query=urlencode([*query, (PARAMETER, scan)])))


def _scanned(found: QrCode, scan_id: str, headers: Mapping[str, str], bot: bool, at: str) -> dict[str, Any]:
    who = {} if bot else {"anonymousId": scan_id}
    context: dict[str, Any] = {
        "touchpoint": found.touchpoint,
        "userAgent": headers.get("user-agent", "")[:500],
        "locale": headers.get("accept-language", "").partition(",")[0][:20],
        "campaign": {"name": found.campaign, "medium": "qr"} if found.campaign else None,
        "externalIds": [] if bot else [{"type": "qr_scan", "id": scan_id}],
    }
    properties = {"code": found.code, "campaign": found.campaign, "scan": scan_id, "bot": True if bot else None}
    return {
        "type": "track",
        "event": "QR Scanned",
        "messageId": f"qr:{scan_id}",
        "timestamp": at,
        **who,
        "properties": {name: value for name, value in properties.items() if value is not None},
        "context": {name: value for name, value in context.items() if value},
    }
