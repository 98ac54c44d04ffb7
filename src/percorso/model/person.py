"""What we know of a person: folded per identifier, merged per person.

Each part is a commutative monoid: `merge` with any other part in any order gives the same, so a profile depends on the
set of events alone, and merging or splitting people never reads the log again. Nothing here knows what time it is;
decay and "days since" are computed when read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from percorso.model.consent import Consents, merge_consents
from percorso.model.event import Order
from percorso.model.time import Micros

_NOTHING: Mapping[str, Any] = {}

STAGES_KEPT = 16
FEELINGS_KEPT = 16


class Stamped(NamedTuple):
    """A value with the order of the event that said it; the greatest order wins."""

    occurred_at: Micros
    tie: int
    message_id: str
    value: Any


class StageEntry(NamedTuple):
    """One event that opened a stage of a journey."""

    occurred_at: Micros
    tie: int
    message_id: str
    stage: str
    touchpoint: str | None


class Evidence(NamedTuple):
    """One event that says how a person feels or how hard we made it.

    mood     -1 (bad) to 1 (good); None when the event speaks of effort only
    effort   points of effort, 0 or more
    rule     id of the feeling rule that read the event
    """

    occurred_at: Micros
    tie: int
    message_id: str
    mood: float | None
    effort: float
    rule: str
    touchpoint: str | None


class Facts(NamedTuple):
    """Counts and traits. A tuple, like all that is folded per event: it is made, packed and unpacked fastest.

    events        how many events
    first, last   the earliest and latest order, None when there are no events
    counters      event name -> count
    touchpoints   touchpoint id -> count
    traits        name -> its latest value
    orders        completed orders
    spend         currency -> minor units, orders less refunds; never summed across currencies
    """

    events: int = 0
    first: Order | None = None
    last: Order | None = None
    counters: Mapping[str, int] = _NOTHING
    touchpoints: Mapping[str, int] = _NOTHING
    traits: Mapping[str, Stamped] = _NOTHING
    orders: int = 0
    spend: Mapping[str, int] = _NOTHING


class Profile(NamedTuple):
    """All that is folded of one identifier, or, merged, of one person.

    path       journey id -> the latest stage entries, ascending by order, at most `STAGES_KEPT` each
    feelings   the latest evidence, ascending by order, at most `FEELINGS_KEPT`
    consents   "purpose/channel" -> what each identifier said of it last (model/consent.py)
    """

    facts: Facts = Facts()
    path: Mapping[str, tuple[StageEntry, ...]] = _NOTHING
    feelings: tuple[Evidence, ...] = ()
    consents: Consents = _NOTHING


NOBODY = Profile()

Candidate = tuple[int, Micros]


class Node(NamedTuple):
    """One identifier with what was folded under it; of a device, one session window of it.

    node_id      12 characters, keyed hash of kind and value; it is the person id while the node is a root
    person_id    whom it belongs to now: the root of its tree
    parent_id    the stronger identifier it hangs on by what was seen, None for a root
    candidates   stronger identifiers it was seen with, node_id -> (strength, first time)
    profile      what the events folded under it say
    claimed      only a public key said it
    base         of a session window its device, of a claimed identifier the proven one; None otherwise
    seen_at      the earliest event that names it; the end of time when only decisions do
    linked_at    the earliest event that names it with its parent, 0 without one
    held         why it does not belong to its parent all the same (`Held`), None when it does
    """

    node_id: str
    kind: str
    value: str
    person_id: str
    parent_id: str | None
    candidates: Mapping[str, Candidate]
    profile: Profile
    claimed: bool = False
    base: str | None = None
    seen_at: Micros = 0
    linked_at: Micros = 0
    held: str | None = None

    @property
    def follows(self) -> str | None:
        """The stronger identifier whose person it shares by what was seen."""
        return self.parent_id if self.held is None else None


def supersedes(new: Stamped, old: Stamped) -> bool:
    """Whether a value takes the place of another: the greater order does.

    Two sources may give events of one order; then the text of the values decides, so that arrival does not.
    """
    if new[:3] != old[:3]:
        return new[:3] > old[:3]
    return str(new.value) > str(old.value)


def latest(a: Mapping[str, Stamped], b: Mapping[str, Stamped]) -> dict[str, Stamped]:
    """Two maps of stamped values as one: for each name the one that supersedes the other."""
    out = dict(a)
    for name, stamped in b.items():
        mine = out.get(name)
        if mine is None or supersedes(stamped, mine):
            out[name] = stamped
    return out


def stage_order(entry: StageEntry) -> tuple[Micros, int, str, str, str]:
    """What stage entries are sorted by; total, whatever is missing."""
    return entry.occurred_at, entry.tie, entry.message_id, entry.stage, entry.touchpoint or ""


def evidence_order(evidence: Evidence) -> tuple[Micros, int, str, str, str]:
    """What evidence is sorted by; total, whatever is missing."""
    return (
        evidence.occurred_at,
        evidence.tie,
        evidence.message_id,
        evidence.rule,
        str((evidence.mood, evidence.touchpoint)),
    )


def stages_in_order(entries: Iterable[StageEntry]) -> list[StageEntry]:
    """Stage entries ascending by `stage_order`, compared as the tuples they are wherever that can be done."""
    listed = list(entries)
    try:
        return sorted(listed)
    except TypeError:  # two are alike but for the touchpoint, and one has none
        return sorted(listed, key=stage_order)


def summed(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    """Two maps of counts added up."""
    out = dict(a)
    for name, count in b.items():
        out[name] = out.get(name, 0) + count
    return out


def merge_facts(a: Facts, b: Facts) -> Facts:
    """Facts of two disjoint sets of events as facts of both."""
    firsts = [order for order in (a.first, b.first) if order is not None]
    lasts = [order for order in (a.last, b.last) if order is not None]
    return Facts(
        events=a.events + b.events,
        first=min(firsts) if firsts else None,
        last=max(lasts) if lasts else None,
        counters=summed(a.counters, b.counters),
        touchpoints=summed(a.touchpoints, b.touchpoints),
        traits=latest(a.traits, b.traits),
        orders=a.orders + b.orders,
        spend=summed(a.spend, b.spend),
    )


def joined_paths(
    a: Mapping[str, tuple[StageEntry, ...]], b: Mapping[str, tuple[StageEntry, ...]]
) -> Mapping[str, tuple[StageEntry, ...]]:
    """Stage entries of both, per journey, the latest kept."""
    if not a or not b:
        return a or b
    out = dict(a)
    for journey, entries in b.items():
        mine = out.get(journey)
        out[journey] = entries if mine is None else tuple(stages_in_order(mine + entries)[-STAGES_KEPT:])
    return out


def merge(a: Profile, b: Profile) -> Profile:
    """Profiles of two disjoint sets of events as the profile of both."""
    return Profile(
        facts=merge_facts(a.facts, b.facts),
        path=joined_paths(a.path, b.path),
        feelings=(
            tuple(sorted(a.feelings + b.feelings, key=evidence_order)[-FEELINGS_KEPT:])
            if a.feelings and b.feelings
            else a.feelings or b.feelings
        ),
        consents=merge_consents(a.consents, b.consents),
    )


def merge_all(profiles: Iterable[Profile]) -> Profile:
    """The profile of a person from the profiles of their identifiers."""
    result: Profile | None = None
    for profile in profiles:
        result = profile if result is None else merge(result, profile)
    return NOBODY if result is None else result


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a person is on a journey.

    since      when the present stay in the stage began
    came_from  the stage before it, None when it is the first known
    touchpoint where the stage was opened
    """

    journey: str
    stage: str
    since: Micros
    came_from: str | None
    touchpoint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """How a person feels at a time, and how hard it was.

    mood      -1 to 1, None without evidence
    effort    decayed points, 0 or more
    evidence  the events that count most, strongest first, at most three
    """

    mood: float | None
    effort: float
    evidence: tuple[Evidence, ...]
