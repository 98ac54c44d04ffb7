"""Durable intake over HTTP, beside its limits: the same server doing nothing, and the bare commits of the database."""

import multiprocessing
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

from bench.load import prepared, send
from bench.rows import Row, quantile
from bench.traffic import NAMES, batches, events, everyone_else
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.log import SqlEventLog
from percorso.adapters.sql.seen import BUCKET, close_bucket
from percorso.adapters.sql.tables import LOG, log_buckets, log_chunks
from percorso.adapters.system_clock import SystemClock
from percorso.data.intake import Item
from percorso.http.collect import collecting
from percorso.http.write_key import Sender
from percorso.model.plan import Plan, read_plan
from percorso.model.time import CivilClock
from percorso.model.verdict import LIVE_LANE
from percorso.pipeline.collect import Collector
from percorso.pipeline.garbage import settle_memory

_KEY = "bench-write-key"


async def _nothing(scope: Any, receive: Any, send_: Any) -> None:
    """Reads the body and answers as a collector would."""
    if scope["type"] == "lifespan":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"16")]
    await send_({"type": "http.response.start", "status": 200, "headers": headers})
    await send_({"type": "http.response.body", "body": b'{"success":true}'})


async def _source_of(key: str) -> Sender | None:
    return Sender("web") if key == _KEY else None


def strict_plan() -> Plan:
    """A plan that describes every property of the traffic, and refuses what is otherwise."""
    number, text = {"type": "number"}, {"type": "string"}
    properties = dict.fromkeys(("product_id", "name", "currency", "category", "list"), text)
    schema = {
        "type": "object",
        "properties": {
            **properties,
            "price": number,
            "revenue": {**number, "minimum": 0},
            "position": {"type": "integer"},
        },
        "required": ["product_id", "price"],
    }
    contract = {"new_properties": "discard_value", "types": "discard_row"}
    events = {name: {"version": 1, "contract": contract, "schema": schema} for name in sorted(set(NAMES))}
    return read_plan({"new_events": "discard_row", "events": events})


def _serve(listening: socket.socket, directory: str | None, planned: bool) -> None:
    app: Any = _nothing
    if directory is not None:
        collector = Collector(open_log(Path(directory)), CivilClock("Europe/Rome"), SystemClock())
        collector.plan = strict_plan() if planned else None
        collector.start()
        app = collecting(_nothing, collector, _source_of)
    settle_memory()
    config = uvicorn.Config(  # as main/serving.py has it
        app, access_log=False, log_config=None, lifespan="off", ws="none", server_header=False, proxy_headers=False
    )
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _server(directory: str | None, planned: bool) -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(listening, directory, planned), daemon=True
    )
    process.start()
    try:
        yield listening.getsockname()[1]
    finally:
        process.terminate()
        process.join()
        listening.close()


def open_log(directory: Path) -> SqlEventLog:
    """A log in a directory, made when it is not there."""
    database = Database(f"sqlite:///{directory}/log.db")
    LOG.create_all(database.engine)
    return SqlEventLog(database)


