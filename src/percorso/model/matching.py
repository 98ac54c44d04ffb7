"""Records that may be of one and the same person, and what pairs of them are compared by.

Everything here is said in words of the field, none of a database: an adapter (`ports.Matcher`) reads it.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

How = Literal["same", "crossed", "starts", "slips", "alike", "day_month"]
"""same       the two values are equal
crossed    the value and that of another field changed places, as given name and surname do in forms
starts     one value begins with the other: an initial, a short form, the first of two surnames
slips      at most so many letters were typed wrong, left out, added, or changed places
alike      similar texts by Jaro and Winkler, at least so much, 0 to 1
day_month  dates whose day and month changed places
"""

PairKind = Literal["person", "household"]
"""person     the two records seem to be one and the same person
household  what a family shares speaks for them, and nothing that is a person's own does
"""

ProposalState = Literal["open", "accepted", "refused"]


class MatchRecord(NamedTuple):
    """One person as they are compared. ``fields``: field name -> value in its one spelling; what is unknown is missing."""

    record_id: str
    fields: Mapping[str, str]


class Test(NamedTuple):
    """One question about two values of a field. ``other``: the field looked at on the other side; ``limit``: see `How`."""

    how: How
    field: str
    other: str = ""
    limit: float = 0.0


class Level(NamedTuple):
    """How well two records agree on something.

    any_of        it is this level when any of these holds and no level before it did; empty = all the rest
    usual         the share of true pairs that are of this level, as long as the company's own records say nothing else
    frequency_of  agreeing on a frequent value of this field says less than on a rare one; empty = all say the same
    """

    name: str
    any_of: tuple[Test, ...]
    usual: float
    frequency_of: str = ""


class Comparison(NamedTuple):
    """Something two records are compared by. It says nothing when there is no field of it that both have.

    personal   a family does not share it
    silent_on  where one of these holds although the two differ in its other field, it says nothing either
    """

    name: str
    fields: tuple[str, ...]
    levels: tuple[Level, ...]
    personal: bool = False
    silent_on: tuple[Test, ...] = ()


class KeyPart(NamedTuple):
    """A field, or its first letters."""

    field: str
    first: int | None = None


class Key(NamedTuple):
    """Records are compared only when all these parts are equal in both."""

    parts: tuple[KeyPart, ...]

    @property
    def name(self) -> str:
        return "+".join(part.field + (f"[{part.first}]" if part.first else "") for part in self.parts)


class MatchModel(NamedTuple):
    """What is compared, which pairs are looked at, and on which pairs it is learned how true pairs agree.

    known   field name -> how many records have it
    left    keys that would have brought too many pairs
    """

    records: int
    known: Mapping[str, int]
    comparisons: tuple[Comparison, ...]
    keys: tuple[Key, ...]
    learn_on: tuple[Key, ...]
    left: tuple[Key, ...]


class Pair(NamedTuple):
    """Two records with what speaks for one person and what against.

    a, b         record ids, a < b
    weight       log2 of the odds that it is one person
    probability  the same, 0 to 1
    parts        name of a comparison -> its part of the weight, and ``prior``: they add up to the weight
    """

    a: str
    b: str
    kind: PairKind
    weight: float
    probability: float
    parts: Mapping[str, float]


class Matching(NamedTuple):
    """What was found among records.

    model_id   names what was learned: the same records and rules give the same
    compared   how many pairs were looked at
    prior      how likely two records drawn blindly are one person
    pairs      the greatest weight first
    """

    model_id: str
    compared: int
    prior: float
    pairs: list[Pair]
