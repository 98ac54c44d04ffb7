"""What a funnel asks: its steps in order, the time they may take, what disqualifies."""

from dataclasses import dataclass
from typing import Any, Literal

from percorso.insight.dimensions import DIMENSIONS
from percorso.model.condition_expr import property_text
from percorso.model.errors import InvalidInput

MOST_STEPS = 12
MOST_DAYS = 366
Kind = Literal["name", "touchpoint", "channel", "stage"]
KINDS: tuple[Kind, ...] = ("name", "touchpoint", "channel", "stage")
Entry = Literal["any", "first"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """A condition on one event: its name, touchpoint, channel, or the stage it opens; and the text of one property.

    where: (property, its text)
    """

    kind: Kind
    value: str
    where: tuple[str, str] | None = None

    @property
    def text(self) -> str:
        """As `read_step` reads it."""
        start = self.value if self.kind == "name" else f"{self.kind}:{self.value}"
        return start if self.where is None else f"{start}@{self.where[0]}={self.where[1]}"

    def met(self, events: Any) -> Any:
        """Expression: whether an event is such a step. Never null."""
        met = (events[self.kind] == self.value).fill_null(False)
        if self.where is None:
            return met
        name, value = self.where
        return met & (property_text(events, name) == value).fill_null(False)


def read_step(text: str) -> FunnelStep:
    """A step as people write it: ``NAME``, ``touchpoint:ID``, ``channel:ID`` or ``stage:ID``, then ``@property=value``.

    >>> read_step("touchpoint:web.checkout@currency=EUR")
    FunnelStep(kind='touchpoint', value='web.checkout', where=('currency', 'EUR'))
    >>> read_step("Order Completed").kind
    'name'
    """
    what, at, condition = text.partition("@")
    name, equals, value = condition.partition("=")
    if at and not (name and equals):
        raise InvalidInput(f"after @ comes PROPERTY=VALUE, as in 'Order Completed@currency=EUR', not {text!r}")
    begin, colon, rest = what.partition(":")
    kind: Kind = next((known for known in KINDS if colon and known == begin), "name")
    wanted = rest if colon and kind == begin else what
    if not wanted.strip():
        raise InvalidInput(f"a step names an event, or a touchpoint:, channel: or stage:, not {text!r}")
    return FunnelStep(kind=kind, value=wanted.strip(), where=(name, value) if at else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelChoice:
    """steps    in order; each is another event than the one before, and later in the order of the house
    within_s    seconds from the first step within which a step counts
    entry       any: every first step begins an attempt, and a person is where the attempt that went furthest is;
                first: only the first of the window does
    without     events that end an attempt
    strict      no other event of the person may come between two steps
    by          a dimension of the house, read off the person's first entry
    """

    steps: tuple[FunnelStep, ...]
    within_s: int = 7 * 86_400
    entry: Entry = "any"
    without: tuple[FunnelStep, ...] = ()
    strict: bool = False
    by: str | None = None

    def __post_init__(self) -> None:
        if not 2 <= len(self.steps) <= MOST_STEPS:
            raise InvalidInput(f"a funnel has 2 to {MOST_STEPS} steps, not {len(self.steps)}; ask for two funnels")
        if not 1 <= self.within_s <= MOST_DAYS * 86_400:
            raise InvalidInput(f"a funnel is within 1 second to {MOST_DAYS} days")
        if self.entry not in ("any", "first"):
            raise InvalidInput(f"an attempt begins at any entry or at the first, not {self.entry!r}")
        if self.by is not None and self.by not in DIMENSIONS:
            raise InvalidInput(f"there is no dimension {self.by!r}; there are {', '.join(DIMENSIONS)}")
