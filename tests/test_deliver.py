"""Delivery: from the outbox to the wire and back into the log; what is refused, deferred, unknown; crashes at every point."""

import asyncio
import re
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from percorso.adapters.inbox_channel import InboxChannel
from percorso.adapters.smtp import SmtpChannel, SmtpSettings
from percorso.adapters.sql.outbox import SqlOutbox
from percorso.adapters.sql.people import SqlPeople
from percorso.data.intake import Item
from percorso.execution.answer import address_hash
from percorso.execution.gate import GateRules
from percorso.http.answer import answer_router
from percorso.model.errors import ChannelRefused, ChannelUnavailable, StoreUnavailable
from percorso.model.message import Message, MessageState, Rendered
from percorso.model.person import Node
from percorso.model.time import DAY, HOUR, MINUTE, CivilClock, parse_iso
from percorso.model.verdict import ItemVerdict
from percorso.pipeline.deliver import Deliverer
from percorso.pipeline.relay import Relay
from tests.delivering import ASKING, NOON, PLAY, SECRET, ZONE, Company
from tests.smtp_server import DROP, HANG, SmtpServer, smtp_server

ROOMY = GateRules(zone=ZONE, cap_day=1_000, cap_week=1_000)


class Wire:
    """A channel that writes down what it gets and answers as told: an id, or the error to raise."""

    name = "email"

    def __init__(self, answer: Callable[[Rendered], str | Exception] = lambda message: "ok") -> None:
        self.sent: list[Rendered] = []
        self._answer = answer

    async def send(self, message: Rendered) -> str:
        self.sent.append(message)
        said = self._answer(message)
        if isinstance(said, Exception):
            raise said
        return said

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    opened = Company(tmp_path)
    opened.know()
    yield opened
    opened.close()


def drain(deliverer: Deliverer) -> dict[str, int]:
    async def run() -> dict[str, int]:
        try:
            return dict(await deliverer.drain())
        finally:
            await deliverer.close()

    return asyncio.run(run())


# the loop turns


def test_a_message_reaches_the_inbox_and_its_receipt_the_log(company: Company) -> None:
    company.queue()
    assert drain(company.deliverer(InboxChannel(company.mailbox, company.clock))) == {"accepted": 1}
    (mail,) = company.mailbox.list(10)
    assert (mail.to, mail.subject, mail.person_id) == ("ada@example.com", "Il suo ordine", company.node().person_id)
    assert "Ciao A-1" in mail.text
    assert company.relay.drain() == 1
    company.processor.drain()
    (sent,) = company.events("Message Sent")
    assert sent.properties == {"message_id": "m1", "channel": "email", "play": "late", "intent": "serve"}
    assert (sent.source, sent.user_id, sent.occurred_at) == ("percorso", "ada", NOON)
    assert company.node().profile.facts.counters["Message Sent"] == 1
    assert drain(company.deliverer(InboxChannel(company.mailbox, company.clock))) == {}


def test_the_answer_in_the_mail_moves_the_profile(company: Company) -> None:
    company.queue()
    drain(company.deliverer(InboxChannel(company.mailbox, company.clock)))
    (mail,) = company.mailbox.list(10)
    link = re.findall(r"5: (http://cx\.example\.com/a/\S+)", mail.text)[0]

    async def follow() -> None:
        app = FastAPI()
        app.include_router(answer_router(company.answers(), CivilClock(ZONE)))
        company.collector.start()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
            assert (await client.post(link)).status_code == 200
        company.collector.stop()

    asyncio.run(follow())
    company.processor.drain()
    (answer,) = company.events("Survey Answered")
    assert (answer.properties["kind"], answer.properties["score"]) == ("csat", 5)
    assert company.node().profile.facts.counters["Survey Answered"] == 1


def test_the_address_is_that_of_the_moment_of_sending(company: Company) -> None:
    company.queue()
    company.clock.at += MINUTE
    company.tell("Seen", traits={"email": "new@example.com"})
    wire = Wire()
    drain(company.deliverer(wire))
    assert [message.to for message in wire.sent] == ["new@example.com"]


