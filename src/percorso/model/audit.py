"""The audit log as a chain: each row is bound to all before it, so that none is changed or taken away unseen.

    hash of row n = SHA-256 of the JSON array [hash of row n - 1, n, at, actor, act, target], compact, in UTF-8

Row 1 follows `ORIGIN`. Rows are numbered without a gap. Whoever may write the whole database can make the chain anew;
a head noted elsewhere tells (see docs/security.md).
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from percorso.model.time import Micros

Act: TypeAlias = Literal[
    "user.created",
    "password.set",
    "session.opened",
    "session.refused",
    "session.closed",
    "key.created",
    "key.revoked",
    "task.done",
    "plan.changed",
    "preferences.linked",
    "quarantine.replayed",
    "quarantine.dismissed",
    "person.read",
    "people.listed",
    "person.exported",
    "person.erased",
    "identity.linked",
    "identity.separated",
    "identity.withdrawn",
    "identity.rules_changed",
    "identity.rules_applied",
    "match.asked",
    "match.decided",
    "match.rule_changed",
    "consent.changed_by_user",
    "privacy.requested",
    "privacy.confirmed",
    "privacy.cancelled",
    "privacy.erased",
    "sql.queried",
    "friction.changed",
    "roadmap.changed",
    "segment.published",
    "segment.archived",
    "segment.exported",
    "kpi.target_set",
    "kpi.target_dropped",
    "kpi.published",
    "kpi.retired",
]

OF_TWO: tuple[Act, ...] = ("identity.linked", "identity.separated", "identity.withdrawn", "match.decided")
"""Acts about two people: `target` is both ids, a space between them; one id when they are one person already."""

_compact = msgspec.json.Encoder().encode

ORIGIN = "0" * 64
"""What the first row is bound to."""


class AuditRow(NamedTuple):
    """Who did what, when. `actor`: an email, ``key:NAME`` or ``command line (ACCOUNT)``.

    target  an id, a number or a hash, never a name or a value: of ``person.*`` and ``preferences.linked`` the person id, of
            ``people.listed`` ``PLACE:NUMBER`` with how many people were shown (``live``: as they came), of ``sql.queried``
            the SHA-256 of the text, of the acts `OF_TWO` both ids, once when it is one person
    """

    at: Micros
    actor: str
    act: Act
    target: str | None


class Audited(NamedTuple):
    """A row as it stands in the log."""

    number: int
    at: Micros
    actor: str
    act: Act
    target: str | None
    hash: str


class Head(NamedTuple):
    """The last row: its number is how many there are, its hash stands for all of them. Written ``NUMBER:HASH``."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


EMPTY = Head(0, ORIGIN)
"""The head of a log without rows."""

Why: TypeAlias = Literal["changed", "missing", "added"]


class Broken(NamedTuple):
    """The first row that is not as it was written.

    changed  its content or its hash is another; when the hash is that of a noted head, this or a row before it
    missing  there is no such row any more
    added    it was put in by somebody else than the log
    """

    number: int
    why: Why


class Verified(NamedTuple):
    """What was found: all is well up to `head`, where the first broken row follows, if any."""

    head: Head
    broken: Broken | None


def chained(before: Head, row: AuditRow) -> Audited:
    """The row as it follows another.

    >>> first = chained(EMPTY, AuditRow(1, "ada@example.com", "session.opened", None))
    >>> first.number, first.hash[:8]
    (1, '72853d60')
    """
    number = before.number + 1
    return Audited(number, *row, _hash((before.hash, number, *row)))


def verified(rows: Iterable[Audited], head: Head, noted: Head | None = None) -> Verified:
    """Follow the chain from its first row. `rows`: all, by number; `head`: what the log says its last row is;
    `noted`: a head that somebody wrote down."""
    told: dict[int, set[str]] = {}
    for known in (head, noted or head):
        told.setdefault(known.number, set()).add(known.hash)
    number, last = 0, ORIGIN
    for row in rows:
        why = _wrong(row, number, last, head.number)
        if why is None and row.number in told and told[row.number] != {row.hash}:
            why = "changed"
        if why is not None:
            return Verified(Head(number, last), Broken(number + 1, why))
        number, last = row.number, row.hash
    gone = number < max(told)
    return Verified(Head(number, last), Broken(number + 1, "missing") if gone else None)


def read_head(text: str) -> Head:
    """A head as it is written. Raises ValueError."""
    number, _, hash_ = text.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(hash_) == 64 and set(hash_) <= set("0123456789abcdef")):
        raise ValueError("a head is NUMBER:HASH")
    return Head(int(number), hash_)


def _wrong(row: Audited, number: int, last: str, end: int) -> Why | None:
    """What is wrong with a row that should follow row `number`, whose hash is `last`."""
    if row.number != number + 1:
        return "missing" if row.number > number else "added"
    if row.number > end:
        return "added"
    return None if _hash((last, *row[:-1])) == row.hash else "changed"


def _hash(content: tuple[str | int | None, ...]) -> str:
    return sha256(_compact(content)).hexdigest()
