"""The company's sources: their records read, and each joined to its adapter."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from percorso.adapters.receive.records import read_record, record_files
from percorso.adapters.receive.secrets import reveal
from percorso.adapters.receive.statuses import StatusFiles
from percorso.data.source_records import read_source
from percorso.http.hooks import Hook
from percorso.model.directory import Directory
from percorso.model.errors import InvalidConfig, NotFound, PercorsoError
from percorso.model.source import (
    DltSettings,
    FolderSettings,
    ImapSettings,
    MqttSettings,
    Secret,
    SftpSettings,
    Source,
    SourceStatus,
    WebhookSettings,
)
from percorso.pipeline.importing import Files, LogSink, Sink
from percorso.pipeline.receiving import Appends, Receiver, Receiving, Taker
from percorso.pipeline.receiving_files import FileReceiving, Folder, map_of
from percorso.ports import Clock

WRONG = -1
"""No time a file was modified at: a record that could not be used is looked at again."""
MAX_WORK = "256MB"
"""Memory for one file of a partner; what is more goes to disk."""


@dataclass(frozen=True, slots=True)
class Written:
    """A source as it is written: the record, or why it cannot be read."""

    name: str
    source: Source | None
    error: PercorsoError | None = None


class Sources:
    """The sources of a company's directory."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self.statuses = StatusFiles(directory.receiving)

    def names(self) -> list[str]:
        """Of every record, right or wrong."""
        return list(record_files(self._directory.sources))

    def all(self) -> Iterator[Written]:
        """Every record, by name."""
        for name, path in record_files(self._directory.sources).items():
            try:
                yield Written(name, read_source(name, read_record(path)))
            except PercorsoError as error:
                yield Written(name, None, error)

    def find(self, name: str) -> Source:
        """One record. Raises NotFound, or what is wrong with it."""
        path = record_files(self._directory.sources).get(name)
        if path is None:
            known = ", ".join(self.names()) or "none yet"
            raise NotFound(f"there is no source {name} in {self._directory.sources}; there are: {known}")
        return read_source(name, read_record(path))

    def secret(self, secret: Secret) -> str:
        return reveal(secret, self._directory.root)

    def receiver(self, source: Source) -> Receiver | None:
        """The other end of a source of documents; None when it is posted to. Raises InvalidConfig."""
        settings, cursor = source.settings, self._directory.receiving / source.name
        if isinstance(settings, MqttSettings):
            from percorso.adapters.receive.mqtt import MqttReceiver

            return MqttReceiver(settings, self.revealed(settings.password), self._directory.root)
        if isinstance(settings, ImapSettings):
            from percorso.adapters.receive.imap import ImapReceiver

            return ImapReceiver(settings, self.secret(settings.password), cursor / "cursor.json", self._directory.root)
        if isinstance(settings, DltSettings):
            try:
                from percorso.adapters.receive.dlt_source import DltReceiver
            except ImportError as error:
                raise InvalidConfig("this source needs dlt: pip install 'percorso[dlt]'") from error
            return DltReceiver(source.name, settings, cursor / "dlt", self.secret)
        return None

    def folder(self, source: Source) -> Folder | None:
        """The other end of a source of files; None when it is none. Raises InvalidConfig."""
        settings = source.settings
        if isinstance(settings, FolderSettings):
            from percorso.adapters.receive.folder import PartnerFolder

            return PartnerFolder(settings, self._directory.root)
        if isinstance(settings, SftpSettings):
            try:
                from percorso.adapters.receive.sftp import SftpFolder
                from percorso.adapters.receive.sftp_line import SftpLine
            except ImportError as error:
                raise InvalidConfig("this source needs paramiko: pip install 'percorso[sftp]'") from error
            line = SftpLine(settings, self.revealed(settings.password), self.revealed(settings.key))
            return SftpFolder(settings, line, self._directory.receiving / source.name)
        return None

    def wrong(self, name: str, error: PercorsoError) -> None:
        """Remember that a record, or what it needs, is not right."""
        if self.statuses.read(name).error != error.message:
            now = self._clock.now()
            self.statuses.fail(name, error.message, now, now)

    def revealed(self, secret: Secret | None) -> str | None:
        return None if secret is None else self.secret(secret)

    def taker(self, source: Source, sink: Sink) -> Taker:
        """The source, ready to be taken from."""
        folder = self.folder(source)
        if folder is not None:
            place = self._directory.receiving / source.name
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            return FileReceiving(source, folder, self.files(source.name), sink, self.statuses, self._clock, place)
        return self.receiving(source, sink, self.receiver(source))

    def receiving(self, source: Source, sink: Appends, receiver: Receiver | None = None) -> Receiving:
        """A source of documents."""
        return Receiving(source, receiver, sink, self.statuses, self._clock)

    def files(self, name: str) -> Files:
        """Reads a source's files."""
        from percorso.adapters.files import DuckFiles

        work = self._directory.receiving / name / "work"
        work.mkdir(parents=True, exist_ok=True, mode=0o700)
        return DuckFiles(work, MAX_WORK)

    def check(self, source: Source) -> str:
        """Reach the other end without taking anything; what was found. Raises what is wrong."""
        folder = self.folder(source)
        if folder is not None:
            map_of(source, self.files(source.name))
            return folder.check()
        if isinstance(source.settings, WebhookSettings):
            hook_of(source, self, self.receiving(source, _NoSink()))
            return f"post to /hooks/{source.name}"
        receiver = self.receiver(source)
        assert receiver is not None
        return receiver.check()

    def reading(self, source: Source) -> Receiving:
        """A source of documents that reads and appends nothing."""
        return self.receiving(source, _NoSink())

    def every_status(self) -> list[SourceStatus]:
        """How each source fares, by name."""
        return [self.statuses.read(name) for name in self.names()]

    def status(self, name: str) -> SourceStatus:
        return self.statuses.read(name)


