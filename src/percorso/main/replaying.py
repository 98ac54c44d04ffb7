"""Replay: the folded tables made again from the log, compared with the live ones and, when asked, put in their place."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, update

from percorso.adapters.sql import migrations
from percorso.adapters.sql.consents import SqlConsents, reader
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.digest import digests
from percorso.adapters.sql.segments_state import make_again
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import (
    assertions,
    consent_ledger,
    moved,
    nodes,
    offsets,
    overrides,
    people,
    placed,
    positions,
)
from percorso.main.company import Company
from percorso.main.folding import Folding
from percorso.model.identity import IdentityRules
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE
from percorso.pipeline.consenting import Notary
from percorso.pipeline.replay import LogUpTo, fold_again
from percorso.ports import EventLog

IN_FOLD: tuple[Table, ...] = (nodes, assertions, overrides, people, positions, placed)
SWAPPED: tuple[Table, ...] = (*IN_FOLD, consent_ledger)
_ROWS = 5_000


def replay(company: Company, *, swap: bool, told: Callable[[int], None] = lambda _: None) -> Mapping[str, Any]:
    """Fold the log into an empty state, aside, up to where the live state is; compare; with `swap` put it in place.

    Nothing is decided, sent or drawn again: kept tables are not touched. The configuration in force is used.
    Returns ``{"events", "equal", "tables": {name: {"live", "replay", "equal"}}, "swapped"}``.
    """
    if swap:
        company.processor.drain()
    company.notary.drain()
    folder = Path(tempfile.mkdtemp(prefix="replay-", dir=company.directory.run))
    try:
        with closing(Database(f"sqlite:///{folder / 'state.db'}")) as aside:
            migrations.migrate(aside, "state", lambda _: None)
            with company.state_database.read() as connection:
                live, places, noted = digests(connection), folded_to(connection), read_to(connection, "consents")
            events = fold_aside(company, aside, places, told)
            note_aside(company, aside, noted)
            with aside.read() as connection:
                again = digests(connection)
            if swap:
                put_in_place(aside, company.state_database)
    finally:
        shutil.rmtree(folder)
    tables = {name: {"live": live[name], "replay": again[name], "equal": live[name] == again[name]} for name in live}
    return {"events": events, "equal": live == again, "tables": tables, "swapped": swap}


def fold_aside(
    company: Folding,
    aside: Database,
    places: Mapping[int, int],
    told: Callable[[int], None] = lambda _: None,
    rules: IdentityRules | None = None,
) -> int:
    """Fold the company's log up to some places into an empty database; the number of events. `rules`: other than in force."""
    log: EventLog = LogUpTo(company.log, places)
    state = SqlState(aside, company.log.log_id)
    return fold_again(company.folding(log, state, None, rules), told)


def note_aside(
    company: Folding, aside: Database, places: Mapping[int, int], rules: IdentityRules | None = None
) -> None:
    """Write the consent ledger of a folded database up to some places of the log. `rules`: other than in force."""
    ledger = SqlConsents(aside, company.log.log_id)
    by = company.identity_rules if rules is None else lambda: rules
    Notary(LogUpTo(company.log, places), ledger, company.facts.secret, by).drain()


def folded_to(connection: Connection) -> dict[int, int]:
    """lane -> how far the state is folded."""
    return read_to(connection, "process")


def read_to(connection: Connection, reader: str) -> dict[int, int]:
    """lane -> how far one of the log's readers has come."""
    rows = connection.execute(select(offsets.c.reader, offsets.c.seq).where(offsets.c.reader.like(f"{reader}/%")))
    return {int(name.removeprefix(f"{reader}/")): seq for name, seq in rows}


def put_in_place(aside: Database, live: Database, tables: Sequence[Table] = SWAPPED) -> None:
    """Replace the folded tables in one transaction. The lake keeps the people it was sealed with, so `moved` must name
    every node that moved in either fold or differs between them. The consent ledger, when it is one of them, goes back to
    where the one aside ends, and is written on from there."""
    with aside.read() as source, live.write() as target:
        if folded_to(source) != folded_to(target):
            raise AssertionError("the state moved during the replay although it was locked")
        holders, before = holders_in(source), holders_in(target)
        named = {*source.execute(select(moved.c.node_id)).scalars(), *target.execute(select(moved.c.node_id)).scalars()}
        named |= {node for node, person in before.items() if holders.get(node, person) != person}
        for table in tables:
            target.execute(
                delete(table).where(table.c.payload.is_not(None)) if table is consent_ledger else delete(table)
            )
            copy_rows(source, target, table)
        if consent_ledger in tables:
            set_back(target, read_to(source, "consents"))
        target.execute(delete(moved))
        make_again(target)  # facts of segments hang on nodes
        rows = [{"node_id": node, "person_id": holders[node]} for node in sorted(named) if node in holders]
        for start in range(0, len(rows), _ROWS):
            target.execute(moved.insert(), rows[start : start + _ROWS])


def set_back(connection: Connection, noted: Mapping[int, int]) -> None:
    """Let the consent ledger end at these places of the log; what follows is written again."""
    for lane in (LIVE_LANE, IMPORT_LANE):
        seq = noted.get(lane, 0)
        after = (consent_ledger.c.lane == lane) & (consent_ledger.c.seq > seq)
        connection.execute(delete(consent_ledger).where(after, consent_ledger.c.payload.is_not(None)))
        connection.execute(update(offsets).where(offsets.c.reader == reader(lane)).values(seq=seq))


def holders_in(connection: Connection) -> dict[str, str]:
    """node_id -> person_id of every node."""
    return {row.node_id: row.person_id for row in connection.execute(select(nodes.c.node_id, nodes.c.person_id))}


def copy_rows(source: Connection, target: Connection, table: Table) -> int:
    """Copy a table's rows; how many."""
    result = source.execution_options(yield_per=_ROWS).execute(select(table))
    for part in result.mappings().partitions():
        target.execute(table.insert(), [dict(row) for row in part])
    return int(target.execute(select(func.count()).select_from(table)).scalar_one())
