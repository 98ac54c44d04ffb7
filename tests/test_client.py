"""The Python client, in programs of its own, against a real server: forked, ended, killed, refused and shut out."""

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.client import Client, Counts, Drop
from percorso.client.spool import SpoolFile, left_behind, own_file
from percorso.client.values import encoded, plain
from percorso.client.waiting import InMemory, Waiting
from tests.gateway import Fault, Gateway, times
from tests.in_log import InLog
from tests.server import Server

WITHIN_S = 30.0
UNAVAILABLE = Fault(status=503, headers={"retry-after": "1"})
NEVER = Fault(status=503, headers={"retry-after": "299"})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("client") / "company") as running:
        assert running.url
        yield running


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def dropped() -> list[Drop]:
    return []


@pytest.fixture
def make(gateway: Gateway, key: str, dropped: list[Drop]) -> Iterator[Callable[..., Client]]:
    """Clients of this test, closed at its end."""
    made: list[Client] = []

    def one(**options: Any) -> Client:
        made.append(Client(key, gateway.url, on_drop=dropped.append, **options))
        return made[-1]

    yield one
    for client in made:
        client.close(0.0)


def order(client: Client, number: int, **said: Any) -> str:
    return client.track("Order Completed", user_id="ada", properties={"order_id": f"o{number}"}, **said)


def files(spool: Path) -> list[Path]:
    return sorted(spool.glob("*"))


def program(
    text: str, gateway: Gateway, key: str, *arguments: str, within_s: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Runs a program that has KEY, HOST and the client."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", "from percorso.client import Client\n" + text]
    environment = {**os.environ, "KEY": key, "HOST": gateway.url}
    return subprocess.run(
        [*command, *arguments], env=environment, text=True, capture_output=True, timeout=within_s, check=False
    )


# ---- calls


def test_every_call_is_an_event(make: Callable[..., Client], log: InLog) -> None:
    at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    with make(touchpoint="store.till", context={"app": "till"}) as client:
        ids = [
            client.identify("ada", {"email": "ada@example.com"}),
            client.track(
                "Order Completed",
                anonymous_id="a-1",
                external_ids={"card": 4711},
                traits={"phone": "+390212345"},
                properties={"order_id": "o1"},
                timestamp=at,
                message_id="own",
                touchpoint="web.shop",
                context={"locale": "it"},
            ),
            client.page("Beans", user_id="ada", properties={"path": "/beans"}),
            client.screen("Home", user_id="ada"),
            client.group("bar", {"name": "Bar"}, user_id="ada"),
            client.alias("a-1", "ada"),
        ]
    events = log.wait_for(set(ids))
    assert [event["messageId"] for event in events] == ids
    assert [event["type"] for event in events] == ["identify", "track", "page", "screen", "group", "alias"]
    assert events[1]["timestamp"] == "2026-03-01T09:30:00+00:00"
    assert events[1]["context"] == {
        "library": events[0]["context"]["library"],
        "app": "till",
        "locale": "it",
        "touchpoint": "web.shop",
        "externalIds": [{"type": "card", "id": "4711"}],
        "traits": {"phone": "+390212345"},
    }
    assert events[0]["context"]["touchpoint"] == "store.till"
    assert client.counts() == Counts(made=6, sent=6, dropped=0, waiting=0)


def test_what_can_be_no_event_fails_at_the_call(make: Callable[..., Client]) -> None:
    client = make()
    for wrong, error in (
        (lambda: client.track("", user_id="ada"), "names its event"),
        (lambda: client.track("Seen"), "say whose it is"),
        (lambda: client.track("Seen", user_id=True), "user_id is text"),
        (lambda: client.track("Seen", user_id="a", message_id="x" * 101), "at most 100"),
        (lambda: client.track("Seen", user_id="a", properties={"price": math.nan}), "properties.price is nan"),
        (
            lambda: client.track("Seen", user_id="a", properties={"lines": [{"at": object()}]}),
            r"lines\[0\].at is a object",
        ),
        (lambda: client.track("Seen", user_id="a", properties={"text": "\ud800"}), "surrogate"),
        (lambda: Client("", "http://127.0.0.1"), "write key"),
        (lambda: Client("wk", "cx.example.com"), "server's address"),
    ):
        with pytest.raises((ValueError, TypeError), match=error):
            wrong()
    assert client.counts().made == 0


class Size(Enum):
    LARGE = "large"


@dataclass
class Line:
    sku: UUID
    price: Decimal


