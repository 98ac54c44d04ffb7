"""Unmodified clients of Segment and RudderStack against a real server: what they send is in the log once, and they are content."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sdks.clients import CLIENTS, INSTALLED, Client, run
from tests.server import Server

pytestmark = pytest.mark.sdk

PROGRAM = str(Path(sys.executable).with_name("percorso"))
ORDERS = 130
"""More than any of the clients puts into one batch."""
OTHERS = {"identify": 1, "page": 1, "group": 1, "alias": 1}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not (INSTALLED / ".ready").exists():
        if os.environ.get("PERCORSO_TEST_SDKS") == "required":
            pytest.fail("the clients are not installed: make test-sdks")
        pytest.skip("the clients are not installed: make test-sdks")
    with Server(tmp_path_factory.mktemp("sdks") / "company") as running:
        assert running.url
        yield running


def answer(server: Server, *arguments: str) -> Any:
    """The JSON a command prints."""
    command = [PROGRAM, *arguments, "--dir", str(server.directory), "--json"]
    done = subprocess.run(command, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def verdicts(server: Server, source: str) -> list[tuple[str, str | None]]:
    query = f"select verdict, reason from verdicts where source = '{source}' and verdict <> 'accepted'"
    return [(row["verdict"], row["reason"]) for row in answer(server, "sql", query)]


def logged(server: Server, source: str) -> tuple[Counter[str], Counter[str]]:
    """How often each call and each order of a source is in the log."""
    server.wait_folded()
    query = f"select type, order_id, user_id from events where source = '{source}'"
    rows = answer(server, "sql", query)
    assert {row["user_id"] for row in rows} == {"ada"}
    return Counter(row["type"] for row in rows), Counter(row["order_id"] for row in rows if row["order_id"])


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_all_that_a_client_sends_is_in_the_log_exactly_once(server: Server, client: Client) -> None:
    key = answer(server, "keys", "create", "--kind", "write", "--name", client.name)["key"]
    run(client, server.url, key, ORDERS, with_bad=False)
    calls, orders = logged(server, client.name)
    assert calls == {"track": ORDERS, **OTHERS}
    assert orders == {f"o{number}": 1 for number in range(ORDERS)}
    assert verdicts(server, client.name) == [], "nothing was sent twice"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_bad_item_takes_nothing_with_it_and_is_not_sent_again(server: Server, client: Client) -> None:
    source = f"{client.name}-bad"
    key = answer(server, "keys", "create", "--kind", "write", "--name", source)["key"]
    run(client, server.url, key, 5, with_bad=True)
    calls, orders = logged(server, source)
    assert calls == {"track": 5, **OTHERS}
    assert orders == {f"o{number}": 1 for number in range(5)}
    (bad,) = verdicts(server, source)
    assert bad[0] == "quarantined"
