"""What is in a server's log of one source, read beside the server."""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from percorso.main import open_company
from percorso.settings import Settings
from tests.server import Server

WITHIN_S = 30.0


def key_of(server: Server, source: str) -> str:
    """A write key of that source."""
    settings = Settings.model_construct(dir=server.directory)
    with open_company(server.directory, settings, write=False) as company:
        return company.make_key("write", source)[1]


class InLog:
    """The events that a source has in the log, in its order, and the verdicts on what is not there."""

    def __init__(self, server: Server, source: str) -> None:
        self._uri = f"file:{server.directory / 'log.db'}?mode=ro"
        self.source = source

    def events(self) -> list[dict[str, Any]]:
        rows = self._rows("select body from log_events where source = ? order by seq")
        return [json.loads(body) for (body,) in rows]

    def named(self, name: str) -> list[dict[str, Any]]:
        """Events of a name, or calls of a type."""
        return [event for event in self.events() if name in (event.get("event"), event["type"])]

    def ids(self) -> Counter[str]:
        return Counter(event["messageId"] for event in self.events())

    def refused(self) -> list[tuple[str, str | None]]:
        """Verdict and reason of what was not accepted."""
        return self._rows("select verdict, reason from log_refused where source = ? order by id")

    def wait(self, until: Callable[[list[dict[str, Any]]], object], within_s: float = WITHIN_S) -> list[dict[str, Any]]:
        """The events, as soon as they satisfy a condition."""
        pause = threading.Event()
        for _ in range(int(within_s / 0.05)):
            found = self.events()
            if until(found):
                return found
            pause.wait(0.05)
        raise AssertionError([(one.get("event") or one["type"], one["messageId"]) for one in self.events()])

    def wait_for(self, ids: set[str], within_s: float = WITHIN_S) -> list[dict[str, Any]]:
        """The events, as soon as those are among them; none may be there twice."""
        found = self.wait(lambda events: ids <= {event["messageId"] for event in events}, within_s)
        assert max(self.ids().values()) == 1
        return found

    def _rows(self, query: str) -> list[Any]:
        connection = sqlite3.connect(self._uri, uri=True, timeout=10.0)
        try:
            return connection.execute(query, (self.source,)).fetchall()
        finally:
            connection.close()
