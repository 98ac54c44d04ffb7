"""Webhooks: signed posts end in the log once, and nothing else does."""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from percorso.main.company import Company
from percorso.model.errors import StoreUnavailable
from percorso.model.time import SECOND
from percorso.ports import Chosen
from tests.receiving import EXAMPLES, changed_example, counts, example, in_log, put_source, served

SECRET = "a secret both sides know"
META = (EXAMPLES / "meta.json").read_bytes()
ORDER = (EXAMPLES / "shop-orders.json").read_bytes()


def hex_of(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
def client(company: Company, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    for name in ("META_APP_SECRET", "SHOP_HOOK_SECRET", "HOOK_SECRET"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("META_VERIFY_TOKEN", "shake")
    put_source(company.directory.root, "meta", example("meta"))
    put_source(company.directory.root, "shop-orders", example("shop-orders"))
    with served(company) as client:
        yield client


def post_meta(client: TestClient, body: bytes = META, **headers: str) -> Any:
    return client.post(
        "/hooks/meta", content=body, headers={"x-hub-signature-256": f"sha256={hex_of(body)}", **headers}
    )


def test_meta_comes_in_once_however_often_it_is_sent(client: TestClient, company: Company) -> None:
    for _ in range(2):
        answer = post_meta(client)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    told = in_log(company, "meta")
    assert [one["event"] for one in told] == ["Post Commented", "Mention Posted", "Direct Message Received"]
    assert counts(company, "meta") == {"accepted": 3, "duplicate": 3}


def test_events_of_a_hook_are_folded_onto_their_person(client: TestClient, company: Company) -> None:
    post_meta(client)
    company.processor.drain()
    found = company.identifiers_of("5501")
    assert [identifier.kind for identifier, _ in found] == ["meta"]


def test_the_handshake_of_meta(client: TestClient) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "shake", "hub.challenge": "1158201444"}
    answer = client.get("/hooks/meta", params=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    assert client.get("/hooks/meta", params={**asked, "hub.verify_token": "guess"}).status_code == 401
    assert client.get("/hooks/meta", params={**asked, "hub.challenge": "<script>"}).status_code == 401
    assert client.get("/hooks/meta").status_code == 404
    assert client.get("/hooks/shop-orders", params=asked).status_code == 404


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        f"sha256={'0' * 64}",
        f"sha256={hex_of(META, 'other')}",
        f"sha1={hex_of(META)}",
        hex_of(META),
        "sha256=é",
    ],
)
def test_a_wrong_signature_is_401_and_nothing_is_kept(client: TestClient, company: Company, signature: str) -> None:
    answer = client.post("/hooks/meta", content=META, headers={"x-hub-signature-256": signature.encode()})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert company.log.size().head == 0


def test_a_body_changed_on_its_way_is_401(client: TestClient) -> None:
    answer = client.post("/hooks/meta", content=META + b" ", headers={"x-hub-signature-256": f"sha256={hex_of(META)}"})
    assert answer.status_code == 401


def test_a_signed_time_must_be_near(client: TestClient, company: Company) -> None:
    now = company.clock.now() // SECOND

    def post(at: int) -> int:
        signed = f"{at}.".encode() + ORDER
        header = {"x-shop-signature": f"t={at},v1={hex_of(signed)}"}
        return int(client.post("/hooks/shop-orders", content=ORDER, headers=header).status_code)

    assert [post(at) for at in (now, now - 200, now - 400, now + 400, 0)] == [200, 200, 401, 401, 401]
    assert counts(company, "shop-orders") == {"accepted": 1, "duplicate": 1}


@pytest.mark.parametrize(
    ("signature", "header"),
    [
        (
            {"header": "X-Sig", "form": "{base64}"},
            lambda body: {"x-sig": base64.b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()},
        ),
        ({"header": "X-Sig"}, lambda body: {"x-sig": hex_of(body)}),
    ],
)
def test_other_forms_of_signature(client: TestClient, company: Company, signature: dict[str, Any], header: Any) -> None:
    record = changed_example("shop-orders", signature={"secret": {"env": "HOOK_SECRET"}, **signature})
    put_source(company.directory.root, "other", record)
    assert client.post("/hooks/other", content=ORDER, headers=header(ORDER)).status_code == 200
    assert client.post("/hooks/other", content=ORDER + b" ", headers=header(ORDER)).status_code == 401


def test_a_form_with_a_token(client: TestClient, company: Company) -> None:
    mapping = {
        "zone": "Europe/Rome",
        "events": [
            {
                "name": "Form Submitted",
                "message_id": "id",
                "time": "received.at",
                "identifiers": {"email": "email"},
                "properties": {"form": "form", "topics": "topic", "sent_by": "received.headers.x-sender"},
            }
        ],
    }
    token = {"header": "X-Token", "secret": {"file": "token.txt"}}
    (company.directory.root / "token.txt").write_text(f"{SECRET}\n")
    put_source(company.directory.root, "forms", {"kind": "webhook", "webhook": {"token": token}, "mapping": mapping})
    body = {"id": "7", "email": "ada@example.com", "form": "contatti", "topic": ["resi", "spedizioni"]}
    answer = client.post("/hooks/forms", data=body, headers={"x-token": SECRET, "x-sender": "sito"})
    assert answer.status_code == 200
    (told,) = in_log(company, "forms")
    assert told["properties"] == {"form": "contatti", "topics": ["resi", "spedizioni"], "sent_by": "sito"}
    assert SECRET not in json.dumps(told)
    assert client.post("/hooks/forms", data=body, headers={"x-token": "no"}).status_code == 401


def test_what_cannot_be_read_is_kept_aside_with_its_reason(client: TestClient, company: Company) -> None:
    for body in (b"no json", b'{"entry":[{"changes":[{"field":"mention","value":{}}]}]}'):
        assert post_meta(client, body).status_code == 200
    assert counts(company, "meta") == {"quarantined": 2}
    refused = company.quarantine.newest(Chosen(source="meta"), 10)
    assert {row.reason for row in refused} == {"malformed_document", "missing_key"}
    assert refused[-1].body == "no json"


def test_what_is_not_meant_is_counted(client: TestClient, company: Company) -> None:
    assert post_meta(client, b'{"object":"page","entry":[]}').status_code == 200
    assert counts(company, "meta") == {"idle": 1}


def test_unknown_sources_and_other_kinds_are_404(client: TestClient, company: Company) -> None:
    put_source(company.directory.root, "till", {"kind": "folder", "folder": {"path": "in"}, "map": "till"})
    for name in ("nobody", "till", "..%2fmeta", "meta.yaml", "META", "%00", "a b"):
        assert client.post(f"/hooks/{name}", content=META).status_code in (400, 404, 405)


def test_a_source_set_up_wrongly_is_503_so_that_nothing_is_lost(
    client: TestClient, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("META_APP_SECRET")
    answer = post_meta(client)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    monkeypatch.setenv("META_APP_SECRET", SECRET)
    path = put_source(company.directory.root, "meta", "kind: [")
    os.utime(path, (1, 1))
    assert post_meta(client).status_code == 503
    put_source(company.directory.root, "meta", example("meta"))
    assert post_meta(client).status_code == 200


def test_a_log_that_cannot_be_written_is_503(
    client: TestClient, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(company.log, "append", full)
        assert post_meta(client).status_code == 503
    assert post_meta(client).status_code == 200
    assert counts(company, "meta") == {"accepted": 3}


def test_a_body_over_the_cap_is_413(client: TestClient) -> None:
    assert post_meta(client, b"[" + b" " * (1 << 20) + b"]").status_code == 413
