"""One person's events, without reading everybody's: the way of the timeline."""

import json
import re
from collections.abc import Sequence
from typing import Any

from percorso.adapters.duckdb_base import quoted
from percorso.adapters.engine_tables import Moment, read_files, typed
from percorso.adapters.projection import LOG_COLUMNS, PLACED_COLUMNS, projection

MOST_HOLDERS = 500
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
    hold one of whom these nodes ever belonged to are read.
    """
    nodes = [node for node in node_ids if _ID.match(node)]
    if not nodes:
        return []
    among = f"node_id IN ({', '.join(quoted(node) for node in nodes)})"
    parts = []
    if moment.files:
        holders = ever_held(moment, nodes)
        held = f" AND person_id IN ({', '.join(quoted(holder) for holder in holders)})" if holders else ""
        parts.append(f"SELECT {', '.join(COLUMNS)} FROM {read_files(moment.files)} WHERE {among}{held}")
    if moment.upto > moment.sealed:
        _load_tail(connection, moment, among)
        parts.append(f"SELECT {', '.join(COLUMNS)} FROM ({typed(projection('person_raw', 'person_placed'))})")
    if not parts:
        return []
    conditions = ["true"]
    if before is not None:
        at, seq = int(before[0]), int(before[1])
        conditions.append(f"(occurred_at, seq) < (make_timestamp({at}), {seq})")
    if channel is not None:
        conditions.append(f"channel = {quoted(channel)}")
    result = connection.execute(
        "SELECT * REPLACE (epoch_us(occurred_at) AS occurred_at)"
        f" FROM ({' UNION ALL '.join(f'({part})' for part in parts)}) WHERE {' AND '.join(conditions)}"
        f" ORDER BY occurred_at DESC, seq DESC LIMIT {int(limit)}"
    )
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


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


def _load_tail(connection: Any, moment: Moment, among: str) -> None:
    tail = f"seq > {moment.sealed} AND seq <= {moment.upto}"
    placed = moment.state.fetch(f"SELECT {PLACED_COLUMNS} FROM placed WHERE {tail} AND {among}")
    seqs = ", ".join(str(seq) for seq in placed["seq"].to_pylist()) or "-1"
    raw = moment.log.fetch(f"SELECT {LOG_COLUMNS} FROM log_events WHERE seq IN ({seqs})")
    connection.register("person_placed", placed)
    connection.register("person_raw", raw)
