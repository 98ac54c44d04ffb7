"""Finding records of one and the same person, and keeping what was found until people decide."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from percorso.model.match_round import MatchRound
from percorso.model.match_rule import MatchRule, MatchRuleVersion
from percorso.model.matching import Key, Matching, MatchModel, MatchRecord, PairKind, ProposalState
from percorso.model.time import Micros


class KnownPerson(NamedTuple):
    """What is known of one person over all their identifiers.

    node_id      the node of their user id when they have exactly one, else the person id: it leads to whoever holds it
    record_id    that user id, else the person id
    traits       name -> latest value
    contacts     (kind, value) of their emails and phones
    """

    person_id: str
    node_id: str
    record_id: str
    traits: Mapping[str, Any]
    contacts: Sequence[tuple[str, str]]


class KnownPeople(Protocol):
    """Everybody, to be gone through once."""

    def everybody(self) -> Iterator[KnownPerson]:
        """All people who have traits, by person id; read in pages, so that memory does not grow with the people.

        What only a public key said is left out: nobody is proposed to be whom they claim to be.
        """
        ...


class Records(Protocol):
    """Records that were taken in, until the context ends."""

    @property
    def count(self) -> int: ...
    @property
    def known(self) -> Mapping[str, int]:
        """Field -> how many records have it."""
        ...

    def pairs_of(self, key: Key) -> int:
        """How many pairs a key makes; values that very many records share make none."""
        ...

    def match(self, model: MatchModel, threshold: float) -> Matching:
        """Learn from the records and give the pairs of at least this probability.

        The same records in any order and the same model give the same pairs.
        """
        ...


class Matcher(Protocol):
    """Compares records."""

    def taking(self, records: Iterable[MatchRecord]) -> AbstractContextManager[Records]:
        """Take records in; their ids are unique."""
        ...


class Proposal(NamedTuple):
    """A pair of people to be looked at.

    node_a, node_b      node ids, node_a < node_b: they outlive merges and splits
    person_a, person_b  who holds them now, None when nobody does any more
    record_a, record_b  as their systems call them
    decided_by          who accepted or refused, and when; None while it is open
    """

    node_a: str
    node_b: str
    record_a: str
    record_b: str
    kind: PairKind
    weight: float
    probability: float
    parts: Mapping[str, float]
    model_id: str
    proposed_at: Micros
    state: ProposalState = "open"
    decided_by: str | None = None
    decided_at: Micros | None = None
    person_a: str | None = None
    person_b: str | None = None


class Proposals(Protocol):
    """What was proposed and what became of it."""

    def replace_open(self, proposals: Sequence[Proposal]) -> int:
        """Put these in place of all that are open; those that were decided stay as they are. How many are new."""
        ...

    def those(
        self, state: ProposalState, limit: int, *, kind: PairKind = "person", after: Proposal | None = None
    ) -> list[Proposal]:
        """The greatest weight first; those after the last one seen. Open ones whose people are one by now are left out."""
        ...

    def get(self, node_a: str, node_b: str) -> Proposal | None: ...

    def decide(self, node_a: str, node_b: str, state: ProposalState, *, by: str, at: Micros) -> bool:
        """Accept, refuse or open again; false when there is no such proposal or it is in that state already."""
        ...

    def decided(self, by: str) -> list[Proposal]:
        """What one, by their name, accepted or refused."""
        ...


class MatchRules(Protocol):
    """The rule that accepts pairs, with every version there was."""

    def latest(self) -> MatchRuleVersion | None:
        """The version that counts; None when there never was one."""
        ...

    def all(self) -> list[MatchRuleVersion]:
        """The latest first."""
        ...

    def put(self, rule: MatchRule, by: str, at: Micros) -> MatchRuleVersion:
        """Note a rule, as the next version; from now on it counts and no other."""
        ...


class MatchRounds(Protocol):
    """How far the last round of comparing everybody is, which somebody asked the running server for."""

    def get(self) -> MatchRound:
        """The last one; `IDLE` before the first."""
        ...

    def put(self, round_: MatchRound) -> None: ...