def test_values_that_json_does_not_know_are_rendered() -> None:
    sku = UUID(int=7)
    given_values = {
        "at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        "day": date(2026, 3, 1),
        "wait": timedelta(minutes=1.5),
        "size": Size.LARGE,
        "lines": (Line(sku, Decimal("36.50")),),
        "tags": {"b", "a"},
        "path": PurePosixPath("/a"),
        7: None,
    }
    assert json.loads(encoded(given_values)) == {
        "at": "2026-03-01T09:30:00+00:00",
        "day": "2026-03-01",
        "wait": 90.0,
        "size": "large",
        "lines": [{"sku": str(sku), "price": 36.5}],
        "tags": ["a", "b"],
        "path": "/a",
        "7": None,
    }
    naive = plain(datetime(2026, 3, 1, 9, 30), "")
    assert datetime.fromisoformat(naive).tzinfo is not None
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    for wrong in (loop, {"x": Decimal("NaN")}, {"x": math.inf}, {"x": b"bytes"}, {("a", "b"): 1}, {True: 1}):
        with pytest.raises((ValueError, TypeError)):
            encoded(wrong)


# ---- the way to the server


def test_batches_are_sent_by_size_and_by_time(make: Callable[..., Client], gateway: Gateway, log: InLog) -> None:
    client = make(batch_size=10, flush_after_s=0.2)
    ids = [order(client, number) for number in range(25)]
    events = log.wait_for(set(ids))
    assert [event["messageId"] for event in events] == ids
    assert [len(one.ids) for one in gateway.seen] == [10, 10, 5]
    assert {one.headers.get("content-encoding") for one in gateway.seen} == {"gzip"}


@pytest.mark.parametrize("gzip", [True, False])
def test_a_server_that_cannot_now_gets_it_later(
    make: Callable[..., Client], gateway: Gateway, log: InLog, gzip: bool
) -> None:
    gateway.fault = times(1, UNAVAILABLE)
    client = make(gzip=gzip, flush_after_s=0.01)
    started = time.monotonic()
    first = order(client, 1)
    gateway.wait(lambda seen: seen)
    began = time.monotonic()
    second = order(client, 2)
    assert time.monotonic() - began < 0.2  # the caller does not wait for the server
    log.wait_for({first, second})
    assert time.monotonic() - started >= 1.0
    assert [one.status for one in gateway.seen] == [503, 200]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(),
        Fault(stored=True),
        Fault(status=429, headers={"retry-after": "0"}),
        Fault(status=200, body=b"<html>sign in</html>"),
        Fault(status=500, body=b""),
    ],
    ids=["cut", "unanswered", "429", "portal", "500"],
)
def test_an_answer_that_means_nothing_is_asked_for_again(
    make: Callable[..., Client], gateway: Gateway, log: InLog, fault: Fault
) -> None:
    gateway.fault = times(2, fault)
    client = make()
    ids = {order(client, number) for number in range(3)}
    assert client.flush(WITHIN_S)
    assert log.ids() == dict.fromkeys(ids, 1)


def test_what_can_never_get_through_is_dropped_alone(
    make: Callable[..., Client], gateway: Gateway, log: InLog, dropped: list[Drop]
) -> None:
    client = make(batch_size=50, flush_after_s=5)
    bad = "bad"
    gateway.fault = lambda ids: Fault(status=400) if bad in ids else None
    ids = [order(client, number, message_id=bad if number == 17 else f"m{number}") for number in range(40)]
    assert client.flush(WITHIN_S)
    assert dropped == [Drop(message_id=bad, reason="status_400", detail="as told")]
    assert log.ids() == dict.fromkeys({*ids} - {bad}, 1)
    assert client.counts() == Counts(made=40, sent=39, dropped=1, waiting=0)


def test_what_the_server_refuses_alone_is_told(make: Callable[..., Client], log: InLog, dropped: list[Drop]) -> None:
    client = make()
    bad, good = client.track("x" * 201, user_id="ada"), order(client, 1)
    assert client.flush(WITHIN_S)
    assert [(drop.message_id, drop.reason) for drop in dropped] == [(bad, "invalid_event")]
    assert set(log.ids()) == {good}


def test_a_wrong_key_loses_nothing(gateway: Gateway, spool: Path, key: str, log: InLog) -> None:
    with Client("wk_wrong", gateway.url, spool_dir=spool) as client:
        message_id = order(client, 1)
        gateway.wait(lambda seen: seen)
        assert not client.close(0.2)
    assert [one.status for one in gateway.seen] == [401]
    with Client(key, gateway.url, spool_dir=spool) as mended:
        assert mended.flush(WITHIN_S)
    assert set(log.ids()) == {message_id}


