"""Frictions: what is shown to hurt, by how much, what it costs, who is behind it, and what is done about it."""

import random
from collections.abc import Iterator
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from fastapi import FastAPI

from percorso.insight.discovery import discovered
from percorso.insight.friction.effect import Effect, effect
from percorso.insight.friction.found import Friction, key_of, key_parts
from percorso.insight.friction.grade import grade
from percorso.insight.friction.natural import Slope, slope
from percorso.insight.friction.signal import Outcome
from percorso.insight.friction.value import Worth, values
from percorso.insight.roadmap import RoadmapItem, roadmap
from percorso.main.company import Company
from percorso.model.errors import InvalidInput, NotFound
from percorso.model.time import DAY, HOUR, MINUTE, SECOND, Micros, parse_iso, to_iso
from percorso.pipeline.friction import FrictionFinder
from tests.http_client import Browser, app_for, signed_in
from tests.lakes import Lake, lake_in, track

START = parse_iso("2026-03-02T09:00:00Z")
WEEKS = 26
BROKEN = range(10, 14)
"""The weeks in which the checkout fails on a phone."""
KEY = key_of("error", "web.checkout", "checkout", "timeout")


class Shop:
    """Checkouts of many people over half a year; for four weeks many of those on a phone fail."""

    def __init__(self) -> None:
        self.rng = random.Random(11)
        self.items: list[dict[str, Any]] = []
        self.failed: set[str] = set()
        self.lost = 0.0
        for number in range(2_000):
            self.checkout(f"u{number}")

    def checkout(self, who: str) -> None:
        week, device = self.rng.randrange(WEEKS), self.rng.choice(["mobile", "desktop"])
        at = START + week * 7 * DAY + self.rng.randrange(5 * DAY)
        cart = round(self.rng.uniform(20, 80), 2)
        self.add(at, "Checkout Started", who, device=device)
        fails = week in BROKEN and device == "mobile" and self.rng.random() < 0.7
        again = self.rng.random() < 0.2
        if fails:
            self.failed.add(who)
            self.add(at + 30 * SECOND, "Checkout Failed", who, device=device, error="timeout")
            if self.rng.random() < 0.3:
                self.add(at + 2 * HOUR, "Call Offered", who, call_id=f"call-{who}")
        elif self.rng.random() < 0.03:
            self.add(at + 3 * DAY, "Call Offered", who, call_id=f"call-{who}")
        if not fails or again:
            when = at + (5 * HOUR if fails else MINUTE)
            self.add(when, "Order Completed", who, order_id=f"o-{who}", revenue=cart, currency="EUR", device=device)
        else:
            self.lost += cart

    def add(self, at: Micros, name: str, who: str, **properties: Any) -> None:
        place = "call.support" if name.startswith("Call") else "web.checkout"
        item = track(name, len(self.items), to_iso(at), who, **properties)
        self.items.append({**item, "context": {"touchpoint": place}})


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="module")
def lake(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with lake_in(tmp_path_factory.mktemp("friction")) as lake:
        lake.import_(shop.items)
        lake.fold()
        yield lake


@pytest.fixture(scope="module")
def found(lake: Lake) -> dict[str, Friction]:
    return {one.key: one for one in FrictionFinder(lake.analyst).found().frictions}


class TestFound:
    def test_the_planted_one_is_first_and_strong(self, found: dict[str, Friction]) -> None:
        first = next(iter(found.values()))
        assert (first.key, first.grade, first.stage, first.touchpoint) == (KEY, "strong", "checkout", "web.checkout")
        assert [one.key for one in found.values() if one.grade in ("strong", "moderate")] == [KEY]

    def test_its_people_are_those_who_met_it(self, lake: Lake, found: dict[str, Friction], shop: Shop) -> None:
        people = FrictionFinder(lake.analyst).people(KEY, None, None, 10_000)
        assert people.count == found[KEY].people == len(people.people) == len(shop.failed)

    def test_its_effects_are_those_planted(self, found: dict[str, Friction]) -> None:
        lost, contact = found[KEY].effects["lost"], found[KEY].effects["contact"]
        assert lost.ci_low < 0.8 < lost.ci_high
        assert contact.ci_low < 0.27 < contact.ci_high
        assert found[KEY].slopes["lost"].low > 0.5
        assert found[KEY].weeks in (1, 4)

    def test_its_value_covers_what_was_lost(self, found: dict[str, Friction], shop: Shop) -> None:
        (value,) = found[KEY].value
        days = WEEKS * 7
        calls = 6.0 * len(shop.failed) * 0.27
        truth = (shop.lost + calls) * 365 / days
        assert value.ci_low < truth < value.ci_high
        assert value.currency == "EUR"
        assert value.a_year == pytest.approx(value.lost + value.contacts)

    def test_examples_are_what_happened_around_it(self, lake: Lake, shop: Shop) -> None:
        examples = FrictionFinder(lake.analyst).examples(KEY, None, None)
        assert len(examples) == 3
        for example in examples:
            (here,) = [event for event in example.events if event.here]
            assert (here.name, here.properties["error"]) == ("Checkout Failed", "timeout")
            assert [event.occurred_at for event in example.events] == sorted(e.occurred_at for e in example.events)
            assert example.events[0].name == "Checkout Started"

    def test_a_draft_names_the_play_of_the_place(self, lake: Lake) -> None:
        drafted = FrictionFinder(lake.analyst).found().drafted[KEY]
        assert drafted.play == "checkout_help"
        assert set(drafted.text) == {"it", "en"}

    def test_a_window_without_data_has_none(self, lake: Lake) -> None:
        empty = FrictionFinder(lake.analyst).found(date(2020, 1, 1), date(2020, 2, 1))
        assert empty.frictions == ()

    def test_a_window_that_ends_first_is_refused(self, lake: Lake) -> None:
        with pytest.raises(InvalidInput):
            FrictionFinder(lake.analyst).found(date(2026, 5, 1), date(2026, 4, 1))

    def test_an_unknown_key_is_refused(self, lake: Lake) -> None:
        with pytest.raises(NotFound):
            FrictionFinder(lake.analyst).people("nonsense", None, None, 10)


class TestMeasured:
    def test_the_mending_is_seen(self, lake: Lake) -> None:
        """The day after the last broken week."""
        told = FrictionFinder(lake.analyst).measured(KEY, date(2026, 6, 8))
        assert told.enough
        assert told.complete
        assert told.before.share is not None
        assert told.before.share > 0.25
        assert told.after.visits == 0
        assert told.difference is not None
        assert told.difference.ci_high < 0

    def test_nothing_is_measured_where_the_data_end(self, lake: Lake) -> None:
        told = FrictionFinder(lake.analyst).measured(KEY, date(2026, 9, 1))
        assert not told.enough


def _row(n1: int, y1: int, e0: float, n0: int = 500, v: float = 0.001) -> dict[str, Any]:
    return {"n1_lost": n1, "y1_lost": y1, "e0_lost": e0, "n0_lost": n0, "v_lost": v}


class TestStatistics:
    def test_the_excess_is_what_is_beyond_the_expected(self) -> None:
        one = effect(_row(100, 60, 20.0), "lost")
        assert one is not None
        assert (one.risk, one.usual, one.excess) == pytest.approx((0.6, 0.2, 0.4))
        assert one.ci_low < 0.4 < one.ci_high

    def test_small_groups_say_nothing(self) -> None:
        assert effect(_row(19, 19, 0.0), "lost") is None
        assert effect(_row(100, 60, 20.0, n0=3), "lost") is None

    def test_all_or_none_still_has_an_interval(self) -> None:
        one = effect(_row(50, 50, 0.0, v=0.0), "lost")
        assert one is not None
        assert one.ci_low < 1.0
        assert one.p_value < 1e-6

    def test_of_true_nulls_few_are_found(self) -> None:
        """Benjamini and Hochberg: of 1,000 families of nulls, about one in twenty has a false alarm."""
        rng = np.random.default_rng(3)
        alarms = sum(min(discovered(list(rng.random(40)))) < 0.05 for _ in range(1_000))
        assert 25 <= alarms <= 80

    def test_the_weeks_tell_the_effect(self) -> None:
        """Half of the visits of some weeks are hit, and 0.6 of those hit come to harm beyond the usual 0.1."""
        rng = np.random.default_rng(5)
        hits, others = [], []
        for week in range(40):
            share = 0.5 if week % 4 == 0 else 0.0
            n1 = int(200 * share)
            n0 = 200 - n1
            for rows, n, risk in ((hits, n1, 0.7), (others, n0, 0.1)):
                if n:
                    rows.append({"device": "mobile", "week": week, "n_lost": n, "y_lost": int(rng.binomial(n, risk))})
        told = slope(hits, others, "lost")
        assert told is not None
        assert told.low < 0.6 < told.high
        assert told.high - told.low < 0.2

    def test_no_slope_where_all_weeks_are_alike(self) -> None:
        rows = [{"device": "app", "week": week, "n_lost": 10, "y_lost": 3} for week in range(30)]
        assert slope([], rows, "lost") is None


def _effect(excess: float, p: float, n: int = 300) -> Effect:
    return Effect(
        n=n, others=900, risk=excess, usual=0.0, excess=excess, ci_low=excess - 0.01, ci_high=excess + 0.01, p_value=p, q_value=p
    )  # fmt: skip


class TestGrades:
    two: ClassVar[dict[Outcome, Effect]] = {"lost": _effect(0.3, 1e-9), "contact": _effect(0.2, 1e-6)}
    calm: ClassVar[dict[Outcome, Effect]] = {"contact": _effect(0.0, 0.6)}
    up: ClassVar[dict[Outcome, Slope]] = {"lost": Slope(0.3, 0.1, 0.5)}

    def test_strong_needs_everything(self) -> None:
        assert grade(1e-8, self.two, self.calm, self.up) == "strong"
        assert grade(1e-8, {"lost": self.two["lost"]}, self.calm, self.up) == "moderate"
        assert grade(1e-8, self.two, self.calm, {}) == "moderate"
        assert grade(1e-8, self.two, self.calm, {"lost": Slope(-0.3, -0.5, -0.1)}) == "moderate"
        assert grade(0.02, self.two, self.calm, self.up) == "moderate"
        few = {name: _effect(one.excess, one.p_value, 60) for name, one in self.two.items()}
        assert grade(1e-8, few, self.calm, self.up) == "moderate"

    def test_who_was_worse_off_before_proves_little(self) -> None:
        assert grade(1e-8, self.two, {"contact": _effect(0.1, 1e-4)}, self.up) == "weak"

    def test_luck_and_few(self) -> None:
        assert grade(0.4, {"lost": _effect(0.001, 0.4)}, self.calm, {}) == "none"
        assert grade(None, {}, {}, {}) == "few"
        assert grade(0.1, {"lost": _effect(0.1, 0.1)}, self.calm, self.up) == "weak"


class TestValue:
    def test_currencies_are_never_added_up(self) -> None:
        worths = [Worth("CHF", 80.0, 1.0, 0.25, "revenue"), Worth("EUR", 50.0, 1.0, 0.75, "revenue")]
        told = values(100, {"lost": _effect(0.5, 1e-9), "contact": _effect(0.2, 1e-9)}, worths, "EUR", 6.0)
        assert [(one.currency, round(one.a_year, 2)) for one in told] == [("EUR", 1995.0), ("CHF", 1000.0)]

    def test_what_is_not_shown_is_not_priced(self) -> None:
        worths = [Worth("EUR", 50.0, 1.0, 1.0, "revenue")]
        assert values(100, {"lost": _effect(0.5, 0.04), "low": _effect(0.5, 1e-9)}, worths, "EUR", 6.0) == []

    def test_the_interval_has_both_errors(self) -> None:
        (one,) = values(100, {"lost": _effect(0.5, 1e-9)}, [Worth("EUR", 50.0, 5.0, 1.0, "revenue")], "EUR", 6.0)
        excess, worth = 100 * 50 * 0.01 / 1.96, 100 * 0.5 * 5.0
        assert (one.ci_high - one.a_year) / 1.96 == pytest.approx(sqrt(excess**2 + worth**2), rel=1e-3)


def test_keys_are_read_as_they_are_written() -> None:
    for subject in ("", "a → b → a", "x~y"):
        key = key_of("loop", "web.home", "", subject)
        assert key_parts(key) == ("loop", "web.home", "", subject)
    assert key_parts("loop~web.home") is None
    assert key_parts("unheard~a~b~c") is None


def _item(name: str, value: float, spread: float = 1.0, cost: float = 0.0, after: tuple[str, ...] = ()) -> RoadmapItem:
    interval = {"value_low": value - spread, "value_high": value + spread}
    return RoadmapItem(
        id=name, title=name, effort_days=5, cost=cost, value=value, **interval, friction=None, owner=None, after=after
    )


class TestRoadmap:
    def test_what_surely_pays_comes_first_then_what_pays_most(self) -> None:
        steps = roadmap([_item("risky", 1000, 3000), _item("small", 10), _item("great", 500)])
        assert [step.item.id for step in steps] == ["great", "small", "risky"]
        assert [step.day for step in steps] == [5, 10, 15]
        assert steps[-1].total_net == 1510

    def test_nothing_before_what_it_depends_on(self) -> None:
        steps = roadmap(
            [_item("great", 500, after=("base",)), _item("base", -10, cost=100), _item("gone", 1, after=("deleted",))]
        )
        assert [step.item.id for step in steps] == ["gone", "base", "great"]

    def test_a_circle_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="depends on itself"):
            roadmap([_item("a", 1, after=("b",)), _item("b", 1, after=("a",))])


