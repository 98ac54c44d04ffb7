"""Dedupe: has this (source, message id) been stored before, and did it say the same?

An index of random hashes costs a page of writes per event once it outgrows the cache. So new hashes are appended in order
of arrival, with a dict in memory to look them up; when `BUCKET` of them have come they are closed: sorted, cut into
`CHUNKS` by their first byte, and given a filter of three bytes a hash that stays in memory. A hash is looked for in the
dict, then, in one numpy operation for the whole batch, in all filters, and only on a hit in its chunk of that bucket.

The filter is a blocked Bloom filter: each hash sets `_BITS` bits of one 64-bit word (Putze, Sanders and Singler, "Cache-,
Hash- and Space-Efficient Bloom Filters", 2007). About 3 in 1,000 hashes hit a bucket that does not hold them.
"""

import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

BUCKET = 500_000
CHUNKS = 256
_BITS = 6
_BITS_PER_KEY = 24
_MANY = 48
"""With more suspects than this the whole bucket is read and kept: a file is being imported again."""
_KEPT_BUCKETS = 4

Words = npt.NDArray[np.uint64]


class Chunk(NamedTuple):
    """Sorted keys (two little-endian 64-bit words each) and their fingerprints."""

    chunk: int
    keys: bytes
    fingerprints: bytes


class ClosedBucket(NamedTuple):
    """What is stored of a closed bucket."""

    size: int
    filter: bytes
    chunks: list[Chunk]


ReadChunks = Callable[[int, Sequence[int] | None], Iterable[Chunk]]
"""The chunks of a bucket: some, or all."""


def words_of(keys: Sequence[bytes]) -> Words:
    """16-byte keys as an array of shape (n, 2)."""
    return np.frombuffer(b"".join(keys), dtype="<u8").reshape(-1, 2)


def _masks(low: Words) -> Words:
    mask = np.zeros(len(low), dtype=np.uint64)
    for step in range(_BITS):
        mask |= np.uint64(1) << ((low >> np.uint64(6 * step)) & np.uint64(63))
    return mask


def _chunk_of(high: Words) -> Words:
    return high >> np.uint64(56)


def close_bucket(keys: Sequence[bytes], fingerprints: Sequence[int]) -> ClosedBucket:
    """Sort keys, cut them into chunks and make their filter."""
    words = words_of(keys)
    order = np.lexsort((words[:, 1], words[:, 0]))
    words = np.ascontiguousarray(words[order])
    prints = np.asarray(fingerprints, dtype="<i8")[order]
    count = max(1, len(keys) * _BITS_PER_KEY // 64)
    filled = np.zeros(count, dtype="<u8")
    np.bitwise_or.at(filled, words[:, 0] % np.uint64(count), _masks(words[:, 1]))
    cuts = np.searchsorted(_chunk_of(words[:, 0]), np.arange(CHUNKS + 1, dtype=np.uint64))
    chunks = [
        Chunk(chunk, words[start:end].tobytes(), prints[start:end].tobytes())
        for chunk, (start, end) in enumerate(itertools.pairwise(cuts))
        if end > start
    ]
    return ClosedBucket(len(keys), filled.tobytes(), chunks)


class _Sorted:
    """Sorted keys, searchable."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        parts = sorted(chunks)
        words = np.frombuffer(b"".join(part.keys for part in parts), dtype="<u8").reshape(-1, 2)
        self._high, self._low = np.ascontiguousarray(words[:, 0]), words[:, 1]
        self._prints = np.frombuffer(b"".join(part.fingerprints for part in parts), dtype="<i8")

    def find(self, words: Words) -> list[int | None]:
        """The fingerprint under each key, None where it is not here."""
        starts = np.searchsorted(self._high, words[:, 0], side="left").tolist()
        return [self._at(start, *pair) for start, pair in zip(starts, words.tolist(), strict=True)]

    def _at(self, start: int, high: int, low: int) -> int | None:
        while start < len(self._high) and self._high[start] == high:
            if self._low[start] == low:
                return int(self._prints[start])
            start += 1
        return None


class ClosedBuckets:
    """All closed buckets: their filters in memory, their chunks read when a filter hits."""

    def __init__(self) -> None:
        self._filters: list[tuple[int, Words]] = []
        self._kept: OrderedDict[int, _Sorted] = OrderedDict()

    def __len__(self) -> int:
        return len(self._filters)

    def add(self, bucket: int, stored: bytes) -> None:
        """Know a bucket by its stored filter."""
        self._filters.append((bucket, np.frombuffer(stored, dtype="<u8")))

    def find(self, keys: Sequence[bytes], read: ReadChunks) -> dict[int, int]:
        """position -> fingerprint of the keys that some bucket holds."""
        if not self._filters or not keys:
            return {}
        words = words_of(keys)
        masks = _masks(words[:, 1])
        found: dict[int, int] = {}
        for bucket, filled in self._filters:
            hits = np.flatnonzero((filled[words[:, 0] % np.uint64(len(filled))] & masks) == masks)
            if len(hits):
                prints = self._in_bucket(bucket, words[hits], read)
                found.update((at, known) for at, known in zip(hits.tolist(), prints, strict=True) if known is not None)
        return found

    def _in_bucket(self, bucket: int, words: Words, read: ReadChunks) -> list[int | None]:
        kept = self._kept.get(bucket)
        if kept is None and len(words) <= _MANY:
            return _Sorted(read(bucket, np.unique(_chunk_of(words[:, 0])).tolist())).find(words)
        if kept is None:
            kept = self._kept[bucket] = _Sorted(read(bucket, None))
            while len(self._kept) > _KEPT_BUCKETS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(bucket)
        return kept.find(words)