def test_a_redirect_is_no_success(make: Callable[..., Client], gateway: Gateway, dropped: list[Drop]) -> None:
    gateway.fault = lambda ids: Fault(status=302, headers={"location": "/readyz"})
    client = make()
    message_id = order(client, 1)
    gateway.wait(lambda seen: seen)
    assert not client.close(0.2)
    assert [(drop.message_id, drop.reason) for drop in dropped] == [(message_id, "closed")]


def test_too_much_is_dropped_and_told(make: Callable[..., Client], gateway: Gateway, dropped: list[Drop]) -> None:
    gateway.fault = lambda ids: NEVER
    client = make(max_queue=5)
    began = time.monotonic()
    ids = [order(client, number) for number in range(8)]
    huge = client.track("Seen", user_id="ada", properties={"text": "x" * 70_000})
    assert time.monotonic() - began < 2
    assert [(drop.message_id, drop.reason) for drop in dropped] == [
        *((one, "full") for one in ids[5:]),
        (huge, "too_large"),
    ]
    assert not client.close(0.2)
    after = order(client, 9)
    assert [(drop.message_id, drop.reason) for drop in dropped[4:]] == [
        *((one, "closed") for one in ids[:5]),
        (after, "closed"),
    ]
    assert client.counts() == Counts(made=10, sent=0, dropped=10, waiting=0)


def test_a_callback_that_fails_stops_nothing(gateway: Gateway, key: str, log: InLog) -> None:
    def fails(drop: Drop) -> None:
        raise RuntimeError(drop.reason)

    with Client(key, gateway.url, on_drop=fails) as client:
        client.track("x" * 201, user_id="ada")
        assert client.flush(WITHIN_S)
        good = order(client, 1)
    assert set(log.ids()) == {good}


