"""The whole ledger of identity, cut into pieces that have nothing to do with each other.

Ids are kept as fixed bytes in sorted arrays: three million take less than a tenth of what a dictionary would.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from percorso.adapters.components import Indexes, components, grouped
from percorso.ports.identity import Tangle

Ids = npt.NDArray[np.bytes_]
Rows = Callable[[str], Iterator[Sequence[Sequence[Any]]]]
"""A query -> its rows, in parts."""

PIECE = 20_000
WIDTH = 16
"""Bytes of an id; ours have twelve."""
_TIES = (
    "select node_id, base from nodes where base is not null",
    "select weaker, stronger from identity_assertions",
    "select a, b from identity_overrides",
)


class SqlTangles:
    """`ports.Tangles`. `read` gives the piece with these nodes."""

    def __init__(self, rows: Rows, read: Callable[[list[str]], Tangle], piece: int = PIECE) -> None:
        self._read = read
        self._piece = piece
        stored = _ids(rows("select node_id from nodes"))
        ties = [_pairs(rows(query)) for query in _TIES]
        # A device of which only session windows are stored ties these, though it is no node.
        ids = np.unique(np.concatenate([stored, *(pair[1] for pair in ties[:1])]))
        a = np.concatenate([_places(ids, pair[0]) for pair in ties])
        b = np.concatenate([_places(ids, pair[1]) for pair in ties])
        known = (a >= 0) & (b >= 0)
        self._ids = ids
        self._order, self._begins = grouped(components(len(ids), a[known], b[known]))
        sizes = np.diff(np.r_[self._begins, len(ids)])
        single = self._begins[sizes == 1]
        self.alone = len(single)
        self.tied = len(ids) - self.alone
        self._of_several = self._begins[sizes > 1], sizes[sizes > 1]

    def __iter__(self) -> Iterator[Tangle]:
        waiting: list[Indexes] = []
        size = 0
        for begin, length in zip(*self._of_several, strict=True):
            waiting.append(self._order[begin : begin + length])
            size += int(length)
            if size >= self._piece:
                yield self._tangle(waiting)
                waiting, size = [], 0
        if waiting:
            yield self._tangle(waiting)

    def _tangle(self, parts: list[Indexes]) -> Tangle:
        return self._read([one.decode() for one in np.sort(self._ids[np.concatenate(parts)]).tolist()])


def _ids(parts: Iterator[Sequence[Sequence[Any]]]) -> Ids:
    arrays = [np.array([row[0] for row in part], dtype=f"S{WIDTH}") for part in parts]
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=f"S{WIDTH}")


def _pairs(parts: Iterator[Sequence[Sequence[Any]]]) -> tuple[Ids, Ids]:
    arrays = [np.array(part, dtype=f"S{WIDTH}") for part in parts]
    both = np.concatenate(arrays) if arrays else np.zeros((0, 2), dtype=f"S{WIDTH}")
    return both[:, 0], both[:, 1]


def _places(ids: Ids, wanted: Ids) -> Indexes:
    """Where each is among sorted ids, -1 where it is not."""
    if not len(ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[found] == wanted, found, -1)
