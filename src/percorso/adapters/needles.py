"""Many texts looked for in many bytes at once.

Of every needle eight bytes in a row (four of a short one) are hashed into a table of bits; all windows of the haystack are
hashed in a few numpy operations, and only where a bit is set is anything compared. Letters of ASCII count as small ones.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

SHORTEST = 6
"""Shorter ones stand by chance in every larger file."""
PART = 1 << 24
"""Bytes that are looked through at once."""
_FEWEST_BITS, _MOST_BITS = 14, 22
_SPREAD = {8: np.uint64(0x9E3779B97F4A7C15), 4: np.uint32(0x9E3779B1)}
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_")
_JOINT = frozenset(b".-+@")

Bytes = npt.NDArray[np.uint8]


class Found(NamedTuple):
    """Where a needle begins and ends, and its number."""

    start: int
    end: int
    needle: int


class Needles:
    """What is looked for. Those shorter than `SHORTEST` bytes are `too_short` and looked for nowhere."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.too_short = 0
        self._spelt: list[tuple[bytes, int]] = []
        for number, text in enumerate(texts):
            if len(text.encode()) < SHORTEST:
                self.too_short += 1
                continue
            self._spelt += [(one, number) for one in _spellings(text)]
        self._widths = [_Width(width, some) for width, some in self._by_width() if some]

    def _by_width(self) -> list[tuple[int, list[tuple[bytes, int]]]]:
        return [
            (8, [one for one in self._spelt if len(one[0]) >= 8]),
            (4, [one for one in self._spelt if len(one[0]) < 8]),
        ]

    def search(self, hay: bytes | memoryview) -> Iterator[Found]:
        """Every place, in no order. `hay`: at most some tens of megabytes."""
        text = bytes(hay).lower()
        folded = np.frombuffer(text, dtype=np.uint8)
        for width in self._widths:
            yield from width.search(folded, text)

    def among(self, texts: Iterable[str | bytes | None]) -> set[int]:
        """The places of the texts that hold a needle."""
        found: set[int] = set()
        for first, starts, joined in _joined(texts):
            places = [hit.start for hit in self.search(joined)]
            found.update((first + np.searchsorted(starts, places, side="right") - 1).tolist() if places else ())
        return found


class _Width:
    """Needles of which `width` bytes are hashed."""

    def __init__(self, width: int, spelt: Sequence[tuple[bytes, int]]) -> None:
        self._width = width
        self._type = np.dtype(f"<u{width}")
        self._anchored: dict[int, list[tuple[bytes, int, int]]] = {}
        common: dict[bytes, int] = {}
        for text, _ in spelt:
            for part in {text[at : at + width] for at in range(len(text) - width + 1)}:
                common[part] = common.get(part, 0) + 1
        for text, number in spelt:
            at = _rarest(text, width, common)
            anchor = int.from_bytes(text[at : at + width], "little")
            self._anchored.setdefault(anchor, []).append((text, at, number))
        self._anchors = np.array(sorted(self._anchored), dtype=self._type)
        self._bits = min(max(len(self._anchors).bit_length() + 7, _FEWEST_BITS), _MOST_BITS)
        self._table = np.zeros(1 << self._bits, dtype=bool)
        self._table[self._hashed(self._anchors)] = True

    def _hashed(self, words: Any) -> Any:
        return (words * _SPREAD[self._width]) >> self._type.type(8 * self._width - self._bits)

    def search(self, folded: Bytes, text: bytes) -> Iterator[Found]:
        for shift in range(self._width):
            count = (len(folded) - shift) // self._width
            if count <= 0:
                return
            words = folded[shift : shift + count * self._width].view(self._type)
            maybe = np.flatnonzero(self._table[self._hashed(words)])
            if not len(maybe):
                continue
            there = words[maybe]
            place = np.searchsorted(self._anchors, there)
            place[place == len(self._anchors)] = 0
            for index in maybe[self._anchors[place] == there].tolist():
                yield from self._at(text, shift + index * self._width, int(words[index]))

    def _at(self, text: bytes, position: int, anchor: int) -> Iterator[Found]:
        for needle, offset, number in self._anchored[anchor]:
            start = position - offset
            if start >= 0 and text.startswith(needle, start):
                yield Found(start, start + len(needle), number)


def _spellings(text: str) -> set[bytes]:
    """A text as it may stand in a file: plainly, and as JSON writes it."""
    escaped = json.dumps(text)[1:-1]
    spelt = {text, escaped, escaped.replace("/", "\\/"), json.dumps(text, ensure_ascii=False)[1:-1]}
    return {one.encode("utf-8", "surrogatepass").lower() for one in spelt}


def _rarest(text: bytes, width: int, common: dict[bytes, int]) -> int:
    """Where the part of a needle begins that other texts hold least: that fewest needles share, with most figures in it, and
    late in a name rather than in the address behind it."""

    def rank(at: int) -> tuple[int, int, int]:
        part = text[at : at + width]
        figures = sum(48 <= byte < 58 for byte in part)
        return common[part], -figures, 0 if b"@" in part or b"." in part else -at

    return min(range(len(text) - width + 1), key=rank)


def _joined(texts: Iterable[str | bytes | None]) -> Iterator[tuple[int, list[int], bytes]]:
    """The texts, many at a time: the number of the first, where each begins, and all with a zero byte between."""
    first, starts, parts, size = 0, [], [], 0
    for text in texts:
        part = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text or b""
        starts.append(size)
        parts.append(part)
        size += len(part) + 1
        if size >= PART:
            yield first, starts, b"\x00".join(parts)
            first, starts, parts, size = first + len(starts), [], [], 0
    if starts:
        yield first, starts, b"\x00".join(parts)


def whole_word(text: bytes, start: int, end: int) -> bool:
    """Whether what stands there is no part of a longer word, such as ``card-12`` in ``card-123``.

    >>> whole_word(b'"card-12"', 1, 8), whole_word(b'"card-123"', 1, 8), whole_word(b"to ada@x.it.", 3, 11)
    (True, False, True)
    """
    return (start, end) == word_around(text, start, end)


def word_around(text: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the word that holds this begins and ends."""
    while start > 0 and (
        _is_word(text[start - 1]) or (start > 1 and text[start - 1] in _JOINT and _is_word(text[start - 2]))
    ):
        start -= 1
    last = len(text)
    while end < last and (_is_word(text[end]) or (end + 1 < last and text[end] in _JOINT and _is_word(text[end + 1]))):
        end += 1
    return start, end


def _is_word(byte: int) -> bool:
    return byte in _WORD or 65 <= byte <= 90
