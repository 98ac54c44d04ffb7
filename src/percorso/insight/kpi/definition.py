"""A KPI as a versioned definition: which rows it counts, what it sums of them, and what the sums say.

To add one: a file in this folder with a `DEFINITION`, one line in ``kpi/__init__.py``, one test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from percorso.insight.interval import Estimate
from percorso.insight.kpi.result import Better, Unit
from percorso.model.touchpoint import Text

Sums = Sequence[Mapping[str, Any]]
"""The rows of one group: RETURNS -> value. One row, or one per `bin` when the definition has bins."""


class Units(Protocol):
    """(events, known_to) -> one row a unit (an answer, a call, a person), all columns of its event kept.

    The unit's day is its ``local_date``. `known_to`: days before this civil date (days since 1970-01-01) are wholly known.
    """

    def __call__(self, events: Any, known_to: int) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One KPI.

    reads       columns of ``events`` it looks at;  returns: its sums and their Ibis types
    names       events it is made of: their sources decide whether a window is complete
    lag_days    how long after its day a unit can still change; younger units do not count and a window that holds
                some is not complete
    bare_units  the same units with their ``local_date`` alone, when that is cheaper and no other dimension is asked for
    bin         a further grouping of the sums (of the asa: the second of the wait)
    """

    kpi: str
    version: int
    name: Text
    about: Text
    unit: Unit
    better: Better
    names: tuple[str, ...]
    reads: tuple[str, ...]
    returns: Mapping[str, str]
    units: Units
    sums: Callable[[Any], Mapping[str, Any]]
    estimate: Callable[[Sums], Estimate]
    bare_units: Units | None = None
    bin: Callable[[Any], Any] | None = None
    lag_days: int = 0

    @property
    def id(self) -> str:
        return f"{self.kpi}@{self.version}"
