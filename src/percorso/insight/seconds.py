"""Times as whole seconds, the same on every engine."""

from typing import Any


def epoch_s(at: Any) -> Any:
    """Whole seconds since 1970-01-01, the rest cut off. (Ibis's own rounds on DuckDB and cuts off on Spark.)"""
    return at.truncate("s").epoch_seconds()
