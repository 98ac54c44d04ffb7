"""`ports.Audit`, on every database: rows in a chain, and whoever touches one is found out."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, delete, insert, update

from percorso.adapters.sql.audit import SqlAudit, append
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import audit as table
from percorso.adapters.sql.tables import state_meta
from percorso.model.audit import EMPTY, Audited, AuditRow, Broken, Head, Verified, chained
from percorso.ports import Acts
from tests.contracts.conftest import MakeDatabase

ROWS = [AuditRow(10 * n, f"{'ada' if n % 2 else 'bob'}@example.com", "person.read", f"p{n}") for n in range(1, 8)]


@pytest.fixture
def audit(database: Database) -> SqlAudit:
    """Seven rows."""
    made = SqlAudit(database)
    for row in ROWS:
        made.record(row)
    return made


def head_of(audit: SqlAudit) -> Head:
    [last] = audit.latest(1)
    return Head(last.number, last.hash)


def said(row: Audited) -> AuditRow:
    return AuditRow(row.at, row.actor, row.act, row.target)


def rewrite(connection: Connection, rows: list[Audited]) -> None:
    """The whole log anew, with its head, as somebody could who knows the rule and may write the database."""
    connection.execute(delete(table))
    connection.execute(insert(table), [row._asdict() for row in rows])
    connection.execute(
        update(state_meta).where(state_meta.c.name == "audit_head"),
        {"value": str(Head(rows[-1].number, rows[-1].hash))},
    )


class TestReading:
    def test_newest_first_a_page_at_a_time(self, audit: SqlAudit) -> None:
        page = audit.latest(3)
        assert [said(row) for row in page] == ROWS[:3:-1]
        assert [said(row) for row in audit.latest(9, before=page[-1].number)] == ROWS[3::-1]
        assert [said(row) for row in audit.all()] == ROWS

    def test_by_act_actor_target_and_time(self, audit: SqlAudit) -> None:
        audit.record(AuditRow(100, "bob@example.com", "key.created", None))
        assert [row.number for row in audit.latest(9, Acts(act="key.created"))] == [8]
        assert [row.number for row in audit.latest(9, Acts(actor="bob@example.com"))] == [8, 6, 4, 2]
        assert [row.number for row in audit.latest(9, Acts(targets=["p3", "p5", "p99"]))] == [5, 3]
        assert [row.number for row in audit.latest(9, Acts(targets=[]))] == []
        assert [row.number for row in audit.latest(9, Acts(since=30, until=50))] == [4, 3]
        assert [row.number for row in audit.latest(1, Acts(actor="bob@example.com", until=50), before=4)] == [2]

    def test_an_act_of_two_is_found_by_each(self, audit: SqlAudit) -> None:
        audit.record(
            AuditRow(80, "bob@example.com", "identity.linked", "p_1 p%2"),
            AuditRow(81, "bob@example.com", "match.decided", "p_3 p_1"),
            AuditRow(82, "bob@example.com", "identity.linked", "pa1 p12"),
            AuditRow(83, "bob@example.com", "identity.rules_changed", "p_1"),
            AuditRow(84, "bob@example.com", "task.done", "p_1 p_3"),
        )
        assert [row.number for row in audit.latest(9, Acts(targets=["p_1"]))] == [11, 9, 8]
        assert [row.number for row in audit.latest(9, Acts(targets=["p%2", "p_3"]))] == [9, 8]
        assert [row.number for row in audit.latest(9, Acts(targets=["p12"], act="match.decided"))] == []

    def test_everybody_who_has_a_row(self, audit: SqlAudit) -> None:
        assert audit.actors() == ["ada@example.com", "bob@example.com"]


class TestChain:
    def test_an_empty_log_is_whole(self, database: Database) -> None:
        assert SqlAudit(database).verify() == Verified(EMPTY, None)

    def test_each_row_is_bound_to_the_one_before(self, audit: SqlAudit) -> None:
        head, rows = EMPTY, []
        for row in ROWS:
            rows.append(chained(head, row))
            head = Head(rows[-1].number, rows[-1].hash)
        assert list(audit.all()) == rows
        assert audit.verify() == Verified(head, None)

    def test_rows_are_appended_together(self, audit: SqlAudit) -> None:
        audit.record(*ROWS)
        audit.record()
        assert [said(row) for row in audit.all()] == ROWS + ROWS
        assert audit.verify() == Verified(head_of(audit), None)

    def test_a_row_belongs_to_the_transaction_of_what_it_witnesses(self, database: Database, audit: SqlAudit) -> None:
        before = head_of(audit)
        with pytest.raises(RuntimeError), database.write() as connection:
            append(connection, ROWS[0])
            raise RuntimeError("the act failed")
        assert audit.verify() == Verified(before, None)
        with database.write() as connection:
            assert append(connection, ROWS[0]) == head_of_next(before)
        assert audit.verify() == Verified(head_of_next(before), None)

    def test_many_writers_make_one_chain(self, make_database: MakeDatabase) -> None:
        logs = [SqlAudit(make_database()) for _ in range(2)]

        def write(number: int) -> None:
            for turn in range(20):
                logs[number % 2].record(AuditRow(turn, f"writer {number}", "task.done", f"{turn}"))

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(write, range(6)))
        found = logs[0].verify()
        assert (found.head.number, found.broken) == (120, None)
        for number in range(6):
            turns = [row.target for row in logs[1].latest(200, Acts(actor=f"writer {number}"))]
            assert turns == [str(turn) for turn in range(19, -1, -1)]


def head_of_next(before: Head) -> Head:
    row = chained(before, ROWS[0])
    return Head(row.number, row.hash)


class TestTampering:
    @pytest.mark.parametrize("number", [1, 4, 7])
    @pytest.mark.parametrize(
        "change",
        [
            {"at": 1},
            {"actor": "eve@example.com"},
            {"act": "task.done"},
            {"target": "p9"},
            {"target": None},
            {"hash": "0"},
        ],
        ids=str,
    )
    def test_a_changed_row_is_named(
        self, database: Database, audit: SqlAudit, number: int, change: dict[str, object]
    ) -> None:
        with database.write() as connection:
            connection.execute(update(table).where(table.c.number == number).values(**change))
        found = audit.verify()
        assert (found.head.number, found.broken) == (number - 1, Broken(number, "changed"))

    @pytest.mark.parametrize("number", [1, 4, 7])
    def test_a_row_taken_away_is_named(self, database: Database, audit: SqlAudit, number: int) -> None:
        with database.write() as connection:
            connection.execute(delete(table).where(table.c.number == number))
        assert audit.verify().broken == Broken(number, "missing")

    def test_a_log_emptied_is_found(self, database: Database, audit: SqlAudit) -> None:
        with database.write() as connection:
            connection.execute(delete(table))
        assert audit.verify() == Verified(EMPTY, Broken(1, "missing"))

    def test_a_row_put_behind_the_head_is_found_though_it_fits(self, database: Database, audit: SqlAudit) -> None:
        with database.write() as connection:
            connection.execute(insert(table), chained(head_of(audit), ROWS[0])._asdict())
        assert audit.verify().broken == Broken(8, "added")

    def test_a_row_put_before_the_first_is_found(self, database: Database, audit: SqlAudit) -> None:
        with database.write() as connection:
            connection.execute(insert(table), chained(EMPTY, ROWS[0])._replace(number=0)._asdict())
        assert audit.verify().broken == Broken(1, "added")

    def test_a_row_put_between_moves_the_others_and_is_found(self, database: Database, audit: SqlAudit) -> None:
        rows = list(audit.all())
        added = chained(Head(3, rows[2].hash), AuditRow(35, "eve@example.com", "task.done", None))
        with database.write() as connection:
            connection.execute(delete(table).where(table.c.number > 3))
            moved = [row._replace(number=row.number + 1) for row in rows[3:]]
            connection.execute(insert(table), [row._asdict() for row in (added, *moved)])
        assert audit.verify().broken == Broken(5, "changed")

    @pytest.mark.parametrize("head", [None, "", "7", "7:abc", "x:" + "0" * 64])
    def test_a_head_taken_away_or_spoilt_is_found(self, database: Database, audit: SqlAudit, head: str | None) -> None:
        ours = state_meta.c.name == "audit_head"
        with database.write() as connection:
            connection.execute(
                delete(state_meta).where(ours) if head is None else update(state_meta).where(ours).values(value=head)
            )
        assert audit.verify().broken == Broken(1, "added")

    def test_acts_are_still_recorded_and_the_break_stays_found(self, database: Database, audit: SqlAudit) -> None:
        with database.write() as connection:
            connection.execute(insert(table), chained(head_of(audit), ROWS[0])._asdict())
            connection.execute(delete(state_meta).where(state_meta.c.name == "audit_head"))
        audit.record(AuditRow(90, "ada@example.com", "task.done", "t1"))
        audit.record(AuditRow(91, "ada@example.com", "task.done", "t2"))
        assert [row.target for row in audit.latest(2)] == ["t2", "t1"]
        assert audit.verify().broken == Broken(9, "changed")

    def test_a_chain_made_anew_is_told_by_a_head_that_was_noted(self, database: Database, audit: SqlAudit) -> None:
        noted = head_of(audit)
        audit.record(AuditRow(80, "ada@example.com", "task.done", None))
        rows, head = [], EMPTY
        for row in audit.all():
            rows.append(chained(head, said(row)._replace(actor="eve@example.com")))
            head = Head(rows[-1].number, rows[-1].hash)
        with database.write() as connection:
            rewrite(connection, rows)
        assert audit.verify() == Verified(head, None)
        assert audit.verify(noted).broken == Broken(7, "changed")
        assert audit.verify(Head(8, noted.hash)).broken == Broken(8, "changed")

    def test_a_chain_cut_short_is_told_by_a_head_that_was_noted(self, database: Database, audit: SqlAudit) -> None:
        noted = head_of(audit)
        with database.write() as connection:
            rewrite(connection, list(audit.all())[:5])
        assert audit.verify().broken is None
        assert audit.verify(noted).broken == Broken(6, "missing")
