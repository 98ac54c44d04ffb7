"""Segments among the configuration records: one an id, and every version there was."""

from percorso.adapters.sql.config_store import ConfigStore
from percorso.model.segment import Segment, stored_segment

_KIND, _HISTORY = "segment", "segment_history"


class SqlSegmentRecords:
    """`ports.membership.SegmentRecords`."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    def all(self) -> dict[str, Segment]:
        return {name: stored_segment(body) for name, body in self._store.records(_KIND).items()}

    def put(self, segment: Segment) -> None:
        body = segment.as_mapping()
        self._store.put(_HISTORY, f"{segment.id}@{segment.version}", body, segment.published_at)
        self._store.put(_KIND, segment.id, body, segment.published_at)

    def versions(self, segment: str) -> list[Segment]:
        found = [stored_segment(body) for body in self._store.records(_HISTORY).values() if body["id"] == segment]
        return sorted(found, key=lambda one: -one.version)
