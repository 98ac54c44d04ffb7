"""Requests about people's data over HTTP, shaped like OpenDSR."""

from typing import Any

import pytest
from fastapi import FastAPI

from percorso.main.company import Company
from percorso.pipeline.forgetting_receipt import is_signed
from tests.http_client import Browser, app_for, signed_in, take, track


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company)


@pytest.fixture
def manager(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "manager")


def wish(kind: str, value: str = "u1") -> dict[str, Any]:
    return {
        "subject_request_type": kind,
        "subject_identities": [{"identity_type": "user_id", "identity_value": value}],
    }


def test_an_erasure_is_asked_for_done_and_proved(company: Company, manager: Browser) -> None:
    take(company, track("Order Completed", "m-of-u1", userId="u1"))
    asked = manager.post("/api/privacy/requests", json=wish("erasure"))
    assert asked.status_code == 201
    request = asked.json()
    assert (request["request_status"], request["identity_types"]) == ("pending", ["user_id"])
    assert "u1" not in str(request["identity_types"])
    assert manager.get("/api/people?q=user_id:u1").json()["people"] == []
    place = f"/api/privacy/requests/{request['subject_request_id']}"
    assert manager.get(f"{place}/receipt").status_code == 404
    company.forgetting.finish_all(company.processor)
    done = manager.get(place).json()
    assert (done["request_status"], done["counts"]["log_events"], done["signed"]) == ("completed", 1, True)
    assert is_signed(manager.get(f"{place}/receipt").json(), company.facts.secret)
    assert manager.get("/api/privacy/requests").json()["requests"][0] == done
    assert manager.get(f"{place}/bundle").status_code == 404


def test_a_bundle_is_what_is_known_and_its_export_is_audited(company: Company, manager: Browser) -> None:
    take(company, track("Order Completed", "m1", userId="u1"))
    made = manager.post("/api/privacy/requests", json=wish("access")).json()
    place = f"/api/privacy/requests/{made['subject_request_id']}/bundle"
    bundle = manager.get(place)
    assert [one["message_id"] for one in bundle.json()["events"]] == ["m1"]
    assert "attachment" in bundle.headers["content-disposition"]
    assert '<html lang="en">' in manager.get(f"{place}?format=html&language=en").text
    acts = [one.act for one in company.audit.latest(5)]
    assert acts[:2] == ["person.exported", "person.exported"]
    assert "privacy.requested" in acts


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_only_who_may_change_data_may_ask(company: Company, app: FastAPI, role: str) -> None:
    caller = signed_in(company, app, role)
    assert caller.post("/api/privacy/requests", json=wish("erasure")).status_code == 403
    assert caller.get("/api/privacy/requests").status_code == 403


def test_what_identifies_nobody_is_refused(manager: Browser) -> None:
    answer = manager.post("/api/privacy/requests", json=wish("erasure", "null"))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert manager.get("/api/privacy/requests/nothing").status_code == 404


def test_several_people_are_not_given_as_one(company: Company, manager: Browser) -> None:
    for user in ("u1", "u2"):
        take(company, track("Order Completed", f"m-{user}", userId=user))
    asked = wish("access")
    asked["subject_identities"].append({"identity_type": "user_id", "identity_value": "u2"})
    made = manager.post("/api/privacy/requests", asked).json()
    answer = manager.get(f"/api/privacy/requests/{made['subject_request_id']}/bundle")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "of 2 people" in answer.json()["message"]
