"""The tables that questions are asked of: column -> type and meaning.

Types are Ibis's. `EVENTS` is also the schema of the lake's Parquet files (docs/lake.md is printed from here); there
``person_id`` is the person when the file was written, while a question always sees the person of now.
"""

from collections.abc import Mapping
from typing import NamedTuple


class ColumnOf(NamedTuple):
    """type: Ibis type, nullable unless it begins with ``!``; about: what it holds."""

    type: str
    about: str


EVENTS: Mapping[str, ColumnOf] = {
    "message_id": ColumnOf("!string", "id given by the source; unique together with source"),
    "source": ColumnOf("!string", "name of the key or import it came through"),
    "type": ColumnOf("string", "track, identify, page, screen, group or alias"),
    "name": ColumnOf("string", "what happened, e.g. Order Completed"),
    "node_id": ColumnOf("string", "the identifier it is folded under; null without identifier"),
    "person_id": ColumnOf("string", "whose it is; null without identifier"),
    "occurred_at": ColumnOf("!timestamp(6)", "when it happened, UTC"),
    "received_at": ColumnOf("!timestamp(6)", "when it was taken, UTC"),
    "time_rule": ColumnOf("!string", "which rule set occurred_at: said, received, ahead or device"),
    "said_at": ColumnOf("timestamp(6)", "the client's own time where it is not occurred_at, UTC by its clock"),
    "sent_at": ColumnOf("timestamp(6)", "when it was sent, UTC by the client's clock; null when it did not say"),
    "seq": ColumnOf("!int64", "position in the log, never repeated"),
    "tie": ColumnOf("!int64", "the source's own order among events of one time, then message_id decides"),
    "historical": ColumnOf("!boolean", "imported history"),
    "touchpoint": ColumnOf("string", "where it happened, e.g. store.till"),
    "channel": ColumnOf("string", "channel of the touchpoint"),
    "phase": ColumnOf("string", "before, during or after the purchase"),
    "stage": ColumnOf("string", "the stage of the main journey that this event opens, else null"),
    "robot": ColumnOf("!boolean", "sent by a page that a robot looked at; in no figure unless robots are let in"),
    "local_date": ColumnOf("!date", "civil date of occurred_at in the company's zone"),
    "local_hour": ColumnOf("!int16", "civil hour, 0 to 23"),
    "user_id": ColumnOf("string", "userId of the call"),
    "anonymous_id": ColumnOf("string", "anonymousId of the call"),
    "order_id": ColumnOf("string", "properties.order_id"),
    "revenue": ColumnOf("float64", "properties.revenue, major units of currency; never sum across currencies"),
    "currency": ColumnOf("string", "properties.currency, ISO 4217"),
    "score": ColumnOf("float64", "properties.score, the answer to a survey"),
    "scale": ColumnOf("float64", "properties.scale, the highest score there was"),
    "reply_to": ColumnOf("string", "properties.message_id: the message of ours that it answers or tells of"),
    "survey_kind": ColumnOf("string", "properties.kind of Survey Answered: nps, csat or ces"),
    "wait_s": ColumnOf("float64", "properties.wait_s, seconds waited in a queue"),
    "language": ColumnOf("string", "properties.language, else the language of context.locale"),
    "comment": ColumnOf("string", "properties.comment, else properties.text: what the person wrote"),
    "properties": ColumnOf("string", "all properties, JSON"),
    "context": ColumnOf("string", "context, JSON"),
    "traits": ColumnOf("string", "traits or context.traits, JSON"),
}

PROPERTIES_IN: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("order_id", "revenue", "currency", "score", "scale", "wait_s", "language")},
    "reply_to": ("message_id",),
    "survey_kind": ("kind",),
    "comment": ("comment", "text"),
    "properties": ("",),
}
"""Columns of `EVENTS` that are read off properties -> which; empty: all of them."""

PEOPLE: Mapping[str, ColumnOf] = {
    "person_id": ColumnOf("!string", "id of the person now"),
    "name": ColumnOf("string", "as they called themselves last"),
    "first_seen_at": ColumnOf("!timestamp(6)", "first event, UTC"),
    "last_seen_at": ColumnOf("!timestamp(6)", "last event, UTC"),
    "events": ColumnOf("!int64", "how many events"),
    "orders": ColumnOf("!int64", "completed orders"),
    "spend": ColumnOf("!string", "JSON: currency -> minor units, orders less refunds"),
    "known": ColumnOf("!boolean", "has an identifier stronger than a device"),
}

IDENTIFIERS: Mapping[str, ColumnOf] = {
    "kind": ColumnOf("!string", "user_id, email, phone, card, anonymous_id or the company's own"),
    "value": ColumnOf("!string", "its one spelling"),
    "node_id": ColumnOf("!string", "its short id"),
    "person_id": ColumnOf("!string", "who holds it now"),
}

POSITIONS: Mapping[str, ColumnOf] = {
    "person_id": ColumnOf("!string", "the person"),
    "journey": ColumnOf("!string", "the journey"),
    "stage": ColumnOf("!string", "where they are now"),
    "since": ColumnOf("!timestamp(6)", "when the present stay began, UTC"),
    "came_from": ColumnOf("string", "the stage before; null when it is the first known"),
    "touchpoint": ColumnOf("string", "where the stage was opened"),
}

