"""The business key of a decision: the words under which a play happens once."""

import json
from hashlib import blake2b
from typing import Any

from percorso.model.condition import Subject, field_path
from percorso.model.event import Event, Placed
from percorso.model.play import Play

_LONGEST = 200


def business_key(play: Play, event: Event, placed: Placed, subject: Subject) -> str:
    """``play:value`` of the field that the play happens once per.

    The value of ``person`` is the person's id, that of ``event`` its source and message id, as message ids are unique
    within a source only. A play that happens once per order but meets an event without one happens once per event.
    """
    if play.once_per == "person" and placed.person_id is not None:
        return f"{play.id}:{placed.person_id}"
    value = None if play.once_per in ("person", "event") else subject.value(field_path(play.once_per))
    word = _word(value)
    return f"{play.id}:{word or _word(f'{event.source}/{event.message_id}')}"


def _word(value: Any) -> str:
    """A value as one short printable word, the same for 7, 7.0 and "7"; empty for what is missing or empty."""
    if value is None or value == "":
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value.strip() if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    if len(text) <= _LONGEST and text.isprintable():
        return text
    return "#" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
