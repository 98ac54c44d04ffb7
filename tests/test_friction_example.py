"""What was planted is found: in the example company's year, and in retentioneering's clickstream."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from company import Year
from company.truths import Truths

from percorso.insight.friction.found import Friction, key_of
from percorso.main import create_company, open_company
from percorso.main.example import take_in
from percorso.pipeline.friction import Found, FrictionFinder
from percorso.settings import Settings
from tests.importing import Cli

DATA = Path(os.environ.get("PERCORSO_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data"))
CLICKS = DATA / "retentioneering_ecom_synthetic" / "ecom_jan_12may.csv.gz"
END = date(2026, 7, 1)
PACKS = ("retail", "subscription", "service", "b2b")
PLANTED = {
    ("error", "web.checkout", "checkout"),
    ("error", "app.checkout", "checkout"),
    ("late_delivery", "delivery.parcel", "receive"),
    ("search_without_result", "web.search", "consider"),
    ("search_without_result", "app.search", "consider"),
    ("call_abandoned", "call.support", "get_help"),
    ("unhappy", "survey.call", "get_help"),
    ("unhappy", "survey.email", "receive"),
}
"""Where the simulator makes people leave, call or score low. A machine's fault, planted too, is met in any stage."""


class Told:
    """The year of 2,000 people, its truths, and the frictions found in it."""

    def __init__(self, directory: Path) -> None:
        settings = Settings.model_construct(dir=directory, packs=PACKS)
        create_company(directory, settings)
        with open_company(directory, settings) as company:
            year = Year(2_000, 7, END)
            seen = Truths(year)
            take_in(company, seen.watch(year.items()), lambda _: None)
            company.processor.drain()
            finder = FrictionFinder(company.analyst)
            self.found: Found = finder.found(date(2025, 7, 1), END)
            self.people = {
                one.key: finder.people(one.key, date(2025, 7, 1), END, 5).count for one in self.found.frictions[:6]
            }
        self.truths: dict[str, Any] = seen.tell()

    def one(self, signal: str, touchpoint: str, stage: str, subject: str) -> Friction:
        key = key_of(signal, touchpoint, stage, subject)
        return next(one for one in self.found.frictions if one.key == key)

    def rank(self, signal: str, touchpoint: str, stage: str, subject: str) -> int:
        return self.found.frictions.index(self.one(signal, touchpoint, stage, subject))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("friction-example") / "company")


pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def test_each_planted_friction_is_among_the_first(told: Told) -> None:
    fault, courier = told.truths["checkout_fault"], told.truths["late_courier"]["courier"]
    assert told.rank("error", "web.checkout", "checkout", fault["error"]) == 0
    assert told.rank("late_delivery", "delivery.parcel", "receive", courier) < 10
    assert told.rank("search_without_result", "web.search", "consider", "") < 10


def test_its_value_covers_the_truth(told: Told) -> None:
    fault = told.truths["checkout_fault"]
    found = told.one("error", "web.checkout", "checkout", fault["error"])
    (value,) = found.value
    assert value.ci_low < fault["lost_eur"] < value.ci_high
    lost = found.effects["lost"]
    truth = fault["lost_orders"] / fault["steps"]["during"]["mobile"]["failed"]
    assert lost.ci_low < truth < lost.ci_high


def test_a_late_parcel_brings_the_contacts_that_were_planted(told: Told) -> None:
    """Three in ten ask where it is, and 16 in a hundred complain; of those on time 12 in a thousand complain."""
    found = told.one("late_delivery", "delivery.parcel", "receive", told.truths["late_courier"]["courier"])
    contact = found.effects["contact"]
    planted = 1 - (1 - 0.3) * (1 - 0.16) - 0.012
    assert contact.ci_low - 0.03 < planted < contact.ci_high + 0.03


def test_nothing_that_was_not_planted_is_strong(told: Told) -> None:
    strong = {(one.signal, one.touchpoint, one.stage) for one in told.found.frictions if one.grade == "strong"}
    assert strong <= PLANTED


def test_each_opens_as_many_people_as_it_says(told: Told) -> None:
    assert told.people == {one.key: one.people for one in told.found.frictions[:6]}


@pytest.mark.skipif(not CLICKS.is_file(), reason=f"the public data sets are not in {DATA} (set PERCORSO_DATA)")
def test_the_broken_checkout_of_the_clickstream_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On mobile from 9 April to 9 May; the viral article of 29 February brought 19 visits, too few to say anything of."""
    cli = Cli(tmp_path / "company", capsys)
    assert cli.json("import", CLICKS, "--map", "retentioneering")["accepted"] == 17_808
    rows = cli.json("friction")
    (fault,) = [row for row in rows if row["subject"] == "checkout_bug"]
    assert (fault["signal"], fault["touchpoint"], fault["stage"]) == ("error", "web.checkout", "checkout")
    assert (fault["people"], fault["visits"], fault["outcome"]) == (30, 32, "lost")
    assert fault["grade"] == "weak"
    assert rows.index(fault) < 5
    assert fault["excess"] > 0
    during = cli.json("friction", "--from", "2024-04-09", "--to", "2024-05-10")
    assert next(row["visits"] for row in during if row["subject"] == "checkout_bug") == 32
    assert not [row for row in rows if row["grade"] == "strong"]
