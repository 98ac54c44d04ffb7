"""KPIs over HTTP: variants, groups compared, and the people behind each number."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from percorso.main.company import Company
from percorso.model.time import DAY, HOUR, to_iso
from tests.http_client import Browser, app_for, signed_in, take, track

CSAT = {"kind": "csat", "scale": 5}


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company)


@pytest.fixture
def agent(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "agent")


@pytest.fixture
def answered(company: Company) -> None:
    """Twelve people answered twice: ten days ago mostly well, forty days ago badly; half of them in the shop."""
    now = company.clock.now()
    take(
        company,
        *(
            track(
                "Survey Answered",
                f"s{ago}-{number}",
                f"u{number}",
                properties={**CSAT, "score": 1 if ago == 40 else 5 - (number == 0)},
                context={"touchpoint": "store.till" if number % 2 else "web.shop"},
                timestamp=to_iso(now - ago * DAY - number * HOUR),
            )
            for ago in (10, 40)
            for number in range(12)
        ),
    )


@pytest.fixture
def days(company: Company) -> dict[str, str]:
    """The last 28 days, and the 28 before."""
    today = company.civil.civil_date(company.clock.now())
    start = today - timedelta(days=28)
    return {
        "from": str(start),
        "to": str(today),
        "compare_from": str(start - timedelta(days=28)),
        "compare_to": str(start),
    }


@pytest.mark.usefixtures("answered")
class TestKpis:
    def test_a_variant_by_its_own_name(self, agent: Browser, days: dict[str, str]) -> None:
        answer = agent.get("/api/insight/kpis/csat", params={**days, "variant": "csat_mean"}).json()
        assert answer["definition"]["definition"] == "csat_mean@1"
        assert [one["variant"] for one in answer["definition"]["variants"]][:2] == ["csat", "csat_top_box"]
        (row,) = answer["rows"]
        assert (row["n"], row["people"], row["value"]) == (12, 12, pytest.approx(59 / 12))

    def test_two_periods_with_the_interval_of_their_difference(self, agent: Browser, days: dict[str, str]) -> None:
        answer = agent.get("/api/insight/kpis/csat", params={**days, "by": "touchpoint"}).json()
        assert len(answer["compared"]) == len(answer["rows"]) == 3
        for row, compared in zip(answer["rows"], answer["compared"], strict=True):
            apart = compared["difference"]
            assert compared["other"]["window"] == {"from": days["compare_from"], "to": days["compare_to"]}
            assert apart["value"] == pytest.approx(row["value"] - compared["other"]["value"])
            assert apart["ci_low"] < apart["value"] <= apart["ci_high"]
            assert apart["is_clear"]

    def test_a_group_with_which_the_others_are_compared(self, agent: Browser, days: dict[str, str]) -> None:
        asked = {"from": days["from"], "to": days["to"], "by": "touchpoint", "against": "web.shop"}
        answer = agent.get("/api/insight/kpis/csat", params=asked).json()
        found = {row["by"].get("touchpoint"): one for row, one in zip(answer["rows"], answer["compared"], strict=True)}
        assert found[None] is None
        assert found["web.shop"] is None
        assert found["store.till"]["difference"]["is_clear"] is False

    @pytest.mark.parametrize("by", [None, "touchpoint", "month", "weekday"])
    def test_every_count_opens_its_people(self, agent: Browser, by: str | None) -> None:
        params = {"by": by} if by else {}
        rows = agent.get("/api/insight/kpis/csat", params=params).json()["rows"]
        for row in rows[1:] if by else rows:
            group = {"by": by, "value": row["by"][by]} if by else {}
            found = agent.get("/api/insight/kpis/csat/people", params={**group, "limit": 100}).json()
            assert len(found["people"]) == found["count"] == row["people"] <= row["n"]

    def test_who_was_listed_is_noted(self, company: Company, app: FastAPI, agent: Browser) -> None:
        agent.get("/api/insight/kpis/csat/people")
        acts = signed_in(company, app, "admin").get("/api/audit").json()
        assert "people.listed" in str(acts)

    def test_all_definitions_and_their_variants(self, agent: Browser) -> None:
        listed = agent.get("/api/insight/kpis").json()["kpis"]
        every = agent.get("/api/insight/kpis", params={"variants": True}).json()["kpis"]
        assert len(listed) == len({one["kpi"] for one in listed}) == 17
        assert len(every) == len({one["definition"] for one in every}) == sum(len(one["variants"]) for one in listed)
        assert all(one["about"]["it"] and one["edges"]["en"] and one["names"] for one in every)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/insight/kpis/csat?variant=csat_median", 404),
        ("/api/insight/kpis/churn?by=weekday", 400),
        ("/api/insight/kpis/csat?compare_from=2026-01-01", 400),
        ("/api/insight/kpis/csat?by=channel&against=fax", 400),
        ("/api/insight/kpis/never/people", 404),
        ("/api/insight/kpis/csat/people?by=colour", 400),
    ],
)
def test_a_question_that_cannot_be_answered(agent: Browser, path: str, status: int) -> None:
    assert agent.get(path).status_code == status
