"""What calls of the tracking API look like, and their answers, as JSON Schema for `tracking_document`.

This is what to send; what is forgiven beyond it, and what becomes of the rest, stands in docs/collect.md. An item that is not
as it should be is answered 200 and quarantined. Two limits no schema can say: items nest at most `MAX_DEPTH` deep, and hold
no NUL and no half of a surrogate pair.
"""

from collections.abc import Mapping
from typing import Any

from percorso.data.intake import MAX_EVENT_NAME, WireItem
from percorso.data.item_ids import MAX_MESSAGE_ID
from percorso.http.calls import KINDS, MAX_BATCH
from percorso.model.verdict import Verdict

Schema = Mapping[str, Any]

VALUE: Schema = {"$ref": "#/components/schemas/Value"}
_FIELDS: Schema = {"type": ["object", "null"], "additionalProperties": VALUE}
_SAID_ID: Schema = {"type": ["string", "integer"], "minLength": 1}
_ID: Schema = {"type": ["string", "integer", "null"]}
_TIME: Schema = {
    "type": ["string", "null"],
    "format": "date-time",
    "description": "Between 1900 and 2100. Seconds or milliseconds since 1970, as a number, are understood too.",
}
_TRAITS: Schema = {
    "type": ["object", "null"],
    "description": "What is known of the person; email and phone are identifiers.",
    "properties": {"email": VALUE, "phone": VALUE},
    "additionalProperties": VALUE,
}
_CONTEXT: Schema = {
    "type": ["object", "null"],
    "properties": {
        "touchpoint": {"type": ["string", "null"], "description": "Where it happened."},
        "traits": _TRAITS,
        "externalIds": {
            "type": ["array", "null"],
            "description": "Further identifiers, such as a card's number.",
            "items": {
                "type": "object",
                "required": ["type", "id"],
                "properties": {"type": {"type": "string"}, "id": {"type": ["string", "integer"]}},
                "additionalProperties": VALUE,
            },
        },
    },
    "additionalProperties": VALUE,
}
_LAID_UNDER = {
    "context": {**_FIELDS, "description": "Lies under the context of each item."},
    "integrations": {**_FIELDS, "description": "Lies under the integrations of each item."},
}

_OF_FIELD: Schema = {
    "type": {"enum": list(KINDS)},
    "messageId": {
        "type": ["string", "null"],
        "maxLength": MAX_MESSAGE_ID,
        "description": "Names the event within its source: the same again is a duplicate.",
    },
    "userId": _ID,
    "anonymousId": _ID,
    "groupId": _ID,
    "previousId": _ID,
    "event": {"type": ["string", "null"], "description": "What happened; for track calls."},
    "name": {"type": ["string", "null"], "description": "Which page or screen."},
    "timestamp": {**_TIME, "description": "When it happened; without it, when it came. " + _TIME["description"]},
    "originalTimestamp": {**_TIME, "description": "Read before `timestamp`, where clients send both."},
    "sentAt": {**_TIME, "description": "When it was sent, by the same clock."},
    "properties": _FIELDS,
    "traits": _TRAITS,
    "context": _CONTEXT,
}

_EVENT: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_EVENT_NAME, "pattern": r"\S"}
_ASKED: Mapping[str, Mapping[str, Schema]] = {
    "track": {"event": _EVENT},
    "group": {"groupId": _SAID_ID},
    "alias": {"userId": _SAID_ID, "previousId": _SAID_ID},
}
"""What a call must hold beside an identifier."""


def _with(field: str, schema: Schema) -> Schema:
    return {"type": "object", "required": [field], "properties": {field: schema}}


def _identifier() -> Schema:
    """One of the identifiers, in one of the places where it is looked for."""
    contact = {"anyOf": [_with("email", {"type": "string", "minLength": 1}), _with("phone", _SAID_ID)]}
    external = {"type": "array", "minItems": 1}
    return {
        "anyOf": [
            _with("userId", _SAID_ID),
            _with("anonymousId", _SAID_ID),
            _with("traits", contact),
            _with("context", {"anyOf": [_with("externalIds", external), _with("traits", contact)]}),
        ]
    }


