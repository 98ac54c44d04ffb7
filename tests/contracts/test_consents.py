"""The consent ledger's promises, on every database."""

import pytest

from percorso.adapters.sql.consents import SqlConsents
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.state import SqlState
from percorso.model.consent import Choice
from percorso.model.consent_chain import LedgerRow, beginning, breaks, next_row
from percorso.model.errors import VersionMismatch
from percorso.model.event import Placed


@pytest.fixture
def ledger(database: Database) -> SqlConsents:
    return SqlConsents(database, "log-1")


def rows(node: str, *states: str, first: int = 1, lane: int = 0, before: str | None = None) -> list[LedgerRow]:
    """A chain of choices of one identifier, at the seqs from `first` on."""
    made: list[LedgerRow] = []
    for seq, state in enumerate(states, first):
        choice = Choice(seq, 0, f"m{seq}", state, f"user_id:{node}", "web")  # type: ignore[arg-type]
        tip = made[-1].hash if made else before or beginning(node, lane)
        made.append(next_row(tip, b"secret", seq, 0, lane, node, "marketing", "email", choice))
    return made


def test_rows_come_back_as_they_were_added(ledger: SqlConsents) -> None:
    one, other = rows("n1", "granted", "withdrawn"), rows("n2", "denied", first=5)
    assert ledger.add([*one, *other], 0, 0, 9)
    assert ledger.of(["n1"]) == one
    assert sorted(ledger.all()) == [*one, *other]
    assert ledger.of([]) == []
    assert list(breaks(ledger.all())) == []


def test_a_lane_is_written_by_one_at_a_time(ledger: SqlConsents) -> None:
    assert ledger.add(rows("n1", "granted"), 0, 0, 3)
    assert not ledger.add(rows("n1", "denied", first=2), 0, 0, 4), "another was faster"
    assert (len(ledger.of(["n1"])), ledger.place(0).written, ledger.place(1).written) == (1, 3, 0)
    assert ledger.add([], 0, 3, 8)
    assert ledger.place(0).written == 8


def test_tips_and_last_states_are_of_the_lane(ledger: SqlConsents) -> None:
    live, past = rows("n1", "granted", "withdrawn"), rows("n1", "denied", first=7, lane=1)
    ledger.add(live, 0, 0, 2)
    ledger.add(past, 1, 0, 7)
    assert ledger.tips(["n1", "n2"], 0) == {"n1": live[-1].hash}
    assert ledger.tips(["n1"], 1) == {"n1": past[-1].hash}
    assert ledger.last(["n1"], 0) == {("n1", "marketing", "email"): "withdrawn"}
    assert ledger.last(["n1"], 1) == {("n1", "marketing", "email"): "denied"}


def test_whose_an_event_is_is_asked_of_processing(database: Database, ledger: SqlConsents) -> None:
    with SqlState(database, "log-1").transaction() as transaction:
        transaction.store_placed(
            [Placed(1, "n1", "p1", None, None, None, None), Placed(2, None, None, None, None, None, None)]
        )
        transaction.set_offset("process/0", 2)
    assert ledger.holders([1, 2, 3]) == {1: "n1"}
    assert ledger.place(0) == (0, 2)


def test_another_log_is_refused(database: Database, ledger: SqlConsents) -> None:
    ledger.add([], 0, 0, 5)
    with pytest.raises(VersionMismatch):
        SqlConsents(database, "log-2").place(0)