def fill_dedupe(directory: Path, keys: int) -> None:
    """Put random hashes into the dedupe store, as if so many events had been taken before."""
    import numpy as np

    database = Database(f"sqlite:///{directory}/log.db")
    LOG.create_all(database.engine)
    rng = np.random.default_rng(7)
    for bucket in range(1, keys // BUCKET + 1):
        raw = rng.bytes(16 * BUCKET)
        closed = close_bucket([raw[at : at + 16] for at in range(0, len(raw), 16)], list(range(BUCKET)))
        with database.write() as connection:
            row = {"bucket": bucket, "opened_at": 0, "closed_at": 0, "last_seq": bucket, "size": closed.size}
            connection.execute(log_buckets.insert().values(**row, filter=closed.filter))
            connection.execute(log_chunks.insert(), [{"bucket": bucket, **one._asdict()} for one in closed.chunks])
    database.close()


def _over_http(
    path: str,
    bodies: list[bytes],
    per_body: int,
    connections: int,
    directory: str | None,
    *,
    packed: bool = False,
    planned: bool = False,
) -> tuple[float, float]:
    """(events/s, p99 in ms)."""
    with _server(directory, planned) as port:
        requests = prepared(bodies, path, _KEY, packed=packed)
        warm = len(requests) // 10
        send("127.0.0.1", port, requests[:warm], connections)
        result = send("127.0.0.1", port, requests[warm:], connections)
    if result.failed:
        raise RuntimeError(f"{result.failed} requests were not answered 200")
    return (len(requests) - warm) * per_body / result.seconds, quantile(result.latencies, 0.99) * 1000


def _commits(rows: int, group: int) -> float:
    """Rows/s of bare SQLite commits of the same rows, FULL, in groups."""
    made = events(rows, everyone_else)
    with TemporaryDirectory() as directory:
        connection = sqlite3.connect(f"{directory}/bare.db", isolation_level=None)
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=full")
        connection.execute("create table rows (seq integer primary key autoincrement, body text)")
        started = time.perf_counter()
        for at in range(0, rows, group):
            connection.execute("begin immediate")
            connection.executemany(
                "insert into rows (body) values (?)", [(one.decode(),) for one in made[at : at + group]]
            )
            connection.execute("commit")
        seconds = time.perf_counter() - started
        connection.close()
    return rows / seconds


def _dedupe(keys: int, count: int) -> float:
    """Events/s appended, intake included, with so many hashes known."""
    with TemporaryDirectory() as directory:
        fill_dedupe(Path(directory), keys)
        collector = Collector(open_log(Path(directory)), CivilClock("Europe/Rome"), SystemClock())
        made = [Item(body, index) for index, body in enumerate(events(count, everyone_else))]
        collector.collect_now(made[:1000], source="web", lane=LIVE_LANE)
        settle_memory()
        started = time.perf_counter()
        for at in range(1000, count, 1000):
            collector.collect_now(made[at : at + 1000], source="web", lane=LIVE_LANE)
        return (count - 1000) / (time.perf_counter() - started)


def run(*, scale: float = 1.0) -> list[Row]:
    """Every figure of this page; `scale` shrinks the counts for a quick look."""

    def other(seed: int) -> list[bytes]:
        return batches(events(int(200_000 * scale), everyone_else, seed=seed), 100)

    single = events(int(60_000 * scale), everyone_else)
    batched = batches(events(int(400_000 * scale), everyone_else, seed=2), 100)
    with TemporaryDirectory() as directory:
        # One after the other and each ceiling beside what it bounds: machines are not equally fast from minute to minute.
        noop_single, _ = _over_http("/v1/track", single, 1, 64, None)
        singles, single_p99 = _over_http("/v1/track", single, 1, 64, directory)
        noop_batch, _ = _over_http("/v1/batch", batched, 100, 16, None)
        batch, batch_p99 = _over_http("/v1/batch", batched, 100, 16, directory)
        bare = _commits(int(200_000 * scale), 1000)
        packed, packed_p99 = _over_http("/v1/batch", other(3), 100, 16, directory, packed=True)
        planned, planned_p99 = _over_http("/v1/batch", other(4), 100, 16, directory, planned=True)
        both, both_p99 = _over_http("/v1/batch", other(5), 100, 16, directory, packed=True, planned=True)
    single_note = f"p99 {single_p99:.1f} ms (aim < 20); {singles / noop_single:.0%} of the ceiling"
    batch_note = f"p99 {batch_p99:.1f} ms; {batch / bare:.0%} of bare commits"
    return [
        Row("single requests, server doing nothing", noop_single, "req/s", note="ceiling of server and generator"),
        Row("single requests, durable", singles, "req/s", 15_000, single_note),
        Row("batches of 100, server doing nothing", noop_batch, "ev/s", note="ceiling of server and generator"),
        Row("batches of 100, durable", batch, "ev/s", 100_000, batch_note),
        Row("the same, gzip", packed, "ev/s", note=f"p99 {packed_p99:.1f} ms; {packed / batch:.0%} of without"),
        Row("the same, with a tracking plan", planned, "ev/s", note=f"p99 {planned_p99:.1f} ms; {planned / batch:.0%}"),
        Row("the same, gzip and plan", both, "ev/s", note=f"p99 {both_p99:.1f} ms; {both / batch:.0%}"),
        Row("bare SQLite commits, groups of 100", _commits(int(200_000 * scale), 100), "rows/s", note="ceiling"),
        Row("bare SQLite commits, groups of 1000", bare, "rows/s", note="ceiling"),
        Row("accepted with 10 M ids known", _dedupe(10_000_000, int(200_000 * scale)), "ev/s", 60_000),
    ]


if __name__ == "__main__":
    for row in run(scale=0.3):
        print(row)
