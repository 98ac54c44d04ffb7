"""The rule of the chain; a log of before the chain; the command line."""

import json
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from percorso.adapters.sql import migrations
from percorso.adapters.sql.audit import SqlAudit
from percorso.adapters.sql.database import Database
from percorso.cli.app import run
from percorso.main.checking import check
from percorso.main.company import Company
from percorso.main.opener import MainOpener
from percorso.model.audit import EMPTY, ORIGIN, Audited, AuditRow, Head, chained, read_head, verified

WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=8)
ROWS = st.lists(
    st.builds(
        AuditRow,
        at=st.integers(-(2**53), 2**53),
        actor=WORDS,
        act=st.sampled_from(["person.read", "task.done", "people.listed"]),
        target=st.none() | WORDS,
    ),
    min_size=1,
    max_size=8,
)


def chain_of(rows: list[AuditRow]) -> tuple[list[Audited], Head]:
    made: list[Audited] = []
    head = EMPTY
    for row in rows:
        made.append(chained(head, row))
        head = Head(made[-1].number, made[-1].hash)
    return made, head


@given(rows=ROWS)
def test_the_rule_is_the_one_that_is_written_down(rows: list[AuditRow]) -> None:
    last = ORIGIN
    for row in chain_of(rows)[0]:
        content = json.dumps([last, *row[:-1]], ensure_ascii=False, separators=(",", ":"))
        last = sha256(content.encode()).hexdigest()
        assert row.hash == last


@given(rows=ROWS, draw=st.data())
def test_whatever_is_done_to_a_chain_is_found_no_later_than_there(rows: list[AuditRow], draw: st.DataObject) -> None:
    made, head = chain_of(rows)
    assert verified(made, head).broken is None
    at = draw.draw(st.integers(0, len(made) - 1))
    spoilt = draw.draw(
        st.sampled_from(["drop", "cut", "twice"])
        | st.tuples(st.sampled_from(["at", "actor", "target", "hash"]), WORDS.map(lambda word: f"{word}!"))
    )
    if spoilt == "drop":
        touched = made[:at] + made[at + 1 :]
    elif spoilt == "cut":
        touched = made[:at]
    elif spoilt == "twice":
        touched = [*made[: at + 1], *made[at:]]
    else:
        touched = [*made[:at], made[at]._replace(**{spoilt[0]: spoilt[1]}), *made[at + 1 :]]
    broken = verified(touched, head).broken
    assert broken is not None
    assert broken.number == at + (2 if spoilt == "twice" else 1)


@given(rows=ROWS)
def test_a_head_is_read_as_it_is_written(rows: list[AuditRow]) -> None:
    head = chain_of(rows)[1]
    assert read_head(f" {head}\n") == head


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A state of before the chain, with a gap in the numbers of its acts."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'one.db'}" if sqlite else request.getfixturevalue("postgres_url")
    with closing(Database(url)) as database:
        with database.write() as connection:
            config = migrations._config("state")
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            for number, actor, target in ((1, "ada@example.com", "k1"), (3, "bèa@example.com", None)):
                connection.execute(
                    text("insert into audit values (:number, :at, :actor, 'key.created', :target)"),
                    {"number": number, "at": 100 - number, "actor": actor, "target": target},
                )
        yield database


def test_acts_of_before_the_chain_are_chained(old: Database) -> None:
    copied: list[str] = []
    assert migrations.migrate(old, "state", copied.append)
    assert copied == ["0001"]
    audit = SqlAudit(old)
    audit.record(AuditRow(5, "ada@example.com", "key.revoked", "k1"))
    assert [(row.number, row.at, row.actor, row.target) for row in audit.all()] == [
        (1, 99, "ada@example.com", "k1"),
        (2, 97, "bèa@example.com", None),
        (3, 5, "ada@example.com", "k1"),
    ]
    found = audit.verify()
    assert (found.head.number, found.broken) == (3, None)


class TestCommandLine:
    @pytest.fixture
    def where(self, company: Company) -> list[str]:
        for number in range(3):
            company.audit.record(AuditRow(number, "ada@example.com", "task.done", f"t{number}"))
        return ["--dir", str(company.directory.root)]

    def said(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
        code = run(MainOpener(), ["audit", *arguments])
        return code, capsys.readouterr().out

    def test_a_whole_log_prints_its_head(
        self, company: Company, where: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        [last] = company.audit.latest(1)
        head = f"3:{last.hash}"
        assert self.said(capsys, "verify", *where) == (0, f"All rows up to 3 are as they were written. Head: {head}\n")
        code, out = self.said(capsys, "verify", "--json", "--head", head, *where)
        assert (code, json.loads(out)) == (0, {"verified": 3, "head": head, "broken": None})
        [finding] = [one for one in check(company) if one["check"] == "the audit log is whole"]
        assert (finding["ok"], finding["detail"]) == (True, f"head {head}")

    def test_the_first_broken_row_is_named(
        self, company: Company, where: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with company.state_database.write() as connection:
            connection.execute(text("delete from audit where number = 2"))
        code, out = self.said(capsys, "verify", *where)
        assert (code, out) == (1, "Row 2 is missing; up to row 1 all are as they were written.\n")
        code, out = self.said(capsys, "verify", "--json", *where)
        assert (code, json.loads(out)["broken"]) == (1, {"number": 2, "why": "missing"})
        [finding] = [one for one in check(company) if one["check"] == "the audit log is whole"]
        assert (finding["ok"], finding["detail"]) == (False, "row 2 missing")

    def test_a_head_that_was_noted_must_lie_in_the_chain(
        self, where: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, out = self.said(capsys, "verify", "--head", "2:" + "0" * 64, *where)
        assert code == 1
        assert out.startswith("Row 2 is not what was written; up to row 1 ")
        assert self.said(capsys, "verify", "--head", "2:xyz", *where)[0] == 2

    def test_lines_from_which_the_chain_can_be_made_again(
        self, company: Company, where: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, out = self.said(capsys, "export", "--json", *where)
        rows: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
        assert code == 0
        assert [Audited(**row) for row in rows] == list(company.audit.all())
        lines = self.said(capsys, "export", *where)[1].splitlines()
        assert lines[0].split("\t") == [
            "1",
            "1970-01-01T00:00:00.000Z",
            "ada@example.com",
            "task.done",
            "t0",
            rows[0]["hash"],
        ]
