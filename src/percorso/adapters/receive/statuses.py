"""How sources fare, a small file each, which every process of this machine can read."""

import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from percorso.adapters.receive.files import read_json, write_json
from percorso.model.source import SourceStatus
from percorso.model.time import Micros


class StatusFiles:
    """`pipeline.receiving.Statuses`. One process writes a source's file; any may read it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: dict[str, SourceStatus] = {}

    def read(self, source: str) -> SourceStatus:
        """As it was written last."""
        left = read_json(self._path(source))
        if not isinstance(left, dict):
            return SourceStatus(source=source, counts={})
        return SourceStatus(
            source=source,
            at=left.get("at"),
            counts=left.get("counts") or {},
            error=left.get("error"),
            failing_since=left.get("failing_since"),
            retry_at=left.get("retry_at"),
        )

    def note(self, source: str, counts: Mapping[str, int], at: Micros) -> None:
        with self._lock:
            before = self._before(source)
            total = dict(Counter(before.counts) + Counter(counts))
            self._write(SourceStatus(source=source, at=at, counts=total))

    def well(self, source: str) -> None:
        with self._lock:
            before = self._before(source)
            if before.error is not None or source not in self._known:
                self._write(SourceStatus(source=source, at=before.at, counts=before.counts))

    def fail(self, source: str, error: str, at: Micros, retry_at: Micros) -> None:
        with self._lock:
            before = self._before(source)
            since = at if before.failing_since is None else before.failing_since
            self._write(
                SourceStatus(
                    source=source,
                    at=before.at,
                    counts=before.counts,
                    error=error,
                    failing_since=since,
                    retry_at=retry_at,
                )
            )

    def _before(self, source: str) -> SourceStatus:
        return self._known.get(source) or self.read(source)

    def _write(self, status: SourceStatus) -> None:
        told = {
            "at": status.at,
            "counts": dict(status.counts),
            "error": status.error,
            "failing_since": status.failing_since,
            "retry_at": status.retry_at,
        }
        write_json(self._path(status.source), told)
        self._known[status.source] = status

    def _path(self, source: str) -> Path:
        return self._folder / source / "status.json"
