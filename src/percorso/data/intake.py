"""Intake: a raw item becomes a candidate for the log, or is refused with a reason.

What is stored is what came, once it is sure that the folds can read it: the item with what its request says of all of them.
Reasons, stable:

    not_an_object        the item is not a JSON object
    malformed            a field of the envelope has an impossible type
    unknown_type         type is none of track, identify, page, screen, group, alias
    missing_event        a track call without event name
    invalid_event        an event name longer than 200 characters
    missing_group        a group call without groupId
    missing_previous     an alias call without previousId or userId
    no_identifier        neither userId nor anonymousId nor another identifier
    invalid_identifier   an id that is neither text nor a whole number
    invalid_message_id   a messageId that is no text or longer than 100 characters
    invalid_timestamp    a time that cannot be read, outside 1900 to 2100, or, in imported history, ahead of now
    too_large            more than 64 KiB, or 1 MiB when imported (an invoice may have a thousand lines)
    too_deep             nested deeper than 32 levels
    plan                 the tracking plan does not allow it; plan_frozen: it breaks a frozen contract
    invalid_text         text that is not UTF-8, holds NUL or half a surrogate pair
"""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from percorso.data.consent_signals import with_signals
from percorso.data.envelope import NOTHING, Under, over
from percorso.data.event_time import FUTURE_TOLERANCE, DeviceClocks, read_time, sending_time
from percorso.data.item_ids import (
    MAX_MESSAGE_ID,
    fingerprint,
    given_or_new,
    id_text,
    message_key,
    other_identifier,
)
from percorso.data.well_formed import (
    Refusal,
    are_plain,
    check_bytes,
    is_shallow,
    may_hold_halves,
    packed,
    read_halves,
    unreadable,
)
from percorso.model.event import EVENT_TYPES, NAME_OF_TYPE
from percorso.model.identity import Trust
from percorso.model.plan import Plan
from percorso.model.proof import Proves
from percorso.model.time import EARLIEST, CivilClock, Micros
from percorso.model.verdict import IMPORT_LANE, Candidate, Refused, TimeRule

MAX_ITEM_BYTES = 65_536
MAX_IMPORTED_BYTES = 1_048_576
MAX_EVENT_NAME = 200
PROOF = "identityToken"
"""Where in its context an item has the token that proves its user id."""
SAME_ALIAS = "previousId is the userId itself: this alias joins nobody; send the former id, or no alias at all"

_ESCAPED_LETTER = re.compile(rb"\\u00[67]")
_RECEIVED, _AHEAD, _DEVICE = TimeRule.RECEIVED.value, TimeRule.AHEAD.value, TimeRule.DEVICE.value


class Item(NamedTuple):
    """One raw item.

    body  JSON object, UTF-8
    tie   its index in the batch or row in the file
    line  its line in the file, for people, None for live traffic
    """

    body: bytes | msgspec.Raw
    tie: int
    line: int | None = None


class Intake(NamedTuple):
    """How to read items.

    source        where they come from
    lane          0 live, 1 import
    historical    they decide but never deliver
    unknown_ok    an item without identifier is accepted with person null (imports)
    type_of_route the type the route stands for, None for batches and imports
    under         what is written into every item, None when nothing is
    sent_at       when the request was sent, by its client's clock; None when it does not say
    clocks        what is known of the clocks of devices; None where clocks are believed (imports, servers)
    plan          what events are to be like; None when everything may pass
    trust         how far the sender is believed to know whom it speaks of
    proves        what an item's signed token proves (``context.identityToken``); without it, nothing
    notes         here the reader writes, by `Item.tie`, what is accepted but does less than was meant
    """

    source: str
    lane: int
    historical: bool
    received_at: Micros
    civil: CivilClock
    unknown_ok: bool = False
    type_of_route: str | None = None
    under: Under | None = None
    sent_at: Micros | None = None
    clocks: DeviceClocks | None = None
    notes: dict[int, str] | None = None
    plan: Plan | None = None
    trust: int = Trust.SERVER.value
    proves: Proves | None = None

    def note(self, item: Item, said: str) -> None:
        if self.notes is not None:
            self.notes[item.tie] = said


class WireItem(msgspec.Struct, gc=False):
    """The envelope of a call, as lenient as the clients in the field are."""

    type: Any = None
    messageId: Any = None
    userId: Any = None
    anonymousId: Any = None
    groupId: Any = None
    previousId: Any = None
    event: Any = None
    name: Any = None
    timestamp: Any = None
    originalTimestamp: Any = None
    sentAt: Any = None
    properties: Any = None
    traits: Any = None
    context: Any = None


class _Object(msgspec.Struct):
    """Any JSON object; nothing of it is kept."""


_decode_envelope = msgspec.json.Decoder(WireItem).decode
_decode_object = msgspec.json.Decoder(_Object).decode
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_new_candidate = partial(tuple.__new__, Candidate)
"""A third of the time that the constructor takes."""