@pytest.fixture
def app(company: Company) -> FastAPI:
    return app_for(company)


@pytest.fixture
def manager(company: Company, app: FastAPI) -> Browser:
    return signed_in(company, app, "manager")


class TestWork:
    def test_a_friction_goes_from_hand_to_hand(self, manager: Browser, company: Company) -> None:
        assert manager.get("/api/frictions").json() == {"frictions": []}
        today = company.civil.civil_date(company.clock.now()).isoformat()
        for change in (
            {"status": "owned", "owner": "Ada"},
            {"status": "mended", "mended_on": today, "note": "a longer time-out"},
            {"status": "told", "told": 105},
        ):
            answer = manager.post("/api/frictions", json={"friction": KEY, **change})
            assert answer.status_code == 200, answer.text
        (state,) = manager.get("/api/frictions").json()["frictions"]
        assert (state["status"], state["owner"], state["mended_on"]) == ("told", "Ada", today)
        assert [step["status"] for step in state["steps"]] == ["owned", "mended", "told"]
        assert [step["told"] for step in state["steps"]] == [None, None, 105]
        acts = [row.act for row in company.audit.all()]
        assert acts.count("friction.changed") == 3

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"status": "owned"}, 400),
            ({"status": "mended"}, 400),
            ({"status": "mended", "mended_on": "2999-01-01"}, 400),
            ({"status": "told", "told": 3}, 409),
            ({"status": "measured"}, 400),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, manager: Browser, change: dict[str, Any], status: int) -> None:
        assert manager.post("/api/frictions", json={"friction": KEY, **change}).status_code == status

    def test_an_agent_may_look_but_not_change(self, company: Company, app: FastAPI) -> None:
        agent = signed_in(company, app, "agent")
        assert agent.get("/api/frictions").status_code == agent.get("/api/roadmap").status_code == 200
        assert agent.post("/api/frictions", json={"friction": KEY, "status": "found"}).status_code == 403
        assert agent.post("/api/roadmap", json={"title": "x", "effort_days": 1}).status_code == 403

    def test_the_roadmap_is_written_and_changed(self, manager: Browser) -> None:
        base = {"title": "Chat", "effort_days": 20, "cost": 1000, "value": 500, "value_low": 0, "value_high": 1000}
        first = manager.post("/api/roadmap", json=base).json()["steps"][0]["item"]["id"]
        second = {"title": "Checkout", "effort_days": 3, "value": 4923, "friction": KEY, "after": [first]}
        told = manager.post("/api/roadmap", json=second).json()
        assert [step["item"]["title"] for step in told["steps"]] == ["Chat", "Checkout"]
        assert told["steps"][1]["total_net"] == pytest.approx(4423)
        assert manager.request("PUT", f"/api/roadmap/{first}", json={**base, "after": [first]}).status_code == 400
        changed = manager.request("PUT", f"/api/roadmap/{first}", json={**base, "value": 700}).json()
        assert changed["steps"][0]["item"]["value"] == 700
        assert [step["item"]["title"] for step in manager.delete(f"/api/roadmap/{first}").json()["steps"]] == [
            "Checkout"
        ]
        assert manager.delete(f"/api/roadmap/{first}").status_code == 404
        assert manager.post("/api/roadmap", json={**base, "value": 5000}).status_code == 400

    def test_the_list_is_asked_of_the_analysis(self, manager: Browser) -> None:
        answer = manager.get("/api/insight/frictions")
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["frictions"] == []
        assert {signal["id"] for signal in told["signals"]} >= {"error", "loop"}
        assert manager.get("/api/insight/frictions/people", params={"key": "nonsense"}).status_code == 404


def test_the_command_prints_rows(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.importing import Cli

    cli = Cli(tmp_path / "company", capsys)
    assert cli.json("init") is not None
    assert cli.json("friction") == []
