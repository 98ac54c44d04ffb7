"""What was seen of each client in a run, and `ran.json`, where the last run is kept for docs/reference-clients.md.

``PERCORSO_RECORD_CLIENTS=1 make test-sdks`` writes it anew; without, a run that saw anything else fails.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.sdks.between import Sent

KEPT = Path(__file__).with_name("ran.json")
COLUMNS = ("client", "version", "runs in", "calls", "to", "body", "key", "again")
HEADINGS = {
    "client": "client",
    "version": "version",
    "runs in": "runs in",
    "calls": "calls taken, each once",
    "to": "to",
    "body": "body",
    "key": "key in",
    "again": "after 503, 429 and a lost answer",
}


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(values)))


class Record:
    """Facts by client, as they were seen."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, str]] = {}

    def ran(
        self, name: str, *, package: str, version: str, runs_in: str, calls: Iterable[str], sent: Sequence[Sent]
    ) -> None:
        """A client did what it was asked to."""
        self._seen.setdefault(name, {}).update(
            {
                "client": f"`{package}`",
                "version": version,
                "runs in": runs_in,
                "calls": _listed(calls),
                "to": _listed(f"`{one.path}`" for one in sent),
                "body": _listed(f"{one.content_type}{', gzip' if one.packed else ''}" for one in sent),
                "key": _listed(one.key for one in sent),
            }
        )

    def again(self, name: str, what: str) -> None:
        """What a client does when it is not answered with 200."""
        self._seen.setdefault(name, {})["again"] = what

    def compare(self, names: Sequence[str]) -> None:
        """That these clients ran as the docs say. Nothing to say when only some of the tests were run."""
        seen = {name: self._seen.get(name, {}) for name in names}
        if any(set(facts) != set(COLUMNS) for facts in seen.values()):
            pytest.skip("not all tests of all clients were run")
        kept = kept_rows()
        if os.environ.get("PERCORSO_RECORD_CLIENTS"):
            KEPT.write_text(json.dumps(dict(sorted({**kept, **seen}.items())), indent=2) + "\n")
            return
        stale = "docs/reference-clients.md is of another run: PERCORSO_RECORD_CLIENTS=1 make test-sdks docs"
        assert {name: kept.get(name) for name in names} == seen, stale


def kept_rows() -> dict[str, Any]:
    """Client -> column -> what was seen, of the run that is kept."""
    rows: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return rows


def table(rows: Mapping[str, Mapping[str, str]]) -> str:
    """The rows for the docs."""
    lines = ["| " + " | ".join(HEADINGS[column] for column in COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    lines += ["| " + " | ".join(row[column] for column in COLUMNS) + " |" for row in rows.values()]
    return "\n".join(lines)
