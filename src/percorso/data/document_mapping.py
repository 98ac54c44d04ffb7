"""Reads a document map: what people wrote becomes a checked `DocumentMap`, or an error that names the place.

    zone: Europe/Rome
    rows:
      message: {each: entry.messaging}     # every element of these lists is a row; without `rows` the document is the row
    events:
      - name: Direct Message Received
        rows: message
        ...                                # as in an import map

In a row of a list, ``entry.id`` is read of the element of `entry` that holds it, ``document.object`` of the whole, and
``received.at`` (with what else the receiver knows) of the moment it reached us.
"""

from percorso.data.mapping import digest_of, events_of, zone_of
from percorso.model.document_map import WHOLE, DocumentMap
from percorso.model.errors import InvalidConfig, InvalidMapping
from percorso.model.fields import Fields
from percorso.model.import_map import RowSet


def read_document_map(written: object, source: str, where: str = "mapping") -> DocumentMap:
    """The map as a record. Raises InvalidMapping, which names the place and what to write there."""
    try:
        return _read(Fields(written, where), source, written)
    except InvalidConfig as error:
        raise InvalidMapping(f"{error.message} (see docs/sources.md)") from error


def _read(top: Fields, source: str, written: object) -> DocumentMap:
    rows: dict[str, tuple[str, ...]] = {WHOLE: ()}
    for name, fields in top.named("rows", ids=False):
        rows[name] = tuple(fields.text("each").split("."))
        fields.done()
    row_sets = {name: RowSet(name=name, role=WHOLE, open_lists=True) for name in rows}
    document_map = DocumentMap(
        source=source,
        zone=zone_of(top, "zone"),
        rows=rows,
        events=events_of(_with_rows(top), row_sets),
        digest=digest_of(written),
    )
    top.done()
    return document_map


def _with_rows(top: Fields) -> Fields:
    """The events, those that name no rows being made of the whole document."""
    events = top.take("events", [])
    if isinstance(events, list | tuple):
        events = [{"rows": WHOLE, **event} if isinstance(event, dict) else event for event in events]
    return Fields({"events": events}, top.where)