def read_item(item: Item, intake: Intake) -> Candidate | Refused:
    """One item read. Raises MalformedBody when the only item of a route is no JSON object; nothing else is an error."""
    return _read(bytes(item.body), item, intake, plain=False)


def read_items(items: Sequence[Item], intake: Intake) -> list[Candidate | Refused]:
    """Items read one by one, in order."""
    bodies = [bytes(item.body) for item in items]
    plain = are_plain(bodies)
    return [_read(body, item, intake, plain) for body, item in zip(bodies, items, strict=True)]


def _read(body: bytes, item: Item, intake: Intake, plain: bool) -> Candidate | Refused:
    """`plain`: the bytes are known to be ASCII without escapes."""
    wire: WireItem | None = None
    most = MAX_IMPORTED_BYTES if intake.lane == IMPORT_LANE else MAX_ITEM_BYTES
    try:
        if not (plain and len(body) <= most and is_shallow(body)):
            check_bytes(body, most)
        wire = _envelope(body)
        context, route = wire.context, intake.type_of_route
        trust = intake.trust
        if intake.under is not None or (
            context.__class__ is dict and ("consent" in context or "consentManagement" in context or PROOF in context)
        ):
            body, trust = _completed(body, wire, item, intake)
            check_bytes(body, most)
        elif route is not None:
            body = _completed(body, wire, item, intake)[0] if _says_type(body) else _typed(body, wire, route)
            check_bytes(body, most)
        candidate = _candidate(wire, body, item, intake, trust)
        return candidate if intake.plan is None else _planned(candidate, wire, intake.plan, item, intake)
    except Refusal as refusal:
        if wire is None and intake.type_of_route is not None:
            _check_object(body)
        message_id = wire.messageId if wire is not None and isinstance(wire.messageId, str) else None
        return Refused(
            source=intake.source,
            message_id=message_id[:MAX_MESSAGE_ID] if message_id else None,
            received_at=intake.received_at,
            reason=refusal.reason,
            detail=refusal.detail,
            body=body[:MAX_ITEM_BYTES],
            line=item.line,
        )


def _envelope(body: bytes) -> WireItem:
    try:
        return _decode_envelope(body)
    except msgspec.ValidationError as error:
        if not body.lstrip().startswith(b"{"):
            raise Refusal("not_an_object", 'an item is a JSON object such as {"type": "track", ...}') from None
        raise Refusal("malformed", str(error)) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise Refusal("malformed", "the item is not valid JSON") from None


