"""What another process reads is what would have been read here, and its end is nobody's loss."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percorso.adapters.system_clock import SystemClock
from percorso.data.intake import Intake, Item, read_items
from percorso.main import create_company
from percorso.main.company import Company, open_company
from percorso.model.errors import StoreUnavailable
from percorso.model.import_map import BadRow, ImportedItem
from percorso.model.plan import read_plan
from percorso.model.time import CivilClock
from percorso.model.verdict import IMPORT_LANE, Candidate, Refused
from percorso.pipeline.importing import Checkpoint, How, LocalSink, append_all
from percorso.pipeline.reading_aside import ReadingAside
from tests.fuzz.calls import CALLS

NOW = 1_800_000_000_000_000
PLAN = {
    "new_events": "evolve",
    "events": {
        "Order Completed": {
            "contract": {"new_properties": "discard_value", "types": "discard_row"},
            "schema": {"type": "object", "properties": {"revenue": {"type": "number", "maximum": 100}}},
        }
    },
}
INTAKES = [
    Intake("till", IMPORT_LANE, True, 0, CivilClock("Europe/Rome"), unknown_ok=True),
    Intake("shop", IMPORT_LANE, False, 0, CivilClock("Europe/Amsterdam"), plan=read_plan(PLAN), trust=0),
]

calls = st.sampled_from([{"type": kind, **call} for kind, some in CALLS.items() for call in some])
spoilt = st.tuples(
    calls,
    st.sampled_from(["event", "userId", "messageId", "timestamp", "properties", "traits", "context"]),
    st.one_of(st.none(), st.integers(), st.text(max_size=9), st.dictionaries(st.text(max_size=3), st.integers())),
).map(lambda given: {**given[0], given[1]: given[2]})
bodies = (calls | spoilt).map(lambda call: json.dumps({"messageId": "m", **call}).encode()) | st.binary(max_size=30)
parcels = st.lists(st.lists(bodies, max_size=8), max_size=4)


@pytest.fixture(scope="module", params=INTAKES, ids=lambda intake: intake.source)
def reading(request: pytest.FixtureRequest) -> Iterator[tuple[Intake, ReadingAside]]:
    with ReadingAside(request.param) as reading:
        yield request.param, reading


@settings(deadline=None, max_examples=50)
@given(parcels)
def test_it_is_read_as_it_would_be_here(reading: tuple[Intake, ReadingAside], given: list[list[bytes]]) -> None:
    intake, aside = reading
    asked = [(NOW + at, [ImportedItem(body, line) for line, body in enumerate(one)]) for at, one in enumerate(given)]
    here = [read_items([Item(*one, one.line) for one in some], intake._replace(received_at=at)) for at, some in asked]
    there = list(aside.read(asked))
    assert [[_told(one) for one in some] for some in there] == [[_told(one) for one in some] for some in here]
    assert all(isinstance(one, Candidate | Refused) for some in there for one in some)


def _told(outcome: Candidate | Refused) -> Any:
    """An outcome but for message ids that are drawn."""
    if isinstance(outcome, Candidate) and outcome.message_id.startswith("percorso-"):
        return outcome._replace(message_id="", key=b"")
    return outcome


def test_it_ends_when_nobody_asks_any_more() -> None:
    with ReadingAside(INTAKES[0]) as reading:
        assert list(reading.read([])) == []
    with pytest.raises(ProcessLookupError):
        os.kill(reading.pid, 0)


def test_what_was_not_read_is_an_error() -> None:
    asked = ((NOW, [ImportedItem(b"{}", number)]) for number in range(20))
    with ReadingAside(INTAKES[0]) as reading:
        answers = reading.read(asked)
        assert len(next(answers)) == 1
        os.kill(reading.pid, signal.SIGKILL)
        with pytest.raises(StoreUnavailable, match="run the same command again"):
            list(answers)


class Rows:
    """800 rows of a till, a hundred at once, the last one bad in intake's eyes."""

    read_rows = size = 800
    idle_rows = 0

    def bad_rows(self) -> list[BadRow]:
        return []

    def items(self, skip: int, at_once: int) -> Iterator[list[ImportedItem]]:
        body = '{"type":"track","event":"Seen","messageId":"m%d","userId":"u%d","timestamp":"2026-01-01T10:00:00Z"}'
        made = [ImportedItem((body % (number, number % 50)).encode(), number) for number in range(self.size - 1)]
        made.append(ImportedItem(b'{"type":"track"}', self.size))
        for start in range(skip, self.size, 100):
            yield made[start : start + 100]

    def close(self) -> None: ...


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    create_company(tmp_path / "company")
    with open_company(tmp_path / "company") as company:
        yield company


def test_an_import_goes_on_after_its_reader_was_killed(company: Company, tmp_path: Path) -> None:
    started: list[ReadingAside] = []

    def aside(intake: Intake) -> ReadingAside:
        started.append(ReadingAside(intake))
        return started[-1]

    def told(done: int) -> None:
        if done == 500:  # the first parcel that another process read is durable
            os.kill(started[0].pid, signal.SIGKILL)

    how, sink = How("till", historical=True), LocalSink(company.collector, company.processor, SystemClock(), aside)
    with pytest.raises(StoreUnavailable):
        append_all(Rows(), sink, how, Checkpoint.at(tmp_path, ["k"]), told)
    left = Checkpoint.at(tmp_path, ["k"])
    assert 500 <= left.items < 800
    assert company.log.size().head == left.items
    imported = append_all(Rows(), sink, how, left, lambda _: None)
    assert imported.counts == {"accepted": 799, "quarantined": 1}
    assert company.log.size().head == 799
    assert len(started) == 1, "what was left was short, and was read here"


def test_one_processor_reads_everything_itself(company: Company, tmp_path: Path) -> None:
    sink = LocalSink(company.collector, company.processor, SystemClock(), aside=None)
    imported = append_all(Rows(), sink, How("till", historical=True), Checkpoint.at(tmp_path, ["k"]), lambda _: None)
    assert imported.counts == {"accepted": 799, "quarantined": 1}
