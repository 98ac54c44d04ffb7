"""What a server took of a client, and the keys it gives them."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.server import Server

PROGRAM = str(Path(sys.executable).with_name("percorso"))


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What the server took of one source: how often each call and each order is in the log, and the other verdicts."""

    calls: Counter[str]
    orders: Counter[str]
    others: list[str]

    def is_once(self, orders: int, others: Iterable[str]) -> bool:
        """Every order and each of the other calls exactly once."""
        calls = {"track": orders, **dict.fromkeys(others, 1)}
        return self.calls == calls and self.orders == {f"o{n}": 1 for n in range(orders)}


def answer(server: Server, *arguments: str) -> Any:
    """The JSON a command prints."""
    command = [PROGRAM, *arguments, "--dir", str(server.directory), "--json"]
    done = subprocess.run(command, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def key_of(server: Server, source: str) -> str:
    key = answer(server, "keys", "create", "--kind", "write", "--name", source)["key"]
    assert isinstance(key, str)
    return key


def taken(server: Server, source: str) -> Taken:
    """What is there of a source, all by ada, once it is folded."""
    server.wait_folded()
    query = f"""select v.verdict, e.type, e.order_id, e.user_id
        from verdicts v left join events e on v.seq = e.seq where v.source = '{source}'"""
    rows = answer(server, "sql", query)
    inside = [row for row in rows if row["verdict"] == "accepted"]
    assert {row["user_id"] for row in inside} <= {"ada"}
    return Taken(
        calls=Counter(row["type"] for row in inside),
        orders=Counter(row["order_id"] for row in inside if row["order_id"]),
        others=[row["verdict"] for row in rows if row["verdict"] != "accepted"],
    )
