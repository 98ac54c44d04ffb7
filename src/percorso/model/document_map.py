"""A document map: how one JSON document (a webhook's body, a message of a machine, a row of a table) becomes events.

Its values, conditions and events are those of an import map (model/import_map.py); a column is a place in the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from percorso.model.import_map import BadRow, EventSpec, ImportedItem

WHOLE = "document"
"""The row set that is the whole document, as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMap:
    """A checked map.

    rows  row set -> the steps to the list whose elements are its rows; () = the whole document
    """

    source: str
    zone: str
    rows: Mapping[str, tuple[str, ...]]
    events: tuple[EventSpec, ...]
    digest: str

    def events_of(self, rows: str) -> list[EventSpec]:
        """The events that a row set makes."""
        return [event for event in self.events if event.rows == rows]


@dataclass(frozen=True, slots=True)
class Documented:
    """What documents make. ``idle``: documents of which nothing was made, because no `when` was met."""

    items: tuple[ImportedItem, ...] = ()
    bad: tuple[BadRow, ...] = ()
    idle: int = 0
