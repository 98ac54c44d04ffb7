"""What the demo has for a newcomer on the pages of identity and privacy, beside the year."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from company import Year
from company.oddities import FAMILY, FAMILY_PHONE, GUEST, HOTEL, STAFF, TABLET, oddities

from percorso.main import create_company, open_company
from percorso.main.company import Company
from percorso.main.example import load
from percorso.settings import Settings

END = date(2024, 7, 1)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    directory: Path = tmp_path_factory.mktemp("oddities") / "company"
    settings = Settings.model_construct(dir=directory)
    create_company(directory, settings)
    with open_company(directory, settings) as company:
        load(company, people=60, seed=7, told=lambda _: None)
        yield company


def test_the_same_year_has_the_same_oddities() -> None:
    one, other = (list(oddities(Year(60, 7, END))) for _ in range(2))
    assert one == other
    assert len({item.wire["messageId"] for item in one}) == len(one)
    year = Year(60, 7, END)
    list(oddities(year))
    assert list(year.items()) == list(Year(60, 7, END).items()), "the year is as it would be without"


def test_what_is_shared_is_on_the_pages_of_identity(demo: Company) -> None:
    households = {one.node.value: one.people for one in demo.unifier.households(100)}
    assert households[FAMILY_PHONE] == FAMILY
    found = demo.unifier.warnings(100)
    assert {one.node.value: one.people for one in found.offices}[HOTEL] == STAFF
    assert TABLET in {one.node.value for one in found.devices}
    assert TABLET in {one.node.value for one in found.bursts}


def test_the_guest_is_forgotten_and_somebody_asked_for_their_data(demo: Company) -> None:
    asked = {one.kind: one for one in demo.privacy_requests.latest(10)}
    assert set(asked) == {"erasure", "access"}
    assert asked["erasure"].step == "done"
    assert asked["erasure"].receipt is not None
    assert demo.people.find(f"user_id:{GUEST}", 1) == []


def test_somebody_took_back_what_they_allowed(demo: Company) -> None:
    (row,) = demo.people.find("user_id:family-1", 1)
    demo.notary.step()
    said = [one.said() for one in demo.consents.of([node.node_id for node in demo.people.nodes(row.person_id)])]
    assert [one["state"] for one in said] == ["granted", "withdrawn"]


def test_there_are_people_to_be_matched(demo: Company) -> None:
    assert any(one.kind == "person" for one in demo.proposer.propose().found)
