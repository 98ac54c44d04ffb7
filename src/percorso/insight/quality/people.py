"""Whom we can reach, by channel; and which systems know whom."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from percorso.model.condition_expr import property_text
from percorso.ports import EngineSession

CONTACTS: Mapping[str, str] = {"email": "email", "phone": "sms", "push_token": "push"}
"""Kind of identifier -> channel that needs it."""
MOST_SYSTEMS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """People of one channel.

    address     with an address for it
    granted     of these, who last said yes to at least one purpose on it;  refused: who said no to all they were asked
    silent      who never said anything: what they may get follows from the company's rule
    """

    channel: str
    address: int
    granted: int
    refused: int
    silent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A source, the known people it met, and those whom no other met. shared: with each of the systems, in order."""

    source: str
    people: int
    alone: int
    shared: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPeople:
    """known: people with an identifier stronger than a device; unreachable: of these, without any address."""

    people: int
    known: int
    unreachable: int
    reach: tuple[Reach, ...]
    systems: tuple[System, ...]


def quality_people(session: EngineSession, sources: Sequence[str]) -> QualityPeople:
    """`sources`: those that sent anything, the systems of the matrix; at most `MOST_SYSTEMS`, the others are left out."""
    people = session.table("people")
    [all_of_them] = session.execute(people.agg(people=people.count(), known=people.known.cast("int64").sum()))
    known = int(all_of_them["known"] or 0)
    reach, reachable = _reach(session)
    return QualityPeople(
        people=int(all_of_them["people"]),
        known=known,
        unreachable=max(0, known - reachable),
        reach=reach,
        systems=_systems(session, sorted(sources)[:MOST_SYSTEMS]),
    )


def addresses(identifiers: Any) -> Any:
    """Expression: person_id, channel; one row each."""
    kinds = list(CONTACTS)
    channel = ibis.cases(*((identifiers.kind == kind, CONTACTS[kind]) for kind in kinds))
    found = identifiers.filter(identifiers.kind.isin(kinds))
    return found.select("person_id", channel=channel).distinct()


def choices(events: Any) -> Any:
    """Expression: person_id, channel, granted (1 when they said yes to any purpose, by the last word on each)."""
    said = events.filter((events.name == "Consent Updated") & events.person_id.notnull())
    read = said.select(
        "person_id",
        "occurred_at",
        "tie",
        "message_id",
        purpose=property_text(said, "purpose"),
        channel=property_text(said, "channel"),
        status=property_text(said, "status"),
    )
    read = read.filter(read.status.isin(["granted", "denied", "withdrawn"]) & read.channel.notnull())
    newest = ibis.window(
        group_by=["person_id", "purpose", "channel"],
        order_by=[ibis.desc("occurred_at"), ibis.desc("tie"), ibis.desc("message_id")],
    )
    last = read.mutate(place=ibis.row_number().over(newest))
    last = last.filter(last.place == 0)
    return last.group_by("person_id", "channel").agg(granted=(last.status == "granted").cast("int64").max())


def _reach(session: EngineSession) -> tuple[tuple[Reach, ...], int]:
    identifiers, events = session.table("identifiers"), session.table("events")
    have = addresses(identifiers)
    said = choices(events)
    joined = have.left_join(said, ["person_id", "channel"])
    rows = session.execute(
        joined.group_by(channel=joined.channel).agg(
            address=joined.count(),
            granted=(joined.granted == 1).cast("int64").sum(),
            refused=(joined.granted == 0).cast("int64").sum(),
        )
    )
    found = {row["channel"]: row for row in rows}
    [reachable] = session.execute(have.agg(n=have.person_id.nunique()))
    reach = []
    for channel in dict.fromkeys(CONTACTS.values()):
        row = found.get(channel, {"address": 0, "granted": 0, "refused": 0})
        granted, refused = int(row["granted"] or 0), int(row["refused"] or 0)
        silent = int(row["address"]) - granted - refused
        reach.append(
            Reach(channel=channel, address=int(row["address"]), granted=granted, refused=refused, silent=silent)
        )
    return tuple(reach), int(reachable["n"])


def met_by(events: Any, people: Any, sources: Sequence[str]) -> Any:
    """Expression: mask (bit i: source i met them), n: known people with that mask."""
    bit = ibis.cases(*((events.source == source, 1 << at) for at, source in enumerate(sources)), else_=0)
    met = events.filter(events.person_id.notnull()).select("person_id", bit=bit.cast("int64"))
    masks = met.group_by("person_id").agg(mask=met.bit.bit_or())
    known = people.filter(people.known).select("person_id")
    masks = masks.semi_join(known, "person_id")
    return masks.group_by("mask").agg(n=masks.count())


def _systems(session: EngineSession, sources: Sequence[str]) -> tuple[System, ...]:
    if not sources:
        return ()
    rows = session.execute(met_by(session.table("events"), session.table("people"), sources))
    masks = Counter[int]({int(row["mask"]): int(row["n"]) for row in rows})

    def both(a: int, b: int) -> int:
        return sum(n for mask, n in masks.items() if mask >> a & 1 and mask >> b & 1)

    return tuple(
        System(
            source=source,
            people=both(at, at),
            alone=masks[1 << at],
            shared=tuple(both(at, other) for other in range(len(sources))),
        )
        for at, source in enumerate(sources)
    )
