"""Many tests at once: which of them are found at which false discovery rate.

Source: Benjamini, Hochberg: Controlling the false discovery rate, JRSS B 57 (1995).
"""

from collections.abc import Sequence


def discovered(p_values: Sequence[float]) -> list[float]:
    """q of each test, in the order given: the smallest rate at which it would be found.

    >>> [round(q, 4) for q in discovered([0.01, 0.04, 0.03, 0.5])]
    [0.04, 0.0533, 0.0533, 0.5]
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at], reverse=True)
    found, least = [1.0] * len(p_values), 1.0
    for behind, at in enumerate(order):
        rank = len(p_values) - behind
        least = min(least, p_values[at] * len(p_values) / rank)
        found[at] = least
    return found