DECISIONS: Mapping[str, ColumnOf] = {
    "decision_id": ColumnOf("!string", "hash of the business key"),
    "business_key": ColumnOf("!string", "play and the value that makes it unique"),
    "play": ColumnOf("!string", "the play"),
    "play_version": ColumnOf("!int32", "its version"),
    "node_id": ColumnOf("!string", "identifier of the event that caused it"),
    "person_id": ColumnOf("!string", "whose it is now"),
    "cause_seq": ColumnOf("!int64", "seq of the event that caused it"),
    "cause_message_id": ColumnOf("!string", "message id of that event"),
    "touchpoint": ColumnOf("string", "where"),
    "stage": ColumnOf("string", "in which stage"),
    "channel": ColumnOf("string", "by which channel; null for a task"),
    "outcome": ColumnOf("!string", "queued, task or refused"),
    "refusal": ColumnOf("string", "why, when refused"),
    "reasons": ColumnOf("!string", "JSON list: what made it match"),
    "alternatives": ColumnOf("!string", "JSON list: what it beat"),
    "decided_at": ColumnOf("!timestamp(6)", "time of the event that caused it, UTC"),
    "historical": ColumnOf("!boolean", "caused by imported history"),
}

MESSAGES: Mapping[str, ColumnOf] = {
    "message_id": ColumnOf("!string", "hash of the business key"),
    "business_key": ColumnOf("!string", "play, value and channel that make it unique"),
    "decision_id": ColumnOf("!string", "the decision that made it"),
    "node_id": ColumnOf("!string", "identifier of the event that caused it"),
    "person_id": ColumnOf("string", "whose it is now; null when nobody's"),
    "channel": ColumnOf("!string", "email, ..."),
    "play": ColumnOf("!string", "the play"),
    "play_version": ColumnOf("!int32", "its version"),
    "intent": ColumnOf("!string", "serve, ask, entertain or sell"),
    "purpose": ColumnOf("string", "the consent it needs; null for service messages"),
    "created_at": ColumnOf("!timestamp(6)", "UTC"),
    "due_at": ColumnOf("!timestamp(6)", "not before, UTC"),
    "expires_at": ColumnOf("!timestamp(6)", "not after, UTC"),
    "state": ColumnOf("!string", "queued, deferred, refused, attempted, accepted, rejected or unknown"),
    "state_at": ColumnOf("!timestamp(6)", "since when, UTC"),
    "refusal": ColumnOf("string", "why, when refused"),
    "attempts": ColumnOf("!int32", "how often it was tried"),
    "provider_id": ColumnOf("string", "the provider's id"),
}

VERDICTS: Mapping[str, ColumnOf] = {
    "message_id": ColumnOf("string", "id given by the source, where it gave one"),
    "source": ColumnOf("!string", "name of the key or import"),
    "verdict": ColumnOf(
        "!string", "accepted, duplicate, conflict, quarantined or suppressed; duplicates of imports are only counted"
    ),
    "reason": ColumnOf("string", "why, a stable word"),
    "detail": ColumnOf("string", "what to do"),
    "received_at": ColumnOf("!timestamp(6)", "UTC"),
    "line": ColumnOf("int64", "row of its file, header counted"),
    "seq": ColumnOf("int64", "its place in the log, when accepted"),
}

SEGMENTS: Mapping[str, ColumnOf] = {
    "person_id": ColumnOf("!string", "who is in it now"),
    "segment": ColumnOf("!string", "the segment"),
    "since": ColumnOf("!timestamp(6)", "since when, UTC"),
    "version": ColumnOf("!int32", "the version of the segment by which they came in"),
}

CONSENTS: Mapping[str, ColumnOf] = {
    "person_id": ColumnOf("!string", "whose it is now"),
    "purpose": ColumnOf("string", "what for; * for everything; null where it was erased"),
    "channel": ColumnOf("string", "by which channel; * for every one"),
    "state": ColumnOf("string", "granted, denied or withdrawn"),
    "voice": ColumnOf("string", "the identifier that said it, kind:value"),
    "occurred_at": ColumnOf("int64", "when, micros since 1970 UTC"),
    "tie": ColumnOf("int64", "the source's own order among events of one time"),
    "message_id": ColumnOf("string", "the event that said it"),
    "expires_at": ColumnOf("int64", "until when a grant holds, micros; null for good"),
    "by_key": ColumnOf(
        "boolean", "whether a person key said it, where the rules of identity make its kind another than usual"
    ),
}

TABLES: Mapping[str, Mapping[str, ColumnOf]] = {
    "events": EVENTS,
    "people": PEOPLE,
    "identifiers": IDENTIFIERS,
    "positions": POSITIONS,
    "decisions": DECISIONS,
    "messages": MESSAGES,
    "verdicts": VERDICTS,
    "segments": SEGMENTS,
    "consents": CONSENTS,
}


def schema_of(table: str) -> dict[str, str]:
    """Column -> Ibis type of one of `TABLES`, all nullable: Ibis refuses to join what differs in that alone."""
    return {name: column.type.removeprefix("!") for name, column in TABLES[table].items()}
