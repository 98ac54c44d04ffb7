"""The example files of physical and human touchpoints: every row is accepted, obeys its contract, and lands where it should."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from percorso.adapters.packs import load_packs
from percorso.model.contract import breaches
from tests.doc_runner import ROOT
from tests.importing import Cli

EXAMPLES = ROOT / "examples" / "sources"
CONTRACTS = {contract.name: contract for contract in load_packs(("retail", "service")).contracts}

Place = tuple[str, str | None]
"""A touchpoint, and the stage that an event opens there."""

LANDS: Mapping[str, Mapping[Place, Counter[str]]] = {
    "till.csv": {
        ("store.till", "buy"): Counter({"Order Completed": 3, "Loyalty Card Used": 2, "Receipt Sent": 1}),
        ("store.service", "return"): Counter(["Order Refunded"]),
    },
    "visits.csv": {("store.visit", "consider"): Counter({"Store Visited": 3})},
    "calls.csv": {
        ("call.support", "get_help"): Counter(
            f"Call {what}"
            for what in ("Offered", "Menu Used", "Queued", "Answered", "Held", "Transferred", "Ended", "Classified")
        ),
        ("call.sales", "consider"): Counter(["Call Offered", "Call Abandoned"]),
    },
    "parcels.jsonl": {
        ("delivery.parcel", "receive"): Counter(
            ["Parcel Shipped", "Parcel Moved", "Delivery Failed", "Parcel Delivered"]
        ),
        ("delivery.pickup", "receive"): Counter(["Parcel Collected"]),
        ("delivery.parcel", "return"): Counter(["Parcel Returned"]),
    },
    "letters.csv": {("post.letter", None): Counter({"Letter Posted": 2, "Letter Returned": 1, "Letter Received": 1})},
    "consents.csv": {("web.account", None): Counter({"Consent Updated": 5})},
}


@pytest.fixture
def cli(company_dir: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(company_dir, capsys)


def imported(cli: Cli, name: str) -> Any:
    """What the import of an example by its own map tells."""
    return cli.json("import", EXAMPLES / name, "--map", Path(name).stem)


@pytest.mark.parametrize("name", LANDS)
def test_an_example_file_lands_where_it_should(name: str, cli: Cli) -> None:
    number = sum(names.total() for names in LANDS[name].values())
    told = imported(cli, name)
    assert (told["events"], told["accepted"], told["quarantined"]) == (number, number, 0)
    landed: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for row in cli.sql("select name, touchpoint, stage, properties from events"):
        landed[row["touchpoint"], row["stage"]][row["name"]] += 1
        said, contract = json.loads(row["properties"]), CONTRACTS[row["name"]]
        assert list(breaches(contract, said)) == [], row["name"]
        assert set(said) <= set(contract.properties), row["name"]
    assert landed == LANDS[name]
    again = imported(cli, name)
    assert (again["accepted"], again["duplicate"]) == (0, number)


def test_the_till_reconciles(cli: Cli) -> None:
    imported(cli, "till.csv")
    rows = cli.sql("select name, round(sum(revenue) * 100) as cents from events where revenue is not null group by 1")
    assert {row["name"]: row["cents"] for row in rows} == {
        "Order Completed": 4030 + 790 + 104_900,
        "Order Refunded": 2450,
    }
