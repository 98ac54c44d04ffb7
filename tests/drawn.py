"""How many cases a property is tried with: all in `make test-all`, a part in `make test`, and the same ones each time."""

import os

LONG = "PERCORSO_TEST_LONG"
"""Set where every case is to be tried."""
_PART = 4


def drawn(cases: int, part: int = _PART) -> int:
    """The number of cases of a property that costs seconds; one in `part` of them in `make test`.

    >>> drawn(40) in (10, 40)
    True
    """
    return cases if os.environ.get(LONG) else max(cases // part, 3)
