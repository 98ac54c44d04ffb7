"""What processing and delivery left beside their transactions goes into the log.

An item is taken out only after the log has it: a crash in between appends it again, and the log's dedupe makes that
nothing. It runs where the log is appended to, in the collecting process.
"""

import threading
from collections.abc import Sequence
from typing import Protocol

import msgspec
import structlog

from percorso.data.intake import Item
from percorso.model.verdict import LIVE_LANE, ItemVerdict, Verdict
from percorso.pipeline.backoff import keep_at
from percorso.pipeline.collect import tally
from percorso.ports import Outbox

_log = structlog.get_logger()

SOURCE = "percorso"
"""The source of everything Percorso itself does and of the answers to its messages."""
BATCH = 1_000
POLL_S = 0.25

_encode = msgspec.json.Encoder().encode


class Appends(Protocol):
    """What puts items into the log; a `Collector`."""

    def collect_now(self, items: Sequence[Item], *, source: str, lane: int) -> list[ItemVerdict]: ...


class Relay:
    """Moves items from the outbox's side table into the log. One at a time."""

    def __init__(self, outbox: Outbox, log: Appends) -> None:
        self._outbox = outbox
        self._append = log

    def step(self) -> int:
        """Move one batch; how many items it had. Raises StoreUnavailable when they could not be moved yet."""
        pairs = self._outbox.relay(BATCH)
        if not pairs:
            return 0
        items = [Item(_encode(item), tie) for tie, (_, item) in enumerate(pairs)]
        verdicts = self._append.collect_now(items, source=SOURCE, lane=LIVE_LANE)
        for verdict in verdicts:
            if verdict.verdict is Verdict.QUARANTINED:
                _log.error("relay.quarantined", message_id=verdict.message_id, reason=verdict.reason)
        self._outbox.relayed([message_id for message_id, _ in pairs])
        _log.info("relay.moved", **tally(verdicts))
        return len(pairs)

    def drain(self) -> int:
        """Move everything there is."""
        total = 0
        while count := self.step():
            total += count
        return total

    def run(self, stop: threading.Event) -> None:
        """Move what comes until told to stop."""
        keep_at(self.step, stop, name="relay", rest_s=POLL_S)
