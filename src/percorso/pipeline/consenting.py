"""log -> consent ledger: every choice becomes a row of its identifier's chain, behind processing.

It reads the log by itself, as far as that is processed, and asks only under which identifier each event was folded. The
rows and how far they reach are committed together. What is found when two write at once is the same; one of them waits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from percorso.data.consent import Voices, choices, is_signal
from percorso.data.events import read_event
from percorso.model.consent import Choice, parts_of
from percorso.model.consent_chain import LedgerRow, beginning, next_row
from percorso.model.identity import IdentityRules
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE
from percorso.ports import ConsentLedger, EventLog, LogEntry

BATCH = 5_000


@dataclass(frozen=True)
class Notary:
    """Writes the ledger. Any number may run: each step is whole or nothing.

    rules   those in force; asked after the ledger's place, which goes back when others are put in force
    """

    log: EventLog
    ledger: ConsentLedger
    secret: bytes
    rules: Callable[[], IdentityRules]

    def step(self) -> int:
        """Read on in both lanes; how many events were looked at, 0 when none wait."""
        return sum(self._lane(lane) for lane in (LIVE_LANE, IMPORT_LANE))

    def drain(self) -> int:
        """Write everything that is processed."""
        total = 0
        while count := self.step():
            total += count
        return total

    def _lane(self, lane: int) -> int:
        written, processed = self.ledger.place(lane)
        if written >= processed:
            return 0
        entries = [entry for entry in self.log.read(lane, written, BATCH) if entry.seq <= processed]
        if not entries:
            return 0
        telling = [entry for entry in entries if _may_tell(entry)]
        rows = self._rows(lane, telling) if telling else []
        self.ledger.add(rows, lane, written, entries[-1].seq)
        return len(entries)

    def _rows(self, lane: int, entries: Sequence[LogEntry]) -> list[LedgerRow]:
        voices = Voices(self.rules())
        told = {entry.seq: found for entry in entries if (found := _told(entry, voices))}
        holders = self.ledger.holders(list(told))
        nodes = sorted(set(holders.values()))
        tips = self.ledger.tips(nodes, lane)
        last = dict(self.ledger.last(nodes, lane))
        rows: list[LedgerRow] = []
        for seq, found in told.items():
            node = holders.get(seq)
            for number, (key, choice, signal) in enumerate(found if node is not None else ()):
                assert node is not None
                purpose, channel = parts_of(key)
                if signal and last.get((node, purpose, channel)) == choice.state:
                    continue  # a page says at every step what its banner was told once
                before = tips.get(node) or beginning(node, lane)
                row = next_row(before, self.secret, seq, number, lane, node, purpose, channel, choice)
                rows.append(row)
                tips[node], last[node, purpose, channel] = row.hash, choice.state
        return rows


def _may_tell(entry: LogEntry) -> bool:
    """Whether the body may hold the word at all; most do not, and need not be read."""
    return b"onsent" in entry.body or b"\\u" in entry.body


def _told(entry: LogEntry, voices: Voices) -> list[tuple[str, Choice, bool]]:
    """The choices of an event with their keys, and whether each is a signal."""
    try:
        event = read_event(entry)
    except (msgspec.MsgspecError, UnicodeError):
        return []  # processing set it aside
    return [(key, choice, is_signal(key)) for key, choice in choices(event, voices)]
