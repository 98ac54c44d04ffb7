"""The consent ledger."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from percorso.model.consent_chain import LedgerRow


class LedgerPlace(NamedTuple):
    """How far a lane of the log is written into the ledger, and how far it is processed."""

    written: int
    processed: int


class ConsentLedger(Protocol):
    """Rows of choices, derived from the log behind processing."""

    def place(self, lane: int) -> LedgerPlace:
        """Raises VersionMismatch when the ledger was written from another log."""
        ...

    def holders(self, seqs: Sequence[int]) -> dict[int, str]:
        """seq -> node id that the event was folded under, for those that are somebody's."""
        ...

    def tips(self, node_ids: Sequence[str], lane: int) -> dict[str, str]:
        """node id -> hash of its chain's last row, for the chains that there are."""
        ...

    def last(self, node_ids: Sequence[str], lane: int) -> Mapping[tuple[str, str, str], str]:
        """(node id, purpose, channel) -> the state its chain tells last."""
        ...

    def add(self, rows: Sequence[LedgerRow], lane: int, before: int, after: int) -> bool:
        """Append rows and move the lane's place, in one transaction; false when another moved it meanwhile."""
        ...

    def of(self, node_ids: Sequence[str]) -> list[LedgerRow]:
        """The rows of these identifiers, by seq."""
        ...

    def all(self) -> Iterator[LedgerRow]:
        """Every row, by node, lane, seq, number."""
        ...
