"""A client that begins a request and does not go on: it is told so and let go, and holds nobody else up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from percorso.http.middleware import Limits
from percorso.http.request_body import read_body
from percorso.model.errors import TooSlow

PATIENCE_S = 0.05
Message = dict[str, Any]


def dripping(*chunks: bytes) -> Callable[[], Awaitable[Message]]:
    """A body of which these chunks come, and then nothing more, for ever."""
    given = iter(chunks)

    async def receive() -> Message:
        chunk = next(given, None)
        if chunk is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": chunk, "more_body": True}

    return receive


@pytest.mark.parametrize("chunks", [(), (b'{"batch"',), (b"{", b'"batch":', b"[")])
def test_a_body_that_does_not_come_is_told(chunks: tuple[bytes, ...]) -> None:
    with pytest.raises(TooSlow, match="did not come within"):
        asyncio.run(read_body({}, dripping(*chunks), PATIENCE_S))


def test_a_packed_one_too() -> None:
    with pytest.raises(TooSlow):
        asyncio.run(read_body({b"content-encoding": b"gzip"}, dripping(b"\x1f\x8b"), PATIENCE_S))


def answered(app: Any, receive: Callable[[], Awaitable[Message]]) -> list[Message]:
    told: list[Message] = []

    async def send(message: Message) -> None:
        told.append(message)

    scope = {"type": "http", "path": "/api/x", "query_string": b"", "headers": [], "method": "POST", "scheme": "http"}
    asyncio.run(Limits(app, PATIENCE_S)(scope, receive, send))  # type: ignore[arg-type]
    return told


def test_the_api_tells_it_too() -> None:
    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["more_body"]:
            pass

    told = answered(app, dripping(b"{"))
    assert told[0]["status"] == 408
    assert b"too_slow" in told[1]["body"]


def test_who_listens_after_the_body_may_wait_as_long_as_it_likes() -> None:
    """A stream waits for its reader to go, long after the body was read."""
    went: list[Message] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        went.append(await receive())

    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        message = next(messages, None)
        if message is None:
            await asyncio.sleep(PATIENCE_S * 3)
            return {"type": "http.disconnect"}
        return message

    told = answered(app, receive)
    assert [message["status"] for message in told] == [200]
    assert went == [{"type": "http.disconnect"}]
