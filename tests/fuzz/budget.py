"""How long to look: a few examples, the same in every run; or, with PERCORSO_FUZZ_S, fresh ones for so many seconds in all."""

import os
import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, seed, settings
from hypothesis.strategies import SearchStrategy

SECONDS = float(os.environ.get("PERCORSO_FUZZ_S", "0"))
PATIENCE_S = SECONDS + 300
"""For ``@pytest.mark.timeout``."""
_ROUND = 250

T = TypeVar("T")


def explore(check: Callable[[T], None], examples: SearchStrategy[T], *, few: int, share: float) -> None:
    """Hold `check` against examples: `few` of them, or fresh ones for that share of the time."""
    seen = 0

    def counted(example: T) -> None:
        nonlocal seen
        seen += 1
        check(example)

    if not SECONDS:
        settings(max_examples=few)(given(examples)(counted))()
        return
    began = time.monotonic()
    fresh = settings(
        max_examples=_ROUND, derandomize=False, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    while time.monotonic() - began < SECONDS * share:
        seed(secrets.randbits(64))(fresh(given(examples)(counted)))()
    print(f"\n{check.__name__}: {seen} examples in {time.monotonic() - began:.0f} s")
