"""A document map makes of a document what an import makes of the same line, and never an error of another kind."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from percorso.data.document_mapping import read_document_map
from percorso.data.documents import DocumentReader, unreadable_document
from percorso.data.intake import Intake, Item, read_item
from percorso.data.source_records import read_source
from percorso.model.document_map import Documented
from percorso.model.errors import InvalidConfig, InvalidMapping
from percorso.model.time import CivilClock
from percorso.model.verdict import Candidate
from tests.importing import json_lines, prepared
from tests.receiving import EXAMPLES, example

EVENT: dict[str, Any] = {
    "name": "Order Completed",
    "when": {"field": "row.state", "is_not": "void"},
    "message_id": ["shop.id", "id"],
    "time": {"latest": ["at", "paid.at"]},
    "touchpoint": {"column": "place"},
    "identifiers": {"card": "card", "email": "who.email", "user_id": "who.id"},
    "properties": {
        "order_id": {"text": "id"},
        "revenue": {"money": "amount"},
        "twice": {"multiply": [{"constant": 2}, "count"]},
        "delivered_at": {"time": {"column": "day", "format": ["%d/%m/%Y", "unix_s"]}},
        "as_it_is": "thing",
        "currency": {"constant": "EUR"},
    },
    "traits": {"name": "who.name"},
}
MAPPING: dict[str, Any] = {"zone": "Europe/Rome", "events": [EVENT]}
AS_IMPORT: dict[str, Any] = {
    "source": "shop",
    "zone": "Europe/Rome",
    "files": {"lines": {"match": "lines*"}},
    "events": [{**EVENT, "rows": "lines"}],
}
NOW = {"at": "2026-03-14T10:00:00.000Z"}

words = st.sampled_from(["", " ", "A", "a:b%c", "è", "12", "void", "null", "2026-01-05"])
numbers = st.one_of(st.integers(-(10**9), 10**9), st.decimals(-1000, 1000, places=3).map(float))
moments = st.sampled_from(
    [
        *("2026-01-05", "2026-07-05T10:30", "2026-1-5 9:03:07.25", "2026-03-29T02:30:00", "2026-10-25T02:30:00"),
        *("2026-01-05T10:30:00Z", "2026-01-05 10:30:00+0530", "2026-01-05T10:30:00.123456 -03:00", "05/01/2026"),
        *("1767600000", "never", "", "2026-02-30", "1776-07-04", 1767600000, None),
    ]
)
amounts = st.one_of(st.sampled_from(["€ 12.50", "12.5 EUR", "1e3", "+.5", "7.", "x", "1,5", ""]), numbers, st.none())
things = st.one_of(
    st.none(), st.booleans(), words, numbers, st.lists(words, max_size=2), st.dictionaries(words, words, max_size=2)
)
rows = st.fixed_dictionaries(
    {
        "id": st.one_of(words, st.integers(0, 99)),
        "shop": st.one_of(st.fixed_dictionaries({"id": st.integers(0, 9)}), st.just({"id": None})),
        "at": moments,
        "paid": st.fixed_dictionaries({"at": moments}),
        "day": moments,
        "amount": amounts,
        "count": amounts,
        "card": st.one_of(words, st.integers(0, 10**9), st.none()),
        "who": st.fixed_dictionaries({"email": words, "id": words, "name": words}),
        "state": st.sampled_from(["paid", "void", None, 3]),
        "place": words,
        "thing": things,
    }
)


def read(mapping: dict[str, Any], document: Any) -> Documented:
    return DocumentReader(read_document_map(mapping, "shop")).read(document, NOW)


@given(st.lists(rows, min_size=20, max_size=40))
@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])
def test_documents_say_what_an_import_of_them_says(
    tmp_path_factory: pytest.TempPathFactory, documents: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("rows", numbered=True)
    # A column that no line has is an error of an import; the last line has them all, and makes nothing.
    whole = dict.fromkeys(documents[0], "x") | {"state": "void", "shop": {"id": 1}, "paid": {"at": "2026-01-05"}}
    file = json_lines(folder / "lines.jsonl", [*documents, whole | {"who": {"email": "x", "id": "x", "name": "x"}}])
    reader = DocumentReader(read_document_map(MAPPING, "shop"))
    read = [reader.read(document, NOW, line) for line, document in enumerate(documents, start=1)]
    made = prepared(folder, AS_IMPORT, file)
    try:
        imported = {item.line: json.loads(item.body) for batch in made.items(0, 1000) for item in batch}
        bad = {row.line for row in made.bad_rows()}
    finally:
        made.close()
    assert {item.line: json.loads(item.body) for one in read for item in one.items} == imported
    assert {row.line for one in read for row in one.bad} == bad


def test_rows_of_lists_see_what_they_lie_in() -> None:
    made = read(yaml.safe_load(example("meta"))["mapping"], json.loads((EXAMPLES / "meta.json").read_text()))
    told = [json.loads(item.body) for item in made.items]
    assert [(one["event"], one["messageId"]) for one in told] == [
        ("Post Commented", "post-commented:77_881"),
        ("Mention Posted", "mention-posted:9_12:9_12_3"),
        ("Direct Message Received", "direct-message-received:m_AbC"),
    ]
    comment, mention, message = told
    assert comment["properties"] == {
        "network": "page",
        "post_id": "1042_77",
        "text": "Quando torna la miscela di Natale?",
    }
    assert (comment["timestamp"], message["timestamp"]) == ("2026-03-14T14:53:20.000Z", "2026-03-14T14:58:20.123Z")
    assert mention["context"]["externalIds"] == [{"type": "meta", "id": "5502"}]
    assert not made.bad
    assert not made.idle


def test_lists_are_summed_and_listed() -> None:
    made = read(
        yaml.safe_load(example("shop-orders"))["mapping"], json.loads((EXAMPLES / "shop-orders.json").read_text())
    )
    (order,) = (json.loads(item.body) for item in made.items)
    assert order["properties"]["revenue"] == 32.2
    assert order["properties"]["products"][1] == {"product_id": "CUP", "name": "Tazzina", "price": 4.25, "quantity": 2}
    assert order["timestamp"] == "2026-03-14T20:12:09.000Z"


def test_what_nobody_meant_is_idle_and_what_cannot_be_is_bad() -> None:
    assert read(MAPPING, {"state": "void"}) == Documented(idle=1)
    timeless = {"state": "paid", "shop": {"id": 1}, "id": 2}
    assert [bad.reason for bad in read(MAPPING, timeless).bad] == ["missing_timestamp"]
    assert [bad.reason for bad in unreadable_document(b"\xff").bad] == ["malformed_document"]
    nameless = {**MAPPING, "events": [{**EVENT, "time": "received.at"}]}
    assert [bad.reason for bad in read(nameless, {"id": 1}).bad] == ["missing_key"]


def test_without_a_key_the_content_is_the_name_and_the_arrival_is_not() -> None:
    mapping = {"zone": "UTC", "events": [{"name": "Machine Used", "time": "received.at"}]}
    reader = DocumentReader(read_document_map(mapping, "machines"))
    ids = [
        json.loads(reader.read(document, {"at": at}).items[0].body)["messageId"]
        for document, at in (
            ({"a": 1, "b": 2}, NOW["at"]),
            ({"b": 2, "a": 1}, "2026-03-15T00:00:00Z"),
            ({"a": 2}, NOW["at"]),
        )
    ]
    assert ids[0] == ids[1] != ids[2]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=6) | st.sampled_from(["entry", "value", "changes", "messaging", "field"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
META = DocumentReader(read_document_map(yaml.safe_load(example("meta"))["mapping"], "meta"))
INTAKE = Intake("meta", 0, False, 0, CivilClock("Europe/Rome"), unknown_ok=True)


@given(JUNK)
@settings(max_examples=300)
def test_no_document_makes_an_error(document: Any) -> None:
    made = META.read(document, NOW)
    assert made.items or made.bad or made.idle
    for item in made.items:
        assert isinstance(read_item(Item(item.body, 0), INTAKE), Candidate)


@given(st.sampled_from(["kind", "webhook", "mapping", "live", "other"]), JUNK)
def test_junk_in_a_record_is_an_error_of_ours_or_a_record(key: str, junk: Any) -> None:
    with suppress(InvalidConfig, InvalidMapping):
        read_source("meta", {**yaml.safe_load(example("meta")), key: junk})


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_a_source(path: Path) -> None:
    assert read_source(path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))).name == path.stem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "fax"}, "none of webhook, folder"),
        ({"webhook": None}, "webhook: is missing"),
        ({"webhook": {}}, "`signature` or `token`"),
        ({"webhook": {"signature": {"secret": "hunter2", "header": "X"}}}, "a secret is not written here"),
        ({"webhook": {"token": {"secret": {"env": "A", "file": "b"}, "header": "X"}}}, "{env: NAME}"),
        ({"webhook": {"signature": {"secret": {"env": "A"}, "header": "X", "form": "sha256"}}}, "{hex} or {base64}"),
        (
            {"webhook": {"signature": {"secret": {"env": "A"}, "header": "X", "signed": "{timestamp}.{body}"}}},
            "time_header",
        ),
        ({"mapping": None}, "mapping: is missing"),
        ({"mapping": {"zone": "Europe/Rome", "events": [{"name": "A"}]}}, "docs/sources.md"),
        ({"mapping": {"zone": "Mars", "events": []}}, "no time zone"),
    ],
)
def test_a_wrong_record_is_told_where_and_what(change: dict[str, Any], said: str) -> None:
    with pytest.raises((InvalidConfig, InvalidMapping)) as error:
        read_source("meta", {**yaml.safe_load(example("meta")), **change})
    assert "source meta" in error.value.message
    assert said in error.value.message
    assert "hunter2" not in error.value.message
