"""What was written down of somebody without being an event of theirs: refused items, and what Percorso is about to say."""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from percorso.data.identity.anywhere import texts_of
from percorso.model.erasure import Work
from percorso.model.identifier import normalise
from percorso.ports.erasure import RefusedItem

_SHORT = 6
"""Characters below which a text may be anything: it counts only where identifiers stand."""
_IDS = ("userId", "anonymousId", "previousId")


class Theirs:
    """Tells whether an item is of whoever is erased: it names them, or it is one of their events come again."""

    def __init__(self, work: Work, region: str) -> None:
        self._names = {*work.needles, *(value.strip() for _, value in work.identities)}
        self._messages = set(map(tuple, work.messages))
        self._region = region

    def refused(self, item: RefusedItem) -> bool:
        return (item.source, item.message_id) in self._messages or self.named_in(item.body)

    def named_in(self, body: bytes) -> bool:
        """Whether a text of it, however it is spelt, is an identifier of theirs."""
        return any(len(text) >= _SHORT and self._is_one(text) for text in texts_of(body)) or any(
            self._is_one(text) for text in _in_places(body)
        )

    def _is_one(self, text: str) -> bool:
        return text.strip() in self._names or any(one in self._names for one in _spelt(text, self._region))


def _spelt(text: str, region: str) -> Iterator[str]:
    """A text as an address or a number, where it may be one."""
    kinds = ["email"] if "@" in text else ["phone"] if sum(one.isdigit() for one in text) >= _SHORT else []
    for kind in kinds:
        one = normalise(kind, text, region)
        if one is not None:
            yield one.value


def _in_places(body: bytes) -> Iterator[str]:
    """What stands where an item names people."""
    try:
        item = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return
    if not isinstance(item, dict):
        return
    yield from _texts(item.get(name) for name in _IDS)
    context = item.get("context")
    external = context.get("externalIds") if isinstance(context, dict) else None
    if isinstance(external, list):
        yield from _texts(one.get("id") for one in external if isinstance(one, dict))


def _texts(values: Collection[Any] | Iterator[Any]) -> Iterator[str]:
    return (str(one) for one in values if isinstance(one, str | int) and not isinstance(one, bool))
