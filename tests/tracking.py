"""The tracking API in front of a log, called as clients call it."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import httpx

from percorso.http.collect import collecting
from percorso.http.write_key import Sender
from percorso.model.verdict import LIVE_LANE
from tests.folding import Folding

KEY = "wk_test"
BASIC = {"Authorization": "Basic " + b64encode(f"{KEY}:".encode()).decode()}


async def fallback(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"another room"})


async def source_of(key: str) -> Sender | None:
    return Sender("web") if key == KEY else None


def post(
    folding: Folding, path: str, body: Any, headers: Mapping[str, str] = BASIC, method: str = "POST"
) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def ask() -> httpx.Response:
        app = collecting(fallback, folding.collector, source_of)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.request(method, path, content=content, headers=dict(headers))

    return asyncio.run(ask())


def stored(folding: Folding) -> list[str]:
    return [entry.message_id for entry in folding.log.read(LIVE_LANE, 0, 1_000)]


def bodies(folding: Folding) -> list[dict[str, Any]]:
    """What is stored of the items, in order."""
    return [json.loads(entry.body) for entry in folding.log.read(LIVE_LANE, 0, 1_000)]
