"""A KPI as a versioned definition: which rows it counts, what it sums of them, and what the sums say.

To add one: a file in this folder with its `VARIANTS`, one line in ``kpi/__init__.py``, one test. A KPI's first variant is its
default; the others are the same functions with other parameters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from percorso.insight.interval import Estimate
from percorso.insight.kpi.result import Better, Unit
from percorso.model.touchpoint import Text

Sums = Sequence[Mapping[str, Any]]
"""The rows of one group: RETURNS -> value. One row, or one per `bin` when the definition has bins."""

Theme = Literal["voice", "service", "loyalty", "returns", "value", "own"]
"""Where the board shows it: what people say, how they are served, whether they stay, what comes back, what they are worth; a
company's own."""


class Units(Protocol):
    """(events, known_to) -> one row a unit (an answer, a call, a person), all columns of its event kept.

    The unit's day is its ``local_date``. `known_to`: days before this civil date (days since 1970-01-01) are wholly known.
    """

    def __call__(self, events: Any, known_to: int) -> Any: ...


class Spans(Protocol):
    """(events, known_to, periods) -> one row a unit and period, for what is only told of a stretch of days.

    `periods`: (start, end), civil days, the end excluded. Each unit keeps its period's ``start`` and ``end``, and its
    ``local_date`` is the start.
    """

    def __call__(self, events: Any, known_to: int, periods: Any) -> Any: ...


def no_units(events: Any, known_to: int) -> Any:
    raise NotImplementedError("this KPI is told of a stretch of days; it has `spans`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One variant of a KPI.

    variant     its own name; None = that of the KPI
    edges       what it leaves out, and what to mind when reading it
    reads       columns of ``events`` it looks at;  returns: its sums and their Ibis types
    properties  of ``properties``, where it reads that column, those it looks at
    names       events it is made of: their sources decide whether a window is complete; empty: any
    lag_days    how long after its day a unit can still change; younger units do not count (or count as far as they are
                known) and a window that holds some is not complete
    spans       units of a period instead of units of a day
    parts       sums of one cluster of units that are not independent (a person's contacts, an order's lines), which `sums`
                then adds up;  cluster: what they have in common, read off the units
    bare_units  the same units with their ``local_date`` and ``person_id`` alone, when that is cheaper and no other dimension
                is asked for
    bin         a further grouping of the sums (of the asa: the second of the wait; of money: the currency)
    beside      figures to be read with the value;  currency: the one that the value is in, of money
    behind      which units' people are behind the number; None: all
    shared      sums that groups of events share with the whole (of complaints by channel: the active customers)
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
    sums: Callable[[Any], Mapping[str, Any]]
    estimate: Callable[[Sums], Estimate]
    units: Units = no_units
    spans: Spans | None = None
    variant: str | None = None
    theme: Theme = "own"
    edges: Text = field(default_factory=dict)
    properties: tuple[str, ...] = ()
    parts: Callable[[Any], Mapping[str, Any]] | None = None
    cluster: Callable[[Any], Any] | None = None
    bare_units: Units | None = None
    bin: Callable[[Any], Any] | None = None
    beside: Callable[[Sums], Mapping[str, float | None]] | None = None
    currency: Callable[[Sums], str | None] | None = None
    behind: Callable[[Any], Any] | None = None
    shared: tuple[str, ...] = ()
    lag_days: int = 0

    @property
    def label(self) -> str:
        """The variant's name."""
        return self.variant or self.kpi

    @property
    def id(self) -> str:
        return f"{self.label}@{self.version}"

    @property
    def adds(self) -> bool:
        """Whether the sums of days, or of groups, added up are those of all."""
        return self.spans is None and self.parts is None
