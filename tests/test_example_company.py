"""The example company: the same for everybody, fast, within the packs' contracts, and true to what was planted."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
import yaml
from company import Item, Year, events, live
from company.__main__ import written
from company.cast import SHARES, quotas
from company.rhythm import ZONE, holiday
from company.timeline import timeline
from company.truths import Truths
from company.truths.witness import name_of
from hypothesis import given
from hypothesis import strategies as st

from percorso.adapters.packs import load_packs
from percorso.data.intake import Intake, read_item
from percorso.data.intake import Item as RawItem
from percorso.model.identifier import normalise
from percorso.model.time import CivilClock
from percorso.model.verdict import Candidate

COMPANY = Path(__file__).parents[1] / "examples" / "company"
END = date(2026, 7, 1)
PACKS = ("retail", "subscription", "service", "b2b")
SOURCES = {"web", "app", "till", "callcentre", "delivery", "machines", "email", "courses", "crm"}
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


class Told:
    """One year, gone by: its truths, and what the tests count themselves."""

    def __init__(self, people: int) -> None:
        year = Year(people, 7, END)
        seen = Truths(year)
        self.year = year
        self.months: Counter[tuple[str, str]] = Counter()
        self.shapes: set[tuple[Any, ...]] = set()
        self.touchpoints: set[str | None] = set()
        self.last_at = 0
        self.in_order = True
        self.items = 0
        for item in seen.watch(year.items()):
            self.in_order &= item.at >= self.last_at
            self.last_at = item.at
            self.items += 1
            name, properties = name_of(item.wire), item.wire.get("properties", {})
            self.months[(item.wire["timestamp"][:7], name)] += 1
            self.shapes.add((name, *((prop, type(value)) for prop, value in properties.items())))
            self.touchpoints.add(item.wire["context"].get("touchpoint"))
        self.truths = seen.tell()


@pytest.fixture(scope="module")
def whole() -> Told:
    return Told(5_000)


@pytest.fixture(scope="module")
def small() -> Told:
    return Told(500)


@pytest.fixture(scope="module", params=[pytest.param("whole", marks=pytest.mark.slow), "small"])
def told(request: pytest.FixtureRequest) -> Told:
    found: Told = request.getfixturevalue(request.param)
    return found


def digest(items: Iterator[Item]) -> str:
    out = hashlib.sha256()
    for item in items:
        out.update(json.dumps([item.at, item.source, item.wire]).encode())
    return out.hexdigest()


# The stream


@pytest.mark.slow
def test_the_truths_file_is_what_the_simulator_says(whole: Told) -> None:
    again = "python -m company --people 5000 --seed 7 --end 2026-07-01 --out /dev/null --truths company/truths.yaml"
    written_down = (COMPANY / "truths.yaml").read_text(encoding="utf-8")
    assert written(whole.truths) == written_down, f"in examples/: {again}"


@pytest.mark.slow
def test_a_year_has_its_events(whole: Told) -> None:
    assert 250_000 <= whole.items <= 400_000
    assert whole.in_order
    assert whole.last_at < datetime(2026, 7, 1, tzinfo=ZONE).timestamp() * 1e6
    assert set(whole.truths["counts"]["sources"]) == SOURCES


def test_two_processes_tell_the_same_year() -> None:
    command = [sys.executable, "-m", "company", "--people", "80", "--seed", "3", "--end", "2026-03-01"]
    runs = [
        subprocess.run(
            command, cwd=COMPANY.parent, env={**os.environ, "PYTHONHASHSEED": salt}, capture_output=True, check=True
        ).stdout
        for salt in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) > 4_000


def test_another_seed_is_another_year() -> None:
    assert digest(events(60, 1, END)) != digest(events(60, 2, END))


def test_a_year_that_ends_at_noon_is_the_beginning_of_the_whole_day() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=ZONE)
    until_noon = list(events(200, 7, noon))
    until_morning = list(events(200, 7, END))
    assert until_noon[: len(until_morning)] == until_morning
    assert len(until_noon) > len(until_morning)
    assert all(item.at < noon.timestamp() * 1e6 for item in until_noon)


def test_message_ids_are_unique_in_their_source() -> None:
    ids = [(item.source, item.wire["messageId"]) for item in events(100, 7, END)]
    assert len(ids) == len(set(ids))


def test_it_is_fast() -> None:
    """The aim is 20,000 a second; measured 33,000 to 52,000. The guard is lower, for slow machines."""
    best = 0.0
    for _ in range(3):
        started = time.process_time()
        best = max(best, sum(1 for _ in events(200, 7, END)) / (time.process_time() - started))
    assert best > 10_000


@given(st.integers(min_value=0, max_value=100_000))
def test_quotas_add_up(total: int) -> None:
    counts = quotas(total, SHARES)
    assert sum(counts.values()) == total
    assert all(abs(counts[kind] - total * share) < 1 for kind, share in SHARES.items())


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31)))
def test_planted_weeks_never_overlap_whatever_the_end(end: date) -> None:
    days = timeline(end)
    assert days.first < days.fault[0] < days.fault[1] <= days.split < days.reversal < days.welcome_back
    assert days.winback + timedelta(days=30) <= days.late[0]
    assert days.late[0] < days.late[1] < end
    assert all(days.first < wave < end for wave in days.waves)
    assert days.monday.weekday() == 0
    assert days.monday + timedelta(days=30) < end


def test_italian_holidays() -> None:
    assert [day for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(120)) if holiday(day)] == [
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 6),
        date(2026, 4, 25),
    ]


@pytest.mark.slow
def test_the_year_has_its_seasons(whole: Told) -> None:
    orders = {month: whole.months[(month, "Order Completed")] for month in ("2025-08", "2025-10", "2025-12")}
    assert orders["2025-08"] < 0.75 * orders["2025-10"] < 0.75 * orders["2025-12"]


# Live


def test_live_goes_on_from_any_start() -> None:
    start = 1_790_000_000_000_000
    first = list(islice(live(start, 2.0, 100, 7, END), 500))
    again = list(islice(live(start, 2.0, 100, 7, END), 500))
    other = list(islice(live(start + 60_000_000, 2.0, 100, 7, END), 500))
    assert first == again
    assert all(one.at <= two.at for one, two in pairwise(first))
    assert 150 < (first[-1].at - start) / 1e6 < 400
    ids = {item.wire["messageId"] for item in first}
    assert not ids & {item.wire["messageId"] for item in other}
    assert not ids & {item.wire["messageId"] for item in events(100, 7, END)}


def test_live_names_somebody_and_keeps_distances() -> None:
    start = 1_790_000_000_000_000
    for item in islice(live(start, 5.0, 200, 7, END), 1_500):
        wire = item.wire
        assert wire.get("userId") or wire.get("anonymousId") or wire["context"].get("externalIds")
        properties = wire.get("properties", {})
        if "delivered_at" in properties:
            assert properties["delivered_at"] == wire["timestamp"]


# Contracts


@pytest.fixture(scope="module")
def wires() -> list[Item]:
    return list(events(500, 7, END))


def test_every_event_obeys_the_contracts_of_the_packs(told: Told) -> None:
    contracts = {contract.name: contract for contract in load_packs(PACKS).contracts}
    wrong = set()
    for name, *properties in told.shapes:
        contract = contracts.get(name)
        if contract is None:
            wrong.add(f"{name} has no contract")
            continue
        missing = set(contract.required) - {prop for prop, _ in properties}
        wrong |= {f"{name}: {prop} is missing" for prop in missing}
        wrong |= {
            f"{name}: {prop} is {kind.__name__}"
            for prop, kind in properties
            if kind not in JSON_TYPES.get(contract.properties.get(prop, ""), ())
        }
    assert not wrong


def test_every_touchpoint_is_one_of_the_packs(told: Told) -> None:
    known = {touchpoint.id for touchpoint in load_packs(PACKS).touchpoints}
    named = told.touchpoints - {None}
    assert named <= known
    assert len(named) >= 35


def test_intake_takes_every_item(wires: list[Item]) -> None:
    """Only sales at the till to passers-by name nobody: an import takes them, live traffic would not."""
    clock = CivilClock("Europe/Rome")
    received = wires[-1].at + 1

    def taken(item: Item, unknown_ok: bool) -> bool:
        intake = Intake(item.source, 1, True, received, clock, unknown_ok=unknown_ok)
        return isinstance(read_item(RawItem(json.dumps(item.wire).encode(), 0), intake), Candidate)

    sample = wires[::7]
    assert all(taken(item, True) for item in sample)
    nameless = [item for item in sample if not taken(item, False)]
    assert nameless
    assert {(item.source, item.wire["event"]) for item in nameless} == {("till", "Order Completed")}


def test_names_numbers_and_addresses_belong_to_nobody(wires: list[Item]) -> None:
    for item in wires:
        traits = item.wire.get("traits", {})
        if "email" in traits:
            assert traits["email"].rsplit("@")[1].endswith(("example.com", "example.org"))
        if "phone" in traits:
            assert traits["phone"].startswith("+3900")


# Truths


def near(found: float | None, planted: float, n: int, sds: float = 4.0) -> bool:
    """Whether a share out of n is within so many standard errors of what was planted."""
    return found is not None and abs(found - planted) <= sds * sqrt(max(planted * (1 - planted), 0.01) / max(n, 1))


def test_identity_is_planted(told: Told) -> None:
    identity = told.truths["identity"]
    assert len(identity["twins"]) >= 2
    assert any("phone" in twins["evidence"] for twins in identity["twins"])
    assert all({"first", "birthday", "city"} <= set(twins["evidence"]) for twins in identity["twins"])
    assert all(len(set(family["accounts"])) == 3 for family in identity["family_phones"])
    assert identity["family_phones"]
    assert all(box["email"].startswith("info@") and len(box["accounts"]) > 1 for box in identity["office_mailboxes"])
    assert identity["office_mailboxes"]
    assert identity["lookalikes"]


def test_a_shared_mailbox_identifies_nobody(wires: list[Item]) -> None:
    boxes = [i.wire["traits"]["email"] for i in wires if i.wire.get("traits", {}).get("email", "").startswith("info@")]
    assert boxes
    assert all(normalise("email", box) is None for box in boxes)


def test_the_mobile_checkout_breaks_in_its_month_only(told: Told) -> None:
    fault = told.truths["checkout_fault"]
    during, otherwise = fault["steps"]["during"], fault["steps"]["other_months"]
    mobile = during["mobile"]
    assert near(mobile["failed"] / mobile["started"], fault["planted_failure_rate"]["during"], mobile["started"])
    assert mobile["conversion"] < 0.8 < during["desktop"]["conversion"]
    for device, row in otherwise.items():
        assert near(row["failed"] / row["started"], fault["planted_failure_rate"]["otherwise"], row["started"]), device
    assert 0 < fault["lost_orders"] <= mobile["failed"]
    assert fault["lost_eur"] > 0


def test_the_courier_is_late_in_its_region_only(told: Told) -> None:
    courier = told.truths["late_courier"]
    there, elsewhere = courier["there_and_then"], courier["elsewhere"]
    assert near(there["late_share"], courier["planted_late_share"]["there_and_then"], there["parcels"])
    assert near(elsewhere["late_share"], courier["planted_late_share"]["elsewhere"], elsewhere["parcels"])
    assert there["mean_days_late"] > 2 * elsewhere["mean_days_late"]
    assert courier["csat"]["late"]["value"] < courier["csat"]["on_time"]["value"] - 0.3


def test_the_sixty_per_cent_price(told: Told) -> None:
    price = told.truths["price"]
    hit, who = price["people_hit"], price["who"]
    assert price["increase_of_both"] == 0.6
    assert price["extra_eur_a_month"] == 15 * hit
    assert price["left"]["month_after"] >= round(0.3 * hit)
    assert price["left_on_first_day"] >= 0.12 * hit
    assert price["left"]["month_before"] < 0.2 * price["left"]["month_after"]
    assert price["left"]["month_after_reversal"] < 0.3 * price["left"]["month_after"]
    assert 0.25 < price["came_back_share"] < 0.45
    assert set(who["came_back"]) <= set(who["left_in_the_month_after"]) <= set(who["hit"])
    others = price["others"]
    assert others["left"].get("month_after", 0) <= 0.05 * others["people"]
    assert price["price_restored"] <= hit - price["left"]["month_after"]


@pytest.mark.slow
def test_the_message_works_as_planted(whole: Told, small: Told) -> None:
    for told in (whole, small):
        message = told.truths["messages"]["winback-coffee"]
        arms = message["arms"]
        assert abs(arms["treated"]["people"] - arms["holdout"]["people"]) <= 1
        error = sqrt(sum(a["share"] * (1 - a["share"]) / a["people"] for a in arms.values()))
        assert abs(message["difference"] - message["planted"]["effect"]) < 3 * error
    assert whole.truths["messages"]["winback-coffee"]["difference"] > 0.04


def test_the_monday_discount_does_not(told: Told) -> None:
    message = told.truths["messages"]["monday-discount"]
    error = sqrt(sum(a["share"] * (1 - a["share"]) / a["people"] for a in message["arms"].values()))
    assert message["planted"]["effect"] == 0
    assert abs(message["difference"]) < 3 * error


def test_tastes_and_the_dropped_series(told: Told) -> None:
    content = told.truths["content"]
    dropped, others = content["dropped"], content["other_episodes"]
    assert near(dropped["left_share"], 0.78, dropped["started"])
    assert near(others["left_share"], 0.14, others["started"])
    assert abs(dropped["mean_position"] - 0.4) < 0.05
    assert all(content["people_by_taste"].values())


def test_the_unspoken_need_grows_unanswered(told: Told) -> None:
    need = told.truths["unspoken_need"]
    quarters = need["searches_by_quarter"]
    assert sum(quarters) == need["searches"]
    assert quarters[3] > 1.5 * quarters[0]
    assert need["questions"]["solved"] == 0
    assert need["questions"]["unsolved"] > 0
    assert need["searches"] > 3 * max(need["other_searches_without_result"].values())


@pytest.mark.slow
def test_five_beliefs(whole: Told) -> None:
    beliefs = whole.truths["beliefs"]
    assert Counter(belief["truth"] for belief in beliefs.values()) == {True: 2, False: 2, None: 1}
    complaints = beliefs["late_parcels_bring_complaints"]["complaints_per_parcel"]
    assert complaints["late"]["share"] > 5 * complaints["on_time"]["share"]
    courses = beliefs["courses_sell"]["orders_in_90_days"]
    assert courses["after"] > 1.15 * courses["before"]
    young, old = beliefs["the_young_only_use_the_app"]["share_of_online_orders_in_the_app"].values()
    assert near(young["share"], old["share"], young["orders"])
    assert young["share"] < 0.3
    noise = beliefs["rentals_end_because_of_noise"]
    assert not any("nois" in reason for reason in noise["reasons_on_file"])
    assert set(noise["survey"]["question"]) == {"it", "en"}


@pytest.mark.slow
def test_scores_are_those_planted(whole: Told) -> None:
    scores = whole.truths["scores"]
    store, planted = scores["csat"]["survey.store"], sum(scores["csat"]["planted_shares_of_1_to_5"]["store"][3:])
    assert near(store["value"], planted, store["n"])
    nps = scores["nps"]["all"]
    assert nps["value"] == pytest.approx(100 * (nps["promoters"] - nps["detractors"]) / nps["n"], abs=1e-3)
    assert 15 < nps["value"] < 45


@pytest.mark.slow
def test_waits_are_those_planted(whole: Told) -> None:
    for queue, row in whole.truths["asa"].items():
        assert row["answered"] + row["abandoned"] == row["offered"], queue
    assert whole.truths["asa"]["sales"]["asa_s"] < whole.truths["asa"]["support"]["asa_s"] < 90


def test_one_person_one_path(told: Told) -> None:
    story = told.truths["stories"]["machine_fault"]
    names = [step["name"] for step in story["path"]]
    wanted = ["Ad Clicked", "Course Attended", "QR Scanned", "Order Completed", "Machine Fault", "Call Answered"]
    assert [name for name in names if name in wanted] == wanted
    assert names[-1] == "Letter Posted"
    assert {step["source"] for step in story["path"]} >= SOURCES - {"app", "email"}
    assert len(story["touchpoints"]) >= 15


def test_the_consultants_call(told: Told) -> None:
    story = told.truths["stories"]["consultant_call"]
    assert story["minutes_from_guide_to_call"] <= 10
    assert story["in_target"] is False
    assert story["days_from_call_to_referral"] == 34
    assert story["referral_eur"] > 500
    names = [step["name"] for step in story["path"]]
    assert names.index("Guide Downloaded") < names.index("Call Ended") < names.index("Referral Made")


def test_the_written_truths_are_plain_yaml(small: Told) -> None:
    assert yaml.safe_load(written(small.truths)) == small.truths
