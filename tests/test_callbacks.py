"""Callbacks of privacy requests: what is told, how it is signed, and where posts never go."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from percorso.adapters.callback_post import CallbackPost
from percorso.main.company import Company
from percorso.model.callback import SIGNATURE, Told, callback_secret, checked_urls, signed
from percorso.model.errors import InvalidInput
from percorso.model.time import MINUTE
from percorso.pipeline.calling_back import GIVEN_UP, CallingBack
from tests.http_client import MovedClock, app_for, signed_in, take, track


class Ear(HTTPServer):
    """A receiver: remembers posts, answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearing)
        self.answers: list[int] = []
        self.heard: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/privacy?of=us"


class Hearing(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        ear = self.server
        assert isinstance(ear, Ear)
        body = self.rfile.read(int(self.headers["content-length"]))
        ear.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(ear.answers.pop(0) if ear.answers else 204)
        self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def ear() -> Iterator[Ear]:
    server = Ear()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def clock(company: Company) -> MovedClock:
    clock = MovedClock(company.clock.now())
    company.clock = clock
    return clock


def calling(company: Company, hosts: tuple[str, ...] = ("127.0.0.1",)) -> CallingBack:
    company.settings.callback_hosts = hosts
    return company.calling_back


def statuses(ear: Ear) -> list[str]:
    return [json.loads(body)["request_status"] for _, body in ear.heard]


def test_each_status_is_told_in_order_signed_and_names_nobody(company: Company, clock: MovedClock, ear: Ear) -> None:
    take(company, track("Order Completed", "m-of-u1", userId="customer-u1"))
    back = calling(company)
    request = company.forgetting.request("erasure", [("user_id", "customer-u1")], "eva", [ear.url])
    assert back.step() == 1
    assert back.step() == 0
    company.forgetting.finish_all(company.processor)
    assert [back.step(), back.step(), back.step()] == [1, 1, 0]
    assert statuses(ear) == ["pending", "in_progress", "completed"]
    headers, body = ear.heard[-1]
    at = headers[SIGNATURE].partition(",")[0].removeprefix("t=")
    assert headers[SIGNATURE] == signed(body, callback_secret(company.facts.secret), int(at))
    assert b"customer-u1" not in b"".join(body for _, body in ear.heard)
    assert json.loads(body)["receipt"]["hits"] == 0
    assert json.loads(body)["subject_request_id"] == request.request_id


def test_what_is_not_answered_is_told_again_later_and_at_last_no_more(
    company: Company, clock: MovedClock, ear: Ear
) -> None:
    back = calling(company)
    request = company.forgetting.request("access", [("user_id", "u1")], "eva", [ear.url])
    ear.answers = [500, 302]
    assert back.step() == 0
    assert back.step() == 0
    assert len(ear.heard) == 1
    clock.advance(MINUTE)
    assert back.step() == 0
    (one,) = back.of(request)
    assert (one.tries, one.problem, one.told) == (2, "it answered 302", ())
    clock.advance(2 * MINUTE)
    assert back.step() == 1
    assert statuses(ear) == ["completed"] * 3
    other = company.forgetting.request("access", [("user_id", "u2")], "eva", [ear.url])
    clock.advance(GIVEN_UP + 1)
    ear.answers = [500]
    back.step()
    clock.advance(GIVEN_UP)
    assert back.step() == 0
    assert (back.of(other)[0].gave_up, len(ear.heard)) == (True, 4)


def told(url: str) -> Told:
    return Told(url=url, headers={}, body=b"{}")


@pytest.mark.parametrize(
    ("url", "addresses", "why"),
    [
        ("http://example.com/", ["93.184.215.14"], "only https"),
        ("https://localhost/", ["127.0.0.1"], "private network"),
        ("https://intranet.example.com/", ["93.184.215.14", "10.0.0.7"], "private network"),
        ("https://metadata/", ["169.254.169.254"], "private network"),
        ("https://[::1]/", ["::1"], "private network"),
        ("https://mapped.example.com/", ["::ffff:10.0.0.1"], "private network"),
        ("https://nat.example.com/", ["64:ff9b::a00:1"], "private network"),
        ("https://sixtofour.example.com/", ["2002:0a00:0001::1"], "private network"),
        ("https://unspecified.example.com/", ["0.0.0.0"], "private network"),
        ("https://nowhere.example.com/", [], "private network"),
    ],
)
def test_nothing_is_posted_into_a_private_network(url: str, addresses: list[str], why: str) -> None:
    problem = CallbackPost((), lambda *_: addresses).post(told(url))
    assert problem is not None
    assert why in problem


def test_what_was_looked_up_is_what_is_spoken_with(ear: Ear) -> None:
    """A name that leads elsewhere a moment later leads nowhere else: it is looked up once."""
    asked = []

    def once(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    url = f"http://partner.example.com:{ear.server_port}/x"
    assert CallbackPost(("partner.example.com",), once).post(told(url)) is None
    assert asked == ["partner.example.com"]
    assert ear.heard[0][0]["host"] == f"partner.example.com:{ear.server_port}"


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.example.com/", "https://", "https://eva:pw@a.example.com/", "https://a.example.com:99999/", "no"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        checked_urls([url])
    with pytest.raises(InvalidInput):
        checked_urls([f"https://a.example.com/{number}" for number in range(11)])


def test_over_http_a_request_names_them_and_shows_how_far_they_are(company: Company, ear: Ear) -> None:
    manager = signed_in(company, app_for(company), "manager")
    wish = {
        "subject_request_type": "access",
        "subject_identities": [{"identity_type": "user_id", "identity_value": "u1"}],
    }
    made = manager.post("/api/privacy/requests", json={**wish, "callback_urls": [ear.url]})
    assert made.status_code == 201
    place = f"/api/privacy/requests/{made.json()['subject_request_id']}"
    (one,) = manager.get(place).json()["callbacks"]
    assert (one["url"], one["told"]) == (ear.url, [])
    calling(company, ()).step()
    (one,) = manager.get(place).json()["callbacks"]
    assert (one["tries"], "only https" in one["problem"], ear.heard) == (1, True, [])
    assert manager.post("/api/privacy/requests", json={**wish, "callback_urls": ["nowhere"]}).status_code == 400


def test_who_drips_an_answer_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("percorso.adapters.callback_post.TIMEOUT_S", 0.3)
    gone = Event()

    def drip() -> None:
        caller, _ = listening.accept()
        with caller, suppress(OSError):
            caller.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
            while not gone.wait(0.05):
                caller.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        assert CallbackPost({"127.0.0.1"}).post(told(url)) == "it does not answer: TimeoutError"
        gone.set()
        thread.join()


def test_an_old_request_is_told_however_many_followed(company: Company, clock: MovedClock, ear: Ear) -> None:
    first = company.forgetting.request("access", [("user_id", "u1")], "me", [ear.url])
    for number in range(3):
        company.forgetting.request("access", [("user_id", f"x{number}")], "me")
    calling(company).step()
    assert [one.request_id for one in company.privacy_requests.to_be_told(0)] == [first.request_id]
    assert statuses(ear) == ["completed"]
    assert company.privacy_requests.to_be_told(first.requested_at + 1) == []
