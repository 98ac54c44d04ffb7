"""What a hostile or broken client may send never stops the others: it is refused at the door or set aside at the fold."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from percorso.adapters.sql.tables import outbox, placed, unfolded
from percorso.data.envelope import check_context
from percorso.data.intake import Item
from percorso.model.errors import MalformedBody, TooLarge
from percorso.model.event import Event, Placed
from percorso.model.subject import EventSubject
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE, Verdict
from percorso.pipeline.process import LIVE_BATCH, LIVE_ROUNDS
from tests.folding import Folding, retail

CONFIG = retail()
GOOD = {"type": "track", "event": "Product Viewed", "userId": "good", "messageId": "good"}


@pytest.fixture
def folding(tmp_path: Path) -> Iterator[Folding]:
    folding = Folding(tmp_path, CONFIG, acts=True)
    yield folding
    folding.close()


def collect(folding: Folding, *bodies: bytes, **how: Any) -> list[Verdict]:
    items = [Item(body, index) for index, body in enumerate(bodies)]
    told = folding.collector.collect_now(items, source="web", lane=how.pop("lane", LIVE_LANE), **how)
    return [one.verdict for one in told]


HUGE = "9" * 40
BAD = [
    '{"type":"track","event":"x","userId":"u","context":{"a":1e400}}',
    '{"type":"track","event":"x","userId":"u","properties":{"a":1e400}}',
    '{"type":"track","event":"x","userId":"u","properties":{"a":-1e999}}',
    '{"type":"identify","userId":"u","traits":{"age":%s}}' % HUGE,
    '{"type":"track","event":"x","userId":"u","context":{"traits":{"age":%s}}}' % HUGE,
    '{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":%s}}' % HUGE,
    '{"type":"track","event":"Survey Answered","userId":"u","properties":{"kind":"nps","score":%s}}' % ("9" * 330),
    '{"type":"track","event":"%s","userId":"u"}' % ("x" * 201),
    '{"type":"track","event":"   ","userId":"u"}',
    '{"type":"track","event":"x","userId":"u","context":{"touchpoint":"a\\u0000b"}}',
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_what_could_not_be_folded_is_refused_at_the_door(folding: Folding, bad: str) -> None:
    assert collect(folding, bad.encode(), json.dumps(GOOD).encode()) == [Verdict.QUARANTINED, Verdict.ACCEPTED]
    assert folding.processor.drain() == 1


@pytest.mark.parametrize(
    ("context", "error"),
    [
        (b'{"a":1e400}', MalformedBody),
        (b'{"a":%s}' % HUGE.encode(), MalformedBody),
        (b'{"a":"\\u0000"}', MalformedBody),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", MalformedBody),
        (b'{"a":"%s"}' % (b"x" * 9_000), TooLarge),
    ],
    ids=range(5),
)
def test_a_context_that_would_lie_under_every_item_is_checked_once(context: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_context(context)
    check_context(b'{"locale":"it"}')


@pytest.mark.parametrize("revenue", [9_000_000_000_000_000_000, -1e300, 1e15, "9" * 30, True, [1], {"a": 1}, None])
def test_absurd_amounts_count_as_no_amount(folding: Folding, revenue: Any) -> None:
    order = {**GOOD, "event": "Order Completed", "properties": {"revenue": revenue, "score": revenue}}
    assert collect(folding, json.dumps(order).encode()) == [Verdict.ACCEPTED]
    assert folding.processor.drain() == 1
    (person,) = folding.tables()["people"]
    assert (person[5], person[6]) == (1, "{}")


class _Trips:
    """A decider that fails on one event."""

    def cares(self, event: Event) -> bool:
        return True

    def decide(self, event: Event, placed: Placed, subject: EventSubject) -> Any:
        if event.message_id == "bad":
            raise ZeroDivisionError
        raise_nothing: Any = type("Acts", (), {"decisions": (), "messages": (), "tasks": ()})()
        return raise_nothing


def test_an_event_that_cannot_be_decided_is_folded_all_the_same(folding: Folding) -> None:
    folding.processor._decider = _Trips()
    collect(folding, *(json.dumps({**GOOD, "messageId": one}).encode() for one in ("a", "bad", "c")))
    assert folding.processor.drain() == 3
    (person,) = folding.tables()["people"]
    assert person[4] == 3
    assert aside(folding) == [("bad", "not decided: ZeroDivisionError")]


class _FoldTrips:
    """Evidence that cannot be read off one event."""

    def read(self, event: Event, touchpoint: str | None, subject: EventSubject) -> list[Any]:
        if event.message_id == "bad":
            raise OverflowError
        return []


def aside(folding: Folding) -> list[tuple[str, str]]:
    with folding.state_database.read() as connection:
        rows = connection.execute(select(unfolded.c.message_id, unfolded.c.reason)).all()
    return [(row[0], row[1]) for row in rows]


def test_an_event_that_cannot_be_folded_is_set_aside_and_the_others_go_on(folding: Folding) -> None:
    folding.processor._feelings = _FoldTrips()  # type: ignore[assignment]
    collect(folding, *(json.dumps({**GOOD, "messageId": one}).encode() for one in ("a", "bad", "c")))
    assert folding.processor.drain() == 3
    assert aside(folding) == [("bad", "OverflowError")]
    (person,) = folding.tables()["people"]
    assert person[4] == 2
    with folding.state_database.read() as connection:
        owners = connection.execute(select(placed.c.person_id).order_by(placed.c.seq)).scalars().all()
    assert [owner is None for owner in owners] == [False, True, False]


def test_imports_get_their_turn_under_steady_live_traffic(folding: Folding) -> None:
    collect(folding, json.dumps({**GOOD, "messageId": "import"}).encode(), lane=IMPORT_LANE, historical=True)
    live = [json.dumps({**GOOD, "messageId": f"m{n}"}).encode() for n in range(LIVE_BATCH * (LIVE_ROUNDS + 1))]
    for start in range(0, len(live), 5_000):
        collect(folding, *live[start : start + 5_000])
    sizes = [folding.processor.step() for _ in range(LIVE_ROUNDS + 2)]
    assert sizes == [*[LIVE_BATCH] * LIVE_ROUNDS, 1, LIVE_BATCH]


def test_what_history_decided_is_not_sent_when_it_comes_again_live(folding: Folding) -> None:
    late = {
        "type": "track",
        "event": "Order Delivered",
        "userId": "u",
        "properties": {
            "order_id": "o1",
            "delivered_at": "2026-11-20T10:00:00Z",
            "estimated_at": "2026-11-10T10:00:00Z",
        },
    }
    collect(folding, json.dumps({**late, "messageId": "a"}).encode(), lane=IMPORT_LANE, historical=True)
    folding.processor.drain()
    collect(folding, json.dumps({**late, "messageId": "b"}).encode())
    folding.processor.drain()
    with folding.state_database.read() as connection:
        assert connection.execute(select(outbox.c.business_key)).all() == []


def test_a_kiosk_that_everybody_uses_stays_small(folding: Folding) -> None:
    bodies = [
        json.dumps({**GOOD, "messageId": f"m{n}", "userId": f"u{n}", "anonymousId": "kiosk"}).encode()
        for n in range(300)
    ]
    collect(folding, *bodies)
    folding.processor.drain()
    (kiosk,) = [row for row in folding.tables()["nodes"] if row[1] == "anonymous_id"]
    assert (kiosk[3], kiosk[4]) == (kiosk[0], None)
    assert len(json.loads(kiosk[5])) == 2


raw_json = st.recursive(
    st.sampled_from(
        ["null", "true", "0", "-1", "1e400", "1e-400", HUGE, "-" + HUGE, "1.5", '""', '"a"', '"\\u0000"', '"\\ud800"']
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: "[" + ",".join(values) + "]"),
        st.lists(
            st.tuples(st.sampled_from(["email", "score", "revenue", "type", "traits", "externalIds"]), inner),
            max_size=3,
        ).map(lambda pairs: "{" + ",".join(f'"{key}":{value}' for key, value in pairs) + "}"),
    ),
    max_leaves=8,
)
FIELDS = (
    "type",
    "event",
    "userId",
    "anonymousId",
    "previousId",
    "groupId",
    "timestamp",
    "properties",
    "traits",
    "context",
)
items = st.lists(st.tuples(st.sampled_from(FIELDS), raw_json), max_size=6).map(
    lambda pairs: (
        '{"type":"track","event":"Order Completed","userId":"u"' + "".join(f',"{k}":{v}' for k, v in pairs) + "}"
    )
)


@settings(max_examples=40)
@given(st.lists(items, min_size=1, max_size=6))
def test_whatever_is_accepted_can_be_folded(bodies: list[str]) -> None:
    with TemporaryDirectory() as directory:
        folding = Folding(Path(directory), CONFIG, acts=True)
        told = collect(folding, *(body.encode() for body in bodies), json.dumps(GOOD).encode())
        assert folding.processor.drain() == sum(verdict is Verdict.ACCEPTED for verdict in told)
        assert aside(folding) == []
        folding.close()
