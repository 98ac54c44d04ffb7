"""Tombstones: what of an erased person may come in again, and when they are somebody new."""

from collections.abc import Collection, Iterable, Mapping
from enum import Enum

from percorso.data.identity.identifiers import OWN_SOURCE, NodeIds, identifiers
from percorso.model.erasure import Tombstone
from percorso.model.event import Event
from percorso.model.identity import IdentityRules, Trust
from percorso.model.verdict import LIVE_LANE


class Word(Enum):
    """PASS      nothing of an erased person
    OPEN      the person came back by themselves: a new generation begins
    SUPPRESS  it names somebody who was erased
    """

    PASS = 0
    OPEN = 1
    SUPPRESS = 2


def word_on(event: Event, lane: int, buried: Collection[Tombstone], registers: Collection[str]) -> Word:
    """What becomes of an event that names these erased identifiers.

    Only a live event after the erasure, of a name by which people register or from a server, lets somebody in again; what came
    before, and every imported row, stays out. What Percorso itself says of a person lets nobody in.
    """
    if not buried:
        return Word.PASS
    if lane != LIVE_LANE or event.historical:
        return Word.SUPPRESS
    if all(one.opened_at is not None and event.occurred_at >= one.opened_at for one in buried):
        return Word.PASS
    if any(event.occurred_at <= one.erased_at for one in buried):
        return Word.SUPPRESS
    own = event.source == OWN_SOURCE
    return Word.OPEN if not own and (event.name in registers or event.trust >= Trust.SERVER) else Word.SUPPRESS


def named(event: Event, rules: IdentityRules, ids: NodeIds, tombstones: Mapping[str, Tombstone]) -> list[Tombstone]:
    """The tombstones of the identifiers that an event names."""
    found = (tombstones.get(ids.first(one)) for one in identifiers(event, rules))
    return [one for one in found if one is not None]


def generations(tombstones: Iterable[Tombstone]) -> dict[str, int]:
    """Of each erased identifier its generation, as `NodeIds` asks for it."""
    return {one.node_id: one.generation for one in tombstones if one.generation}
