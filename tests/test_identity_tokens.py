"""Signed identity through the public face: who proves whom, and that the rest stays a claim."""

from pathlib import Path
from typing import Any

import jwt
import pytest

from percorso.adapters.identity_tokens import IdentityTokens, sign
from percorso.model.proof import identity_key
from percorso.model.time import SECOND
from tests.folding import NOW, Folding, retail
from tests.tracking import post

SECRET = b"secret"
KEY = identity_key(SECRET, "k1")
LATER = NOW // SECOND + 3_600


@pytest.fixture
def folding(tmp_path: Path) -> Any:
    folding = Folding(tmp_path, retail())
    folding.collector.proves = IdentityTokens(SECRET, lambda: {"k1"})
    folding.collector.start()
    yield folding
    folding.collector.stop()
    folding.close()


def people(folding: Folding) -> set[frozenset[str]]:
    folding.processor.drain()
    out: dict[str, set[str]] = {}
    for row in folding.tables()["nodes"]:
        out.setdefault(row[3], set()).add(f"{'~' if row[7] else ''}{row[1]}:{row[2]}")
    return {frozenset(one) for one in out.values()}


def said(token: str | None, user: str = "ada", device: str = "pc", id: str = "1") -> dict[str, Any]:
    context = {} if token is None else {"context": {"identityToken": token, "page": {"path": "/"}}}
    return {"event": "Signed In", "userId": user, "anonymousId": device, "messageId": id, **context}


def told(answer: Any) -> str | None:
    verdicts = answer.json().get("verdicts")
    return verdicts[0]["detail"] if verdicts else None


def test_a_token_attaches_the_device_to_its_user(folding: Folding) -> None:
    answer = post(folding, "/v1/track", said(sign(KEY, "ada", LATER)))
    assert (answer.status_code, told(answer)) == (200, None)
    assert people(folding) == {frozenset({"user_id:ada", "anonymous_id:pc"})}
    with folding.log_database.read() as connection:
        body = connection.exec_driver_sql("select body from log_events").scalar()
    assert "identityToken" not in body, "the token is not kept"
    assert '"path":"/"' in body


def test_without_a_token_it_is_a_claim(folding: Folding) -> None:
    post(folding, "/v1/track", said(None))
    assert people(folding) == {frozenset({"~user_id:ada", "anonymous_id:pc"})}


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (sign(KEY, "ada", NOW // SECOND - 3_600), "expired"),
        (sign(identity_key(SECRET, "another"), "ada", LATER), "no identity key in force"),
        (sign(KEY, "bob", LATER), "of another user"),
        (jwt.encode({"sub": "ada", "exp": LATER}, "", algorithm="none"), "no JSON Web Token"),
        (jwt.encode({"sub": "ada"}, KEY, algorithm="HS256"), "no JSON Web Token"),
        (jwt.encode({"sub": "ada", "exp": LATER}, KEY, algorithm="HS512"), "no JSON Web Token"),
        (jwt.encode({"sub": "ada", "exp": float("inf")}, KEY, algorithm="HS256"), "no JSON Web Token"),
        ("a.b.c", "no JSON Web Token"),
        ("x" * 3_000, "at most 2,048"),
        (17, "is no text"),
    ],
)
def test_a_token_that_proves_nothing_says_why_and_costs_nothing(folding: Folding, token: Any, why: str) -> None:
    answer = post(folding, "/v1/track", said(token))
    assert answer.status_code == 200
    assert why in (told(answer) or "")
    assert people(folding) == {frozenset({"~user_id:ada", "anonymous_id:pc"})}


def test_a_revoked_key_signs_no_more(tmp_path: Path) -> None:
    keys = {"k1"}
    read = IdentityTokens(SECRET, lambda: keys)
    token = sign(KEY, "ada", LATER)
    assert read(token, NOW).user_id == "ada"
    keys.clear()
    assert read(token, NOW).user_id is None


def test_the_context_of_a_batch_may_carry_the_token(folding: Folding) -> None:
    batch = {"context": {"identityToken": sign(KEY, "ada", LATER)}, "batch": [{**said(None), "type": "track"}]}
    assert post(folding, "/v1/batch", batch).json() == {"success": True}
    assert frozenset({"user_id:ada", "anonymous_id:pc"}) in people(folding)


def test_a_proof_does_not_reach_others_in_the_batch(folding: Folding) -> None:
    token = sign(KEY, "ada", LATER)
    items = [{**said(token, id="1"), "type": "track"}, {**said(None, "bob", "other", id="2"), "type": "track"}]
    post(folding, "/v1/batch", {"batch": items})
    assert people(folding) == {
        frozenset({"user_id:ada", "anonymous_id:pc"}),
        frozenset({"~user_id:bob", "anonymous_id:other"}),
    }


@pytest.mark.parametrize("context", [True, 5, "x", []])
def test_a_context_that_is_none_costs_nothing(folding: Folding, context: Any) -> None:
    batch = {"context": {"locale": "it"}, "batch": [{**said(None), "type": "track", "context": context}]}
    assert post(folding, "/v1/batch", batch).status_code == 200
