"""Contracts of events: types, units, words that are allowed; as checks and as JSON Schema."""

from typing import Any

import pytest

from percorso.model.contract import EventContract, breaches, json_schema
from percorso.model.errors import InvalidConfig
from percorso.model.pack import read_pack


def pack(properties: Any, required: Any = ()) -> EventContract:
    about = {"it": "prova", "en": "try"}
    events = {"Tried": {"about": about, "properties": properties, "required": list(required)}}
    (contract,) = read_pack({"pack": "p", "version": 1, "about": about, "events": events}).contracts
    return contract


CONTRACT = pack(
    {
        "id": "string",
        "wait_s": {"type": "number", "unit": "s", "least": 0},
        "state": {"type": "string", "enum": ["on", "off"]},
        "at": {"type": "string", "unit": "time"},
        "n": "integer",
        "ok": "boolean",
    },
    ["id"],
)


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"id": "1", "wait_s": 0, "state": "on", "at": "2026-03-14T10:00:00Z", "n": 2.0, "ok": False, "more": []}, []),
        ({}, ["id is missing"]),
        ({"id": None}, ["id is missing"]),
        ({"id": 1}, ["id is no string"]),
        ({"id": "1", "wait_s": -0.5}, ["wait_s is under 0"]),
        ({"id": "1", "wait_s": True}, ["wait_s is no number"]),
        ({"id": "1", "state": "half"}, ["state is none of on, off"]),
        ({"id": "1", "at": "tomorrow"}, ["at is no ISO 8601 time"]),
        ({"id": "1", "n": 2.5, "ok": 1}, ["n is no integer", "ok is no boolean"]),
    ],
)
def test_breaches(properties: dict[str, Any], said: list[str]) -> None:
    assert list(breaches(CONTRACT, properties)) == said


def test_the_json_schema_says_the_same() -> None:
    schema = json_schema(CONTRACT)
    assert schema["required"] == ["id"]
    assert schema["properties"]["wait_s"] == {"type": "number", "minimum": 0.0, "x-unit": "s"}
    assert schema["properties"]["state"] == {"type": "string", "enum": ["on", "off"]}
    assert schema["properties"]["at"] == {"type": "string", "format": "date-time"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"type": "text"}, "none of string"),
        ({"type": "number", "enum": ["a"]}, "enum: is for texts"),
        ({"type": "string", "least": 0}, "least: is for numbers"),
        ({"type": "string", "most": 1}, "unknown key most"),
        ({}, "type: is missing"),
        ([], "is none of"),
    ],
)
def test_a_wrong_property_is_told_where(written: Any, said: str) -> None:
    with pytest.raises(InvalidConfig) as error:
        pack({"x": written})
    assert said in error.value.message
    assert "Tried" in error.value.message
