"""Does what lies on disk agree with itself: log, state, lake.

Each check reads state before log, so that it may run beside a server: the log only grows.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as parquet
from pyarrow import ArrowException
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from percorso.adapters.sql import migrations
from percorso.adapters.sql.database import Database
from percorso.main.birth import LINES
from percorso.main.company import Company
from percorso.model.consent_chain import breaks
from percorso.model.errors import StoreUnavailable


class Finding(NamedTuple):
    """One check: whether it holds, and the figures behind it."""

    check: str
    ok: bool
    detail: str


def check(company: Company) -> list[Mapping[str, Any]]:
    """Every finding, as JSON. A check that a damaged file stops is a finding too, and the others go on."""
    return [finding._asdict() for step in CHECKS for finding in findings_of(step, company)]


def findings_of(step: Callable[[Company], Iterator[Finding]], company: Company) -> Iterator[Finding]:
    try:
        yield from step(company)
    except (DBAPIError, StoreUnavailable, OSError, ArrowException) as error:
        said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        yield Finding(step.__name__.replace("_", " "), False, f"it cannot be read: {said[:200]}")


def databases_are_sound(company: Company) -> Iterator[Finding]:
    """SQLite's own check of pages and indexes; PostgreSQL checks itself. And the tables' version."""
    for line, database in zip(LINES, (company.log_database, company.state_database), strict=True):
        version = migrations.current(database, line)
        yield Finding(f"{line} version", version == migrations.HEAD[line], str(version))
        if database.is_sqlite:
            with database.read() as connection:
                told = connection.execute(text("pragma integrity_check(5)")).scalars().all()
            yield Finding(f"{line} integrity", told == ["ok"], "; ".join(map(str, told)))


def state_is_of_this_log(company: Company) -> Iterator[Finding]:
    with company.state_database.read() as connection:
        rows = connection.execute(text("select reader, log_id, seq from offsets order by reader")).all()
    head = company.log.size().head
    strangers = [reader for reader, log_id, _ in rows if log_id != company.log.log_id]
    ahead = [f"{reader} at {seq}" for reader, _, seq in rows if seq > head]
    yield Finding("state belongs to this log", not strangers, ", ".join(strangers) or company.log.log_id)
    yield Finding("offsets lie within the log", not ahead, ", ".join(ahead) or f"head {head}")


def every_event_is_placed_once(company: Company) -> Iterator[Finding]:
    """Of what is folded, every event of the log has its row and no row is without event."""
    with company.state_database.read() as connection:
        folded = {lane: offset(connection, f"process/{lane}") for lane in (0, 1)}
        placed = one_row(connection, "select count(*), coalesce(sum(seq), 0) from placed")
    logged = [0, 0]
    for lane, last in folded.items():
        found = one_row(
            company.log_database,
            f"select count(*), coalesce(sum(seq), 0) from log_events where lane = {lane} and seq <= {last}",
        )
        logged = [logged[0] + int(found[0]), logged[1] + int(found[1])]
    same = [int(value) for value in placed] == logged
    yield Finding("every folded event is placed once", same, f"{placed[0]} placed, {logged[0]} folded")


def nothing_is_stored_twice(company: Company) -> Iterator[Finding]:
    """The log has no (source, message id) twice, closed dedupe buckets hold its hashes, and what it took is counted."""
    with company.log_database.read() as connection:
        events = scalar(connection, "select count(*) from log_events")
        twice = scalar(
            connection,
            "select count(*) from (select 1 from log_events group by source, message_id having count(*) > 1) as twice",
        )
        erased = scalar(connection, "select count(*) from log_erased")
        closed, last = one_row(connection, "select coalesce(sum(size), 0), coalesce(max(last_seq), 0) from log_buckets")
        old = scalar(connection, f"select count(*) from log_events where seq <= {last}")
        old += scalar(connection, f"select count(*) from log_erased where seq <= {last}")
        counted = scalar(connection, "select coalesce(sum(count), 0) from log_counts where verdict = 'accepted'")
    yield Finding("no event is stored twice", twice == 0, f"{events} events, {twice} ids twice")
    yield Finding("closed hashes are those of the log", closed == old, f"{closed} hashes, {old} events up to {last}")
    yield Finding(
        "every event is counted", counted == events + erased, f"{counted} counted, {events} events, {erased} erased"
    )


def people_are_whole(company: Company) -> Iterator[Finding]:
    """Every identifier leads to a root, every person has an identifier, every position a person."""
    with company.state_database.read() as connection:
        rootless = scalar(
            connection,
            "select count(*) from nodes n left join nodes r on r.node_id = n.person_id "
            "where r.node_id is null and (n.base is null or n.base != n.person_id) "
            "or r.parent_id is not null and r.held is null",
        )
        nobody = scalar(
            connection,
            "select count(*) from people p left join nodes n on n.person_id = p.person_id where n.node_id is null",
        )
        lost = scalar(
            connection,
            "select count(*) from positions s left join people p on p.person_id = s.person_id where p.person_id is null",
        )
        people = scalar(connection, "select count(*) from people")
    whole = rootless == nobody == lost == 0
    yield Finding(
        "people are whole", whole, f"{people} people; {rootless} rootless, {nobody} empty, {lost} lost positions"
    )


def acts_have_their_decisions(company: Company) -> Iterator[Finding]:
    """Every message and task was decided."""
    for table in ("outbox", "tasks"):
        orphans = ask(
            company.state_database,
            f"select count(*) from {table} a left join decisions d on d.decision_id = a.decision_id "
            "where d.decision_id is null",
        )
        yield Finding(f"{table} were decided", orphans == 0, f"{orphans} without decision")


def lake_is_whole(company: Company) -> Iterator[Finding]:
    """Every file of the manifest lies there with its size and rows, and together they hold all that is sealed."""
    with company.state_database.read() as connection:
        sealed = offset(connection, "archive")
        files = connection.execute(text("select path, rows, bytes from manifest where state = 'live'")).all()
    wrong = [path for path, rows, size in files if not is_whole(company.lake_folder / path, rows, size)]
    rows = sum(rows for _, rows, _ in files)
    logged = ask(company.log_database, f"select count(*) from log_events where seq <= {sealed}")
    yield Finding("lake files are whole", not wrong, ", ".join(wrong[:5]) or f"{rows} rows")
    yield Finding("the lake holds all that is sealed", rows == logged, f"{rows} rows, {logged} events up to {sealed}")


def is_whole(path: Path, rows: int, size: int) -> bool:
    """Whether a Parquet file is there with the size and rows that the manifest says."""
    return path.is_file() and path.stat().st_size == size and parquet.read_metadata(path).num_rows == rows


def audit_log_is_whole(company: Company) -> Iterator[Finding]:
    """Every row of the audit log is as it was written."""
    found = company.audit.verify()
    wrong = found.broken and f"row {found.broken.number} {found.broken.why}"
    yield Finding("the audit log is whole", wrong is None, wrong or f"head {found.head}")


def consents_are_whole(company: Company) -> Iterator[Finding]:
    """Every chain of the consent ledger holds."""
    first = next(breaks(company.consents.all()), None)
    wrong = None if first is None else f"event {first.row.seq}, identifier {first.row.node_id}: {first.why}"
    yield Finding("the consent ledger is whole", wrong is None, wrong or "every chain holds")


CHECKS: tuple[Callable[[Company], Iterator[Finding]], ...] = (
    databases_are_sound,
    state_is_of_this_log,
    every_event_is_placed_once,
    nothing_is_stored_twice,
    people_are_whole,
    acts_have_their_decisions,
    audit_log_is_whole,
    consents_are_whole,
    lake_is_whole,
)


def offset(connection: Connection, reader: str) -> int:
    row = connection.execute(text("select seq from offsets where reader = :reader"), {"reader": reader}).scalar()
    return int(row or 0)


def one_row(where: Database | Connection, query: str) -> tuple[Any, ...]:
    if isinstance(where, Database):
        with where.read() as connection:
            return one_row(connection, query)
    return tuple(where.execute(text(query)).one())


def scalar(connection: Connection, query: str) -> int:
    return int(connection.execute(text(query)).scalar_one())


def ask(database: Database, query: str) -> Any:
    with database.read() as connection:
        return connection.execute(text(query)).scalar_one()
