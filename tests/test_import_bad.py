"""Imports that go wrong: bad rows cost only themselves, bad files cost nothing, what was broken off goes on."""

import gzip
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from percorso.cli.import_files import files_by_role
from percorso.data.mapping import read_map
from percorso.main.opener import MainOpener
from percorso.model.errors import InvalidInput, InvalidMapping, StoreUnavailable
from percorso.model.import_map import BadRow, ImportedItem
from percorso.pipeline.importing import Checkpoint, How, Sink, append_all
from tests.importing import SALES_MAP, Cli, changed, json_lines, prepared, refused, text_file, write_map
from tests.server import Server
from tests.test_mapping import INVOICES

HEADER = "id,when,card,email,amount"
GOOD = "1,2026-01-01,C1,,5"
VERDICTS = ("accepted", "duplicate", "conflict", "quarantined", "suppressed")


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path / "company", capsys)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company into which nothing gets."""
    return tmp_path_factory.mktemp("bad") / "company"


@pytest.fixture
def refusing(untouched: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(untouched, capsys)


def counts(**given: int) -> dict[str, int]:
    return {verdict: given.get(verdict, 0) for verdict in VERDICTS}


# --- bad rows ---------------------------------------------------------------------------------------------------------


def test_bad_rows_are_quarantined_with_their_line_and_reason(cli: Cli, tmp_path: Path) -> None:
    sales = text_file(
        tmp_path / "sales.csv",
        HEADER,
        GOOD,
        "2,yesterday,C1,,5",
        '3,2026-01-03,"two',
        'lines",,5',
        "",
        "4,2026-01-04,C1,,much",
        "5,2026-01-05",
        "6,2026-01-06,C1,,5,too,many",
        ",2026-01-07,C1,,5",
        "8,,C1,,5",
        '9,2026-01-09,"C"1,,5',
        "10,2026-01-10,C1,,5",
        "11,2026-01-11,C\0,,5",
    )
    told = cli.json("import", sales, "--map", write_map(tmp_path / "m.yaml", SALES_MAP))
    assert told == {"read_rows": 11, "events": 11, **counts(accepted=3, quarantined=8)}
    kept = cli.sql("select line, reason, detail from verdicts where verdict = 'quarantined' order by line")
    assert [(row["line"], row["reason"]) for row in kept] == [
        (3, "invalid_timestamp"),
        (6, "invalid_number"),
        (7, "malformed_row"),
        (8, "malformed_row"),
        (9, "missing_key"),
        (10, "missing_timestamp"),
        (11, "malformed_row"),
        (13, "invalid_text"),
    ]
    assert "sales.csv" in kept[0]["detail"]
    assert "yesterday" not in json.dumps(kept[0]["detail"])
    assert [row["line"] for row in cli.sql("select tie as line from events order by 1")] == [2, 4, 12]


def test_one_bad_line_holds_back_its_whole_invoice(tmp_path: Path) -> None:
    lines = ["A,2026-01-01,u,x,1,5", "B,2026-01-01,u,x,1,5", "A,2026-01-01,u,y,one,5", ",2026-01-01,u,z,1,5"]
    file = text_file(tmp_path / "lines.csv", "invoice,day,who,sku,qty,price", *lines)
    assert refused(tmp_path, INVOICES, file) == (1, [(4, "invalid_number"), (5, "missing_key")])


def test_bad_json_lines(tmp_path: Path) -> None:
    good = {"id": "1", "when": "2026-01-01", "card": "c", "email": None, "amount": 5}
    path = json_lines(tmp_path / "sales.jsonl", [good, {**good, "id": "2", "amount": "x"}])
    with path.open("ab") as stream:
        stream.write(b'{"id": "3"\n[1]\n\xff\xfe\n\n' + b"[" * 1_000_000 + b'\n{"id": "9"}\n')
    size, bad = refused(tmp_path, SALES_MAP, path)
    assert size == 1
    assert bad == [
        *((line, "malformed_row") for line in (3, 4, 5, 7)),
        (2, "invalid_number"),
        (8, "missing_timestamp"),
    ]


def test_a_quote_never_closed_costs_what_it_swallows_and_is_told(tmp_path: Path) -> None:
    rows = [f"{number},2026-01-01,C{number},,5" for number in range(1, 40)]
    rows[20] = '21,2026-01-01,"C21,,5'
    size, bad = refused(tmp_path, SALES_MAP, text_file(tmp_path / "sales.csv", HEADER, *rows))
    assert (size, bad) == (20, [(22, "malformed_row")])
    body = prepared(tmp_path, SALES_MAP, tmp_path / "sales.csv").bad_rows()[0].body.decode()
    assert body.startswith('21,2026-01-01,"C21')
    assert "39,2026-01-01" in body


def test_a_row_without_identifier_is_accepted_with_nobody(cli: Cli, tmp_path: Path) -> None:
    sales = text_file(tmp_path / "sales.csv", HEADER, "1,2026-01-01,,,5", "2,2026-01-02,C1,,6")
    cli.json("import", sales, "--map", write_map(tmp_path / "m.yaml", SALES_MAP))
    assert cli.one("select count(*) from events where person_id is null") == 1
    assert cli.one("select count(*) from people") == 1


def test_the_same_key_with_other_content_is_a_conflict(cli: Cli, tmp_path: Path) -> None:
    sales = text_file(tmp_path / "sales.csv", HEADER, GOOD, GOOD, "1,2026-01-01,C1,,7")
    told = cli.json("import", sales, "--map", write_map(tmp_path / "m.yaml", SALES_MAP))
    assert told == {"read_rows": 3, "events": 3, **counts(accepted=1, duplicate=1, conflict=1)}


def test_rows_that_meet_no_condition_are_counted(cli: Cli, tmp_path: Path) -> None:
    only = changed(SALES_MAP, when={"field": "row.card", "is": "C1"})
    sales = text_file(tmp_path / "sales.csv", HEADER, GOOD, "2,2026-01-02,C2,,6")
    code, out, _ = cli("import", sales, "--map", write_map(tmp_path / "m.yaml", only))
    assert code == 0
    assert "2 rows read, 1 events" in out
    assert "1 rows made no event" in out


def test_an_invoice_of_a_thousand_lines_is_one_event(cli: Cli, tmp_path: Path) -> None:
    lines = [f"A,2026-01-01,u1,{'x' * 60}{number},1,5" for number in range(1500)]
    file = text_file(tmp_path / "lines.csv", "invoice,day,who,sku,qty,price", *lines)
    told = cli.json("import", file, "--map", write_map(tmp_path / "m.yaml", INVOICES))
    assert told["accepted"] == 1


# --- bad files and maps: a clear error, and nothing imported ----------------------------------------------------------


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


BAD_FILES: list[tuple[str, Callable[[Path], Path], str]] = [
    ("latin", lambda at: write(at / "sales.csv", f"{HEADER}\n{GOOD}\n2,2026-01-01,caff\xe8,,5\n".encode("latin-1")), "line 3"),
    ("delimiter", lambda at: text_file(at / "sales.csv", HEADER.replace(",", ";"), "1;2;3;4;5"), 'delimiter: ";"'),
    ("tabs", lambda at: text_file(at / "sales.csv", HEADER.replace(",", "\t"), "1\t2"), 'delimiter: "\\t"'),
    ("column", lambda at: text_file(at / "sales.csv", "id,when,card,mail,amount", GOOD), "has not; did you mean 'mail'"),
    ("twice", lambda at: text_file(at / "sales.csv", "id,when,card,email,amount,id", GOOD + ",1"), "the column 'id' twice"),
    ("empty", lambda at: text_file(at / "sales.csv", ""), "is empty"),
    ("cut", lambda at: write(at / "sales.csv.gz", gzip.compress(f"{HEADER}\n{GOOD}\n".encode() * 9)[:-9]), "cut short or damaged"),
    ("damaged", lambda at: write(at / "sales.csv.gz", b"\x1f\x8b" + b"\0" * 40), "cut short or damaged"),
    ("parquet", lambda at: write(at / "sales.parquet", b"PAR1 this is none"), "no whole Parquet file"),
    ("kind", lambda at: write(at / "sales.doc", b"\xd0\xcf"), "what kind of file"),
    ("jsonl", lambda at: json_lines(at / "sales.jsonl", [{"id": 1, "when": "2"}]), "which sales.jsonl has not; it has: id, when"),
    ("none", lambda at: at / "sales-not-there.csv", "there is no file"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "said"), [case[1:] for case in BAD_FILES], ids=[case[0] for case in BAD_FILES])
def test_a_bad_file_is_told_what_to_do(refusing: Cli, tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    code, out, err = refusing("import", make(tmp_path), "--map", write_map(tmp_path / "m.yaml", SALES_MAP))
    assert code == 2
    assert said in err
    assert "Traceback" not in err + out
    assert not list(refusing.directory.glob("run/import-*"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (changed(SALES_MAP, time="wen"), "'wen', which sales.csv has not; did you mean 'when'"),
        (changed(SALES_MAP, when={"field": "row.shop", "is": "x"}), "'shop'"),
        (changed(SALES_MAP, message_id=["id", "line"]), "'line'"),
        (changed(SALES_MAP, time={"column": "when", "format": "%Q"}), "cannot be carried out"),
        ({**SALES_MAP, "zone": "Europe/Roma"}, "'Europe/Roma' is no time zone"),
        ({**SALES_MAP, "files": {"sales": {"match": "sales*", "columns": ["id"]}}}, "correct `columns` or `delimiter`"),
    ],
)
def test_a_map_that_does_not_fit_is_told_what_to_do(refusing: Cli, tmp_path: Path, written: Any, said: str) -> None:
    sales = text_file(tmp_path / "sales.csv", HEADER, GOOD)
    code, out, _ = refusing("import", sales, "--map", write_map(tmp_path / "m.yaml", written), "--json")
    assert code == 2
    told = json.loads(out.splitlines()[-1])
    assert told["code"] == "invalid_mapping"
    assert said in told["message"]


def test_nothing_of_a_bad_file_is_imported(refusing: Cli, tmp_path: Path) -> None:
    lines = [HEADER, *(f"{number},2026-01-01,C{number},,5" for number in range(9_000)), "9001,2026-01-01,caffè,,5"]
    write(tmp_path / "sales.csv", "\n".join(lines).encode("latin-1"))
    code, _, err = refusing("import", tmp_path / "sales.csv", "--map", write_map(tmp_path / "m.yaml", SALES_MAP))
    assert code == 2
    assert "not UTF-8 (first in line 9002)" in err
    assert refusing.one("select count(*) from events") == 0


def test_which_file_is_which(tmp_path: Path) -> None:
    files = {role: {"match": f"{role}*.csv"} for role in ("orders", "people")}
    rows = {"order": {"from": "orders", "join": [{"file": "people", "key": "id"}]}}
    event = {"name": "Order Completed", "rows": "order", "time": "day"}
    import_map = read_map({"source": "s", "zone": "UTC", "files": files, "rows": rows, "events": [event]})
    names = [text_file(tmp_path / name, "id") for name in ("orders-b.csv", "orders-a.csv", "people.csv", "else.csv")]
    assert files_by_role([str(tmp_path)], import_map) == {"orders": [names[1], names[0]], "people": [names[2]]}
    assert files_by_role([f"orders={names[3]}", str(names[2])], import_map)["orders"] == [names[3]]
    with pytest.raises(InvalidInput, match=r"the map needs people\*.csv"):
        files_by_role([str(names[0])], import_map)
    with pytest.raises(InvalidInput, match="matches no pattern"):
        files_by_role([str(names[3])], import_map)


# --- history and now --------------------------------------------------------------------------------------------------


def test_an_import_is_history_unless_told_otherwise(cli: Cli, tmp_path: Path) -> None:
    path = write_map(tmp_path / "m.yaml", SALES_MAP)
    cli.json("import", text_file(tmp_path / "sales.csv", HEADER, GOOD), "--map", path)
    assert [row["refusal"] for row in cli.sql("select distinct refusal from decisions")] == ["historical"]
    assert cli.one("select count(*) from messages") == 0
    cli.json("import", text_file(tmp_path / "sales.csv", HEADER, "2,2026-01-01,C2,,5"), "--map", path, "--live")
    assert cli.one("select count(*) from decisions where refusal is null or refusal <> 'historical'") > 0


def test_no_wait_leaves_the_folding_for_later(cli: Cli, tmp_path: Path) -> None:
    sales = text_file(tmp_path / "sales.csv", HEADER, GOOD)
    path = write_map(tmp_path / "m.yaml", SALES_MAP)
    assert cli.json("import", sales, "--map", path, "--no-wait")["accepted"] == 1
    assert cli.one("select count(*) from people") == 0
    cli.json("import", sales, "--map", path)
    assert cli.one("select count(*) from people") == 1


# --- broken off -------------------------------------------------------------------------------------------------------


class Forgetful(Sink):
    """A log that takes some batches and then is not there. It remembers everything it acknowledged."""

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.items: list[bytes] = []
        self.bad: list[int] = []

    def append(self, items: Any, bad: Any, how: How) -> dict[str, int]:
        if not self.takes:
            raise StoreUnavailable("gone")
        self.takes -= 1
        self.items.extend(item.body for item in items)
        self.bad.extend(row.line for row in bad)
        return {"accepted": len(items), "quarantined": len(bad)}

    def fold(self, expected: int, told: Any) -> None: ...


class Rows:
    """Prepared rows: 12,000 items and 3 bad ones."""

    read_rows = 12_003
    idle_rows = 0
    size = 12_000

    def bad_rows(self) -> list[BadRow]:
        return [BadRow(line, "malformed_row", "x", b"") for line in (1, 2, 3)]

    def items(self, skip: int, at_once: int) -> Any:
        whole = [ImportedItem(str(number).encode(), number) for number in range(self.size)][skip:]
        for start in range(0, len(whole), at_once):
            yield whole[start : start + at_once]

    def close(self) -> None: ...


@pytest.mark.parametrize("takes", [0, 1, 2, 3])
def test_a_broken_off_import_goes_on_where_it_stopped(tmp_path: Path, takes: int) -> None:
    how, sink = How("s", historical=True), Forgetful(takes)
    with pytest.raises(StoreUnavailable):
        append_all(Rows(), sink, how, Checkpoint.at(tmp_path, ["k"]), lambda _: None)
    left = Checkpoint.at(tmp_path, ["k"])
    assert left.begun is (takes > 0)
    assert not Checkpoint.at(tmp_path, ["another"]).begun
    sink.takes = 99
    imported = append_all(Rows(), sink, how, left, lambda _: None)
    assert imported.as_json() == {"read_rows": 12_003, "events": 12_003, **counts(accepted=12_000, quarantined=3)}
    assert sink.items == [str(number).encode() for number in range(12_000)]
    assert sink.bad == [1, 2, 3]
    assert not Checkpoint.at(tmp_path, ["k"]).begun


def test_a_damaged_checkpoint_counts_as_none(tmp_path: Path) -> None:
    checkpoint = Checkpoint.at(tmp_path, ["k"])
    checkpoint.path.write_text('{"items": "many"}')
    assert not Checkpoint.at(tmp_path, ["k"]).begun


@pytest.mark.fault
def test_killed_in_the_middle_it_ends_up_the_same(cli: Cli, tmp_path: Path) -> None:
    rows = [f"{number},2026-01-01 10:00:{number % 60:02},C{number % 900},,5" for number in range(30_000)]
    sales = text_file(tmp_path / "sales.csv", HEADER, *rows, "bad")
    path = write_map(tmp_path / "m.yaml", SALES_MAP)
    MainOpener().create(cli.directory, {})
    command = [sys.executable, "-m", "percorso.main", "import", sales, "--map", path, "--dir", cli.directory]
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    run = cli.directory / "run"
    while process.poll() is None and not any(run.glob("import-*.json")):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    told = cli.json("import", sales, "--map", path)
    assert told["events"] == told["read_rows"] == 30_001
    assert told["conflict"] == 0
    assert cli.one("select count(*) from events") == 30_000
    assert cli.one("select count(distinct message_id) from events") == 30_000
    assert list(run.glob("import-*")) == []


# --- into a running server --------------------------------------------------------------------------------------------


def test_an_import_goes_through_the_running_server(cli: Cli, tmp_path: Path) -> None:
    rows = [f"{number},2026-01-01,C{number % 50},,5" for number in range(7_000)]
    sales = text_file(tmp_path / "sales.csv", HEADER, *rows, "bad")
    path = write_map(tmp_path / "m.yaml", SALES_MAP)
    with Server(cli.directory) as server:
        assert server.url
        told = cli.json("import", sales, "--map", path)
        assert told == {"read_rows": 7_001, "events": 7_001, **counts(accepted=7_000, quarantined=1)}
        assert cli.one("select count(*) from people") == 50
        assert cli.json("import", sales, "--map", path)["duplicate"] == 7_000
        code, _, err = cli("import", sales, "--map", write_map(tmp_path / "n.yaml", {**SALES_MAP, "zone": "x"}))
        assert code == 2
        assert "no time zone" in err
    assert cli.one("select count(*) from events") == 7_000


def test_an_unknown_map(cli: Cli, tmp_path: Path) -> None:
    code, _, err = cli("import", tmp_path, "--map", "nothing")
    assert code == 2
    assert "online_retail" in err
    with pytest.raises(InvalidMapping):
        read_map({"source": "x"})
