"""body -> what of it could be read as an identifier, wherever it stands.

The identity of an event is in few places, and of two values of one kind the first counts (identifiers.py). Who was erased must not
slip in beside it: as a second address, under another key, as a key, or inside a link.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from percorso.model.identifier import DEVICE, valid_kind

Reading = tuple[str, str]
"""(kind, value), the value as it is written."""

_WIRE: Mapping[str, str] = {"userId": "user_id", "anonymousId": DEVICE, "previousId": DEVICE}
_IN_ADDRESS = re.compile(r"[^\s@,;:\"'<>()\[\]{}?&=/\\|]+")
_LONGEST = 320
"""Letters before and after the sign of an address that are looked at."""
_NUMBER = re.compile(r"\+\d[\d\s().\-/]{5,30}\d")
_WORD = re.compile(r"[^\s,;\"'{}\[\]<>]+")
_PIECE = re.compile(r"[^\s,;:=&?\"'{}\[\]<>]+")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_BEFORE, _AFTER = 3, 2
"""So many words around a word of a body that cannot be read may be its kind."""
_decode = msgspec.json.decode


class InEvents:
    """What events that intake took could be read to name: values under the name of a kind, entries of externalIds, and
    addresses and international numbers anywhere, keys included. All that their identity reads is among it."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = frozenset(kinds)
        names = sorted({*_WIRE, *self.kinds})
        self._hints = ("@", "%40", "\\u00", "previousId", "externalIds", *(f'"{kind}"' for kind in self.kinds))
        self._told = re.compile(rf'"({"|".join(names)})"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+)(?![\d.eE])|[^n])').findall

    def may_name(self, body: str) -> bool:
        """Whether it may name anybody by more than a user and a device: most do not, and need not be read."""
        for hint in self._hints:
            if hint in body:
                return True
        return "+" in body and _NUMBER.search(body) is not None

    def read(self, body: str) -> list[Reading]:
        """As it is written, since the whole is kept even of a key that stands there twice; and as it is meant."""
        told = self._told(body)
        out = [(_WIRE.get(name, name), text or number) for name, text, number in told if text or number]
        out += _standing_out(body)
        if "\\" in body:
            self._meant(_decode(body), out, whole=True)
        elif len(out) < len(told) or "externalIds" in body:
            self._meant(_decode(body), out, whole=False)
        return out

    def _meant(self, value: Any, out: list[Reading], *, whole: bool) -> None:
        """`whole`: it is written with escapes, so that every text may be another one than it seems."""
        if value.__class__ is dict:
            for key, inner in value.items():
                if whole:
                    out += _standing_out(key)
                if inner.__class__ is not str or whole or key in _WIRE or key in self.kinds:
                    self._under(key, inner, out)
                    self._meant(inner, out, whole=whole)
        elif value.__class__ is list:
            for one in value:
                self._meant(one, out, whole=whole)
        elif whole and value.__class__ is str:
            out += _standing_out(value)

    def _under(self, key: str, inner: Any, out: list[Reading]) -> None:
        kind = _WIRE.get(key) or (key if key in self.kinds else None)
        if kind is not None:
            out += ((kind, one) for one in _scalars(inner))
        elif key == "externalIds" and inner.__class__ is list:
            out += _external(inner)


def _external(entries: Iterable[Any]) -> Iterator[Reading]:
    for one in entries:
        if isinstance(one, dict) and isinstance(one.get("type"), str) and valid_kind(one["type"]):
            yield from ((one["type"], value) for value in _scalars(one.get("id")))


def _standing_out(text: str) -> list[Reading]:
    """Addresses and numbers that say by themselves what they are."""
    out = [("email", one) for one in _addresses(text)] if "@" in text or "%40" in text else []
    return [*out, *(("phone", one) for one in _NUMBER.findall(text))] if "+" in text else out


def in_refused(body: bytes, kinds: Collection[str]) -> Iterator[Reading]:
    """What an item that intake refused could be read to name, however broken: every text of it as every kind, and beside a
    word that may be a company's own kind as that."""
    try:
        value = _decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        yield from _of_own_words(_unescaped(body))
    else:
        yield from _of_own_keys(value)
    for text in set(texts_of(body)):
        yield from ((kind, text) for kind in kinds)


def texts_of(body: bytes) -> Iterator[str]:
    """Every text of a body: the keys and values of its JSON, else its words; of each its parts, too."""
    try:
        yield from _texts(_decode(body))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        text = _unescaped(body)
        yield from _WORD.findall(text)
        yield from _PIECE.findall(text)
        yield from _addresses(text)
        yield from _NUMBER.findall(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _parts(key)
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield from _parts(value)
    else:
        yield from _scalars(value)


def _parts(text: str) -> Iterator[str]:
    """A text, its words, and the addresses and numbers in it."""
    yield text
    if " " in text:
        yield from _WORD.findall(text)
    if not text.isalnum():
        yield from _PIECE.findall(text)
        yield from _addresses(text)
        yield from _NUMBER.findall(text)


def _addresses(text: str) -> list[str]:
    found = _at_signs(text)
    return found + _at_signs(unquote(text)) if "%" in text else found


def _at_signs(text: str) -> list[str]:
    """What stands around each @; found from there, since most texts are long and hold none."""
    out, place = [], text.find("@")
    while place >= 0:
        name = _IN_ADDRESS.match(text[max(0, place - _LONGEST) : place][::-1])
        host = _IN_ADDRESS.match(text[place + 1 : place + 1 + _LONGEST])
        if name is not None and host is not None:
            out.append(f"{name[0][::-1]}@{host[0]}".strip("."))
        place = text.find("@", place + 1)
    return out


def _of_own_keys(value: Any) -> Iterator[Reading]:
    """Values under a key that could be a kind, and those beside the word for one: ``{"type": "tessera", "id": "77"}``."""
    if isinstance(value, list):
        for one in value:
            yield from _of_own_keys(one)
    if not isinstance(value, dict):
        return
    beside = {kind for word in ("type", "kind") if (kind := _kind(value.get(word))) is not None}
    for key, inner in value.items():
        for kind in beside if (own := _kind(key)) is None else {*beside, own}:
            yield from ((kind, one) for one in _scalars(inner))
        yield from _of_own_keys(inner)


def _of_own_words(text: str) -> Iterator[Reading]:
    words = _PIECE.findall(text)
    kinds = [_kind(word) for word in words]
    for place, word in enumerate(words):
        around = {*kinds[max(0, place - _BEFORE) : place], *kinds[place + 1 : place + 1 + _AFTER]}
        yield from ((kind, word) for kind in around if kind is not None)


def _kind(word: Any) -> str | None:
    """A word as the kind it could be."""
    spelt = word.strip().lower().replace(" ", "_") if isinstance(word, str) else ""
    return spelt if valid_kind(spelt) else None


def _scalars(value: Any) -> Iterator[str]:
    """A value, or those of a list, as text."""
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, str | int | float) and not isinstance(one, bool):
            yield str(one)


def _unescaped(body: bytes) -> str:
    text = body.decode("utf-8", "replace").replace("\\/", "/")
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
