"""Requests of people about their data, and what is kept of those who were erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from percorso.model.time import DAY, Micros

RequestKind = Literal["erasure", "access", "portability"]
Step = Literal["unsure", "requested", "found", "purged", "done", "cancelled"]
"""unsure     what it names was only typed by somebody who is known otherwise: it waits for a word on whom is meant
requested  whoever it names is blocked: nothing of theirs is taken in, shown or sent
found      every store was searched, and what is to go was found
purged     log and state are without it; the lake is not yet
done       no store has it any more, and the receipt is signed
cancelled  taken back while it was unsure; nothing was done
"""
ENDED: tuple[Step, ...] = ("done", "cancelled")

DEADLINE: Micros = 30 * DAY
"""Within a month, says the law; thirty days are never more."""


class Tombstone(NamedTuple):
    """What is kept of an erased identifier.

    node_id     its keyed hash, `NodeIds.first`
    erased_at   nothing that happened until then is taken in again
    generation  how often somebody came back under it
    opened_at   since when this generation may be heard of; None while nobody came back
    """

    node_id: str
    erased_at: Micros
    generation: int = 0
    opened_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRequest:
    """A request. It holds no identifier: who it is about is known to whoever asked.

    identities   kind and keyed hash of each identifier that was named
    counts       what was erased, by store
    receipt      what was signed at the end; None before
    callbacks    addresses that are told of each status
    problem      why it waits or failed, for people
    """

    request_id: str
    kind: RequestKind
    identities: Sequence[Mapping[str, str]]
    requested_at: Micros
    requested_by: str
    deadline_at: Micros
    step: Step = "requested"
    step_at: Micros = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    receipt: Mapping[str, Any] | None = None
    callbacks: Sequence[str] = ()
    problem: str | None = None


class Work(NamedTuple):
    """What an erasure has to know while it runs.

    identities  (kind, value) as they were named
    nodes       node ids of whoever is erased
    hashes      `NodeIds.first` of their identifiers
    seqs        places in the log of their events
    needles     identifiers that no store may hold afterwards, as they are stored and as they were written
    messages    (source, message id) of their events, which no store may hold either
    looked      up to which place the events of nobody were looked through for these hashes
    """

    identities: Sequence[tuple[str, str]]
    nodes: Sequence[str] = ()
    hashes: Sequence[str] = ()
    seqs: Sequence[int] = ()
    needles: Sequence[str] = ()
    messages: Sequence[tuple[str, str]] = ()
    looked: int = 0

    @property
    def sought(self) -> "Sought":
        """Letters count as small ones: one spelling stands for all."""
        return Sought(sorted({one.lower() for one in self.needles}), sorted({one for _, one in self.messages}))


class Sought(NamedTuple):
    """What is looked for in every store.

    names     identifiers: nowhere may they stand
    messages  ids of events: a source may choose any word, so that they count only where ids of events stand
    """

    names: Sequence[str]
    messages: Sequence[str] = ()


class Hit(NamedTuple):
    """Where a needle was found, never what.

    store   a table or a file
    needle  its number: the names first, then the messages
    kind    row    in a row of a table or of the lake, decoded
            bytes  in a file that rows lie in, as it lies on the disk
            file   in any other file
    """

    store: str
    needle: int
    kind: Literal["row", "bytes", "file"]
