"""The ledger of identity, for reading: by identifier, by what stands out, and whole; and the rules it is read by."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from percorso.model.identifier import Identifier
from percorso.model.identity import Assertion, IdentityRules, Override
from percorso.model.person import Node
from percorso.model.time import Micros

BurstOf = Literal["stronger", "weaker"]


class Shared(NamedTuple):
    """An identifier seen with several stronger ones of equal claim.

    others    how many of those
    people    how many people hold these now: decisions may have joined some
    members   the people, at most as many as were asked for
    """

    node: Node
    others: int
    people: int
    members: Sequence[str]


class Burst(NamedTuple):
    """An identifier seen with many others within a day.

    of       whether those others are stronger or weaker than it
    others   how many, within the day from `since`
    """

    node: Node
    of: BurstOf
    others: int
    since: Micros


class HeldBack(NamedTuple):
    """An identifier that does not belong to the one it was seen with: one too many, or decided so."""

    node: Node
    parent: Node | None


class HeldClaim(NamedTuple):
    """What only a public key said, and the proven identifier of the same value, which does not hear it."""

    claimed: Node
    proven: Node


class LedgerCounts(NamedTuple):
    """identifiers, people: without session windows and what stands in for them; assertions: lines of the ledger."""

    identifiers: int
    people: int
    assertions: int


class Tangle(NamedTuple):
    """Nodes with all that ties them to each other, and to nothing else: their people can be told from it alone.

    Nodes come without profiles.
    """

    nodes: Mapping[str, Node]
    assertions: Sequence[Assertion]


class Tangles(Protocol):
    """The whole ledger in pieces that, when this was made, had nothing to do with each other."""

    @property
    def alone(self) -> int:
        """Nodes tied to none; they are in no piece."""
        ...

    @property
    def tied(self) -> int:
        """Nodes of all pieces together."""
        ...

    def __iter__(self) -> Iterator[Tangle]:
        """Each node once, as it is when it comes; some thousands in a piece, more where more hang together."""
        ...


class Identity(Protocol):
    """What is known of identifiers. Nodes come without profiles unless it says otherwise."""

    def find(self, identifier: Identifier) -> list[Node]:
        """The nodes of an identifier: of a device all its session windows, the device itself first; else at most one."""
        ...

    def nodes(self, node_ids: Sequence[str]) -> dict[str, Node]:
        """Those of the nodes that exist."""
        ...

    def members(self, person_ids: Sequence[str]) -> list[Node]:
        """All nodes of these people."""
        ...

    def based_on(self, node_ids: Sequence[str]) -> list[Node]:
        """Session windows of these devices, and what is claimed to be these proven identifiers."""
        ...

    def assertions_of(self, node_ids: Sequence[str]) -> list[Assertion]:
        """What these were seen with that is stronger."""
        ...

    def assertions_on(self, node_ids: Sequence[str], limit: int) -> list[Assertion]:
        """What was seen with these that is weaker, the earliest first."""
        ...

    def overrides(self) -> list[Override]:
        """All decisions on identifiers, those taken back too."""
        ...

    def shared(self, kinds: Sequence[str], least: int, most: int | None, limit: int) -> list[Shared]:
        """Identifiers seen with so many stronger ones of equal claim, the most shared first.

        kinds   of these kinds only; of all when empty
        """
        ...

    def bursts(self, least: int, limit: int) -> list[Burst]:
        """Identifiers seen with at least so many others within a day, the most first."""
        ...

    def held(self, limit: int) -> list[HeldBack]:
        """Identifiers that do not belong to the one they were seen with, the latest seen first."""
        ...

    def held_claims(self, limit: int) -> list[HeldClaim]:
        """Claims held apart from the proven identifier, the latest seen first."""
        ...

    def counts(self) -> LedgerCounts: ...

    def tangles(self) -> Tangles:
        """The whole ledger, read in pieces; memory grows with the ids alone."""
        ...


class RulesVersion(NamedTuple):
    """Rules with their number, and who put them there when."""

    version: int
    rules: IdentityRules
    by: str
    at: Micros


ApplyState = Literal["asked", "running", "done", "failed"]


class Applying(NamedTuple):
    """How far the rules of a version are applied to everybody known.

    done, total   identifiers; of a replay, events
    replay        the log is read again
    detail        why it failed, else what came of it, in words for machines
    """

    version: int
    state: ApplyState
    at: Micros
    done: int = 0
    total: int = 0
    replay: bool = False
    detail: Mapping[str, Any] | None = None


class RuleBook(Protocol):
    """The company's own rules of identity: what is wanted, what everybody known was made by, and every version between."""

    def in_force(self) -> RulesVersion | None:
        """The rules that people are made by; None before any were put in force."""
        ...

    def wanted(self) -> RulesVersion | None:
        """The rules that shall be; None when nobody ever wanted others."""
        ...

    def want(self, rules: IdentityRules, by: str, at: Micros) -> RulesVersion:
        """Note rules, as the next version."""
        ...

    def put_in_force(self, rules: RulesVersion) -> None: ...

    def applying(self) -> Applying | None: ...

    def tell(self, applying: Applying) -> None: ...
