"""Which of many things hang together."""

from typing import Any

import numpy as np
import numpy.typing as npt

Indexes = npt.NDArray[np.int64]


def components(count: int, a: Indexes, b: Indexes) -> Indexes:
    """For each of `count` things the smallest index among those it hangs together with, by edges a[i]-b[i].

    Each round hangs the greater of two roots on the smaller and shortens all ways; the rounds grow with the logarithm of
    the longest chain.

    >>> components(5, np.array([0, 3]), np.array([4, 4])).tolist()
    [0, 1, 2, 0, 0]
    """
    root: Indexes = np.arange(count, dtype=np.int64)
    while len(a):
        one, other = root[a], root[b]
        apart = one != other
        a, b, one, other = a[apart], b[apart], one[apart], other[apart]
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
        while True:
            shorter = root[root]
            if np.array_equal(shorter, root):
                break
            root = shorter
    return root


def grouped(labels: Indexes) -> tuple[Indexes, Indexes]:
    """(indexes, those of one label after one another; where each label begins among them)."""
    order: Any = np.argsort(labels, kind="stable")
    ordered = labels[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, dtype=np.int64)
    return order, begins