class _NoSink:
    """For checks: nothing is appended."""

    def append(self, *_: object) -> dict[str, int]:
        raise AssertionError("a check appends nothing")


def hook_of(source: Source, sources: Sources, receiving: Receiving) -> Hook:
    """A webhook with its secrets. Raises InvalidConfig when one is missing."""
    settings = source.settings
    assert isinstance(settings, WebhookSettings)
    if settings.signature is not None:
        header, secret = settings.signature.header, settings.signature.secret
    else:
        assert settings.token is not None
        header, secret = settings.token
    verify = sources.revealed(settings.verify_token)
    return Hook(settings, sources.secret(secret), header, verify, receiving)


class FileHooks:
    """`http.hooks.Hooks` over the records: read again when a file changed."""

    def __init__(self, directory: Directory, sources: Sources, sink: LogSink) -> None:
        self._directory = directory
        self._sources = sources
        self._sink = sink
        self._lock = threading.Lock()
        self._known: dict[str, tuple[tuple[int, int], Hook | None]] = {}

    def find(self, name: str) -> Hook | None:
        path = self._path(name)
        if path is None:
            return None
        found = path.stat()
        looks = (found.st_mtime_ns, found.st_size)
        with self._lock:
            known = self._known.get(name)
            if known is None or known[0] != looks:
                known = (looks, self._read(name))
                self._known[name] = known
            return known[1]

    def _path(self, name: str) -> Path | None:
        if not name.replace("-", "").replace("_", "").isalnum():
            return None
        paths = (self._directory.sources / f"{name}{suffix}" for suffix in (".yaml", ".yml"))
        return next((path for path in paths if path.is_file()), None)

    def _read(self, name: str) -> Hook | None:
        source = self._sources.find(name)
        if source.kind != "webhook":
            return None
        return hook_of(source, self._sources, self._sources.receiving(source, self._sink))


class Reception:
    """Keeps one thread for each source that is to be taken from; looks now and then for records that came, went or changed."""

    def __init__(self, directory: Directory, sources: Sources, sink: Sink) -> None:
        self._directory = directory
        self._sources = sources
        self._sink = sink
        self._running: dict[str, tuple[int, threading.Event, threading.Thread | None]] = {}

    def look(self) -> None:
        """Start, stop and renew what changed."""
        paths = record_files(self._directory.sources)
        for name in [name for name in self._running if name not in paths]:
            self._end([name])
        for name, path in paths.items():
            modified = path.stat().st_mtime_ns if path.exists() else 0
            running = self._running.get(name)
            if running is None or running[0] != modified:
                if running is not None:
                    self._end([name])
                self._start(name, modified)

    def end(self) -> None:
        """Stop all, and wait until what was taken is in the log."""
        self._end(list(self._running))

    def _start(self, name: str, modified: int) -> None:
        stop = threading.Event()
        thread = None
        try:
            source = self._sources.find(name)
            if source.kind != "webhook":
                taker = self._sources.taker(source, self._sink)
                thread = threading.Thread(target=taker.run, args=(stop,), name=f"source-{name}")
        except PercorsoError as error:
            self._sources.wrong(name, error)
            modified = WRONG
        self._running[name] = (modified, stop, thread)
        if thread is not None:
            thread.start()

    def _end(self, names: Sequence[str]) -> None:
        for name in names:
            self._running[name][1].set()
        for name in names:
            thread = self._running.pop(name)[2]
            if thread is not None:
                thread.join()
