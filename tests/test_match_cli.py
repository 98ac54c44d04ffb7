"""`percorso match propose` over what was imported."""

import csv
from pathlib import Path

import pytest

from percorso.cli.acting import BY
from percorso.data.matching.model import DEFAULT_THRESHOLD
from percorso.main.company import Company, open_company
from percorso.settings import Settings
from tests.importing import Cli, write_map
from tests.look_alikes import Cast, drawn

MAP = {
    "source": "crm",
    "zone": "UTC",
    "files": {"people": {"match": "people*"}},
    "rows": {"person": {"from": "people", "columns": {"at": {"constant": "2026-01-01T00:00:00Z"}}}},
    "events": [
        {
            "name": "identify",
            "type": "identify",
            "rows": "person",
            "message_id": "id",
            "time": "at",
            "identifiers": {"user_id": "id"},
            "traits": {
                **{name: name for name in ("firstName", "lastName", "birthday", "street", "city", "postalCode")},
                "email_address": "email",
                "contact_phone": "phone",
            },
        }
    ],
}


@pytest.fixture(scope="module")
def cast() -> Cast:
    return drawn(60, 4)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("match") / "company"


@pytest.fixture
def cli(directory: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(directory, capsys)


def opened(directory: Path) -> Company:
    return open_company(directory, Settings.model_construct(dir=directory), write=False)


def test_imported_people_are_proposed_and_kept(cli: Cli, cast: Cast, directory: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    flat = [
        {**traits, **traits["address"], "id": name, "address": None} for name, traits in sorted(cast.records.items())
    ]
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, sorted({column for row in flat for column in row}))
        writer.writeheader()
        writer.writerows(flat)
    cli.json("import", file, "--map", write_map(tmp_path / "map.yaml", MAP))

    rows = cli.json("match", "propose")
    assert [set(row) for row in rows] == [{"a", "b", "weight", "probability"}] * len(rows)
    assert [row["weight"] for row in rows] == sorted((row["weight"] for row in rows), reverse=True)
    found = {(row["a"], row["b"]) for row in rows}
    assert len(found & cast.same) >= 0.9 * max(len(found), len(cast.same))
    assert min(row["probability"] for row in rows) >= 0.5

    with opened(directory) as company:
        kept = company.proposals.those("open", 1_000)
    assert [one.weight for one in kept] == [row["weight"] for row in rows]
    assert {tuple(sorted((one.record_a, one.record_b))) for one in kept} == found
    assert all(one.person_a == one.node_a and one.person_b == one.node_b for one in kept)


def test_a_higher_threshold_gives_the_surest_and_households_are_apart(cli: Cli, cast: Cast, directory: Path) -> None:
    rows = cli.json("match", "propose", "--threshold", "0.999")
    assert rows
    assert min(row["probability"] for row in rows) >= 0.999
    with opened(directory) as company:
        assert len(company.proposals.those("open", 1_000)) == len(rows)
    related = {(row["a"], row["b"]) for row in cli.json("match", "propose", "--households")}
    assert len(related & cast.families) >= 2
    assert related <= cast.families | cast.same


def test_it_says_what_it_did_in_words(cli: Cli) -> None:
    code, out, _ = cli("match", "propose")
    assert code == 0
    assert out.splitlines()[0].split() == ["a", "b", "weight", "probability"]
    assert "people," in out.splitlines()[-2]
    assert "page Match review" in out.splitlines()[-1]
    with opened(cli.directory) as company:
        acts = [row[2:5] for row in company.audit.latest(2)]
    assert acts == [
        (BY, "people.listed", f"matches:{2 * (len(out.splitlines()) - 4)}"),
        (BY, "match.asked", f"{DEFAULT_THRESHOLD:g}"),
    ]
    assert "0 pairs were never proposed before" in out


@pytest.mark.parametrize("threshold", ["0", "1", "1.5", "-1"])
def test_a_threshold_is_a_probability(cli: Cli, threshold: str) -> None:
    code, _, err = cli("match", "propose", "--threshold", threshold)
    assert code == 2
    assert "between 0 and 1" in err


def test_a_company_without_people_has_no_proposals(
    tmp_path: Path, company_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Cli(company_dir, capsys).json("match", "propose") == []
