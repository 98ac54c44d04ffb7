"""Small files and maps for the import tests."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from percorso.adapters.files import DuckFiles, Prepared
from percorso.cli.app import run
from percorso.cli.import_files import files_by_role
from percorso.data.mapping import read_map
from percorso.main.opener import MainOpener

SALES_MAP: dict[str, Any] = {
    "source": "till",
    "zone": "Europe/Rome",
    "files": {"sales": {"match": "sales*"}},
    "events": [
        {
            "name": "Order Completed",
            "rows": "sales",
            "message_id": "id",
            "time": "when",
            "touchpoint": "store.till",
            "identifiers": {"card": "card", "email": "email"},
            "properties": {"order_id": "id", "revenue": {"money": "amount"}, "currency": {"constant": "EUR"}},
        }
    ],
}


def changed(written: Mapping[str, Any], **event: Any) -> dict[str, Any]:
    """The map with keys of its first event changed; None removes a key."""
    first = {**written["events"][0], **event}
    first = {key: value for key, value in first.items() if value is not None}
    return {**written, "events": [first, *written["events"][1:]]}


def prepared(folder: Path, written: object, *files: Path) -> Prepared:
    """The files prepared by a map. Close it."""
    import_map = read_map(written)
    by_role = files_by_role([str(file) for file in files], import_map)
    return DuckFiles(folder).prepare(import_map, by_role, lambda _: None)


def items(folder: Path, written: object, *files: Path) -> list[dict[str, Any]]:
    """The wire items that files make, with their line as ``_line``; fails when a row is refused."""
    made = prepared(folder, written, *files)
    try:
        assert made.bad_rows() == []
        return [json.loads(item.body) | {"_line": item.line} for batch in made.items(0, 1000) for item in batch]
    finally:
        made.close()


def refused(folder: Path, written: object, *files: Path) -> tuple[int, list[tuple[int, str]]]:
    """How many items files make, and the (line, reason) of the rows that are refused."""
    made = prepared(folder, written, *files)
    try:
        return made.size, [(bad.line, bad.reason) for bad in made.bad_rows()]
    finally:
        made.close()


def text_file(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def json_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    return text_file(path, *(json.dumps(row, ensure_ascii=False) for row in rows))


class Cli:
    """The command line on one company's directory, in this process."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory = directory
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> tuple[int, str, str]:
        """Exit code, output and errors of a command."""
        self._capsys.readouterr()
        code = run(MainOpener(), [*map(str, arguments), "--dir", str(self.directory)])
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def json(self, *arguments: str | Path) -> Any:
        """The JSON value that a command prints last; fails when the command does."""
        code, out, err = self(*arguments, "--json")
        assert code == 0, (out, err)
        return json.loads(out.strip().splitlines()[-1])

    def sql(self, query: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.json("sql", query)
        return rows

    def one(self, query: str) -> Any:
        """The only value of the only row."""
        (row,) = self.sql(query)
        (value,) = row.values()
        return value


def write_map(path: Path, written: object) -> Path:
    path.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
