"""`percorso up`: one command, four processes, one owner."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.importing import Cli
from tests.server import Server

PROGRAM = str(Path(sys.executable).with_name("percorso"))


def run(
    directory: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command of the same directory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PERCORSO_")}
    command = [PROGRAM, *arguments, "--dir", str(directory)]
    return subprocess.run(
        command, text=True, capture_output=True, timeout=60, check=False, env={**kept, **(environment or {})}
    )


def answer(directory: Path, *arguments: str, environment: dict[str, str] | None = None) -> Any:
    """The JSON a command prints."""
    done = run(directory, *arguments, "--json", environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that do not harm it."""
    with Server(tmp_path_factory.mktemp("up") / "company", "--name", "Bottega", "--currency", "CHF") as running:
        assert running.url
        yield running


@pytest.fixture
def ask(server: Server, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Commands on the server's directory, in this process: another than those that run on it."""
    return Cli(server.directory, capsys)


def track(server: Server, key: str, message_id: str, **properties: Any) -> httpx.Response:
    body = {"event": "Order Completed", "userId": "ada", "messageId": message_id, "properties": properties}
    return server.client.post("/v1/track", json=body, auth=(key, ""))


def test_an_event_becomes_a_person(server: Server, ask: Cli) -> None:
    key = ask.json("keys", "create", "--kind", "write")["key"]
    taken = track(server, key, "m1", order_id="o1", revenue=20, currency="CHF", products=[])
    assert taken.status_code == 200
    assert taken.json()["success"] is True
    server.wait_folded()
    ada = answer(server.directory, "person", "user_id:ada")
    assert (ada["orders"], ada["spend"]) == (1, {"CHF": 2000})
    assert ada["positions"][0]["stage"] == "buy"


def test_first_start_makes_the_company_and_says_how_to_sign_in(server: Server) -> None:
    wait_for(lambda: any("/setup?token=" in line for line in server.lines))  # after the address
    link = next(line for line in server.lines if "/setup?token=" in line)
    token = (server.directory / "run" / "setup-token").read_text()
    assert link.endswith(token)


def test_it_is_alive_and_ready(server: Server) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert server.client.get(path).status_code == 200


def test_a_second_up_is_refused_with_the_holder(server: Server) -> None:
    done = run(server.directory, "up", "--port", "0")
    assert done.returncode == 1
    assert f"in use by process {server.process.pid}" in done.stderr


def test_check_and_replay_run_beside_it(ask: Cli) -> None:
    assert ask.json("check")["ok"]
    assert ask.json("replay", "--check")["equal"]


def test_a_fallen_process_is_started_again(tmp_path: Path) -> None:
    with Server(tmp_path / "company") as server:
        assert server.url
        before = server.children()
        assert len(before) == 5
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(set(server.children()) - set(before)) == 5)
        wait_for(lambda: is_ready(server))


def test_a_stop_is_graceful_and_leaves_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path / "company")
    assert server.url
    children = server.children()
    assert server.stop() == 0
    assert not any(is_alive(pid) for pid in children)
    assert not (server.directory / "run" / "server.json").exists()
    assert answer(server.directory, "check")["ok"]


def test_children_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    server = Server(tmp_path / "company")
    assert server.url
    children = server.children()
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    with Server(tmp_path / "company") as again:
        assert again.url
        assert not any(is_alive(pid) for pid in children)


def test_a_taken_port_is_told_at_once(server: Server, tmp_path: Path) -> None:
    port = server.url.rsplit(":", 1)[1]
    done = run(tmp_path / "other", "up", "--port", port)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert len(done.stderr.strip().splitlines()[-1]) < 200


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("person", "nobody"), "not_found", "nobody is known"),
        (("person", "user_id:nobody"), "not_found", "nobody is known"),
        (("keys", "revoke", "nokey"), "not_found", "no key"),
        (("restore", "."), "not_found", "no backup"),
    ],
)
def test_errors_are_one_clear_line(ask: Cli, arguments: tuple[str, ...], code: str, said: str) -> None:
    ended, _, plain = ask(*arguments)
    assert (ended, len(plain.strip().splitlines())) == (1, 1)
    assert said in plain
    told = json.loads(ask(*arguments, "--json")[1])
    assert told["code"] == code
    assert said in told["message"]


def test_a_directory_without_company_says_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path / "empty", "person", "x:y")
    assert done.returncode == 1
    assert "percorso init" in done.stderr
    assert not (tmp_path / "empty").exists()


def test_a_bare_value_of_several_people_lists_the_kinds(server: Server, ask: Cli) -> None:
    key = ask.json("keys", "create", "--kind", "write")["key"]
    for kind in ("card", "member"):
        body = {
            "event": "Store Visited",
            "messageId": f"two-{kind}",
            "anonymousId": f"till-{kind}",
            "context": {"externalIds": [{"type": kind, "id": "4711x"}]},
        }
        server.client.post("/v1/track", json=body, auth=(key, "")).raise_for_status()
    server.wait_folded()
    ended, _, said = ask("person", "4711x")
    assert ended == 2
    assert "card:4711x, member:4711x" in said


def is_ready(server: Server) -> bool:
    try:
        return server.client.get("/readyz", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition: Any, within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
