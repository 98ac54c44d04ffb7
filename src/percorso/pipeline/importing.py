"""Import: files -> wire items -> the log, in batches, as if they had arrived live.

Every item has a message id that its content decides, so an import can be repeated without harm. One that was broken off
goes on where it stopped: what the log acknowledged is written into a checkpoint.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias

from percorso.data.intake import Intake, Item
from percorso.model.import_map import BadRow, ImportedItem, ImportMap
from percorso.model.verdict import IMPORT_LANE, Refused, Verdict
from percorso.pipeline.collect import Collector, tally
from percorso.pipeline.garbage import settle_memory
from percorso.pipeline.reading_aside import ReadingAside
from percorso.ports import Clock

BATCH = 5_000
PARCEL_BYTES = 16 << 20
"""A batch of long items is sent in parcels of at most this."""

READ_HERE = 4
"""Parcels of an import that are read in this process, before another one is worth its start."""

Told = Callable[[int], None]
Counts: TypeAlias = Generator[Mapping[str, int], None, None]
"""Verdict -> how many, of parcel after parcel."""


class Prepared(Protocol):
    """What an import will append; see `adapters.files.Prepared`."""

    @property
    def read_rows(self) -> int: ...
    @property
    def idle_rows(self) -> int: ...
    @property
    def size(self) -> int: ...
    def bad_rows(self) -> list[BadRow]: ...
    def items(self, skip: int, at_once: int) -> Iterator[list[ImportedItem]]: ...
    def close(self) -> None: ...


class Files(Protocol):
    """Reads files by a map; see `adapters.files.DuckFiles`."""

    def load_map(self, name: str) -> Any: ...
    def digest(self, files: Mapping[str, Sequence[Path]]) -> str: ...
    def prepare(
        self, import_map: ImportMap, files: Mapping[str, Sequence[Path]], note: Callable[[str], None]
    ) -> Prepared: ...


class How(NamedTuple):
    """historical: it decides but never delivers."""

    source: str
    historical: bool
    lane: int = IMPORT_LANE


class Sink(Protocol):
    """Where an import goes: the log of this process or that of the running server."""

    def append(self, items: Sequence[ImportedItem], bad: Sequence[BadRow], how: How) -> Mapping[str, int]:
        """Verdict -> how many, bad rows among the quarantined. Durable on return."""
        ...

    def append_each(self, parcels: Iterable[Sequence[ImportedItem]], how: How) -> Counts:
        """What `append` says of each parcel, in order, once it is durable. Parcels may be taken before it is their turn."""
        for parcel in parcels:
            yield self.append(parcel, (), how)

    def fold(self, expected: int, told: Told) -> None:
        """Return when everything in the log is folded; `told` hears how many of the `expected` events are done."""
        ...


class Folds(Protocol):
    """The part of the processor that an import needs."""

    def step(self) -> int: ...


@dataclass(frozen=True)
class LogSink(Sink):
    """The log of this process; somebody else folds it."""

    collector: Collector
    clock: Clock

    def append(self, items: Sequence[ImportedItem], bad: Sequence[BadRow], how: How) -> Mapping[str, int]:
        """See `Sink`."""
        refused = [_refused(row, how.source, self.clock.now()) for row in bad]
        verdicts = self.collector.collect_now(
            [Item(body, line, line) for body, line in items],
            source=how.source,
            lane=how.lane,
            historical=how.historical,
            refused=refused,
        )
        counts = Counter(tally(verdicts))
        counts[Verdict.QUARANTINED.value] += len(refused)
        return +counts

    def fold(self, expected: int, told: Told) -> None:
        """It is folded elsewhere; nothing is waited for."""


@dataclass(frozen=True)
class LocalSink(Sink):
    """The log of this process, and what folds it. `aside` reads long imports; None = they are read here."""

    collector: Collector
    processor: Folds
    clock: Clock
    aside: Callable[[Intake], ReadingAside] | None = ReadingAside if (os.cpu_count() or 1) > 1 else None

    def append(self, items: Sequence[ImportedItem], bad: Sequence[BadRow], how: How) -> Mapping[str, int]:
        return LogSink(self.collector, self.clock).append(items, bad, how)

    def append_each(self, parcels: Iterable[Sequence[ImportedItem]], how: How) -> Counts:
        """See `Sink`. A short import is over before another process would have begun."""
        arriving = iter(parcels)
        yield from super().append_each(arriving if self.aside is None else islice(arriving, READ_HERE), how)
        if self.aside is not None:
            for first in islice(arriving, 1):  # only when there is more
                yield from self._append_read(self.aside, chain([first], arriving), how)

    def _append_read(
        self, aside: Callable[[Intake], ReadingAside], parcels: Iterable[Sequence[ImportedItem]], how: How
    ) -> Counts:
        given = ((self.clock.now(), parcel) for parcel in parcels)
        with aside(self.collector.intake(how.source, how.lane, historical=how.historical)) as reading:
            for outcomes in reading.read(given):
                yield tally(self.collector.append(outcomes))

    def fold(self, expected: int, told: Told) -> None:
        done = 0
        while count := self.processor.step():
            done += count
            told(min(done, expected))


def _refused(row: BadRow, source: str, now: int) -> Refused:
    return Refused(
        source=source,
        message_id=None,
        received_at=now,
        reason=row.reason,
        detail=row.detail,
        body=row.body,
        line=row.line,
    )


@dataclass(slots=True)
class Checkpoint:
    """How far an import came. Only an unfinished import has a file."""

    path: Path
    bad: int = 0
    items: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def at(cls, folder: Path, key: Iterable[str]) -> "Checkpoint":
        """The checkpoint of the import that `key` names, as it was left; a damaged file counts as none."""
        name = hashlib.sha256("\x1f".join(key).encode()).hexdigest()[:24]
        checkpoint = cls(folder / f"import-{name}.json")
        with suppress(OSError, ValueError, KeyError, TypeError):
            left = json.loads(checkpoint.path.read_text())
            bad, items, counts = int(left["bad"]), int(left["items"]), Counter[str](left["counts"])
            checkpoint.bad, checkpoint.items, checkpoint.counts = bad, items, counts
        return checkpoint

    @property
    def begun(self) -> bool:
        return self.bad + self.items > 0

    def save(self) -> None:
        written = json.dumps({"bad": self.bad, "items": self.items, "counts": self.counts})
        beside = self.path.with_suffix(".new")
        beside.write_text(written)
        os.replace(beside, self.path)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an import. ``events`` is the sum of the verdicts; ``idle_rows`` made none, because no `when` was met."""

    read_rows: int
    idle_rows: int
    counts: Mapping[str, int]

    @property
    def events(self) -> int:
        return sum(self.counts.values())

    def as_json(self) -> dict[str, int]:
        return {
            "read_rows": self.read_rows,
            "events": self.events,
            **{str(verdict): self.counts.get(str(verdict), 0) for verdict in Verdict},
        }


