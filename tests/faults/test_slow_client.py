"""Many clients that drip their bodies: each is answered once it is done, and the others are answered meanwhile."""

import json
import socket
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from percorso.main import create_company, open_company
from percorso.settings import Settings
from tests.faults.load import Load, eventually
from tests.faults.whole import assert_whole
from tests.server import Server

DRIPPING = 200
STUCK = 100
pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


def begun(address: tuple[str, int], key: str, message_id: str) -> tuple[socket.socket, bytes]:
    """A connection on which a request has begun, and the rest of its body."""
    body = json.dumps({"event": "Drip", "userId": "slow", "messageId": message_id, "writeKey": key}).encode()
    connection = socket.create_connection(address, timeout=30)
    head = f"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    connection.sendall(head + body[:1])
    return connection, body[1:]


def test_slow_clients_hold_nobody_up(tmp_path: Path) -> None:
    settings = Settings.model_construct(dir=tmp_path / "company")
    create_company(settings.dir, settings)
    with open_company(settings.dir, settings) as company:
        key = company.make_key("write", "load")[1]
    load = Load(key, 7)
    with Server(settings.dir) as server, ExitStack() as held:
        parts = urlsplit(server.url)
        address = (str(parts.hostname), int(parts.port or 80))
        slow = [begun(address, key, f"drip-{number}") for number in range(DRIPPING)]
        stuck = [begun(address, key, f"stuck-{number}")[0] for number in range(STUCK)]
        for connection in [*(one for one, _ in slow), *stuck]:
            held.callback(connection.close)
        load.start()
        try:
            load.aim(server.url)
            while any(rest for _, rest in slow):
                slow = [(one, rest if not rest else sent(one, rest)) for one, rest in slow]
            told = [one.recv(4096) for one, _ in slow]
            assert all(answer.startswith(b"HTTP/1.1 200") for answer in told)
            before = len(load.acknowledged)
            eventually(
                lambda: len(load.acknowledged) > before + 500, 30, "others are answered beside those that are stuck"
            )
            assert load.statuses.keys() == {200}
        finally:
            load.finish()
        server.wait_folded()
    load.sent.update(f"drip-{number}" for number in range(DRIPPING))
    load.acknowledged.update(f"drip-{number}" for number in range(DRIPPING))
    assert_whole(settings.dir, settings, load)
    with open_company(settings.dir, settings) as company, company.log_database.read() as connection:
        stuck_ones = text("select count(*) from log_events where message_id like 'stuck-%'")
        assert connection.execute(stuck_ones).scalar_one() == 0


def sent(connection: socket.socket, rest: bytes) -> bytes:
    """Send a few bytes; what is left."""
    connection.sendall(rest[:5])
    return rest[5:]
