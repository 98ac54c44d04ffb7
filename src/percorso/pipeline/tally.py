"""events -> counts by day: each event is counted once, a stretch of the log at a time.

The counts and how far they reach are committed together. When the log is another, or what is counted has changed, they are
made anew from the beginning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from percorso.data.shapes import counted as count_shapes
from percorso.ports import Engine, ShapeCount, Tallies, TallyMark, WordCount

_decode = msgspec.json.Decoder().decode

STRETCH = 100_000
"""Places of the log that are counted at once: they are held in memory."""
VERSION = "4"
"""Of what is counted; another one counts everything again."""


@dataclass(frozen=True)
class Tallier:
    """Call `step` again and again from one process."""

    engine: Engine
    tallies: Tallies
    log_id: str

    def step(self) -> int:
        """Count the next stretch. Returns how many places of the log were counted, 0 when none wait."""
        before = self.tallies.mark()
        if before is None or (before.log_id, before.version) != (self.log_id, VERSION):
            before = TallyMark(log_id=self.log_id, version=VERSION, seq=0)
            self.tallies.reset(before)
        with self.engine.session() as session:
            upto = min(session.upto(), before.seq + STRETCH)
            if upto <= before.seq:
                return 0
            counted = session.tally(before.seq, upto)
        shapes, words = _shapes(counted.properties)
        self.tallies.add(counted.days, shapes, words, before, before._replace(seq=upto))
        return upto - before.seq

    def drain(self) -> int:
        """Count all that is processed."""
        total = 0
        while counted := self.step():
            total += counted
        return total


def _shapes(told: Sequence[tuple[str, int, str | None]]) -> tuple[list[ShapeCount], list[WordCount]]:
    counts = count_shapes(_read(told))
    shapes = [ShapeCount(*key, events) for key, events in counts.shapes.items()]
    words = [
        WordCount(name, path, word, first, events)
        for (name, path), taken in counts.words.items()
        for word, (first, events) in taken.items()
    ]
    return shapes, words


def _read(told: Sequence[tuple[str, int, str | None]]) -> Iterator[tuple[str, int, Any]]:
    for name, day, properties in told:
        try:
            yield name, day, _decode(properties) if properties else {}
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            yield name, day, {}
