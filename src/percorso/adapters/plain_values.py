"""Rows of a question as JSON can hold them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

import duckdb

from percorso.model.errors import InvalidQuery

MAX_BYTES = 64_000_000
"""So much text at most is returned."""


def plain_rows(connection: Any, query: str, limit: int) -> list[dict[str, Any]]:
    """Run one SELECT and return its rows. Raises InvalidQuery when it is another statement or its rows are too many."""
    statements = connection.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise InvalidQuery("only questions are allowed: one SELECT statement")
    result = connection.execute(statements[0])
    names = _names([column[0] for column in result.description])
    rows: list[dict[str, Any]] = []
    size = 0
    while found := result.fetchmany(1000):
        for row in found:
            size += sum(len(value) for value in row if isinstance(value, str | bytes))
            rows.append({name: plain(value) for name, value in zip(names, row, strict=True)})
        if len(rows) > limit or size > MAX_BYTES:
            raise InvalidQuery(f"the answer has more than {limit} rows or {MAX_BYTES} bytes; add a LIMIT or aggregate")
    return rows


def _names(names: list[str]) -> list[str]:
    """Column names made different: a, a -> a, a_2."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return out


def plain(value: Any) -> Any:
    """A value as JSON: times in ISO 8601 UTC, decimals as numbers, bytes in hex, what is no number as null.

    >>> plain(datetime(2026, 1, 1, 8, 30)), plain(Decimal("1.50")), plain(float("nan"))
    ('2026-01-01T08:30:00Z', 1.5, None)
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, Decimal):
        return plain(float(value))
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value) if isinstance(value, UUID) else repr(value)
