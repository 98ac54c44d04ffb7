"""people -> records -> pairs -> proposals: who may be one person although no identifier says so.

It proposes and never joins anybody: a person of the company decides (docs/matching.md).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

from percorso.data.matching.fields import fields_of
from percorso.data.matching.model import DEFAULT_THRESHOLD, model_for
from percorso.model.errors import InvalidInput
from percorso.model.matching import Matching, MatchModel, MatchRecord, Pair
from percorso.model.time import Micros
from percorso.ports import Clock, KnownPeople, Matcher, Proposal, Proposals

Stage: TypeAlias = Literal["reading", "comparing"]
Told: TypeAlias = Callable[[Stage, int], None]
"""Told, as often as it likes, how many people are read so far."""

FEWEST_FIELDS = 2
"""Who is known by one field alone agrees with anybody."""
TELL_EACH = 500


class Proposed(NamedTuple):
    """What one round found. ``found``: people and households, the greatest weight first; ``new``: how many of them were
    never proposed before."""

    model: MatchModel
    matching: Matching
    found: list[Proposal]
    new: int


class Proposer:
    """Goes through everybody, compares them, and keeps the pairs to be looked at."""

    def __init__(self, people: KnownPeople, matcher: Matcher, proposals: Proposals, clock: Clock) -> None:
        self._people = people
        self._matcher = matcher
        self._proposals = proposals
        self._clock = clock

    def propose(self, threshold: float = DEFAULT_THRESHOLD, told: Told = lambda *_: None) -> Proposed:
        """Propose the pairs of at least this probability, in place of those still open.

        Raises InvalidInput for a threshold that is no probability between 0 and 1.
        """
        if not 0 < threshold < 1:
            raise InvalidInput(f"the threshold is a probability between 0 and 1, not {threshold}")
        names: dict[str, str] = {}
        with self._matcher.taking(self._records(names, told)) as records:
            told("comparing", records.count)
            model = model_for(records.known, records.count, records.pairs_of)
            matching = records.match(model, threshold)
        now = self._clock.now()
        found = [_proposal(pair, names, matching.model_id, now) for pair in matching.pairs]
        return Proposed(model, matching, found, self._proposals.replace_open(found))

    def _records(self, names: dict[str, str], told: Told) -> Iterator[MatchRecord]:
        """Everybody as a record by node id; fills in node id -> record id."""
        for number, person in enumerate(self._people.everybody(), 1):
            if number % TELL_EACH == 0:
                told("reading", number)
            fields = fields_of(person.traits, person.contacts)
            if _says_enough(fields):
                names[person.node_id] = person.record_id
                yield MatchRecord(person.node_id, fields)


def _says_enough(fields: Mapping[str, str]) -> bool:
    return sum(name in fields for name in _TOLD) >= FEWEST_FIELDS


_TOLD = ("given", "surname", "birth_date", "national_id", "email", "phone", "street", "postcode", "town")


def _proposal(pair: Pair, names: Mapping[str, str], model_id: str, now: Micros) -> Proposal:
    a, b = sorted((pair.a, pair.b))
    return Proposal(
        node_a=a,
        node_b=b,
        record_a=names[a],
        record_b=names[b],
        kind=pair.kind,
        weight=pair.weight,
        probability=pair.probability,
        parts=pair.parts,
        model_id=model_id,
        proposed_at=now,
    )
