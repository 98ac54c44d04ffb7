"""Files that partners put into a folder, here or on a server, imported one by one and put aside with a report."""

import threading
from collections.abc import Generator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import structlog

from percorso.data.mapping import read_map
from percorso.model.errors import InvalidInput, InvalidMapping, PercorsoError
from percorso.model.import_map import ImportMap, used_roles
from percorso.model.source import Source
from percorso.pipeline.importing import Checkpoint, Files, Imported, Sink, append_all
from percorso.pipeline.receiving import Statuses, Taker, how_of
from percorso.ports import Clock

_log = structlog.get_logger()


class Folder(Protocol):
    """The folder where partners put files; see `adapters.receive.folder` and `sftp`."""

    def check(self) -> str:
        """Reach it without taking anything; what was found, for people. Raises a PercorsoError that says what to do."""
        ...

    def whole(self, stop: threading.Event, *, once: bool) -> Generator[Path | None, None, None]:
        """The files that are there whole, oldest first, as they come; None when there is none now. With `once` those of now.

        Each is put aside by `done` or `failed` before the next is asked for, or not at all.
        """
        ...

    def done(self, file: Path, report: Mapping[str, Any]) -> None:
        """Move a file to done/, its report beside it."""
        ...

    def failed(self, file: Path, report: Mapping[str, Any]) -> None:
        """Move a file to failed/, its report beside it."""
        ...


class FileReceiving(Taker):
    """A source of files. A file is moved after the log has all of it: one that is met again is all duplicates."""

    def __init__(
        self,
        source: Source,
        folder: Folder,
        files: Files,
        sink: Sink,
        statuses: Statuses,
        clock: Clock,
        checkpoints: Path,
    ) -> None:
        super().__init__(source, statuses, clock)
        self._folder = folder
        self._files = files
        self._sink = sink
        self._checkpoints = checkpoints

    def take(self, stop: threading.Event, *, once: bool) -> None:
        """See `Taker`. A file that cannot be right is put aside; when the log cannot be written it stays and this raises."""
        import_map = map_of(self.source, self._files)
        (role,) = used_roles(import_map)
        with closing(self._folder.whole(stop, once=once)) as files:
            for file in files:
                if file is None:
                    self.worked({})
                else:
                    self._take_file(import_map, role, file)

    def _take_file(self, import_map: ImportMap, role: str, file: Path) -> None:
        try:
            imported = self._imported(import_map, role, file)
        except InvalidInput as error:
            self._folder.failed(file, {"file": file.name, "code": error.code, "message": error.message})
            _log.warning("source.file_failed", source=self.source.name, why=error.code)
            self.worked({"failed_files": 1})
            return
        self._folder.done(file, {"file": file.name, **imported.as_json()})
        _log.info("source.file_imported", source=self.source.name, **imported.as_json())
        self.worked({**imported.counts, "files": 1})

    def _imported(self, import_map: ImportMap, role: str, file: Path) -> Imported:
        by_role = {role: [file]}
        prepared = self._files.prepare(import_map, by_role, lambda _: None)
        try:
            how = how_of(self.source, import_map.source)
            key = [self.source.name, import_map.digest, self._files.digest(by_role), str(how.historical)]
            checkpoint = Checkpoint.at(self._checkpoints, key)
            return append_all(prepared, self._sink, how, checkpoint, lambda _: None)
        finally:
            prepared.close()


def map_of(source: Source, files: Files) -> ImportMap:
    """The import map of a source of files. Raises InvalidMapping; it needs one file at a time."""
    written = files.load_map(source.file_map) if isinstance(source.file_map, str) else source.file_map
    try:
        import_map = read_map(written)
    except PercorsoError as error:
        raise InvalidMapping(f"source {source.name}: {error.message}") from error
    if len(used_roles(import_map)) != 1:
        raise InvalidMapping(
            f"source {source.name}: its map joins several files, which never come at once; import them with "
            "`percorso import`, or have them joined by who sends them"
        )
    return import_map