@pytest.mark.parametrize("spooled", [False, True])
def test_many_threads(make: Callable[..., Client], log: InLog, spool: Path, spooled: bool) -> None:
    client = make(spool_dir=spool if spooled else None)
    made: list[str] = []

    def tell(thread: int) -> None:
        for number in range(100):
            made.append(order(client, thread * 1000 + number))  # noqa: PERF401

    threads = [threading.Thread(target=tell, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.flush(WITHIN_S)
    assert log.ids() == dict.fromkeys(made, 1)
    assert client.counts() == Counts(made=800, sent=800, dropped=0, waiting=0)


# ---- the life of a program


def test_the_end_of_a_program_sends_what_waits(gateway: Gateway, key: str, log: InLog) -> None:
    text = """
import os
client = Client(os.environ["KEY"], os.environ["HOST"], flush_after_s=60)
for number in range(3):
    client.track("Seen", user_id="ada", message_id=f"m{number}")
"""
    done = program(text, gateway, key)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(log.ids()) == {"m0", "m1", "m2"}


def test_the_first_call_at_the_very_end(gateway: Gateway, key: str, log: InLog) -> None:
    text = """
import atexit, os
client = Client(os.environ["KEY"], os.environ["HOST"])
atexit.register(lambda: client.track("Ended", user_id="ada", message_id="last"))
"""
    done = program(text, gateway, key)
    assert done.returncode == 0, done.stderr
    assert set(log.ids()) == {"last"}


@pytest.mark.parametrize("spooled", [False, True])
def test_a_server_of_forked_workers(gateway: Gateway, key: str, log: InLog, spool: Path, spooled: bool) -> None:
    """As gunicorn does it: the client is made and used before the workers are forked."""
    text = """
import os, sys
client = Client(os.environ["KEY"], os.environ["HOST"], spool_dir=sys.argv[1] or None, flush_after_s=60)
client.track("Seen", user_id="ada", message_id="before")
workers = []
for worker in range(4):
    pid = os.fork()
    if not pid:
        for number in range(10):
            client.track("Seen", user_id="ada", message_id=f"w{worker}-{number}")
        sys.exit()
    workers.append(pid)
client.track("Seen", user_id="ada", message_id="after")
sys.exit(any(os.waitpid(pid, 0)[1] for pid in workers))
"""
    done = program(text, gateway, key, str(spool) if spooled else "")
    assert done.returncode == 0, done.stderr
    wanted = {"before", "after", *(f"w{worker}-{number}" for worker in range(4) for number in range(10))}
    assert log.ids() == dict.fromkeys(wanted, 1)
    assert all(gateway.sent(one) == 1 for one in wanted)  # no child sends what its parent has
    assert not spooled or files(spool) == []


def test_forks_amid_calls_of_other_threads(gateway: Gateway, key: str, log: InLog) -> None:
    text = """
import os, sys, threading
client = Client(os.environ["KEY"], os.environ["HOST"], batch_size=5)
stop = threading.Event()
def tell():
    number = 0
    while not stop.is_set():
        client.track("Seen", user_id="ada", message_id=f"t{number}")
        number += 1
        stop.wait(0.001)
    client.track("Seen", user_id="ada", message_id=f"last-{number}")
thread = threading.Thread(target=tell)
thread.start()
workers = []
for worker in range(20):
    pid = os.fork()
    if not pid:
        client.track("Seen", user_id="ada", message_id=f"w{worker}")
        os._exit(not client.flush(20))
    workers.append(pid)
bad = any(os.waitpid(pid, 0)[1] for pid in workers)
stop.set()
thread.join()
sys.exit(bad)
"""
    done = program(text, gateway, key)
    assert done.returncode == 0, done.stderr
    ids = log.ids()
    assert {f"w{worker}" for worker in range(20)} <= set(ids)
    last = next(int(one.removeprefix("last-")) for one in ids if one.startswith("last-"))
    assert {f"t{number}" for number in range(last)} <= set(ids)
    assert set(ids.values()) == {1}


def test_processes_of_multiprocessing(gateway: Gateway, key: str, log: InLog) -> None:
    text = """
import multiprocessing, os
client = Client(os.environ["KEY"], os.environ["HOST"], flush_after_s=60)
def work(number):
    client.track("Seen", user_id="ada", message_id=f"p{number}")
context = multiprocessing.get_context("fork")
workers = [context.Process(target=work, args=(number,)) for number in range(3)]
for worker in workers: worker.start()
for worker in workers: worker.join()
"""
    done = program(text, gateway, key)
    assert done.returncode == 0, done.stderr
    assert set(log.ids()) == {"p0", "p1", "p2"}


KILLED = """
import os, sys
client = Client(os.environ["KEY"], os.environ["HOST"], spool_dir=sys.argv[1], fsync=sys.argv[2] == "fsync", batch_size=20)
number = 0
while True:
    print(client.track("Seen", user_id="ada", message_id=f"{sys.argv[3]}-{number}"), flush=True)
    number += 1
"""


@pytest.mark.parametrize("fsync", ["", "fsync"])
def test_killed_programs_lose_nothing_and_double_nothing(
    gateway: Gateway, key: str, log: InLog, spool: Path, fsync: str
) -> None:
    """What a call has returned is in the log exactly once, though its program and the way to the server are cut at any moment."""
    turn = [0]

    def fault(ids: tuple[str, ...]) -> Fault | None:
        turn[0] += 1
        return (None, Fault(stored=True), Fault(), None)[turn[0] % 4]

    gateway.fault = fault
    told: set[str] = set()
    for run in range(4):
        running = [started(gateway, key, str(spool), fsync, f"{run}-{copy}") for copy in range(2)]
        for process in running:
            lines = iter(process.stdout.readline, "")
            told.update(next(lines).strip() for _ in range(150))
            process.send_signal(signal.SIGKILL)
            told.update(line.strip() for line in lines if line.endswith("\n"))
            process.wait()
            process.stdout.close()
    gateway.fault = lambda ids: None
    with Client(key, gateway.url, spool_dir=spool) as client:
        assert client.flush(WITHIN_S)
    ids = log.ids()
    assert told - set(ids) == set()
    assert set(ids.values()) == {1}
    assert files(spool) == []


def started(gateway: Gateway, key: str, *arguments: str) -> Any:
    command = [sys.executable, "-c", "from percorso.client import Client\n" + KILLED, *arguments]
    environment = {**os.environ, "KEY": key, "HOST": gateway.url}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


# ---- the spool


def test_what_waits_on_disk_is_not_in_memory_and_outlives_close(
    make: Callable[..., Client], gateway: Gateway, spool: Path, log: InLog, dropped: list[Drop]
) -> None:
    gateway.fault = lambda ids: NEVER
    client = make(spool_dir=spool, max_queue=1)
    ids = {order(client, number) for number in range(300)}
    assert not client.close(0.2)
    assert (dropped, len(files(spool))) == ([], 1)
    gateway.fault = lambda ids: None
    again = make(spool_dir=spool)
    log.wait_for(ids)
    assert again.close()
    assert files(spool) == []


def test_a_disk_that_fails_leaves_the_memory(make: Callable[..., Client], log: InLog, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with make(spool_dir=blocked) as client:
        message_id = order(client, 1)
        assert client.flush(WITHIN_S)
    assert set(log.ids()) == {message_id}


def test_a_disk_that_is_full_amid_a_line(gateway: Gateway, key: str, log: InLog, spool: Path) -> None:
    text = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
with Client(os.environ["KEY"], os.environ["HOST"], spool_dir=sys.argv[1], flush_after_s=60) as client:
    for number in range(12):
        client.track("Seen", user_id="ada", message_id=f"m{number}")
"""
    done = program(text, gateway, key, str(spool))
    assert done.returncode == 0, done.stderr
    assert "events wait in memory" in done.stderr
    assert log.ids() == {f"m{number}": 1 for number in range(12)}
    assert files(spool) == []


def test_a_full_spool_tells(make: Callable[..., Client], gateway: Gateway, spool: Path, dropped: list[Drop]) -> None:
    gateway.fault = lambda ids: NEVER
    client = make(spool_dir=spool, max_spool_bytes=2_000)
    for number in range(20):
        order(client, number)
    assert {drop.reason for drop in dropped} == {"full"}
    assert files(spool)[0].stat().st_size <= 2_100


def test_torn_and_foreign_files(spool: Path) -> None:
    file = own_file(spool, most_bytes=1_000_000, fsync=False)
    for number in range(3):
        assert file.add(Waiting(f"m{number}", json.dumps({"messageId": f"m{number}"}).encode()))
    file.remove(1)
    path = file.path
    file.abandon()
    with path.open("ab") as torn:
        torn.write(b'{"messageId":"never retur')
    (spool / "other.spool").write_text("what is this?\n" * 9)
    (spool / "young.spool").write_text("percorso-sp")
    found = list(left_behind(spool))
    assert [event.message_id for event in found[0].first(10, 10_000)] == ["m1", "m2"]
    assert len(found) == 1
    found[0].remove(2)
    found[0].close()
    assert [path.name for path in files(spool)] == ["other.spool"]


def test_a_file_of_somebody_alive_is_left_alone(spool: Path) -> None:
    file = own_file(spool, most_bytes=1_000, fsync=False)
    assert list(left_behind(spool)) == []
    with pytest.raises(BlockingIOError):
        SpoolFile(file.path, most_bytes=1, fsync=False, new=False)
    file.close()
    assert files(spool) == []


@given(st.lists(st.one_of(st.integers(1, 60), st.just("first"), st.just("reopen")), max_size=60))
def test_a_spool_is_a_queue(tmp_path_factory: pytest.TempPathFactory, acts: list[int | str]) -> None:
    """In whatever order events are added, acknowledged and taken over, on disk as in memory."""
    folder = tmp_path_factory.mktemp("queue")
    disk, memory = own_file(folder, most_bytes=1_000_000, fsync=False), InMemory(1_000, 1_000_000)
    number = 0
    for act in acts:
        if act == "reopen":
            disk.abandon()
            disk = SpoolFile(disk.path, most_bytes=1_000_000, fsync=False, new=False)
        elif act == "first":
            some = memory.first(3, 200)
            assert disk.first(3, 200) == some
            disk.remove(len(some))
            memory.remove(len(some))
        elif isinstance(act, int):
            number += 1
            event = Waiting(f"m{number}", json.dumps({"messageId": f"m{number}", "text": "x" * act}).encode())
            assert disk.add(event)
            assert memory.add(event)
        assert len(disk) == len(memory)
    assert disk.first(1_000, 1_000_000) == memory.first(1_000, 1_000_000)
    disk.abandon()


# ---- alone


def test_it_needs_nothing_but_python() -> None:
    text = """
import sys
before = set(sys.modules)
import percorso.client
roots = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(root for root in roots if root not in sys.stdlib_module_names))
ours = ("percorso.client", "percorso.version")
print(sorted(name for name in sys.modules if name.startswith("percorso.") and not name.startswith(ours)))
"""
    done = subprocess.run([sys.executable, "-I", "-c", text], text=True, capture_output=True, check=True, timeout=60)
    assert done.stdout.split("\n")[:2] == ["['percorso']", "[]"]
