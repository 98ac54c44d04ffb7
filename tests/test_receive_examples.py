"""The example files of physical and human touchpoints: every row is accepted, obeys its contract, and lands where it should."""

import json
from collections import Counter
from pathlib import Path

import pytest

from percorso.adapters.packs import load_packs
from percorso.model.contract import breaches
from tests.doc_runner import ROOT
from tests.importing import Cli

EXAMPLES = ROOT / "examples" / "sources"
CONTRACTS = {contract.name: contract for contract in load_packs(("retail", "service")).contracts}

LANDS = {
    "till.csv": {
        ("Order Completed", "store.till", "buy"): 3,
        ("Order Refunded", "store.service", "return"): 1,
        ("Loyalty Card Used", "store.till", "buy"): 2,
        ("Receipt Sent", "store.till", "buy"): 1,
    },
    "visits.csv": {("Store Visited", "store.visit", "consider"): 3},
    "calls.csv": {
        ("Call Offered", "call.support", "get_help"): 1,
        ("Call Offered", "call.sales", "consider"): 1,
        ("Call Menu Used", "call.support", "get_help"): 1,
        ("Call Queued", "call.support", "get_help"): 1,
        ("Call Answered", "call.support", "get_help"): 1,
        ("Call Held", "call.support", "get_help"): 1,
        ("Call Transferred", "call.support", "get_help"): 1,
        ("Call Ended", "call.support", "get_help"): 1,
        ("Call Classified", "call.support", "get_help"): 1,
        ("Call Abandoned", "call.sales", "consider"): 1,
    },
    "parcels.jsonl": {
        ("Parcel Shipped", "delivery.parcel", "receive"): 1,
        ("Parcel Moved", "delivery.parcel", "receive"): 1,
        ("Delivery Failed", "delivery.parcel", "receive"): 1,
        ("Parcel Delivered", "delivery.parcel", "receive"): 1,
        ("Parcel Collected", "delivery.pickup", "receive"): 1,
        ("Parcel Returned", "delivery.parcel", "return"): 1,
    },
    "letters.csv": {
        ("Letter Posted", "post.letter", None): 2,
        ("Letter Returned", "post.letter", None): 1,
        ("Letter Received", "post.letter", None): 1,
    },
}


@pytest.mark.parametrize("name", LANDS)
def test_an_example_file_lands_where_it_should(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = Cli(tmp_path / "company", capsys)
    told = cli.json("import", EXAMPLES / name, "--map", Path(name).stem)
    wanted = LANDS[name]
    assert (told["events"], told["accepted"], told["quarantined"]) == (sum(wanted.values()), sum(wanted.values()), 0)
    rows = cli.sql("select name, touchpoint, stage, properties from events order by occurred_at")
    assert Counter((row["name"], row["touchpoint"], row["stage"]) for row in rows) == wanted
    for row in rows:
        said = row["properties"]
        properties = json.loads(said) if isinstance(said, str) else said
        assert list(breaches(CONTRACTS[row["name"]], properties)) == [], row["name"]
        assert set(properties) <= set(CONTRACTS[row["name"]].properties), row["name"]
    again = cli.json("import", EXAMPLES / name, "--map", Path(name).stem)
    assert (again["accepted"], again["duplicate"]) == (0, sum(wanted.values()))


def test_the_till_reconciles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = Cli(tmp_path / "company", capsys)
    cli.json("import", EXAMPLES / "till.csv", "--map", "till")
    rows = cli.sql("select name, round(sum(revenue) * 100) as cents from events where revenue is not null group by 1")
    assert {row["name"]: row["cents"] for row in rows} == {
        "Order Completed": 4030 + 790 + 104_900,
        "Order Refunded": 2450,
    }
