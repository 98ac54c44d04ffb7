"""Tables and APIs through dlt: rows become events once, the cursor moves with them, and what could not be stored comes again."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from percorso.main.company import Company
from percorso.model.errors import PercorsoError, StoreUnavailable
from tests.receiving import changed_example, counts, example, in_log, put_source, taker

pytest.importorskip("dlt")


def once(company: Company, name: str) -> None:
    taker(company, name).once(threading.Event())


@pytest.mark.postgres
def test_a_table_of_postgresql(company: Company, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENTALS_URL", postgres_url)
    put_source(company.directory.root, "rentals", example("rentals"))
    with psycopg.connect(postgres_url, autocommit=True) as database:
        database.execute(
            "create table contracts (contract text primary key, customer text, email text, machine text, status text,"
            " monthly_price numeric(8,2), currency text, starts_at timestamptz, ended_at timestamptz, reason text,"
            " changed_at timestamptz)"
        )
        insert = "insert into contracts values (%s, %s, %s, 'M1', 'active', 39.90, 'EUR', %s, null, null, %s)"
        database.execute(insert, ("R1", "U1", "ada@example.com", "2026-03-01 09:00+01", "2026-03-01 09:00+01"))
        database.execute(insert, ("R2", "U2", "bob@example.com", "2026-03-02 09:00+01", "2026-03-02 09:00+01"))
        assert "answers" in company.sources.check(company.sources.find("rentals"))
        once(company, "rentals")
        once(company, "rentals")
        first, _ = in_log(company, "rentals")
        assert first["timestamp"] == "2026-03-01T08:00:00.000Z"
        assert first["properties"] == {"rental_id": "R1", "machine_id": "M1", "price": 39.9, "currency": "EUR"}
        assert counts(company, "rentals") == {"accepted": 2}

        database.execute(
            "update contracts set status = 'ended', ended_at = '2026-03-05', reason = 'moved', changed_at = '2026-03-05'"
            " where contract = 'R1'"
        )
        with monkeypatch.context() as broken:
            broken.setattr(company.log, "append", _full)
            with pytest.raises(StoreUnavailable):
                once(company, "rentals")
        once(company, "rentals")
    assert [event["event"] for event in in_log(company, "rentals")] == ["Rental Started"] * 2 + ["Rental Ended"]


def _full(*_: Any) -> None:
    raise StoreUnavailable("the disk is full")


class HelpDesk:
    """A REST API of our own. `asked`: the cursor and the authorization of each request."""

    def __init__(self) -> None:
        self.tickets: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str]] = []
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                since = parse_qs(urlsplit(self.path).query).get("since", [""])[0]
                desk.asked.append((since, self.headers.get("authorization", "")))
                body = json.dumps({"tickets": [one for one in desk.tickets if one["changed_at"] >= since]}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/"


@pytest.fixture
def desk() -> Iterator[HelpDesk]:
    desk = HelpDesk()
    thread = threading.Thread(target=desk.server.serve_forever)
    thread.start()
    yield desk
    desk.server.shutdown()
    thread.join()
    desk.server.server_close()


def test_a_rest_api(company: Company, desk: HelpDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_TOKEN", "t0ken")
    record = changed_example("tickets")
    record["dlt"]["rest"]["client"]["base_url"] = desk.url
    put_source(company.directory.root, "tickets", record)
    ticket = {"id": 7, "requester": {"email": "ada@example.com"}, "subject": "Resi", "text": "Come?", "status": "open"}
    desk.tickets = [{**ticket, "opened_at": "2026-03-01T08:00:00Z", "changed_at": "2026-03-01T08:00:00Z"}]
    once(company, "tickets")
    closed = {
        "status": "closed",
        "closed_at": "2026-03-02T08:00:00Z",
        "changed_at": "2026-03-02T08:00:00Z",
        "resolved": True,
    }
    desk.tickets = [{**desk.tickets[0], **closed}]
    once(company, "tickets")
    opened, ended = in_log(company, "tickets")
    assert (opened["messageId"], ended["messageId"]) == ("ticket-opened:7", "ticket-closed:7")
    assert opened["context"]["traits"] == {"email": "ada@example.com"}
    assert ended["properties"] == {"ticket_id": "7", "subject": "Resi", "resolved": True}
    assert [since[:10] for since, _ in desk.asked] == ["2026-01-01", "2026-03-01"]
    assert {authorization for _, authorization in desk.asked} == {"Bearer t0ken"}


def test_a_source_that_cannot_be_reached_says_so_without_its_secrets(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENTALS_URL", "postgresql://u:hunter2@127.0.0.1:1/nowhere")
    put_source(company.directory.root, "rentals", example("rentals"))
    with pytest.raises(PercorsoError) as error:
        once(company, "rentals")
    assert "hunter2" not in error.value.message
