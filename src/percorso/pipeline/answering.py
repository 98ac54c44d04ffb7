"""A followed link: token -> message -> event in the log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec
import structlog

from percorso.data.envelope import BARE, Envelope
from percorso.data.intake import Item
from percorso.execution.answer import VALID_FOR, Answer, Signer, answer_item
from percorso.model.config import Config
from percorso.model.errors import Forbidden, NotFound, StoreUnavailable
from percorso.model.identifier import Identifier
from percorso.model.identity import Trust
from percorso.model.message import Message
from percorso.model.play import Play
from percorso.model.touchpoint import Text
from percorso.model.verdict import ItemVerdict, Verdict
from percorso.pipeline.relay import SOURCE
from percorso.ports import Clock, Outbox, PeopleReader

_OWN = BARE._replace(trust=Trust.SERVER.value)
_log = structlog.get_logger()
_encode = msgspec.json.Encoder().encode


class Collects(Protocol):
    """What takes live items in, durably; a started `Collector`."""

    async def collect(self, items: Sequence[Item], source: str, envelope: Envelope) -> list[ItemVerdict]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A link that holds, with what it leads to.

    who       the identifier of the event that caused the message
    play      None when it is no longer in the playbook
    happened  the event that caused the message, in words, None when its contract says nothing of it
    """

    answer: Answer
    message: Message
    who: Identifier
    play: Play | None
    happened: Text | None
    company: str


class Answers:
    """Opens links and records what they say."""

    def __init__(
        self,
        *,
        collector: Collects,
        outbox: Outbox,
        people: PeopleReader,
        config: Config,
        company: str,
        secret: bytes,
        clock: Clock,
    ) -> None:
        self._collector = collector
        self._outbox = outbox
        self._people = people
        self._plays = {play.id: play for play in config.plays}
        self._contracts = {contract.name: contract.about for contract in config.contracts}
        self._company = company
        self._signer = Signer(secret)
        self._clock = clock

    def open(self, token: str) -> Followed:
        """What a link leads to; changes nothing. Raises Forbidden or NotFound when it leads nowhere."""
        answer = self._signer.read(token, self._clock.now())
        if answer.kind == "preferences":
            raise Forbidden("this link leads to another page; open it again from the message")
        message = self._outbox.find(answer.message_id)
        if message is None:
            raise NotFound("the message of this link is no longer kept")
        return Followed(
            answer=answer,
            message=message,
            who=self._who(message),
            play=self._plays.get(answer.play),
            happened=self._contracts.get(str(message.facts.get("name"))),
            company=self._company,
        )

    async def record(self, followed: Followed) -> None:
        """Put the answer into the log; durable on return. The same answer again changes nothing.

        Raises InvalidInput when the link asks instead of answering, NotFound when what it answers is gone,
        StoreUnavailable when it could not be kept.
        """
        item = answer_item(followed.answer, followed.message, followed.play, followed.who)
        verdict = (await self._collector.collect([Item(_encode(item), 0)], SOURCE, _OWN))[0]
        _log.info("answer.recorded", kind=followed.answer.kind, play=followed.answer.play, verdict=str(verdict.verdict))
        if verdict.verdict is Verdict.QUARANTINED:
            raise StoreUnavailable("the answer could not be kept; write to us instead")

    def stop_link(self, followed: Followed) -> str | None:
        """The path of the link that wants no more of this purpose; None for a service message."""
        if followed.message.purpose is None:
            return None
        stop = replace(followed.answer, kind="stop", value="")
        return f"/a/{self._signer.sign(stop, expires_at=followed.message.created_at + VALID_FOR)}"

    def _who(self, message: Message) -> Identifier:
        node = self._people.node(message.node_id)
        if node is None:
            raise NotFound("the message of this link is no longer kept")
        return Identifier(node.kind, node.value, node.claimed)
