"""Items that could not be events, kept until they are mended."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from percorso.model.time import Micros


class Chosen(NamedTuple):
    """Which refused items are meant; None = any. `event`: empty for those without a readable name.

    since, until   by reception, the first included
    state          waiting, replayed, dismissed, or None for all
    """

    verdict: str | None = None
    reason: str | None = None
    source: str | None = None
    event: str | None = None
    since: Micros | None = None
    until: Micros | None = None
    ids: tuple[int, ...] = ()
    state: str | None = "waiting"


class Quarantined(NamedTuple):
    """One refused item, and what became of it.

    settled_at  None while it waits;  outcome: dismissed, or the verdict on the mended item
    mended_id, mended_seq   message id and place in the log of the mended item;  rules: those it was mended by, JSON
    """

    id: int
    received_at: Micros
    source: str
    message_id: str | None
    event: str | None
    verdict: str
    reason: str | None
    detail: str | None
    line: int | None
    body: str
    settled_at: Micros | None
    settled_by: str | None
    outcome: str | None
    mended_id: str | None
    mended_seq: int | None
    rules: str | None


class QuarantineGroup(NamedTuple):
    """Refused items of one verdict, reason, source and event; `sample` is the newest of them."""

    verdict: str
    reason: str | None
    source: str
    event: str | None
    items: int
    first_at: Micros
    last_at: Micros
    sample: int


class Settled(NamedTuple):
    """What became of a refused item: see `Quarantined`."""

    id: int
    outcome: str
    mended_id: str | None = None
    mended_seq: int | None = None


class Quarantine(Protocol):
    """What intake refused and kept aside: quarantined items and conflicts. Repeats have nothing to mend."""

    def groups(self, chosen: Chosen, limit: int) -> list[QuarantineGroup]:
        """The largest first."""
        ...

    def count(self, chosen: Chosen) -> int: ...

    def newest(self, chosen: Chosen, limit: int, before: int | None = None) -> list[Quarantined]:
        """Newest first, those with an id below `before`."""
        ...

    def oldest(self, chosen: Chosen, limit: int, after: int = 0) -> list[Quarantined]:
        """Oldest first, those with an id above `after`."""
        ...

    def settle(self, settled: Sequence[Settled], *, by: str, at: Micros, rules: str | None) -> int:
        """Write what became of items that wait; how many did: what is settled stays as it is. Durable on return."""
        ...

    def dismiss(self, chosen: Chosen, *, by: str, at: Micros) -> int:
        """Settle all that are chosen and wait as dismissed; how many."""
        ...
