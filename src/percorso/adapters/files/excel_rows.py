"""A sheet of an Excel workbook (.xlsx, .xlsb, .xls) or an OpenDocument one (.ods), read row by row as if it were JSON Lines.

Cells keep their type: numbers are numbers, times become ISO 8601 without offset, empty cells are missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from percorso.adapters.files.json_rows import CHUNK, JsonFile
from percorso.model.errors import InvalidInput
from percorso.model.import_map import FileSpec

EXCEL_NAMES = frozenset((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"))


class ExcelFile(JsonFile):
    """One sheet. `JsonFile` says what its attributes mean; a row's number is that of the sheet."""

    def __init__(self, path: Path, wanted: Sequence[str], spec: FileSpec) -> None:
        super().__init__(path, wanted)
        self._spec = spec

    def chunks(self) -> Iterator[list[tuple[int, Mapping[str, Any]]]]:
        """The rows with their numbers, some at a time. Raises InvalidInput when it is no workbook or has no such sheet."""
        numbered = self._numbered()
        header = self._header(numbered)
        while chunk := list(islice(numbered, CHUNK)):
            yield [(number, row) for number, cells in chunk if (row := self._named(header, cells)) is not None]

    def _numbered(self) -> Iterator[tuple[int, Sequence[Any]]]:
        import python_calamine as calamine

        try:
            with calamine.CalamineWorkbook.from_path(str(self.path)) as book:
                names = book.sheet_names
                if self._spec.sheet is not None and self._spec.sheet not in names:
                    raise InvalidInput(
                        f"{self.path.name} has no sheet {self._spec.sheet!r}; it has: {', '.join(names[:40])}"
                    )
                sheet = book.get_sheet_by_name(self._spec.sheet or names[0])
                if sheet.start is not None:
                    yield from enumerate(sheet.to_python(skip_empty_area=False), start=1)
        except calamine.PasswordError as error:
            raise InvalidInput(f"{self.path.name} is locked with a password; save it without one") from error
        except (calamine.CalamineError, OSError) as error:
            raise InvalidInput(f"{self.path.name} is no whole Excel workbook; save it again ({error})") from error

    def _header(self, numbered: Iterator[tuple[int, Sequence[Any]]]) -> list[str]:
        """The names of the columns: those of the first row that has any, after the rows to skip."""
        for number, cells in numbered:
            names = [str(_plain(cell) or "").strip() for cell in cells]
            if number > self._spec.skip and any(names):
                twice = {name for name in self.wanted if names.count(name) > 1}
                if twice:
                    raise InvalidInput(f"{self.path.name} has the column {min(twice)!r} twice; rename one of them")
                self.names.update(name for name in names if name)
                return names
        raise InvalidInput(f"{self.path.name} is empty; its sheet should begin with a row of column names")

    def _named(self, header: Sequence[str], cells: Sequence[Any]) -> Mapping[str, Any] | None:
        """A row by the names of its columns; None when it is blank."""
        plain = ((name, _plain(cell)) for name, cell in zip(header, cells, strict=False) if name)
        row = {name: cell for name, cell in plain if cell is not None}
        if not row:
            return None
        self.rows += 1
        self.seen.update(header)
        return row


def _plain(cell: Any) -> Any:
    """A cell as JSON has it."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    if isinstance(cell, str):
        return cell.strip() or None
    return cell
