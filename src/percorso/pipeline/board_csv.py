"""The board as CSV: each KPI now and before, and the number that each target is judged by, in plain figures."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from percorso.insight.board import Board, Tile
from percorso.insight.kpi.result import KpiRow
from percorso.insight.kpi.target import Standing

HEAD = (
    *("kpi", "definition", "row", "value", "ci_low", "ci_high", "n", "complete", "from", "to", "currency"),
    *("target", "segment", "due", "owner", "verdict"),
)


def board_csv(board: Board) -> str:
    """`row` is now, before or target. A cell that a spreadsheet could take for a formula gets an apostrophe first."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for tile in board.tiles:
        writer.writerows([_safe(cell) for cell in row] for row in _rows(tile))
    return out.getvalue()


def _rows(tile: Tile) -> Iterator[list[Any]]:
    yield [*_figures("now", tile.now), *[None] * 5]
    yield [*_figures("before", tile.before), *[None] * 5]
    for one in tile.targets:
        yield [*_figures("target", one.row), *_target(one)]


def _figures(name: str, row: KpiRow) -> list[Any]:
    window = row.window.as_json()
    interval = [row.value, row.ci_low, row.ci_high, row.n]
    complete = "true" if row.complete else "false"
    return [row.kpi, row.definition, name, *interval, complete, window["from"], window["to"], row.currency]


def _target(one: Standing) -> list[Any]:
    return [one.value, one.segment, one.due.isoformat(), one.owner, one.verdict]


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
