"""Machines over a real Mosquitto: what they say while we are away waits, and nothing is acknowledged before the log has it."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import paho.mqtt.publish as publish
import pytest

from percorso.main.company import Company
from percorso.model.errors import StoreUnavailable
from percorso.pipeline.receiving import Receiving
from tests.brokers import Running, free_port, mosquitto
from tests.receiving import changed_example, counts, in_log, put_source, taker

WITHIN_S = 30.0


@pytest.fixture
def broker() -> Iterator[Running]:
    with mosquitto() as server:
        yield server


@pytest.fixture
def machines(company: Company, broker: Running) -> Receiving:
    put_source(company.directory.root, "machines", changed_example("machines", host="127.0.0.1", port=broker.port))
    source = taker(company, "machines")
    assert isinstance(source, Receiving)
    source.once(threading.Event())  # from now on the broker keeps messages for us
    return source


def tell(broker: Running, *messages: tuple[str, Any]) -> None:
    sent = [
        {"topic": topic, "payload": said if isinstance(said, bytes) else json.dumps(said), "qos": 1}
        for topic, said in messages
    ]
    publish.multiple(sent, hostname="127.0.0.1", port=broker.port)


def fault(number: int) -> tuple[str, Any]:
    return "machines/M7/fault", {"id": number, "at": 1773500000 + number, "code": "E4", "model": "bar-2"}


def test_what_was_said_while_we_were_away_comes_once(machines: Receiving, broker: Running, company: Company) -> None:
    tell(
        broker,
        fault(1),
        ("machines/M7/used", {"id": 2, "at": 1773500001, "cups": 12}),
        ("machines/M7/supplies", {"id": 3, "at": 1773500002, "left": 80}),
    )
    machines.once(threading.Event())
    machines.once(threading.Event())
    first, second = in_log(company, "machines")
    assert (first["event"], first["messageId"]) == ("Machine Fault", "machine-fault:M7:1")
    assert first["properties"] == {"machine_id": "M7", "code": "E4", "model": "bar-2"}
    assert first["timestamp"] == "2026-03-14T14:53:21.000Z"
    assert second["properties"] == {"machine_id": "M7", "cups": 12}
    assert counts(company, "machines") == {"accepted": 2, "idle": 1}


def test_nothing_is_acknowledged_before_it_is_stored(
    machines: Receiving, broker: Running, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise StoreUnavailable("the disk is full")

    tell(broker, fault(1), fault(2))
    with monkeypatch.context() as broken:
        broken.setattr(company.log, "append", full)
        with pytest.raises(StoreUnavailable):
            machines.once(threading.Event())
    broker.stop()
    broker.start()
    machines.once(threading.Event())
    assert counts(company, "machines") == {"accepted": 2}


def test_what_is_no_json_is_kept_aside(machines: Receiving, broker: Running, company: Company) -> None:
    tell(broker, ("machines/M7/fault", b"\xff\xfe"), fault(1), ("machines/M7/fault", {"at": 1773500000}))
    machines.once(threading.Event())
    assert counts(company, "machines") == {"accepted": 1, "quarantined": 2}


def test_a_broker_that_goes_away_is_told_of_and_found_again(
    machines: Receiving, broker: Running, company: Company
) -> None:
    stop, seen = threading.Event(), threading.Event()
    note, fail = company.sources.statuses.note, company.sources.statuses.fail

    def failed(*told: Any) -> None:
        fail(*told)
        seen.set()

    company.sources.statuses.fail = failed  # type: ignore[method-assign]
    thread = threading.Thread(target=machines.run, args=(stop,))
    thread.start()
    try:
        broker.stop()
        assert seen.wait(WITHIN_S)
        assert "broker" in str(company.sources.status("machines").error)
        came = threading.Event()

        def noted(*told: Any) -> None:
            note(*told)
            came.set()

        company.sources.statuses.note = noted  # type: ignore[method-assign]
        broker.start()
        tell(broker, fault(1))
        assert came.wait(WITHIN_S)
    finally:
        stop.set()
        thread.join()
    status = company.sources.status("machines")
    assert (status.error, status.failing_since, status.counts) == (None, None, {"accepted": 1})


def test_a_check_takes_nothing_and_says_what_is_wrong(machines: Receiving, broker: Running, company: Company) -> None:
    tell(broker, fault(1))
    assert "answers" in company.sources.check(company.sources.find("machines"))
    machines.once(threading.Event())
    assert counts(company, "machines") == {"accepted": 1}
    put_source(company.directory.root, "away", changed_example("machines", host="127.0.0.1", port=free_port()))
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        company.sources.check(company.sources.find("away"))
