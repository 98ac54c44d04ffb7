"""What identity is decided by: the rules of the company, what was seen together, and what people decided otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal, NamedTuple

from percorso.model.audit import Act
from percorso.model.identifier import OWN_KIND_RANK, RANK
from percorso.model.time import Micros

KindClass = Literal["key", "contact", "card", "device", "asset"]


class Trust(IntEnum):
    """How far an event is believed to know whom it speaks of.

    PUBLIC   a page or app with a public key: anybody may say anything
    SIGNED   the same, with a token by which the company's server proves the user id, and that alone
    SERVER   a server with a secret key, an import, a receiver, Percorso itself
    """

    PUBLIC = 0
    SIGNED = 1
    SERVER = 2


class Claims(StrEnum):
    """What becomes of an identifier that only a public key said, when it is also proven.

    HOLD     it stays a person of its own: nobody reaches a customer's record by typing their number
    ATTACH   it is believed
    """

    HOLD = "hold"
    ATTACH = "attach"


class Held(StrEnum):
    """Why an identifier does not belong to the stronger one it was seen with.

    LIMIT   that one has more of its kind than a person has
    NEVER   somebody decided that the two are not one person
    """

    LIMIT = "limit"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRules:
    """The rules by which identifiers become people.

    claims     what a public key may do
    classes    own kind -> its class; kinds without one are contacts of the weakest sort
    limits     kind -> how many of it may hang on one stronger identifier, the earliest seen first
    blocked    values that identify nobody, beside those known to everybody; in small letters
    domains    email domains of the company itself: such an address identifies no customer
    region     country (ISO 3166) whose phone numbers are written without prefix
    burst      an identifier seen with so many others within a day is warned of
    """

    claims: Claims = Claims.HOLD
    classes: Mapping[str, KindClass] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    region: str = "IT"
    burst: int = 20

    def class_of(self, kind: str) -> KindClass:
        return self.classes.get(kind) or CLASS.get(kind, "contact")

    def rank(self, kind: str) -> int:
        """How strong a kind is; a smaller number is stronger."""
        if kind in RANK or kind not in self.classes:
            return RANK.get(kind, OWN_KIND_RANK)
        return _CLASS_RANK[self.classes[kind]]

    def limit(self, kind: str) -> int:
        return self.limits.get(kind) or _LIMIT[self.class_of(kind)]


CLASS: Mapping[str, KindClass] = {
    "user_id": "key",
    "crm_id": "key",
    "loyalty_id": "key",
    "email": "contact",
    "phone": "contact",
    "card": "card",
    "anonymous_id": "device",
}
_CLASS_RANK: Mapping[KindClass, int] = {"key": 3, "contact": OWN_KIND_RANK, "card": 8, "device": 9, "asset": 9}
_LIMIT: Mapping[KindClass, int] = {"key": 1, "contact": 20, "card": 20, "device": 50, "asset": 0}


class Assertion(NamedTuple):
    """A line of the ledger: the earliest event in which two identifiers were seen together.

    weaker, stronger   their node ids; the weaker may be a device's session window
    rank               strength of the stronger
    occurred_at, tie, message_id, source, trust   of the event
    """

    weaker: str
    stronger: str
    rank: int
    occurred_at: Micros
    tie: int
    message_id: str
    source: str
    trust: int


class Child(NamedTuple):
    """An identifier that hangs, by what was seen, on a stronger one."""

    parent_id: str
    kind: str
    claimed: bool
    linked_at: Micros
    node_id: str
    held: str | None


OverrideKind = Literal["link", "separate", "none"]
ACTS: Mapping[OverrideKind, Act] = {
    "link": "identity.linked",
    "separate": "identity.separated",
    "none": "identity.withdrawn",
}
"""What the audit log calls a decision."""


class Override(NamedTuple):
    """What a person decided of two identifiers; the latest by order counts. a < b, node ids.

    kind   link: they are one person; separate: they never are; none: an earlier decision is taken back
    """

    a: str
    b: str
    kind: OverrideKind
    occurred_at: Micros
    tie: int
    message_id: str
    by: str | None
    why: str | None

    @property
    def order(self) -> tuple[Micros, int, str]:
        return self.occurred_at, self.tie, self.message_id