def _check_object(body: bytes) -> None:
    """Raises MalformedBody unless the bytes are a JSON object, however useless."""
    try:
        _decode_object(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        if not _is_cut_object(body):
            raise unreadable(error) from None


def _is_cut_object(body: bytes) -> bool:
    """Whether the bytes are a JSON object but for texts that were cut inside a character."""
    try:
        return may_hold_halves(body) and isinstance(read_halves(body), dict)
    except (ValueError, RecursionError):
        return False


def _says_type(body: bytes) -> bool:
    """Whether the body may name a type of its own, which would count, being the last; its word may be spelt in escapes."""
    return b'"type"' in body or (b"\\u00" in body and _ESCAPED_LETTER.search(body) is not None)


def _typed(body: bytes, wire: WireItem, route: str) -> bytes:
    """The body with the type of its route, written in front."""
    wire.type = route
    rest = body.lstrip()[1:]
    comma = b"" if rest.lstrip().startswith(b"}") else b","
    return b'{"type":"' + route.encode() + b'"' + comma + rest


def _completed(body: bytes, wire: WireItem, item: Item, intake: Intake) -> tuple[bytes, int]:
    """The body with what its request says of it, its consent read, its token taken out; and how far it is believed."""
    try:
        fields = _decode(body)
    except (msgspec.MsgspecError, RecursionError):
        raise Refusal("malformed", "the item is not valid JSON") from None
    if intake.type_of_route is not None:
        fields["type"] = wire.type = intake.type_of_route
    under = intake.under or NOTHING
    context, unread = with_signals(over(under.context, fields.get("context")), under.gpc)
    if unread is not None:
        intake.note(item, unread)
    trust = intake.trust
    if context is not None:
        if context.__class__ is dict and PROOF in context:
            trust = _proven(context.pop(PROOF), fields.get("userId"), item, intake)
        fields["context"] = wire.context = context
    if under.integrations is not None:
        fields["integrations"] = over(under.integrations, fields.get("integrations"))
    return _encode(fields), trust


def _proven(token: Any, user_id: Any, item: Item, intake: Intake) -> int:
    """How far an item with a token is believed; a token that proves nothing is noted and costs nothing."""
    if intake.trust >= Trust.SERVER or intake.proves is None:
        return intake.trust
    proof = intake.proves(token, intake.received_at)
    if proof.user_id is not None and user_id is not None and proof.user_id == str(user_id):
        return Trust.SIGNED
    intake.note(item, proof.why or "the identity token is of another user than the item; it proves nothing")
    return intake.trust


def _candidate(wire: WireItem, body: bytes, item: Item, intake: Intake, trust: int) -> Candidate:
    """The hot path of collection: what nearly every item has is checked in line, the rest in the functions below."""
    kind = wire.type
    if kind.__class__ is not str or kind not in EVENT_TYPES:
        raise Refusal("unknown_type", "type is one of track, identify, page, screen, group, alias")
    user_id, anonymous_id, group_id, previous_id = wire.userId, wire.anonymousId, wire.groupId, wire.previousId
    if user_id is not None and (user_id.__class__ is not str or not user_id):
        user_id = id_text(user_id, "userId")
    if anonymous_id is not None and (anonymous_id.__class__ is not str or not anonymous_id):
        anonymous_id = id_text(anonymous_id, "anonymousId")
    if group_id is not None:
        group_id = id_text(group_id, "groupId")
    if previous_id is not None:
        previous_id = id_text(previous_id, "previousId")
    event = wire.event
    if kind != "track" or event.__class__ is not str or not 0 < len(event) <= MAX_EVENT_NAME or event.isspace():
        _check_call(kind, wire, user_id, group_id, previous_id)
        if kind == "alias" and user_id == previous_id:
            intake.note(item, SAME_ALIAS)
    if (
        user_id is None
        and anonymous_id is None
        and not intake.unknown_ok
        and not other_identifier(wire.traits, wire.context)
    ):
        raise Refusal("no_identifier", "send userId or anonymousId, or an identifier in context.externalIds")
    message_id = wire.messageId
    if message_id.__class__ is not str or not 0 < len(message_id) <= MAX_MESSAGE_ID:
        message_id = given_or_new(message_id)
    said = wire.originalTimestamp if wire.originalTimestamp is not None else wire.timestamp
    received_at, source = intake.received_at, intake.source
    sent_at, rule = intake.sent_at, 0
    if sent_at is None and wire.sentAt is not None:
        sent_at = sending_time(wire.sentAt)
    if said is None or said == "":
        said_at, occurred_at, rule = None, received_at, _RECEIVED
    else:
        said_at = occurred_at = read_time(said)
        if sent_at is not None and intake.clocks is not None:
            error = intake.clocks.error(source, anonymous_id or user_id, wire.context, received_at - sent_at)
            if error:
                occurred_at, rule = max(said_at + error, EARLIEST), _DEVICE
        if occurred_at > received_at + FUTURE_TOLERANCE:
            if intake.historical:  # no clock of a device runs ahead here: the file or its map is wrong
                raise Refusal(
                    "invalid_timestamp", "history cannot lie ahead; look at the time's column, format and zone"
                )
            occurred_at, rule = received_at, _AHEAD
    says = packed(
        (kind, user_id, anonymous_id, group_id, previous_id, event, wire.name, said_at, wire.properties, wire.traits)
    )
    context = wire.context
    if context.__class__ is dict and "traits" in context:
        packed(context["traits"])  # the fold keeps traits, as it keeps those that the fingerprint packed
    day, hour = intake.civil.day_hour(occurred_at)
    return _new_candidate(
        (
            intake.lane,
            source,
            message_id,
            occurred_at,
            received_at,
            day,
            hour,
            item.tie,
            intake.historical,
            body.decode(),
            message_key(source, message_id),
            fingerprint(says),
            rule,
            said_at if rule else None,
            sent_at,
            trust,
        )
    )


def _planned(candidate: Candidate, wire: WireItem, plan: Plan, item: Item, intake: Intake) -> Candidate:
    """The candidate as the plan lets it pass. Its fingerprint stays that of what came: a repeat is a repeat."""
    outcome = plan.check(wire.event if wire.type == "track" else NAME_OF_TYPE[wire.type], wire.properties)
    if outcome.reason is not None:
        raise Refusal(outcome.reason, outcome.about or "")
    if outcome.kept is None:
        return candidate
    fields = _decode(candidate.body)
    fields["properties"], fields["leftOut"] = outcome.kept, outcome.left_out
    intake.note(item, outcome.about or "")
    return candidate._replace(body=_encode(fields).decode())


def _check_call(kind: str, wire: WireItem, user_id: str | None, group_id: str | None, previous_id: str | None) -> None:
    if kind == "track" and (not isinstance(wire.event, str) or not wire.event.strip()):
        raise Refusal("missing_event", 'a track call names its event: {"event": "Order Completed", ...}')
    if kind == "track" and len(wire.event) > MAX_EVENT_NAME:
        raise Refusal("invalid_event", f"an event's name has at most {MAX_EVENT_NAME} characters; use properties")
    if kind == "group" and group_id is None:
        raise Refusal("missing_group", "a group call has a groupId")
    if kind == "alias" and (previous_id is None or user_id is None):
        raise Refusal("missing_previous", "an alias call has a previousId and a userId")