# what does not go


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"node_id": "nobody"}, "no_address"),
        ({"channel": "sms"}, "no_address"),
        ({"purpose": "marketing"}, "no_consent"),
        ({"expires_at": NOON}, "expired"),
        ({"play": replace(PLAY, id="gone")}, "render_failed"),
    ],
)
def test_every_refusal_is_recorded_with_its_reason(company: Company, change: dict[str, Any], reason: str) -> None:
    company.queue(**change)
    wire = Wire()
    assert drain(company.deliverer(wire)) == {"refused": 1}
    assert company.state_of() == (MessageState.REFUSED, reason)
    assert wire.sent == []
    assert company.outbox.relay(10) == []


def test_an_address_to_be_left_alone(company: Company) -> None:
    company.queue()
    company.outbox.suppress(address_hash(SECRET, "email", "ADA@example.com"), "email", reason="complained", at=NOON)
    assert drain(company.deliverer(Wire())) == {"refused": 1}
    assert company.state_of() == (MessageState.REFUSED, "suppressed")


def test_nobody_without_an_address_is_written_to(company: Company) -> None:
    company.know("bob", email=None)
    company.queue(user="bob")
    drain(company.deliverer(Wire()))
    assert company.state_of() == (MessageState.REFUSED, "no_address")


def test_a_withdrawn_consent_holds_from_the_next_message_on(company: Company) -> None:
    company.queue(1, play=ASKING)
    wire = Wire()
    drain(company.deliverer(wire))
    company.tell("Consent Updated", purpose="feedback", channel="email", status="withdrawn")
    company.queue(2, play=ASKING)
    company.queue(3, play=PLAY)
    drain(company.deliverer(wire))
    assert [message.message_id for message in wire.sent] == ["m1", "m3"]
    assert company.state_of(2) == (MessageState.REFUSED, "no_consent")


def test_the_cap_holds_however_many_are_sent_at_once(company: Company) -> None:
    for number in range(1, 11):
        company.queue(number, play=ASKING)
    wire = Wire()
    rules = GateRules(zone=ZONE, cap_day=3, cap_week=5)
    assert drain(company.deliverer(wire, rules=rules)) == {"accepted": 3, "refused": 7}
    company.clock.at += DAY + 1
    for number in range(11, 16):
        company.queue(number, play=ASKING)
    assert drain(company.deliverer(wire, rules=rules)) == {"accepted": 2, "refused": 3}
    assert company.state_of(15) == (MessageState.REFUSED, "cap")


def test_at_night_it_waits_for_the_morning(company: Company) -> None:
    company.clock.at = parse_iso("2026-03-02T22:30:00+01:00")
    company.queue()
    wire = Wire()
    assert drain(company.deliverer(wire)) == {"deferred": 1}
    assert company.state_of() == (MessageState.DEFERRED, "quiet_hours")
    company.clock.at = parse_iso("2026-03-03T07:59:59+01:00")
    assert drain(company.deliverer(wire)) == {}
    company.clock.at += 1_000_000
    assert drain(company.deliverer(wire)) == {"accepted": 1}
    assert company.state_of() == (MessageState.ACCEPTED, None)


# what the channel says


