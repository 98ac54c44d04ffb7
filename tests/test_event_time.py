"""When an event happened: the client is believed, a device's wrong clock is put right, and its events keep their order."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.data import event_time
from percorso.data.event_time import QUANTUM, DeviceClocks
from percorso.data.intake import Intake, Item, read_item
from percorso.model.time import HOUR, MINUTE, SECOND, CivilClock, Micros, parse_iso, to_iso
from percorso.model.verdict import LIVE_LANE, Candidate, TimeRule
from tests.folding import Folding, retail
from tests.tracking import post

NOW = parse_iso("2026-11-22T12:00:00Z")
ROME = CivilClock("Europe/Rome")
PAGE = {"library": {"name": "analytics.js", "version": "next-1.84.3"}}
APP = {"library": {"name": "analytics-android", "version": "4"}}


class Door:
    """Takes events in as they come: when, what they say, when it was sent."""

    def __init__(self) -> None:
        self.clocks: DeviceClocks | None = DeviceClocks()

    def take(
        self, received: Micros, said: Micros | None, sent: Micros | None, context: Any = PAGE, **fields: Any
    ) -> Candidate:
        item = {"type": "track", "event": "E", "anonymousId": "device", "messageId": "m", "context": context, **fields}
        item["timestamp"] = None if said is None else to_iso(said)
        intake = Intake("web", LIVE_LANE, False, received, ROME, sent_at=sent, clocks=self.clocks)
        outcome = read_item(Item(json.dumps(item).encode(), 0), intake)
        assert isinstance(outcome, Candidate), outcome
        return outcome


def rule(candidate: Candidate) -> tuple[TimeRule, Micros]:
    return TimeRule(candidate.time_rule), candidate.occurred_at


def test_a_healthy_clock_is_believed_however_slow_the_way() -> None:
    door = Door()
    for late in (0, 20 * SECOND, 5 * MINUTE, -5 * MINUTE):
        found = door.take(NOW, NOW - HOUR, NOW - late)
        assert rule(found) == (TimeRule.SAID, NOW - HOUR)
        assert (found.said_at, found.sent_at) == (None, NOW - late)


@pytest.mark.parametrize("wrong", [6 * MINUTE, HOUR, -HOUR, -6 * MINUTE, 20_000 * HOUR, -20_000 * HOUR])
def test_a_wrong_clock_is_put_right_and_what_it_said_is_kept(wrong: Micros) -> None:
    by_device = NOW - 30 * SECOND - wrong
    found = Door().take(NOW, by_device, NOW - wrong - SECOND)
    assert TimeRule(found.time_rule) is TimeRule.DEVICE
    assert abs(found.occurred_at - (NOW - 30 * SECOND)) <= QUANTUM // 2 + SECOND
    assert (found.occurred_at - by_device) % QUANTUM == 0
    assert found.said_at == by_device
    assert found.fingerprint == Door().take(NOW + HOUR, by_device, NOW).fingerprint, "a repeat says the same"


@pytest.mark.parametrize(
    "context",
    [
        {"library": {"name": "analytics-python"}},
        {"library": {"name": "@segment/analytics-node"}},
        {"library": {"name": "@jitsu/js", "env": "node"}},
        {"library": {"name": ["analytics.js"]}},
        {"library": "analytics.js"},
        {},
        None,
        "analytics.js",
    ],
)
def test_servers_and_what_nobody_knows_are_believed(context: Any) -> None:
    assert rule(Door().take(NOW, NOW - 3 * HOUR, NOW - 2 * HOUR, context)) == (TimeRule.SAID, NOW - 3 * HOUR)


def test_a_queue_that_waited_says_nothing_of_an_apps_clock() -> None:
    """Apps tell when they *first* tried."""
    assert rule(Door().take(NOW, NOW - 3 * HOUR, NOW - 2 * HOUR, APP)) == (TimeRule.SAID, NOW - 3 * HOUR)
    door = Door()
    assert rule(door.take(NOW, NOW + HOUR, NOW + HOUR, APP)) == (TimeRule.DEVICE, NOW)
    assert rule(door.take(NOW, NOW - HOUR, NOW - HOUR, APP)) == (TimeRule.DEVICE, NOW - 2 * HOUR)


def test_devices_do_not_correct_each_other() -> None:
    door = Door()
    door.take(NOW, NOW - HOUR, NOW - HOUR)
    assert rule(door.take(NOW, NOW - MINUTE, NOW, anonymousId="other")) == (TimeRule.SAID, NOW - MINUTE)
    assert rule(door.take(NOW, NOW - HOUR, NOW - HOUR, anonymousId=None, userId="u")) == (TimeRule.DEVICE, NOW)


def test_without_a_time_it_is_the_reception_and_the_future_is_too() -> None:
    door = Door()
    assert rule(door.take(NOW, None, NOW)) == (TimeRule.RECEIVED, NOW)
    ahead = door.take(NOW, NOW + HOUR, None, {})
    assert (rule(ahead), ahead.said_at) == ((TimeRule.AHEAD, NOW), NOW + HOUR)
    assert rule(door.take(NOW, NOW + 6 * MINUTE, None, {})) == (TimeRule.SAID, NOW + 6 * MINUTE)


def test_absurd_clocks_stay_within_the_times_there_are() -> None:
    early, late = parse_iso("1900-01-01T00:00:00Z"), parse_iso("2099-12-31T00:00:00Z")
    assert rule(Door().take(NOW, early, late)) == (TimeRule.DEVICE, early)
    assert rule(Door().take(NOW, late, early)) == (TimeRule.AHEAD, NOW)


def test_an_import_is_believed() -> None:
    door = Door()
    door.clocks = None
    assert rule(door.take(NOW, NOW - 2 * HOUR, NOW - HOUR)) == (TimeRule.SAID, NOW - 2 * HOUR)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_time, "REMEMBERED", 20)
    clocks = DeviceClocks()
    for number in range(100):
        assert clocks.error("web", f"d{number}", PAGE, HOUR) == HOUR
    assert len(clocks._errors) <= 20


sends = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 60), st.integers(0, 7_200)), min_size=1, max_size=12)


@given(sends, st.integers(-400_000, 400_000), st.sampled_from([PAGE, APP]))
def test_one_devices_events_are_never_put_out_of_order(
    sends: list[tuple[int, int, int]], wrong_s: int, context: Mapping[str, Any]
) -> None:
    """Its clock is wrong by any amount; each request has one event of up to two hours ago and is up to a minute on its way,
    so that they overtake each other."""
    door = Door()
    at, happened = NOW, NOW - 3 * HOUR
    requests = []
    for pause, way, age in sends:
        at += pause * SECOND
        happened = max(happened + SECOND, min(at, at - age * SECOND))
        requests.append((at + way * SECOND, happened - wrong_s * SECOND, at - wrong_s * SECOND))
        at = max(at, happened)
    moved = [(said, door.take(received, said, sent, context).occurred_at) for received, said, sent in sorted(requests)]
    in_order = [occurred for _, occurred in sorted(moved)]
    assert in_order == sorted(in_order)


# over HTTP


@pytest.fixture
def folding(tmp_path: Path) -> Iterator[Folding]:
    folding = Folding(tmp_path, retail())
    folding.collector.start()
    yield folding
    folding.collector.stop()
    folding.close()


def kept(folding: Folding) -> list[tuple[Any, ...]]:
    with folding.log_database.read() as connection:
        query = "select message_id, time_rule, occurred_at, said_at, sent_at, received_at from log_events order by seq"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


ITEM = {"type": "track", "event": "E", "anonymousId": "d", "messageId": "m", "context": PAGE}
AN_HOUR_AGO = "2026-11-22T11:00:00Z"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/t", {**ITEM, "timestamp": "2026-11-22T10:59:00Z", "sentAt": AN_HOUR_AGO}),
        ("/v1/batch", {"batch": [{**ITEM, "timestamp": "2026-11-22T10:59:00Z"}], "sentAt": AN_HOUR_AGO}),
        ("/v1/batch", {"batch": [{**ITEM, "originalTimestamp": "2026-11-22T10:59:00Z"}], "timestamp": AN_HOUR_AGO}),
        ("/api/s/track", {**ITEM, "timestamp": "2026-11-22T10:59:00Z", "sentAt": AN_HOUR_AGO}),
    ],
)
def test_all_times_are_kept_with_the_rule_that_set_the_one(folding: Folding, path: str, body: Any) -> None:
    post(folding, path, body, {"X-Write-Key": "wk_test"})
    assert kept(folding) == [("m", 3, NOW - MINUTE, NOW - HOUR - MINUTE, NOW - HOUR, NOW)]
    again = post(folding, path, body, {"X-Write-Key": "wk_test"})
    assert again.json()["verdicts"][0]["verdict"] == "duplicate"


def test_what_a_server_sends_for_a_device_is_believed(folding: Folding) -> None:
    item = {**ITEM, "timestamp": "2026-11-22T10:59:00Z", "sentAt": AN_HOUR_AGO}
    post(folding, "/api/s/s2s/track", item, {"X-Write-Key": "wk_test"})
    assert kept(folding) == [("m", 0, NOW - HOUR - MINUTE, None, NOW - HOUR, NOW)]


@pytest.mark.parametrize("sent", ["yesterday", [], {}, True, "", "9999-01-01T00:00:00Z"])
def test_a_time_of_sending_that_nobody_can_read_is_none(folding: Folding, sent: Any) -> None:
    post(folding, "/v1/batch", {"batch": [{**ITEM, "timestamp": AN_HOUR_AGO, "sentAt": sent}], "sentAt": sent})
    assert kept(folding) == [("m", 0, NOW - HOUR, None, None, NOW)]
