"""The live feed: over a real server, in order, never slowed by who does not listen."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn
from fastapi import FastAPI

from percorso.data.intake import Item
from percorso.http.live_feed import WAITING, Feed, Listener, News
from percorso.main.company import Company
from percorso.ports import Seen
from tests.http_client import Browser, app_for, signed_in, take, track


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company, feed=Feed(company.watch, look_every_s=0.02))


@pytest.fixture
def agent(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "agent")


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app on a loopback port of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    started = threading.Event()
    startup = server.startup

    async def tell(*args: Any, **others: Any) -> None:
        await startup(*args, **others)
        started.set()

    server.startup = tell  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert started.wait(10)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def news(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The news of a stream of server-sent events."""
    event = None
    for line in lines:
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            assert event == "news"
            yield json.loads(line.removeprefix("data: "))


def test_what_comes_in_is_told_and_then_whose_it_is(company: Company, app: FastAPI, agent: Browser) -> None:
    take(company, track("Product Viewed", "before"))
    with (
        served(app) as url,
        httpx.Client(cookies=agent.cookies.jar and {"percorso_session": agent.cookies["percorso_session"]}) as client,
        client.stream("GET", f"{url}/api/live", timeout=20) as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(lines) == "retry: 2000"
        stories = news(lines)
        wire = [
            Item(msgspec.json.encode(track("Order Completed", "m1", properties={"order_id": "o1"})), 0),
            Item(b'{"type":"track","messageId":"m2"}', 1),
        ]
        company.collector.collect_now(wire, source="till", lane=0)
        items: list[dict[str, Any]] = []
        while len(items) < 2:
            items += next(stories)["items"]
        assert {item["message_id"] for item in items} == {"m1", "m2"}
        accepted = next(item for item in items if item["message_id"] == "m1")
        refused = next(item for item in items if item["message_id"] == "m2")
        assert (accepted["verdict"], accepted["name"], accepted["place"]) == ("accepted", "Order Completed", None)
        assert (refused["verdict"], refused["seq"], refused["reason"]) == ("quarantined", None, "missing_event")

        company.processor.drain()
        places: list[dict[str, Any]] = []
        while not places:
            places += next(stories)["places"]
        assert (places[0]["seq"], bool(places[0]["person_id"])) == (accepted["seq"], True)


def test_the_stream_wants_a_session(app: FastAPI) -> None:
    with served(app) as url:
        assert httpx.get(f"{url}/api/live").status_code == 401


def test_recent_items_by_verdict(company: Company, agent: Browser) -> None:
    take(company, track("Product Viewed", "m1"), {"type": "track", "messageId": "m2"}, source="app")
    items = agent.get("/api/live/recent").json()["items"]
    assert {item["message_id"] for item in items} == {"m1", "m2"}
    (accepted,) = agent.get("/api/live/recent", params={"verdict": "accepted"}).json()["items"]
    assert (accepted["source"], accepted["place"]["seq"]) == ("app", accepted["seq"])
    (refused,) = agent.get("/api/live/recent", params={"verdict": "quarantined"}).json()["items"]
    assert (refused["reason"], refused["place"]) == ("missing_event", None)
    assert refused["detail"]
    assert agent.get("/api/live/recent", params={"verdict": "lost"}).status_code == 400


def seen(number: int) -> News:
    return News(
        Seen(f"e{number}", number, 0, 0, "web", f"m{number}", "Product Viewed", "accepted", None, None, None), None
    )


def test_a_slow_listener_loses_the_oldest_and_is_told() -> None:
    async def listen() -> tuple[list[News], int, list[News]]:
        listener = Listener()
        for number in range(WAITING + 5):
            listener.offer(seen(number))
        return await listener.next(1), listener.missed, await listener.next(0.01)

    told, missed, after = asyncio.run(listen())
    assert (len(told), told[0], missed, after) == (WAITING, seen(5), 5, [])


def test_nobody_listening_means_nobody_looks(company: Company) -> None:
    looks = 0

    class Counting:
        def __getattr__(self, name: str) -> Any:
            nonlocal looks
            looks += 1
            return getattr(company.watch, name)

    async def run() -> int:
        feed = Feed(Counting(), look_every_s=0.001)  # type: ignore[arg-type]
        async with feed.listen() as one, feed.listen() as other:
            take(company, track("Product Viewed", "m1"))
            first, second = await one.next(5), await other.next(5)
            assert first[0] == second[0]
        assert feed._looking is not None
        await feed._looking
        before = looks
        take(company, track("Product Viewed", "m2"))
        await asyncio.sleep(0)
        assert looks == before
        async with feed.listen() as again:
            take(company, track("Product Viewed", "m3"))
            (item, *_) = await again.next(5)
            assert item.seen is not None
            assert item.seen.message_id == "m3"
        await feed._looking
        return looks

    assert asyncio.run(run()) > 0


def test_a_log_out_of_reach_does_not_end_the_feed(company: Company) -> None:
    failures = 2

    class Failing:
        def __getattr__(self, name: str) -> Any:
            nonlocal failures
            if name == "since" and failures:
                failures -= 1
                raise OSError("gone")
            return getattr(company.watch, name)

    async def run() -> str | None:
        feed = Feed(Failing(), look_every_s=0.001)  # type: ignore[arg-type]
        async with feed.listen() as listener:
            take(company, track("Product Viewed", "m1"))
            (item, *_) = await listener.next(5)
            return item.seen and item.seen.message_id

    assert asyncio.run(run()) == "m1"
