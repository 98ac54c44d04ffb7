"""Static lists: read from lines, CSV and JSON, added to, taken from, and told how many nobody has yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from percorso.data.identity.identifiers import NodeIds
from percorso.data.segments.listed import read_list
from percorso.main.company import Company
from percorso.model.errors import InvalidInput
from percorso.model.identifier import Identifier
from percorso.model.segment import read_draft
from percorso.pipeline.segment_book import SegmentBook
from tests.http_client import app_for, signed_in, take
from tests.http_client import track as tracked
from tests.lakes import track
from tests.segments import Segmented, segmented

GUESTS = {"id": "guests", "name": "Guests", "kind": "static"}


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Segmented]:
    with segmented(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    "text",
    [
        "user_id:u1\n\n email:Ann@Example.org \nuser_id:u1\n",
        "user_id,email\nu1,\n,ann@example.org\n",
        "\ufeffIdentifier\r\nuser_id:u1\r\nemail:ann@example.org\r\n",
        'email,user_id\n"ann@example.org",u1\n',
        '[{"user_id": "u1"}, "email:ann@example.org"]',
    ],
)
def test_lines_csv_and_json_say_the_same(text: str) -> None:
    assert set(read_list(text)) == {Identifier("user_id", "u1"), Identifier("email", "ann@example.org")}


def test_ids_of_people_are_taken_as_they_are() -> None:
    assert read_list("p0123\n") == read_list("person_id\np0123\n") == read_list('["p0123"]') == ["p0123"]
    assert read_list("") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("user_id:u1\nemail:nobody\n", "line 2: 'email:nobody' is no identifier"),
        ("email,phone\na@b.it,xx\n", "line 2: 'phone:xx'"),
        ("[1]", "entry 1: is text"),
        ("[", "no JSON"),
        ("\n".join(f"email:x{n}" for n in range(9)), "and 4 more"),
    ],
)
def test_what_is_wrong_on_a_list_is_said(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_list(text)


def test_a_list_is_added_to_and_taken_from(lake: Segmented) -> None:
    book = SegmentBook(lake.records, lake.store, lake.clock, NodeIds(b"secret").of)
    lake.collect([track("Product Viewed", n, "2026-11-20T10:00:00Z", f"u{n}") for n in range(3)])
    lake.fold()
    book.publish(read_draft(GUESTS), "test", read_list("user_id:u0\nuser_id:later"))
    lake.follow()
    assert (lake.users("guests"), tuple(book.list_size("guests"))) == ({"u0"}, (2, 1))
    changed = book.change_list("guests", "ann", read_list("user_id:u1\nuser_id:u2"), read_list("user_id:u0"))
    lake.follow()
    assert (lake.users("guests"), changed.version, changed.by) == ({"u1", "u2"}, 2, "ann")
    assert tuple(book.list_size("guests")) == (3, 1)
    lake.publish("buyers", {"event": "Order Completed", "count": {"at_least": 1}})
    with pytest.raises(InvalidInput, match="only lists"):
        book.change_list("buyers", "ann", ["x"])


def test_whoever_holds_an_identifier_now_is_in(lake: Segmented) -> None:
    book = SegmentBook(lake.records, lake.store, lake.clock, NodeIds(b"secret").of)
    lake.collect([track("Product Viewed", 1, "2026-11-20T10:00:00Z", "u1")])
    book.publish(read_draft(GUESTS), "test", read_list("anonymous_id\ndevice-7\n"))
    lake.follow()
    assert lake.users("guests") == set()
    lake.collect([track("Product Viewed", 2, "2026-11-21T10:00:00Z", "u1") | {"anonymousId": "device-7"}])
    lake.follow()
    assert lake.users("guests") == {"u1"}


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company)


def test_lists_over_http(company: Company, app: FastAPI) -> None:
    manager = signed_in(company, app, "manager")
    take(company, tracked("Product Viewed", "m1", "u1"))
    said = {**GUESTS, "name": {"en": "Guests"}, "file": "user_id,email\nu1,\n,new@example.org\n"}
    assert manager.post("/api/segments", said).status_code == 200
    assert manager.get("/api/segments/guests/list").json() == {"version": 1, "identifiers": 2, "unknown": 1}
    changed = manager.post("/api/segments/guests/list", {"add": ["user_id:u2"], "take": ["email:new@example.org"]})
    assert changed.json() == {"version": 2, "identifiers": 2, "unknown": 1}
    company.follower.drain()
    assert company.members.size("guests") == 1
    refused = manager.post("/api/segments/guests/list", {"file": "email:nobody"})
    assert (refused.status_code, "line 1" in refused.json()["message"]) == (400, True)
    agent = signed_in(company, app, "agent")
    assert agent.post("/api/segments/guests/list", {"add": ["user_id:u3"]}).status_code == 403