def append_all(prepared: Prepared, sink: Sink, how: How, checkpoint: Checkpoint, told: Told) -> Imported:
    """Append what is not appended yet, bad rows first; `told` hears how many items are done."""
    settle_memory()
    bad = prepared.bad_rows()
    while checkpoint.bad < len(bad):
        some = bad[checkpoint.bad : checkpoint.bad + BATCH]
        checkpoint.counts.update(sink.append((), some, how))
        checkpoint.bad += len(some)
        checkpoint.save()
    told(checkpoint.items)
    parcels = (parcel for batch in prepared.items(checkpoint.items, BATCH) for parcel in _parcels(batch))
    with closing(sink.append_each(parcels, how)) as appended:
        for counts in appended:
            checkpoint.counts.update(counts)
            checkpoint.items += sum(counts.values())  # each item has one verdict
            checkpoint.save()
            told(checkpoint.items)
    checkpoint.clear()
    return Imported(read_rows=prepared.read_rows, idle_rows=prepared.idle_rows, counts=checkpoint.counts)


def _parcels(batch: Sequence[ImportedItem]) -> Iterator[Sequence[ImportedItem]]:
    start, size = 0, 0
    for number, item in enumerate(batch):
        if size and size + len(item.body) > PARCEL_BYTES:
            yield batch[start:number]
            start, size = number, 0
        size += len(item.body)
    yield batch[start:]
