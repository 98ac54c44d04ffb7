"""Dedupe: has this (source, message id) been stored before, and did it say the same?

An index of random hashes costs a page of writes per event once it outgrows the cache. So new hashes are appended in order
of arrival, with a dict in memory to look them up; when `BUCKET` of them have come they are closed into one row: sorted
arrays, and a filter of two bytes a hash that stays in memory. A hash is looked for in the dict, then, in one numpy
operation for the whole batch, in all filters, and only on a hit in the sorted arrays of that bucket.

The filter is a blocked Bloom filter: each hash sets `_BITS` bits of one 64-bit word (Putze, Sanders and Singler, "Cache-,
Hash- and Space-Efficient Bloom Filters", 2007).
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

BUCKET = 500_000
_BITS = 5
_WORDS_PER_KEY = 4  # one word of 64 bits per 4 keys: 16 bits a key
_CACHED_BUCKETS = 8

Words = npt.NDArray[np.uint64]


class ClosedBucket(NamedTuple):
    """What is stored of a closed bucket; keys and fingerprints are little-endian 64-bit words, sorted by key."""

    size: int
    filter: bytes
    keys: bytes
    fingerprints: bytes


def words_of(keys: Sequence[bytes]) -> Words:
    """16-byte keys as an array of shape (n, 2)."""
    return np.frombuffer(b"".join(keys), dtype="<u8").reshape(-1, 2)


def _masks(low: Words) -> Words:
    mask = np.zeros(len(low), dtype=np.uint64)
    for step in range(_BITS):
        mask |= np.uint64(1) << ((low >> np.uint64(6 * step)) & np.uint64(63))
    return mask


def close_bucket(keys: Sequence[bytes], fingerprints: Sequence[int]) -> ClosedBucket:
    """Sort keys and make their filter."""
    words = words_of(keys)
    order = np.lexsort((words[:, 1], words[:, 0]))
    words = np.ascontiguousarray(words[order])
    prints = np.asarray(fingerprints, dtype="<i8")[order]
    count = max(1, len(keys) // _WORDS_PER_KEY)
    filled = np.zeros(count, dtype="<u8")
    np.bitwise_or.at(filled, words[:, 0] % np.uint64(count), _masks(words[:, 1]))
    return ClosedBucket(len(keys), filled.tobytes(), words.tobytes(), prints.tobytes())


class Filters:
    """The filters of all closed buckets, asked together."""

    def __init__(self) -> None:
        self.buckets: list[int] = []
        self._filters: list[Words] = []

    def add(self, bucket: int, stored: bytes) -> None:
        self.buckets.append(bucket)
        self._filters.append(np.frombuffer(stored, dtype="<u8"))

    def suspects(self, keys: Sequence[bytes]) -> dict[int, list[int]]:
        """bucket -> positions of the keys that may lie in it."""
        if not self._filters or not keys:
            return {}
        words = words_of(keys)
        masks = _masks(words[:, 1])
        found: dict[int, list[int]] = {}
        for bucket, filled in zip(self.buckets, self._filters, strict=True):
            hits = np.flatnonzero((filled[words[:, 0] % np.uint64(len(filled))] & masks) == masks)
            if len(hits):
                found[bucket] = hits.tolist()
        return found


class SortedKeys:
    """The sorted arrays of one closed bucket."""

    def __init__(self, keys: bytes, fingerprints: bytes) -> None:
        words = np.frombuffer(keys, dtype="<u8").reshape(-1, 2)
        self._high, self._low = np.ascontiguousarray(words[:, 0]), words[:, 1]
        self._prints = np.frombuffer(fingerprints, dtype="<i8")

    def find(self, keys: Sequence[bytes]) -> list[int | None]:
        """The fingerprint under each key, None where it is not here."""
        words = words_of(keys)
        starts = np.searchsorted(self._high, words[:, 0], side="left")
        out: list[int | None] = []
        for start, (high, low) in zip(starts.tolist(), words.tolist(), strict=True):
            found = None
            at = start
            while at < len(self._high) and self._high[at] == high:
                if self._low[at] == low:
                    found = int(self._prints[at])
                    break
                at += 1
            out.append(found)
        return out


class BucketCache:
    """The few closed buckets that were asked last, decoded."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, SortedKeys] = OrderedDict()

    def get(self, bucket: int) -> SortedKeys | None:
        kept = self._kept.get(bucket)
        if kept is not None:
            self._kept.move_to_end(bucket)
        return kept

    def put(self, bucket: int, keys: SortedKeys) -> None:
        self._kept[bucket] = keys
        while len(self._kept) > _CACHED_BUCKETS:
            self._kept.popitem(last=False)
