"""A due message made ready: whose it is now, whether it may go, what it says."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import structlog

from percorso.execution.address import address
from percorso.execution.answer import Signer, address_hash
from percorso.execution.gate import CAP_WINDOWS, Asking, Defer, GateRules, Refuse, gate
from percorso.execution.render import Letterhead, render
from percorso.model.config import Config
from percorso.model.decision import Refusal
from percorso.model.errors import Conflict, RenderFailed, StoreUnavailable
from percorso.model.identifier import Identifier
from percorso.model.message import Message, MessageState, Rendered
from percorso.model.person import Node, merge_all
from percorso.model.time import HOUR, Micros
from percorso.ports import Channel, Clock, Outbox, PeopleReader

_log = structlog.get_logger()


class Ready(NamedTuple):
    """A message marked ATTEMPTED: it belongs to whoever holds this, and must be sent or called unknown.

    who   the identifier of the event that caused it
    """

    message: Message
    rendered: Rendered
    who: Identifier


class Turned(NamedTuple):
    """A message that does not go now, marked so. `reason`: a word of `Refusal`, or None."""

    message: Message
    state: MessageState
    reason: str | None


class Preparer:
    """Prepares one message at a time: the count under the cap and the mark ATTEMPTED must not be split by another."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        people: PeopleReader,
        channels: Mapping[str, Channel],
        config: Config,
        rules: GateRules,
        letterhead: Letterhead,
        secret: bytes,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._people = people
        self._channels = channels
        self._plays = {play.id: play for play in config.plays}
        self._rules = rules
        self._letterhead = letterhead
        self._secret = secret
        self._signer = Signer(secret)
        self._clock = clock

    def prepare(self, message: Message) -> Ready | Turned:
        """The message written and marked ATTEMPTED, or turned away and marked so.

        One that trips over a fault of ours waits an hour instead of blocking those behind it. Raises StoreUnavailable
        when the marks cannot be written; then nothing happened.
        """
        try:
            return self._prepare(message)
        except StoreUnavailable:
            raise
        except Conflict:  # somebody else took it up meanwhile
            return Turned(message, message.state, "taken")
        except Exception:
            _log.exception("message.prepare_failed", message_id=message.message_id, play=message.play)
            now = self._clock.now()
            self._outbox.mark(message.message_id, MessageState.DEFERRED, at=now, due_at=now + HOUR, refusal="fault")
            return Turned(message, MessageState.DEFERRED, "fault")

    def _prepare(self, message: Message) -> Ready | Turned:
        now = self._clock.now()
        node = self._people.node(message.node_id)
        if node is None:
            return self._refuse(message, Refusal.NO_ADDRESS, now)
        asking = self._asking(message, node.person_id, now)
        verdict = gate(asking, self._rules, now)
        if isinstance(verdict, Refuse):
            return self._refuse(message, verdict.reason, now, node.person_id)
        if isinstance(verdict, Defer):
            return self._defer(message, verdict.until, now)
        try:
            rendered = self._written(message, asking, node.person_id)
        except RenderFailed as error:
            _log.error("message.not_written", message_id=message.message_id, play=message.play, why=error.message)
            return self._refuse(message, Refusal.RENDER_FAILED, now, node.person_id)
        self._outbox.mark(message.message_id, MessageState.ATTEMPTED, at=now, to=rendered.to, person_id=node.person_id)
        return Ready(message, rendered, Identifier(node.kind, node.value, node.claimed))

    def _asking(self, message: Message, person_id: str, now: Micros) -> Asking:
        nodes: Sequence[Node] = self._people.nodes(person_id)
        profile = merge_all(node.profile for node in nodes)
        to = address(message.channel, profile, nodes) if message.channel in self._channels else None
        hashed = None if to is None else address_hash(self._secret, message.channel, to)
        day, week, month = (self._outbox.sent_to(person_id, now - window) for window in CAP_WINDOWS)
        return Asking(
            message=message,
            profile=profile,
            address=to,
            suppressed=hashed is not None and self._outbox.is_suppressed(hashed, message.channel),
            sent_day=day,
            sent_week=week,
            sent_month=month,
        )

    def _written(self, message: Message, asking: Asking, person_id: str) -> Rendered:
        play = self._plays.get(message.play)
        if play is None or asking.address is None:
            raise RenderFailed(f"there is no play {message.play} any more")
        return render(message, play, asking.profile, asking.address, self._letterhead, self._signer, person_id)

    def _refuse(self, message: Message, reason: Refusal, now: Micros, person_id: str | None = None) -> Turned:
        state = MessageState.REFUSED
        self._outbox.mark(message.message_id, state, at=now, refusal=reason.value, person_id=person_id)
        return Turned(message, state, reason.value)

    def _defer(self, message: Message, until: Micros, now: Micros) -> Turned:
        reason = Refusal.QUIET_HOURS.value
        self._outbox.mark(message.message_id, MessageState.DEFERRED, at=now, due_at=until, refusal=reason)
        return Turned(message, MessageState.DEFERRED, reason)
