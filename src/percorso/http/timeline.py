"""What happened and what we did, in one line: events from the analysis, decisions from the state.

A page is a stretch of time: `limit` events, and every decision made since the oldest of them. Its cursor says where the
next older stretch begins for each of the two.
"""

from typing import NamedTuple

from percorso.http.decision_view import decision_records
from percorso.http.insight_shapes import TimelineEventRecord, TimelineEvents
from percorso.http.names import Names
from percorso.http.person_shapes import DecisionEntry, DecisionRecord, EventEntry, Timeline
from percorso.http.services import Services
from percorso.http.wire import read_time
from percorso.model.errors import InvalidInput
from percorso.model.time import Micros, parse_iso

DECISIONS_A_PAGE = 1_000


class Cursor(NamedTuple):
    """Where a page begins: the analysis' own cursor for events, a time for decisions; None: with the newest."""

    events: str | None
    decisions: Micros | None


def read_cursor(text: str | None) -> Cursor:
    """Raises InvalidInput when it is no cursor of ours."""
    if text is None:
        return Cursor(None, None)
    decisions, mark, events = text.partition("~")
    if not mark:
        raise InvalidInput("before wants the next_before of a page")
    return Cursor(events, read_time(decisions, "before"))


def from_time(at: Micros) -> Cursor:
    """What happened at a moment, and before."""
    return Cursor(f"{at + 1}.0", at + 1)


def merged(services: Services, person_id: str, page: TimelineEvents, cursor: Cursor, channel: str | None) -> Timeline:
    """One page, newest first; at one time a decision comes after, so above, the event that caused it."""
    names = Names(services.config)
    oldest = parse_iso(page.events[-1].occurred_at) if page.events and page.next_before is not None else None
    decisions = [
        decision
        for decision in _decisions(services, person_id, cursor.decisions, names)
        if (oldest is None or parse_iso(decision.at) >= oldest) and channel in (None, decision.channel)
    ]
    entries: list[EventEntry | DecisionEntry] = [_event(event, names) for event in page.events]
    entries += [
        DecisionEntry(
            kind="decision", id=decision.decision_id, at=decision.at, channel=decision.channel, decision=decision
        )
        for decision in decisions
    ]
    entries.sort(key=lambda entry: (parse_iso(entry.at), entry.kind == "decision"), reverse=True)
    more = page.next_before is not None
    return Timeline(entries=entries, next_before=f"{page.events[-1].occurred_at}~{page.next_before}" if more else None)


def _decisions(services: Services, person_id: str, before: Micros | None, names: Names) -> list[DecisionRecord]:
    node_ids = [node.node_id for node in services.people.nodes(person_id)]
    decisions = services.people.decisions(node_ids, DECISIONS_A_PAGE, before)
    messages = services.people.messages([decision.decision_id for decision in decisions])
    return decision_records(decisions, messages, names)


def _event(event: TimelineEventRecord, names: Names) -> EventEntry:
    return EventEntry(
        kind="event",
        id=event.message_id,
        at=event.occurred_at,
        name=event.name,
        source=event.source,
        channel=event.channel,
        touchpoint=names.touchpoint(event.touchpoint),
        phase=event.phase,
        stage=names.stage(event.stage),
        historical=event.historical,
        properties=event.properties,
    )
