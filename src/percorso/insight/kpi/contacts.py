"""Contacts of people about an issue, each with the one before and the one after, through whatever channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis

from percorso.insight.kpi.definition import Sums
from percorso.insight.kpi.spread import Clusters, clustered_share
from percorso.model.condition_expr import property_text

NAMES = ("Call Answered", "Chat Started", "Ticket Opened", "Direct Message Received")
READS = ("name", "properties", "channel", "person_id", "local_date", "occurred_at", "tie", "message_id")
PROPERTIES = ("subject", "call_id", "chat_id", "ticket_id")
_SAME = ("call_id", "chat_id", "ticket_id")
RETURNS = {
    "clusters": "int64",
    "units": "int64",
    "met": "int64",
    "units2": "float64",
    "both": "float64",
    "met2": "float64",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """days: how long a contact on the same issue counts as one about the same;  net: leave out what was transferred, since
    the first level could not resolve it;  one_channel: only the same channel counts.
    """

    days: int = 7
    net: bool = False
    one_channel: bool = False

    def __call__(self, events: Any, known_to: int) -> Any:
        """Contacts whose days are over: ``is_first`` when none was in the days before, ``is_last`` when none was after.

        A call that is answered several times, since it was transferred, is one contact. What does not name its subject is of
        one unnamed issue of its person.
        """
        contacts = self._contacts(events)
        group = [contacts.person_id, contacts.issue, *([contacts.channel] if self.one_channel else [])]
        order = [contacts.occurred_at, contacts.tie, contacts.message_id]
        along = ibis.window(group_by=group, order_by=order)
        beside = contacts.mutate(
            earlier=contacts.local_date.lag().over(along), later=contacts.local_date.lead().over(along)
        )
        since = beside.local_date.delta(beside.earlier, unit="day")
        until = beside.later.delta(beside.local_date, unit="day")
        told = beside.mutate(is_first=_sure(since > self.days), is_last=_sure(until > self.days))
        day = told.local_date.delta(ibis.date(1970, 1, 1), unit="day")
        return told.filter(day + self.days < known_to)

    def _contacts(self, events: Any) -> Any:
        """One row a contact, by its first event, with ``issue``."""
        moments = events.filter(events.name.isin(NAMES), events.person_id.notnull())
        named = moments.mutate(
            issue=ibis.coalesce(property_text(moments, "subject"), ""),
            contact=ibis.coalesce(*(property_text(moments, name) for name in _SAME), moments.message_id),
        )
        order = [named.occurred_at, named.tie, named.message_id]
        turn = ibis.row_number().over(ibis.window(group_by=[named.person_id, named.contact], order_by=order))
        first = named.mutate(turn=turn).filter(lambda row: row.turn == 0).drop("turn")
        if not self.net:
            return first
        moved = events.filter(events.name == "Call Transferred", events.person_id.notnull())
        moved = moved.select("person_id", contact=property_text(moved, "call_id")).distinct()
        return first.anti_join(moved, ["person_id", "contact"])


def _sure(found: Any) -> Any:
    """Nobody before, or after, is long enough ago."""
    return ibis.coalesce(found, ibis.literal(True))


def of_person(units: Any) -> Any:
    """A person's contacts are not independent of one another."""
    return units.person_id


def sums(people: Any) -> Mapping[str, Any]:
    """Sums over clusters with ``x`` units of which ``y`` are met."""
    x, y = people.x.cast("float64"), people.y.cast("float64")
    return {
        "clusters": people.count(),
        "units": people.x.sum(),
        "met": people.y.sum(),
        "units2": (x * x).sum(),
        "both": (x * y).sum(),
        "met2": (y * y).sum(),
    }


def estimate(rows: Sums) -> Any:
    row = rows[0] if rows else {}
    return clustered_share(Clusters(*(float(row.get(name) or 0) for name in RETURNS)))  # type: ignore[arg-type]
