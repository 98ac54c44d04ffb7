"""A small company for the tests of delivery: one play, one person, real stores on SQLite, a clock that is moved by hand."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.log import SqlEventLog
from percorso.adapters.sql.mailbox import SqlMailbox
from percorso.adapters.sql.outbox import SqlOutbox
from percorso.adapters.sql.people import SqlPeople
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import LOG, STATE
from percorso.data.intake import Item
from percorso.execution.answer import Signer
from percorso.execution.gate import GateRules
from percorso.execution.render import Letterhead
from percorso.model.config import Config, EventContract
from percorso.model.decision import Decision
from percorso.model.event import Event
from percorso.model.message import Message, MessageState
from percorso.model.person import Node
from percorso.model.play import Choice, MessageTemplate, Play
from percorso.model.time import DAY, CivilClock, Micros, parse_iso
from percorso.pipeline.answering import Answers
from percorso.pipeline.collect import Collector
from percorso.pipeline.deliver import Deliverer
from percorso.pipeline.process import Processor
from percorso.pipeline.relay import Relay
from percorso.ports import Channel

SECRET = b"a secret of thirty-two bytes ....."
ZONE = "Europe/Rome"
NOON = parse_iso("2026-03-02T11:00:00Z")
"""Noon in Rome."""


def both(it: str, en: str) -> dict[str, str]:
    return {"it": it, "en": en}


SAME = both("-", "-")

BODY = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>{hello} {{{{ event.properties.order_id }}}}</mj-text>"
    '<mj-button href="{{{{ links.choice.refund }}}}">R</mj-button><mj-button href="{{{{ links.csat.5 }}}}">5</mj-button>'
    '<mj-button href="{{{{ links.csat.4 }}}}">4</mj-button></mj-column></mj-section></mj-body></mjml>'
)

PLAY = Play(
    id="late",
    version=1,
    name=both("Scuse per il ritardo", "Apology for the delay"),
    touchpoint=None,
    stage=None,
    when={"field": "name", "is": "Order Delivered"},
    once_per="properties.order_id",
    priority=1,
    intent="serve",
    purpose=None,
    do=SAME,
    say=SAME,
    how=SAME,
    timing=SAME,
    ask=SAME,
    ask_how=SAME,
    ask_when=SAME,
    give=SAME,
    get=SAME,
    choices=(
        Choice(
            id="refund",
            label=both("Rimborso", "Refund"),
            event="Choice Made",
            properties={"about": "late delivery"},
        ),
    ),
    message=MessageTemplate(
        channel="email",
        subject=both("Il suo ordine", "Your order"),
        body=both(BODY.format(hello="Ciao"), BODY.format(hello="Hello")),
    ),
)
ASKING = replace(PLAY, id="thanks", intent="ask", purpose="feedback")
CONFIG = Config(
    version="1",
    plays=(PLAY, ASKING),
    contracts=(
        EventContract(
            name="Order Delivered", about=both("L'ordine è stato consegnato", "The order was delivered"), properties={}
        ),
    ),
)


@dataclass(slots=True)
class HandClock:
    """A clock that stands until it is moved."""

    at: Micros = NOON

    def now(self) -> Micros:
        return self.at


@dataclass(slots=True)
class Company:
    """Log, state and everything on them, opened on two files of a folder."""

    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    _open: ExitStack = field(default_factory=ExitStack)

    log: SqlEventLog = field(init=False)
    state: SqlState = field(init=False)
    outbox: SqlOutbox = field(init=False)
    people: SqlPeople = field(init=False)
    mailbox: SqlMailbox = field(init=False)
    collector: Collector = field(init=False)
    processor: Processor = field(init=False)
    relay: Relay = field(init=False)
    signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        log, state = Database(f"sqlite:///{self.folder}/log.db"), Database(f"sqlite:///{self.folder}/state.db")
        self._open.callback(log.close)
        self._open.callback(state.close)
        LOG.create_all(log.engine)
        STATE.create_all(state.engine)
        self.log = SqlEventLog(log)
        self.state = SqlState(state, self.log.log_id)
        self.outbox, self.people, self.mailbox = SqlOutbox(state), SqlPeople(state), SqlMailbox(state)
        self.collector = Collector(self.log, CivilClock(ZONE), self.clock)
        self.processor = Processor(self.log, self.state, CONFIG, SECRET)
        self.relay = Relay(self.outbox, self.collector)
        self.signer = Signer(SECRET)

    def close(self) -> None:
        self._open.close()

    def tell(self, name: str, user: str = "ada", *, traits: Mapping[str, Any] | None = None, **properties: Any) -> None:
        """An event of somebody, collected and folded."""
        call = {"type": "track", "event": name, "userId": user, "properties": properties}
        call["context"] = {"traits": traits or {}}
        self.collector.collect_now([Item(msgspec.json.encode(call), 0)], source="test", lane=0)
        self.processor.drain()

    def know(self, user: str = "ada", **traits: Any) -> Node:
        """A person with an address, unless `email` says otherwise; their strongest identifier."""
        self.tell("Order Delivered", user, traits={"email": f"{user}@example.com", **traits}, order_id="A-1")
        return self.node(user)

    def node(self, user: str = "ada") -> Node:
        (person,) = self.people.find(f"user_id:{user}", 2)
        return next(node for node in self.people.nodes(person.person_id) if node.value == user)

    def queue(self, number: int = 1, user: str = "ada", play: Play = PLAY, **fields: Any) -> Message:
        """A message in the outbox, due now."""
        now = self.clock.now()
        message = Message(
            message_id=f"m{number}",
            business_key=f"{play.id}:o{number}:email",
            decision_id=f"d{number}",
            node_id=self.node(user).node_id,
            channel="email",
            play=play.id,
            play_version=play.version,
            intent=play.intent,
            purpose=play.purpose,
            facts={"name": "Order Delivered", "properties": {"order_id": f"A-{number}"}},
            created_at=now,
            due_at=now,
            expires_at=now + 3 * DAY,
        )
        message = replace(message, **fields)
        with self.state.transaction() as transaction:
            transaction.add_acts([self._decision(message)], [message], [])
        return message

    def _decision(self, message: Message) -> Decision:
        """What a message comes from: it is stored with a new decision only."""
        return Decision(
            decision_id=message.decision_id,
            business_key=message.business_key,
            play=message.play,
            play_version=message.play_version,
            node_id=message.node_id,
            person_id=message.node_id,
            cause_seq=1,
            cause_message_id="e1",
            touchpoint=None,
            stage=None,
            channel=message.channel,
            outcome="queued",
            refusal=None,
            reasons=(),
            alternatives=(),
            decided_at=message.created_at,
            historical=False,
        )

    def deliverer(self, channel: Channel, **options: Any) -> Deliverer:
        given: dict[str, Any] = {
            "rules": GateRules(zone=ZONE),
            "letterhead": Letterhead(company="Alba", language="it", base_url="http://cx.example.com"),
        }
        return Deliverer(
            outbox=self.outbox,
            people=self.people,
            channels={"email": channel},
            config=CONFIG,
            secret=SECRET,
            clock=self.clock,
            **{**given, **options},
        )

    def answers(self) -> Answers:
        return Answers(
            collector=self.collector,
            outbox=self.outbox,
            people=self.people,
            config=CONFIG,
            company="Alba & figli",
            secret=SECRET,
            clock=self.clock,
        )

    def state_of(self, number: int = 1) -> tuple[MessageState, str | None]:
        message = self.outbox.find(f"m{number}")
        assert message is not None
        return message.state, message.refusal

    def events(self, *names: str) -> list[Event]:
        """What the log holds, in order, of these names or all."""
        from percorso.data.events import read_event

        found = [read_event(entry) for entry in self.log.read(0, 0, 10_000)]
        return [event for event in found if not names or event.name in names]
