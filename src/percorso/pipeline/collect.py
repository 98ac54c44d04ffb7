"""Raw batch -> verdicts -> log.

Requests that arrive while one commit is under way share the next one (group commit): one writer thread, one transaction,
one fsync, then all of them are answered.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from percorso.data.envelope import BARE, Envelope, under_all
from percorso.data.event_time import DeviceClocks, sending_time
from percorso.data.intake import Intake, Item, read_items
from percorso.model.errors import StoreUnavailable
from percorso.model.plan import Plan
from percorso.model.proof import Proves
from percorso.model.time import CivilClock
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE, Candidate, ItemVerdict, Refused, Verdict
from percorso.ports import Clock, EventLog

_log = structlog.get_logger()

GROUP = 5_000
"""Items that one commit takes at most."""
WAITING_BYTES = 64_000_000
"""What may wait for the log; more is answered 503 so that the sender's queue holds it."""


@dataclass(slots=True)
class _Request:
    outcomes: list[Candidate | Refused]
    size: int
    answer: asyncio.Future[list[ItemVerdict]]
    loop: asyncio.AbstractEventLoop


class Collector:
    """Takes items in, durably. `start` before `collect`; `collect_now` needs no start."""

    def __init__(self, log: EventLog, civil: CivilClock, clock: Clock) -> None:
        self._log = log
        self._civil = civil
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[_Request] = []
        self._waiting_bytes = 0
        self._wake = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None
        self._clocks = DeviceClocks()
        self.counts: Counter[str] = Counter()
        self.plan: Plan | None = None
        """What events are to be like; may be changed at any time, for what comes from then on."""
        self.proves: Proves | None = None
        """What signed tokens prove; without it they prove nothing."""

    def start(self) -> None:
        self._ending = False
        self._thread = threading.Thread(target=self._write, name="log-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        if self._thread is not None:
            self._ending = True
            self._wake.set()
            self._thread.join()
            self._thread = None

    async def collect(
        self,
        items: Sequence[Item],
        source: str,
        envelope: Envelope = BARE,
    ) -> list[ItemVerdict]:
        """The verdict on each live item, in order, once all that is accepted is on disk.

        Raises StoreUnavailable when nothing was stored, MalformedBody when the one item of a route is no JSON object or
        the envelope cannot lie under its items.
        """
        under = under_all(envelope)
        size = sum([len(item.body) for item in items])
        if under is not None:
            size += len(items) * (len(envelope.context) + len(envelope.integrations))
        if self._waiting_bytes and self._waiting_bytes + size > WAITING_BYTES:
            raise StoreUnavailable("too many events wait to be written; send this again in a moment")
        notes: dict[int, str] = {}
        intake = Intake(
            source,
            LIVE_LANE,
            False,
            self._clock.now(),
            self._civil,
            type_of_route=envelope.type_of_route,
            under=under,
            sent_at=sending_time(envelope.sent_at),
            clocks=None if envelope.of_server else self._clocks,
            notes=notes,
            plan=self.plan,
            trust=envelope.trust,
            proves=self.proves,
        )
        loop = asyncio.get_running_loop()
        request = _Request(read_items(items, intake), size, loop.create_future(), loop)
        with self._lock:
            self._waiting_bytes += size
            self._waiting.append(request)
        if not self._wake.is_set():
            self._wake.set()
        verdicts = await request.answer
        return _noted(verdicts, items, notes) if notes else verdicts

    def collect_now(
        self,
        items: Sequence[Item],
        *,
        source: str,
        lane: int = IMPORT_LANE,
        historical: bool = False,
        refused: Sequence[Refused] = (),
    ) -> list[ItemVerdict]:
        """The verdict on each item, in order, in one transaction; items without identifier are accepted.

        `refused`: rows that could not even be made items; they are kept with the others and get no verdict here.
        """
        return self.append(read_items(items, self.intake(source, lane, historical=historical)), refused)

    def intake(self, source: str, lane: int = IMPORT_LANE, *, historical: bool = False) -> Intake:
        """How `collect_now` reads items."""
        return Intake(source, lane, historical, self._clock.now(), self._civil, unknown_ok=True, plan=self.plan)

    def append(self, outcomes: Sequence[Candidate | Refused], refused: Sequence[Refused] = ()) -> list[ItemVerdict]:
        """The verdict on each item that was read, in order, in one transaction. `refused` as in `collect_now`."""
        candidates = [one for one in outcomes if one.__class__ is Candidate]
        if len(candidates) == len(outcomes):
            verdicts = self._log.append(candidates, refused)
        else:
            aside = [one for one in outcomes if isinstance(one, Refused)]
            given = iter(self._log.append(candidates, [*aside, *refused]))
            verdicts = [_verdict(one) if isinstance(one, Refused) else next(given) for one in outcomes]
        self.counts.update(tally(verdicts))
        self.counts.update(str(one.verdict) for one in refused)
        return verdicts

    def _write(self) -> None:
        """The writer's thread: woken once for all that waits, it writes until nothing does."""
        while True:
            group = self._next_group()
            if group:
                self._write_group(group)
                with self._lock:
                    self._waiting_bytes -= sum(request.size for request in group)
            elif self._ending:
                return
            else:
                self._wake.wait()
                self._wake.clear()  # before looking: what comes now wakes again

    def _next_group(self) -> list[_Request]:
        """What waited longest, at most `GROUP` items unless one request alone has more."""
        with self._lock:
            items = upto = 0
            for request in self._waiting:
                items += len(request.outcomes)
                if items > GROUP and upto:
                    break
                upto += 1
            group, self._waiting = self._waiting[:upto], self._waiting[upto:]
            return group

    def _write_group(self, group: Sequence[_Request]) -> None:
        try:
            verdicts = self.append([one for request in group for one in request.outcomes])
        except StoreUnavailable as error:
            _answer(group, [error] * len(group))
        except Exception as error:
            if len(group) == 1:
                _log.exception("log.append_failed", items=len(group[0].outcomes))
                _answer(group, [error])
                return
            for request in group:  # one request must not take the others with it
                self._write_group([request])
        else:
            answers: list[list[ItemVerdict] | Exception] = []
            start = 0
            for request in group:
                answers.append(verdicts[start : start + len(request.outcomes)])
                start += len(request.outcomes)
            _answer(group, answers)


def _noted(verdicts: Sequence[ItemVerdict], items: Sequence[Item], notes: Mapping[int, str]) -> list[ItemVerdict]:
    """The verdicts, those on accepted items with what is to be noted of them."""
    return [
        one._replace(detail=notes[item.tie]) if one.verdict is Verdict.ACCEPTED and item.tie in notes else one
        for one, item in zip(verdicts, items, strict=True)
    ]


def _verdict(refused: Refused) -> ItemVerdict:
    return ItemVerdict(
        message_id=refused.message_id, verdict=refused.verdict, reason=refused.reason, detail=refused.detail
    )


def _answer(group: Sequence[_Request], answers: Sequence[list[ItemVerdict] | Exception]) -> None:
    """Hand the answers to their event loops, one call a loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Request, list[ItemVerdict] | Exception]]] = {}
    for request, answer in zip(group, answers, strict=True):
        by_loop.setdefault(request.loop, []).append((request, answer))
    for loop, pairs in by_loop.items():
        loop.call_soon_threadsafe(_resolve, pairs)


def _resolve(pairs: Sequence[tuple[_Request, list[ItemVerdict] | Exception]]) -> None:
    for request, answer in pairs:
        if request.answer.done():  # the client went away; what was stored stays stored
            continue
        if isinstance(answer, Exception):
            request.answer.set_exception(answer)
        else:
            request.answer.set_result(answer)


def tally(verdicts: Sequence[ItemVerdict]) -> Mapping[str, int]:
    """How many of each verdict."""
    others = [str(one.verdict) for one in verdicts if one.verdict is not Verdict.ACCEPTED]
    counts = Counter(others)
    if len(others) < len(verdicts):
        counts[str(Verdict.ACCEPTED)] = len(verdicts) - len(others)
    return counts
