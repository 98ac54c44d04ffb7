"""The writer of who looked at whom: one row a stretch of time, many requests a transaction, and a busy database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from percorso.http import reads as module
from percorso.http.reads import Reads
from percorso.main.company import Company
from percorso.model.audit import AuditRow
from percorso.model.errors import StoreUnavailable
from percorso.model.time import MINUTE

LONG_S = 60.0


def row(target: str, at: int = 0, actor: str = "ada@example.com") -> AuditRow:
    return AuditRow(at, actor, "person.read", target)


def targets(company: Company) -> list[str | None]:
    return [one.target for one in company.audit.all()]


@contextmanager
def running(reads: Reads) -> Iterator[None]:
    """With a thread of its own for as long as the block."""
    reads.start()
    try:
        yield
    finally:
        reads.stop()


def test_a_stretch_begins_with_the_minute(company: Company) -> None:
    reads = Reads(company.audit)
    for at in (0, 1, MINUTE - 1, MINUTE, 2 * MINUTE - 1, 5 * MINUTE):
        reads.note(row("p1", at), MINUTE)
    assert [one.at for one in company.audit.all()] == [0, MINUTE, 5 * MINUTE]


def test_a_row_is_written_when_note_returns_with_a_writer_and_without(company: Company) -> None:
    reads = Reads(company.audit, patience_s=LONG_S)
    reads.note(row("p1"), MINUTE)
    assert targets(company) == ["p1"]
    with running(reads):
        reads.note(row("p2"), MINUTE)
        assert targets(company) == ["p1", "p2"]
    reads.note(row("p3"), MINUTE)
    assert targets(company) == ["p1", "p2", "p3"]


@pytest.mark.parametrize("with_writer", [True, False])
def test_many_at_once_are_written_once_each(company: Company, with_writer: bool) -> None:
    reads = Reads(company.audit, patience_s=LONG_S)

    def look(number: int) -> None:
        reads.note(row(f"p{number % 20}", actor=f"{number % 2}"), MINUTE)

    with ThreadPoolExecutor(8) as pool:
        if with_writer:
            with running(reads):
                list(pool.map(look, range(200)))
        else:
            list(pool.map(look, range(200)))
    assert sorted((one.actor, one.target) for one in company.audit.all()) == sorted(
        {(f"{number % 2}", f"p{number % 20}") for number in range(200)}
    )
    assert company.audit.verify().broken is None


def test_while_the_database_is_held_people_are_shown_and_the_rows_follow(company: Company) -> None:
    reads = Reads(company.audit, patience_s=0.01)
    with running(reads):
        with company.state_database.write():
            for number in range(3):
                reads.note(row(f"p{number}"), MINUTE)
            assert targets(company) == []
        reads.note(row("p0", MINUTE), MINUTE)
    assert targets(company) == ["p0", "p1", "p2", "p0"]


def test_when_too_many_wait_nobody_is_shown(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    reads = Reads(company.audit, patience_s=0.0)
    with running(reads), company.state_database.write():
        for number in range(3):
            reads.note(row(f"p{number}"), MINUTE)
        with pytest.raises(StoreUnavailable):
            reads.note(row("p3"), MINUTE)
        reads.note(row("p0", 1), MINUTE)
    assert targets(company) == ["p0", "p1", "p2"]
