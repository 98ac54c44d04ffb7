"""The people of a static list, as somebody wrote them down: lines, CSV or JSON.

email:ann@example.org            one a line, ``kind:value`` or the id of a person
user_id,email                    CSV: a column a kind; all of a row are of the list
identifier                       CSV: one column of ``kind:value``
["user_id:u1", {"email": "a@b.it"}]
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping

from percorso.model.errors import InvalidInput
from percorso.model.identifier import RANK, Identifier, normalise, valid_kind

Listed = Identifier | str
"""An identifier, or the id of a person."""
_ONE_COLUMN = ("identifier", "person_id")
_WRONG_SHOWN = 5


def read_person(text: str) -> Listed:
    """``kind:value``, else the id of a person. Raises InvalidInput when it is no identifier."""
    kind, mark, value = text.partition(":")
    return _identifier(kind, value) if mark else text


def read_list(text: str) -> list[Listed]:
    """Everybody on a list, each once, in order. Raises InvalidInput naming the first rows that are wrong."""
    found: dict[Listed, None] = {}
    wrong: list[str] = []
    for place, said in _said(text.removeprefix("\ufeff")):
        try:
            found[read_person(said)] = None
        except InvalidInput as error:
            wrong.append(f"{place}: {error.message}")
    if wrong:
        more = f", and {len(wrong) - _WRONG_SHOWN} more" if len(wrong) > _WRONG_SHOWN else ""
        raise InvalidInput("; ".join(wrong[:_WRONG_SHOWN]) + more)
    return list(found)


def _said(text: str) -> Iterator[tuple[str, str]]:
    """(where it stands, what it says)."""
    if text.lstrip()[:1] == "[":
        yield from _of_json(text)
        return
    lines = text.splitlines()
    head = _head(lines[0]) if lines else None
    if head is not None:
        yield from _of_csv(text, head)
        return
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield f"line {number}", line.strip()


def _head(line: str) -> list[str] | None:
    """The columns of a CSV; None when the first line is somebody already."""
    names = [name.strip().lower() for name in next(csv.reader([line]), [])]
    if ":" in line or not all(valid_kind(name) for name in names):
        return None
    return names if len(names) > 1 or names[0] in (*_ONE_COLUMN, *RANK) else None


def _of_csv(text: str, head: list[str]) -> Iterator[tuple[str, str]]:
    rows = csv.reader(io.StringIO(text))
    next(rows)
    for number, row in enumerate(rows, 2):
        for kind, value in zip(head, row, strict=False):
            if value.strip():
                yield f"line {number}", value.strip() if kind in _ONE_COLUMN else f"{kind}:{value.strip()}"


def _of_json(text: str) -> Iterator[tuple[str, str]]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"the list is no JSON: {error}") from None
    for number, row in enumerate(rows, 1):
        place = f"entry {number}"
        if isinstance(row, str):
            yield place, row.strip()
        elif isinstance(row, Mapping) and row and all(isinstance(one, str) for one in row.values()):
            for kind, value in row.items():
                yield place, value if kind in _ONE_COLUMN else f"{kind}:{value}"
        else:
            raise InvalidInput(f"{place}: is text such as email:ann@example.org, or {{kind: value}}")


def _identifier(kind: str, value: str) -> Identifier:
    found = normalise(kind, value) if valid_kind(kind) else None
    if found is None:
        raise InvalidInput(f"'{kind}:{value}' is no identifier; write kind:value, such as email:ann@example.org")
    return found