def _call(kind: str) -> Schema:
    """A call of that kind, its type told by the address."""
    own = {name: _OF_FIELD[name] for name in WireItem.__struct_fields__}
    own |= _ASKED.get(kind, {})
    call = {
        "type": "object",
        "properties": {**own, "integrations": _FIELDS},
        "additionalProperties": VALUE,
        **_identifier(),
    }
    asked = list(_ASKED.get(kind, {}))
    return call | ({"required": asked} if asked else {})


def _item() -> Schema:
    """A call within a batch, which names its kind."""
    kinds = [
        {"allOf": [{"$ref": ref(name_of(kind))}, _with("type", {"const": kind})]}
        for kind in KINDS
    ]  # fmt: skip
    return {"oneOf": kinds}


def name_of(kind: str | None) -> str:
    """The name of a call's schema; of a batch's where the kind is None."""
    return (kind or "batch").capitalize()


def ref(name: str) -> str:
    return f"#/components/schemas/{name}"


def _batch() -> Schema:
    return {
        "type": "object",
        "required": ["batch"],
        "properties": {
            "batch": {"type": "array", "maxItems": MAX_BATCH, "items": {"$ref": ref("Item")}},
            "sentAt": {**_TIME, "description": "When it was sent, by the client's clock."},
            "timestamp": {**_TIME, "description": "The same, as older clients call it."},
            **_LAID_UNDER,
        },
        "additionalProperties": VALUE,
    }


_VALUE: Schema = {
    "description": "Any value. Whole numbers beyond 64 bits, texts with a NUL and deep nesting are refused.",
    "anyOf": [
        {"type": ["string", "boolean", "null"]},
        {"type": "number", "minimum": -(2**63), "maximum": 2**64 - 1},
        {"type": "array", "items": VALUE},
        {"type": "object", "additionalProperties": VALUE},
    ],
}

_VERDICT: Schema = {
    "type": "object",
    "required": ["index", "messageId", "verdict", "reason", "detail"],
    "properties": {
        "index": {"type": "integer", "minimum": 0, "description": "Of the item in the batch."},
        "messageId": {"type": ["string", "null"]},
        "verdict": {"enum": [str(verdict) for verdict in Verdict]},
        "reason": {"type": ["string", "null"], "description": "A stable code."},
        "detail": {"type": ["string", "null"], "description": "What to do, for people."},
    },
    "additionalProperties": False,
}
_SUCCESS: Schema = {
    "type": "object",
    "description": "Everything is on disk. With `verdicts` when there is more to say than that all was accepted.",
    "required": ["success"],
    "properties": {
        "success": {"const": True},
        "accepted": {"type": "integer", "minimum": 0, "description": "How many items were accepted."},
        "verdicts": {"type": "array", "minItems": 1, "items": {"$ref": ref("Verdict")}},
    },
    "dependentRequired": {"accepted": ["verdicts"], "verdicts": ["accepted"]},
    "additionalProperties": False,
}
_ERROR: Schema = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string", "description": "Stable, for programs."},
        "message": {"type": "string", "description": "What to do next, for people."},
    },
    "additionalProperties": False,
}
_TEXT: Schema = {"type": "string"}
_SETTINGS: Schema = {
    "type": "object",
    "required": ["integrations"],
    "properties": {
        "integrations": {
            "type": "object",
            "required": ["Segment.io"],
            "properties": {
                "Segment.io": {
                    "type": "object",
                    "required": ["apiKey", "apiHost", "protocol"],
                    "properties": {"apiKey": _TEXT, "apiHost": _TEXT, "protocol": _TEXT},
                }
            },
        }
    },
}
_SOURCE_CONFIG: Schema = {
    "type": "object",
    "required": ["source"],
    "properties": {
        "source": {
            "type": "object",
            "required": ["id", "name", "writeKey", "enabled", "config", "destinations"],
            "properties": {
                "id": _TEXT,
                "name": _TEXT,
                "writeKey": _TEXT,
                "enabled": {"const": True},
                "config": {"type": "object"},
                "destinations": {"type": "array", "maxItems": 0},
            },
        }
    },
}


def schemas() -> dict[str, Schema]:
    """Every schema by its name."""
    return {
        **{name_of(kind): _call(kind) for kind in KINDS},
        "Item": _item(),
        "Batch": _batch(),
        "Value": _VALUE,
        "Success": _SUCCESS,
        "Verdict": _VERDICT,
        "Error": _ERROR,
        "Settings": _SETTINGS,
        "SourceConfig": _SOURCE_CONFIG,
    }
