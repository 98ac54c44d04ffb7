"""One person's events, without reading everybody's: the way of the timeline."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from percorso.adapters.duckdb_base import quoted
from percorso.adapters.engine_tables import Moment, read_files, typed
from percorso.adapters.projection import LOG, PLACED, projection
from percorso.model.time import DAY, from_datetime

MOST_HOLDERS = 500
FIRST_FILES = 12
"""A year of closed months; most pages need no more."""
COLUMNS = (
    *(
        "seq",
        "message_id",
        "source",
        "type",
        "name",
        "node_id",
        "occurred_at",
        "touchpoint",
        "channel",
        "phase",
        "stage",
    ),
    *("historical", "properties"),
)
"""Every further column costs a look into every block of every file."""

_ID = re.compile(r"^[\x21-\x7e]{1,64}$")


def nodes_of(moment: Moment, person_id: str) -> list[str]:
    """The nodes of whoever holds a person id now."""
    if not _ID.match(person_id):
        return []
    holder = f"SELECT person_id FROM nodes WHERE node_id = {quoted(person_id)}"
    rows = moment.state.fetch(f"SELECT node_id FROM nodes WHERE person_id = ({holder})")
    return [str(row["node_id"]) for row in rows.to_pylist()]


def person_events(
    connection: Any,
    moment: Moment,
    node_ids: Sequence[str],
    before: tuple[int, int] | None,
    channel: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """The events folded under some nodes, newest first by (occurred_at, seq).

    A compacted file is sorted by person and keeps, per block of rows, the least and greatest person: only blocks that may
    hold one of whom these nodes ever belonged to are read. Files are read from the newest on, until the page is full and
    what is left is older.
    """
    nodes = [node for node in node_ids if _ID.match(node)]
    if not nodes:
        return []
    among = _one_of("node_id", nodes)
    wanted = [among] + ([f"channel = {quoted(channel)}"] if channel is not None else [])
    if before is not None:
        at, seq = int(before[0]), int(before[1])
        wanted.append(f"(occurred_at, seq) < (make_timestamp({at}), {seq})")
    found = _of_tail(connection, moment, among, wanted, limit)
    holders = ever_held(moment, nodes) if moment.files else set()
    held = [_one_of("person_id", sorted(holders))] if holders else []
    for files, older in newest_first(moment):
        if len(found) >= limit and found[limit - 1]["occurred_at"] >= (older + 2) * DAY:
            break
        found += _rows(connection, f"FROM {read_files(files)}", [*held, *wanted], limit)
        found.sort(key=lambda row: (row["occurred_at"], row["seq"]), reverse=True)
    return found[:limit]


def newest_first(moment: Moment) -> Iterator[tuple[list[Path], int]]:
    """The files, some at a time and ever more, each time with the last civil day that they hold."""
    files = sorted(zip(moment.last_days, moment.files, strict=True), reverse=True)
    size = FIRST_FILES
    while files:
        some, files = files[:size], files[size:]
        yield [file for _, file in some], some[0][0]
        size *= 2


def _of_tail(connection: Any, moment: Moment, among: str, wanted: Sequence[str], limit: int) -> list[dict[str, Any]]:
    if moment.upto <= moment.sealed:
        return []
    tail = f"seq > {moment.sealed} AND seq <= {moment.upto}"
    placed = moment.state.fetch(f"SELECT {PLACED.sql} FROM placed WHERE {tail} AND {among}")
    if placed.num_rows == 0:
        return []
    seqs = ", ".join(str(seq) for seq in placed["seq"].to_pylist())
    raw = moment.log.fetch(f"SELECT {LOG.sql} FROM log_events WHERE seq IN ({seqs})")
    connection.register("person_placed", placed)
    connection.register("person_raw", raw)
    return _rows(connection, f"FROM ({typed(projection('person_raw', 'person_placed'))})", wanted, limit)


def _rows(connection: Any, source: str, wanted: Sequence[str], limit: int) -> list[dict[str, Any]]:
    result = connection.execute(
        f"SELECT {', '.join(COLUMNS)} {source} WHERE {' AND '.join(wanted)}"
        f" ORDER BY occurred_at DESC, seq DESC LIMIT {int(limit)}"
    )
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return [row | {"occurred_at": from_datetime(row["occurred_at"].replace(tzinfo=UTC))} for row in rows]


def _one_of(column: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"{column} = {quoted(values[0])}"
    return f"{column} IN ({', '.join(quoted(value) for value in values)})"


def ever_held(moment: Moment, nodes: Sequence[str]) -> set[str]:
    """Whoever the nodes may have belonged to when their events were placed; empty when these are too many to list.

    A node has only ever hung on one of its candidates, and candidates are never forgotten: so on itself, on them, or on
    theirs in turn.
    """
    known: set[str] = set()
    asked = set(nodes)
    while asked:
        known |= asked
        if len(known) > MOST_HOLDERS:
            return set()
        among = ", ".join(quoted(node) for node in sorted(asked))
        rows = moment.state.fetch(f"SELECT coalesce(candidates, '') AS said FROM nodes WHERE node_id IN ({among})")
        found = [json.loads(row["said"]) for row in rows.to_pylist() if row["said"]]
        asked = {candidate for candidates in found for candidate in candidates} - known
    return known
