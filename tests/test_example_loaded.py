"""The example company through the platform: what its figures say is what was planted."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from company import Year
from company.truths import Truths

from percorso.main import create_company, open_company
from percorso.main.company import Company
from percorso.main.example import take_in
from percorso.settings import Settings

END = date(2024, 7, 1)
PACKS = ("retail", "subscription", "service", "b2b")


class Loaded:
    """A company with a year of 200 people in it, and the truths of that year."""

    def __init__(self, company: Company) -> None:
        self.company = company
        year = Year(200, 7, END)
        seen = Truths(year)
        take_in(company, seen.watch(year.items()), lambda _: None)
        company.processor.drain()
        self.truths = seen.tell()

    def rows(self, query: str) -> list[dict[str, Any]]:
        with self.company.engine.session() as session:
            return session.sql(query, 100_000)

    def kpi(self, name: str, by: tuple[str, ...] = ()) -> list[Any]:
        return list(self.company.analyst.kpi(name, by, date(2023, 1, 1), date(2025, 1, 1)).rows)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    directory: Path = tmp_path_factory.mktemp("example") / "company"
    settings = Settings.model_construct(dir=directory, packs=PACKS)
    create_company(directory, settings)
    with open_company(directory, settings) as company:
        yield Loaded(company)


def test_every_item_is_an_event(loaded: Loaded) -> None:
    counts = loaded.truths["counts"]
    by_name = {row["name"]: row["n"] for row in loaded.rows("select name, count(*) n from events group by 1")}
    by_source = {row["source"]: row["n"] for row in loaded.rows("select source, count(*) n from events group by 1")}
    assert by_name == counts["events"]
    assert by_source == counts["sources"]


def test_turnover_adds_up(loaded: Loaded) -> None:
    (row,) = loaded.rows(
        "select sum(revenue) turnover, sum(revenue) filter (person_id is null) nobody from events "
        "where name = 'Order Completed'"
    )
    counts = loaded.truths["counts"]
    assert row["turnover"] == pytest.approx(counts["turnover_eur"], abs=0.005)
    assert row["nobody"] == pytest.approx(counts["turnover_of_nobody_eur"], abs=0.005)


def test_scores_are_the_planted_ones(loaded: Loaded) -> None:
    scores = loaded.truths["scores"]
    (nps,), (csat,) = loaded.kpi("nps"), loaded.kpi("csat")
    assert (nps.n, nps.value) == (scores["nps"]["all"]["n"], pytest.approx(scores["nps"]["all"]["value"], abs=1e-3))
    assert (csat.n, csat.value) == (scores["csat"]["all"]["n"], pytest.approx(scores["csat"]["all"]["value"], abs=1e-3))
    by_place = {row.by["touchpoint"]: (row.n, row.value) for row in loaded.kpi("csat", ("touchpoint",)) if row.by}
    for place, (n, value) in by_place.items():
        assert (n, value) == (scores["csat"][place]["n"], pytest.approx(scores["csat"][place]["value"], abs=1e-3))


def test_answer_times_are_the_planted_ones(loaded: Loaded) -> None:
    (asa,) = loaded.kpi("asa")
    planted = loaded.truths["asa"]["all"]
    assert (asa.n, asa.value) == (planted["answered"], pytest.approx(planted["asa_s"], abs=1e-3))


def test_repeat_purchase_is_the_planted_one(loaded: Loaded) -> None:
    """The platform waits for a day to be over before it counts those whose 90 days end on it."""
    (repeat,) = loaded.kpi("repeat_purchase")
    planted = loaded.truths["repeat_purchase"]
    assert 0 <= planted["n"] - repeat.n <= 5
    assert repeat.value == pytest.approx(planted["value"], abs=0.02)


def test_the_named_people_are_one_person_each(loaded: Loaded) -> None:
    stories = loaded.truths["stories"]
    for person, path in (
        (stories["machine_fault"]["person"], stories["machine_fault"]["path"]),
        (stories["consultant_call"]["person"], stories["consultant_call"]["path"]),
        (stories["consultant_call"]["referred"], stories["consultant_call"]["path_of_the_referred"]),
    ):
        found = loaded.rows(
            "select message_id from events where person_id = "
            f"(select person_id from identifiers where value = '{person['user_id']}') order by occurred_at, tie"
        )
        assert [row["message_id"] for row in found] == [step["message_id"] for step in path]


def test_shared_contacts_join_nobody(loaded: Loaded) -> None:
    identity = loaded.truths["identity"]
    apart = [family["accounts"] for family in identity["family_phones"]]
    apart += [box["accounts"] for box in identity["office_mailboxes"]] + identity["lookalikes"]
    for accounts in apart:
        values = ", ".join(f"'{account}'" for account in accounts)
        (row,) = loaded.rows(f"select count(distinct person_id) n from identifiers where value in ({values})")
        assert row["n"] == len(accounts)


def test_late_parcels_are_decided_but_never_answered(loaded: Loaded) -> None:
    courier = loaded.truths["late_courier"]
    late = courier["there_and_then"]["late"] + courier["elsewhere"]["late"]
    (row,) = loaded.rows(
        "select count(*) n, count(*) filter (refusal = 'historical') h from decisions where play = 'late_delivery'"
    )
    assert (row["n"], row["h"]) == (late, late)
    assert loaded.rows("select count(*) n from messages") == [{"n": 0}]


def test_every_touchpoint_is_known(loaded: Loaded) -> None:
    """Only the nightly customers' file happens nowhere."""
    nowhere = loaded.rows("select distinct name, source from events where touchpoint is null or channel is null")
    assert nowhere == [{"name": "Identified", "source": "crm"}]
