"""outbox -> gate -> render -> channel -> receipt.

    due ──> prepare: person, gate, text ──> refused (with its reason) | deferred
                │
                └─> attempted (on disk) ──> channel ──> accepted | rejected | unknown, with the receipt | deferred

Preparing is one thread's work, one message after the other, so that the count under the cap and the mark ATTEMPTED are
one step: no two messages take the same last place. Sending is concurrent and bounded; a slow recipient holds one place
and nothing else. What was ATTEMPTED when the process died is unknown: it is told as such and never sent again by itself.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

import structlog

from percorso.execution.answer import address_hash
from percorso.execution.gate import GateRules
from percorso.execution.receipt import NAMES, receipt
from percorso.execution.render import Letterhead
from percorso.model.config import Config
from percorso.model.decision import Refusal
from percorso.model.errors import ChannelRefused, ChannelUnavailable, StoreUnavailable
from percorso.model.identifier import Identifier
from percorso.model.message import Message, MessageState
from percorso.model.time import HOUR, MINUTE, Micros
from percorso.pipeline.backoff import Backoff
from percorso.pipeline.prepare import Preparer, Ready
from percorso.ports import Channel, Clock, Outbox, PeopleReader

_log = structlog.get_logger()
_Result = TypeVar("_Result")

POLL_S = 0.25
SEND_LIMIT_S = 120.0
"""A channel that says nothing for so long leaves the message unknown."""
RETRIES: tuple[Micros, ...] = (MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR)
"""Waits after the first, second, ... time a channel did not take a message; then the last, until it expires."""
SETTLE_TRIES = 5


class _Outcome(NamedTuple):
    """What the channel said. `wait`: until it is tried again; `dead`: hash of an address to be left alone from now on."""

    state: MessageState
    reason: str | None = None
    provider_id: str | None = None
    wait: Micros | None = None
    dead: str | None = None


class Deliverer:
    """Sends what is due. One in the whole company at a time; a second one would lose each race for ATTEMPTED.

    Use `run` in the delivery process; `drain` sends what is due now and returns.
    """

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
        at_once: int = 8,
    ) -> None:
        self._outbox = outbox
        self._people = people
        self._channels = channels
        self._secret = secret
        self._clock = clock
        self._at_once = at_once
        self._preparer = Preparer(
            outbox=outbox,
            people=people,
            channels=channels,
            config=config,
            rules=rules,
            letterhead=letterhead,
            secret=secret,
            clock=clock,
        )
        self._sending: set[asyncio.Task[None]] = set()
        self._thread = ThreadPoolExecutor(1, "deliver")
        self.counts: Counter[str] = Counter()
        """How many messages came to each state since the start."""

    def recover(self) -> int:
        """Call unknown what a crash left ATTEMPTED. Before anything is sent, and only then; how many there were."""
        lost = self._outbox.attempted()
        for message in lost:
            node = self._people.node(message.node_id)
            who = None if node is None else Identifier(node.kind, node.value, node.claimed)
            self._mark(message, who, _Outcome(MessageState.UNKNOWN, "interrupted"))
        return len(lost)

    async def run(self, stop: asyncio.Event) -> None:
        """Recover, then send what comes due until told to stop; what is on the wire then is waited for.

        Whatever goes wrong is told and tried again, less and less often.
        """
        recovered = False
        backoff = Backoff()
        while not stop.is_set():
            try:
                if not recovered:
                    await self._on_thread(self.recover)
                    recovered = True
                started = await self._start()
            except StoreUnavailable as error:
                _log.warning("delivery.waiting", why=error.message)
                await _told_within(stop, max(error.retry_after_s, backoff.failed()))
                continue
            except Exception:
                _log.exception("delivery.failed")
                await _told_within(stop, backoff.failed())
                continue
            backoff.worked()
            if not started:
                await self._wait(stop)
        await self.close()

    async def drain(self) -> Counter[str]:
        """Send all that is due now and wait for it; how many messages came to each state."""
        before = self.counts.copy()
        while True:
            if not await self._start():
                if not self._sending:
                    return self.counts - before
                await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """Wait for what is on the wire, then let go of the channels and the thread."""
        if self._sending:
            await asyncio.wait(self._sending)
        for channel in self._channels.values():
            await channel.close()
        self._thread.shutdown()

    async def _start(self) -> int:
        """Take up what is due, as far as there are free places; how many messages were looked at."""
        free = self._at_once - len(self._sending)
        if free <= 0:
            return 0
        due = await self._on_thread(partial(self._outbox.due, self._clock.now(), free))
        for message in due:
            prepared = await self._on_thread(partial(self._preparer.prepare, message))
            if isinstance(prepared, Ready):
                task = asyncio.create_task(self._send(prepared))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
            else:
                self._count(message, prepared.state, prepared.reason)
        return len(due)

    async def _wait(self, stop: asyncio.Event) -> None:
        """Until told to stop, or, when all places are taken, one is free, else until it is time to look again."""
        stopping = asyncio.ensure_future(stop.wait())
        full = len(self._sending) >= self._at_once
        await asyncio.wait(
            {stopping, *self._sending} if full else {stopping},
            timeout=None if full else POLL_S,
            return_when=asyncio.FIRST_COMPLETED,
        )
        stopping.cancel()

    async def _on_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _send(self, ready: Ready) -> None:
        """Over the wire, then what became of it is written down, again while the state is out of reach."""
        outcome = await self._over_the_wire(ready)
        backoff = Backoff()
        for attempt in range(SETTLE_TRIES):
            try:
                await self._on_thread(partial(self._mark, ready.message, ready.who, outcome))
                return
            except StoreUnavailable as error:
                _log.warning("message.not_settled", message_id=ready.message.message_id, why=error.message)
                await asyncio.sleep(error.retry_after_s * (attempt + 1))
            except Exception:
                _log.exception("message.not_settled", message_id=ready.message.message_id)
                await asyncio.sleep(backoff.failed())
        # It stays ATTEMPTED on disk: the next start calls it unknown.
        _log.error("message.left_attempted", message_id=ready.message.message_id, state=outcome.state.value)

    async def _over_the_wire(self, ready: Ready) -> _Outcome:
        try:
            async with asyncio.timeout(SEND_LIMIT_S):
                provider_id = await self._channels[ready.message.channel].send(ready.rendered)
        except ChannelUnavailable as error:
            wait = RETRIES[min(ready.message.attempts, len(RETRIES) - 1)]
            return _Outcome(MessageState.DEFERRED, error.message, wait=wait)
        except ChannelRefused as error:
            refused = error.message == Refusal.NOT_ALLOWED.value
            state = MessageState.REFUSED if refused else MessageState.REJECTED
            return _Outcome(state, error.message, dead=self._hash(ready) if error.dead_address else None)
        except Exception as error:
            # Anything else: nobody knows whether it went. Told as unknown, with the kind of failure.
            return _Outcome(MessageState.UNKNOWN, type(error).__name__)
        return _Outcome(MessageState.ACCEPTED, provider_id=provider_id)

    def _hash(self, ready: Ready) -> str:
        return address_hash(self._secret, ready.message.channel, ready.rendered.to)

    def _mark(self, message: Message, who: Identifier | None, outcome: _Outcome) -> None:
        """What became of an attempted message, with its receipt, in one transaction; before it, what it says of its
        address: a crash in between leaves a message to be called unknown, and no dead address to be tried again."""
        now = self._clock.now()
        if outcome.dead is not None:
            self._outbox.suppress(outcome.dead, message.channel, reason="bounced", at=now)
        then = []
        if who is not None and outcome.state in NAMES:
            then.append(receipt(message, outcome.state, who, now, outcome.reason))
        self._outbox.mark(
            message.message_id,
            outcome.state,
            at=now,
            due_at=None if outcome.wait is None else now + outcome.wait,
            refusal=outcome.reason,
            provider_id=outcome.provider_id,
            then=then,
        )
        self._count(message, outcome.state, outcome.reason)

    def _count(self, message: Message, state: MessageState, reason: str | None) -> None:
        self.counts[state.value] += 1
        _log.info("message.handled", message_id=message.message_id, play=message.play, state=state.value, why=reason)


async def _told_within(stop: asyncio.Event, wait_s: float) -> bool:
    """Wait so long at most; whether it was told to stop."""
    try:
        async with asyncio.timeout(wait_s):
            return await stop.wait()
    except TimeoutError:
        return False
