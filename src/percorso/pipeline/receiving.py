"""Receive: from something outside into the log, by the same intake as everything else.

What arrived is acknowledged to the outside only after the log has it: at least once from outside, and since message ids
come from the provider's own ids, exactly once in the log. A source that fails is told of and tried again, with growing
waits, and stops no other.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
import structlog

from percorso.data.documents import DocumentReader, all_of, unreadable_document
from percorso.model.arrived import Arrived, Deliver
from percorso.model.document_map import Documented
from percorso.model.errors import PercorsoError
from percorso.model.import_map import BadRow, ImportedItem
from percorso.model.source import Source
from percorso.model.time import SECOND, Micros, to_iso
from percorso.model.verdict import IMPORT_LANE, LIVE_LANE
from percorso.pipeline.backoff import Backoff
from percorso.pipeline.importing import How
from percorso.ports import Clock

_log = structlog.get_logger()
_decode = msgspec.json.Decoder().decode

IDLE = "idle"
"""The count of documents of which nothing was made."""


class Receiver(Protocol):
    """One source's other end."""

    def check(self) -> str:
        """Reach it without taking anything; what was found, for people. Raises a PercorsoError that says what to do."""
        ...

    def receive(self, deliver: Deliver, stop: threading.Event, *, once: bool) -> None:
        """Hand over what waits, and with not `once` what comes, until stopped; each is acknowledged after `deliver`.

        Raises a PercorsoError, or whatever its library raises, when the other end fails.
        """
        ...


class Statuses(Protocol):
    """Remembers how sources fare."""

    def note(self, source: str, counts: Mapping[str, int], at: Micros) -> None:
        """Something came; it does not fail now."""
        ...

    def well(self, source: str) -> None:
        """It does not fail now."""
        ...

    def fail(self, source: str, error: str, at: Micros, retry_at: Micros) -> None: ...


class Appends(Protocol):
    """Where items go: the log of this process or that of the running server; see `importing.Sink`."""

    def append(self, items: Sequence[ImportedItem], bad: Sequence[BadRow], how: How) -> Mapping[str, int]: ...


class Taker(ABC):
    """One source, taken from again and again."""

    def __init__(self, source: Source, statuses: Statuses, clock: Clock) -> None:
        self.source = source
        self._statuses = statuses
        self._clock = clock
        self._backoff = Backoff()

    @abstractmethod
    def take(self, stop: threading.Event, *, once: bool) -> None:
        """Take what waits and, with not `once`, what comes, until stopped. Raises what goes wrong."""

    def once(self, stop: threading.Event) -> None:
        """Take what waits, and return. Raises what goes wrong."""
        self.take(stop, once=True)
        self._statuses.well(self.source.name)

    def run(self, stop: threading.Event) -> None:
        """Take until stopped, whatever happens at the other end."""
        while not stop.is_set():
            try:
                self.take(stop, once=False)
            except Exception as error:  # told, and tried again; the other sources go on
                self._failed(error, wait_s := self._backoff.failed())
                stop.wait(wait_s)

    def worked(self, counts: Mapping[str, int]) -> None:
        """Something came, or with no counts nothing did, and all went well."""
        self._backoff.worked()
        if counts:
            self._statuses.note(self.source.name, counts, self._clock.now())
        else:
            self._statuses.well(self.source.name)

    def _failed(self, error: Exception, wait_s: float) -> None:
        ours = isinstance(error, PercorsoError)
        said = error.message if isinstance(error, PercorsoError) else type(error).__name__
        now = self._clock.now()
        self._statuses.fail(self.source.name, said, now, now + int(wait_s * SECOND))
        tell = _log.warning if ours else _log.exception
        tell("source.failed", source=self.source.name, why=said, again_in_s=wait_s)


class Receiving(Taker):
    """A source of documents, from its receiver into the log."""

    def __init__(
        self, source: Source, receiver: Receiver | None, sink: Appends, statuses: Statuses, clock: Clock
    ) -> None:
        super().__init__(source, statuses, clock)
        assert source.documents is not None
        self._reader = DocumentReader(source.documents)
        self._receiver = receiver
        self._sink = sink

    def take(self, stop: threading.Event, *, once: bool) -> None:
        """See `Taker`; a webhook, which has no receiver, is posted to instead."""
        if self._receiver is not None:
            self._receiver.receive(self.deliver, stop, once=once)

    def deliver(self, arrived: Sequence[Arrived]) -> None:
        """Map and append; see `Deliver`."""
        read = self.read(arrived)
        appended = self._sink.append(read.items, read.bad, how_of(self.source)) if read.items or read.bad else {}
        self.worked({**appended, IDLE: read.idle} if read.idle else appended)

    def read(self, arrived: Sequence[Arrived]) -> Documented:
        """What documents make, without appending it."""
        now = to_iso(self._clock.now())
        return all_of(_read(self._reader, one, now, line) for line, one in enumerate(arrived, start=1))


def how_of(source: Source, name: str | None = None) -> How:
    """How a source's items enter the log. `name`: that of the import map, of files."""
    return How(name or source.name, historical=not source.live, lane=LIVE_LANE if source.live else IMPORT_LANE)


def _read(reader: DocumentReader, one: Arrived, now: str, line: int) -> Documented:
    document = one.document
    if document is None:
        try:
            document = _decode(one.body)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            return unreadable_document(one.body, line)
    return reader.read(document, {"at": now, **one.known}, line)