def test_not_taken_is_tried_again_with_longer_waits_until_it_expires(company: Company) -> None:
    company.queue(expires_at=NOON + 2 * HOUR)
    wire = Wire(lambda message: ChannelUnavailable("busy"))
    waits = []
    while True:
        before = company.clock.at
        drain(company.deliverer(wire))
        if company.state_of()[0] is MessageState.REFUSED:
            break
        assert company.state_of() == (MessageState.DEFERRED, "busy")
        while not company.outbox.due(company.clock.at, 1):
            company.clock.at += MINUTE
        waits.append((company.clock.at - before) // MINUTE)
    assert waits == [1, 5, 20, 60, 60]
    assert company.state_of() == (MessageState.REFUSED, "expired")
    assert len(wire.sent) == 5
    assert company.outbox.relay(10) == []


def test_refused_for_good_is_an_event(company: Company) -> None:
    company.queue()
    assert drain(company.deliverer(Wire(lambda message: ChannelRefused("no such box (550)")))) == {"rejected": 1}
    company.relay.drain()
    (failed,) = company.events("Message Failed")
    assert failed.properties["reason"] == "no such box (550)"
    assert company.state_of() == (MessageState.REJECTED, "no such box (550)")


def test_in_test_mode_the_reason_is_told_and_it_does_not_count(company: Company) -> None:
    company.queue()
    assert drain(company.deliverer(Wire(lambda message: ChannelRefused("not_allowed")))) == {"refused": 1}
    assert company.state_of() == (MessageState.REFUSED, "not_allowed")
    assert company.outbox.sent_to(company.node().person_id, 0) == 0
    assert company.outbox.relay(10) == []


def test_when_nobody_knows_it_is_said_and_never_sent_again(company: Company) -> None:
    company.queue()
    wire = Wire(lambda message: ConnectionResetError())
    assert drain(company.deliverer(wire)) == {"unknown": 1}
    company.clock.at += HOUR
    again = company.deliverer(wire)
    assert again.recover() == 0
    assert drain(again) == {}
    assert len(wire.sent) == 1
    assert company.outbox.sent_to(company.node().person_id, 0) == 1
    company.relay.drain()
    assert [event.name for event in company.events("Message Unconfirmed")] == ["Message Unconfirmed"]


Scene = Callable[[SmtpServer, Company], Awaitable[None]]


def on_smtp(company: Company, scene: Scene) -> None:
    async def run() -> None:
        async with smtp_server() as server:
            await scene(server, company)

    asyncio.run(run())


def smtp_channel(server: SmtpServer, company: Company, timeout_s: float = 30.0) -> SmtpChannel:
    settings = SmtpSettings(
        host="127.0.0.1", port=server.port, sender="Alba <ciao@alba.example>", tls="none", timeout_s=timeout_s
    )
    return SmtpChannel(settings, company.clock)


def test_one_slow_recipient_blocks_nobody(company: Company) -> None:
    company.know("slow")
    company.queue(1, user="slow")
    for number in range(2, 12):
        company.queue(number)

    async def scene(server: SmtpServer, company: Company) -> None:
        deliverer = company.deliverer(smtp_channel(server, company), rules=ROOMY, at_once=2)
        draining = asyncio.create_task(deliverer.drain())
        while len(server.mails) < 10:
            server.data_seen.clear()
            await server.data_seen.wait()
        assert not draining.done()
        server.release.set()
        assert dict(await draining) == {"accepted": 11}
        assert server.connections == 2
        await deliverer.close()

    on_smtp(company, scene)


def test_a_line_cut_after_the_text_is_unknown_over_smtp(company: Company) -> None:
    company.queue()

    async def scene(server: SmtpServer, company: Company) -> None:
        server.on_data = DROP
        deliverer = company.deliverer(smtp_channel(server, company))
        assert dict(await deliverer.drain()) == {"unknown": 1}
        server.on_data = None
        assert dict(await deliverer.drain()) == {}
        assert len(server.mails) == 1
        await deliverer.close()

    on_smtp(company, scene)


def test_an_address_that_is_no_more_is_left_alone_from_then_on(company: Company) -> None:
    company.know("bob")
    company.queue(1)
    company.queue(2, due_at=NOON + HOUR)
    company.queue(3, user="bob", due_at=NOON + HOUR)

    async def scene(server: SmtpServer, company: Company) -> None:
        server.on_rcpt = "550 5.1.1 <ada@example.com> is unknown here"
        deliverer = company.deliverer(smtp_channel(server, company))
        assert dict(await deliverer.drain()) == {"rejected": 1}
        server.on_rcpt = None
        company.clock.at += HOUR
        assert dict(await deliverer.drain()) == {"refused": 1, "accepted": 1}
        assert [to for _, to in server.envelopes] == [["bob@example.com"]]
        await deliverer.close()

    on_smtp(company, scene)
    assert company.state_of(2) == (MessageState.REFUSED, "suppressed")


def test_a_mail_refused_for_its_text_does_not_silence_the_person(company: Company) -> None:
    company.queue(1)
    company.queue(2, due_at=NOON + HOUR)

    async def scene(server: SmtpServer, company: Company) -> None:
        server.on_data = "554 5.7.1 spam"
        deliverer = company.deliverer(smtp_channel(server, company))
        assert dict(await deliverer.drain()) == {"rejected": 1}
        server.on_data = None
        company.clock.at += HOUR
        assert dict(await deliverer.drain()) == {"accepted": 1}
        await deliverer.close()

    on_smtp(company, scene)


# crashes and rivals


CHILD = """
import asyncio, sys
from pathlib import Path
from percorso.adapters.smtp import SmtpChannel, SmtpSettings
from tests.delivering import Company

async def run():
    company = Company(Path(sys.argv[1]))
    settings = SmtpSettings(host="127.0.0.1", port=int(sys.argv[2]), sender="A <a@alba.example>", tls="none")
    deliverer = company.deliverer(SmtpChannel(settings, company.clock))
    await deliverer.run(asyncio.Event())

asyncio.run(run())
"""


@pytest.mark.fault
@pytest.mark.parametrize("step", ["on_rcpt", "on_data"])
def test_killed_between_the_mark_and_the_answer_it_is_unknown_and_never_sent_again(company: Company, step: str) -> None:
    company.queue(1)
    company.queue(2, due_at=NOON + HOUR)

    async def scene(server: SmtpServer, company: Company) -> None:
        setattr(server, step, HANG)
        reached = server.data_seen if step == "on_data" else server.rcpt_seen
        arguments = [sys.executable, "-c", CHILD, str(company.folder), str(server.port)]
        child = await asyncio.create_subprocess_exec(*arguments, cwd=Path(__file__).parent.parent)
        try:
            async with asyncio.timeout(60):
                await reached.wait()
        finally:
            child.kill()
            await child.wait()
        assert company.state_of() == (MessageState.ATTEMPTED, None)
        setattr(server, step, None)
        server.release.set()
        before = len(server.mails)
        company.clock.at += HOUR
        deliverer = company.deliverer(smtp_channel(server, company))
        assert deliverer.recover() == 1
        assert company.state_of() == (MessageState.UNKNOWN, "interrupted")
        assert dict(await deliverer.drain()) == {"accepted": 1}  # the other one goes its way
        assert deliverer.recover() == 0
        assert len(server.mails) == before + 1
        assert server.mails[-1]["Message-ID"] == "<m2@alba.example>"
        await deliverer.close()

    on_smtp(company, scene)
    company.relay.drain()
    told = [
        (event.name, event.properties["message_id"]) for event in company.events("Message Unconfirmed", "Message Sent")
    ]
    assert told == [("Message Unconfirmed", "m1"), ("Message Sent", "m2")]


def test_two_at_once_send_each_message_once(company: Company) -> None:
    for number in range(1, 31):
        company.queue(number)
    wire = Wire()

    async def run() -> None:
        rivals = [company.deliverer(wire, rules=ROOMY) for _ in range(2)]
        await asyncio.gather(*(rival.drain() for rival in rivals))
        for rival in rivals:
            await rival.close()

    asyncio.run(run())
    assert sorted(message.message_id for message in wire.sent) == sorted(f"m{number}" for number in range(1, 31))


def test_a_crash_of_the_relay_appends_nothing_twice(company: Company) -> None:
    company.queue(1)
    company.queue(2)
    drain(company.deliverer(Wire()))
    # What the relay does up to the crash: the items are in the log, and not yet taken out.
    pairs = company.outbox.relay(10)
    items = [Item(msgspec.json.encode(item), tie) for tie, (_, item) in enumerate(pairs)]
    company.collector.collect_now(items, source="percorso", lane=0)
    assert company.relay.drain() == 2
    assert company.outbox.relay(10) == []
    assert len(company.events("Message Sent")) == 2


def test_the_loop_sends_what_comes_and_ends_when_told(company: Company) -> None:
    arrived = asyncio.Event()

    def answer(message: Rendered) -> str:
        if message.message_id == "m2":
            arrived.set()
        return "ok"

    async def run() -> None:
        stop = asyncio.Event()
        deliverer = company.deliverer(Wire(answer))
        running = asyncio.create_task(deliverer.run(stop))
        company.queue(1)
        company.queue(2)
        async with asyncio.timeout(30):
            await arrived.wait()
            stop.set()
            await running

    asyncio.run(run())
    assert company.state_of(2)[0] is MessageState.ACCEPTED


class Broken(SqlOutbox):
    """An outbox with a fault of ours the first times it is read."""

    failures = 0

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError

    def due(self, now: int, limit: int) -> list[Message]:
        self._fail()
        return super().due(now, limit)

    def attempted(self) -> list[Message]:
        self._fail()
        return super().attempted()

    def relay(self, limit: int) -> list[tuple[str, Mapping[str, Any]]]:
        self._fail()
        return super().relay(limit)


@pytest.mark.parametrize("failures", [1, 2])
def test_a_fault_of_ours_does_not_end_the_loop(company: Company, failures: int) -> None:
    arrived = asyncio.Event()
    outbox = Broken(company.outbox._database)
    outbox.failures = failures  # while recovering; then while looking what is due
    company.outbox = outbox
    company.queue()

    def answer(message: Rendered) -> str:
        arrived.set()
        return "ok"

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(company.deliverer(Wire(answer)).run(stop))
        async with asyncio.timeout(30):
            await arrived.wait()
            stop.set()
            await running

    asyncio.run(run())
    assert company.state_of()[0] is MessageState.ACCEPTED


def test_a_fault_of_ours_does_not_end_the_relay(company: Company) -> None:
    company.queue()
    drain(company.deliverer(Wire()))
    outbox = Broken(company.outbox._database)
    outbox.failures = 2
    stop, moved = threading.Event(), threading.Event()

    class Log:
        def collect_now(self, items: Sequence[Item], *, source: str, lane: int) -> list[ItemVerdict]:
            verdicts = company.collector.collect_now(items, source=source, lane=lane)
            moved.set()
            return verdicts

    thread = threading.Thread(target=Relay(outbox, Log()).run, args=(stop,))
    thread.start()
    try:
        assert moved.wait(30)
    finally:
        stop.set()
        thread.join()
    assert len(company.events("Message Sent")) == 1


class Faulty(SqlPeople):
    """People that cannot be read for one message."""

    poison = ""

    def node(self, node_id: str) -> Node | None:
        if node_id == self.poison:
            raise ZeroDivisionError
        return super().node(node_id)


def test_a_fault_of_ours_holds_up_one_message_only(company: Company) -> None:
    company.know("bob")
    company.queue(1)
    company.queue(2, user="bob")
    people = Faulty(company.people._database)
    people.poison = company.node().node_id
    company.people = people
    assert drain(company.deliverer(Wire())) == {"deferred": 1, "accepted": 1}
    assert company.state_of(1) == (MessageState.DEFERRED, "fault")
    people.poison = ""
    company.clock.at += HOUR
    assert drain(company.deliverer(Wire())) == {"accepted": 1}


class Flaky(SqlOutbox):
    """An outbox that is out of reach the first times a message is to be settled."""

    failures = 0

    def mark(self, message_id: str, state: MessageState, **given: Any) -> None:
        if state is MessageState.ACCEPTED and self.failures:
            self.failures -= 1
            raise StoreUnavailable("locked", retry_after_s=0)
        super().mark(message_id, state, **given)


@pytest.mark.parametrize(("failures", "ends"), [(3, "accepted"), (99, "attempted")])
def test_what_was_sent_is_settled_when_the_state_is_back(company: Company, failures: int, ends: str) -> None:
    company.queue()
    outbox = Flaky(company.outbox._database)
    outbox.failures = failures
    company.outbox = outbox
    wire = Wire()
    drain(company.deliverer(wire))
    assert company.state_of()[0].value == ends
    outbox.failures = 0
    after = company.deliverer(wire)
    assert after.recover() == (ends == "attempted")
    assert drain(after) == {}
    assert len(wire.sent) == 1


def test_plays_are_read_at_the_moment_of_sending(company: Company) -> None:
    """A message queued under an older version of a play is written with the one in force."""
    company.queue(play=replace(PLAY, version=0))
    wire = Wire()
    assert drain(company.deliverer(wire)) == {"accepted": 1}
    assert wire.sent[0].subject == "Il suo ordine"
