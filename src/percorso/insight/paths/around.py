"""What comes before and after a step: columns of what was met, each summing to the same total.

Column 0 is the pivot. Column k after it holds the k-th step after, or the end (`EDGE`) for paths that ended before; the
columns before it hold the steps before, or the beginning. What is not among the most frequent of its column is `OTHER`: it
is folded after counting, so nothing is lost.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Literal

import ibis

from percorso.insight.kpi.ask import Reader
from percorso.insight.paths.choice import PathChoice
from percorso.insight.paths.steps import Steps, keep_steps
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput

Direction = Literal["before", "after"]
MOST_COLUMNS = 10
MOST_STEPS = 50

Kind = Literal["step", "other", "edge"]
"""What a cell stands for; edge: the path was at its end (after) or had not begun (before)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What was met in a column. step: None for other and edge. count: pivots; share: of all pivots."""

    column: int
    kind: Kind
    step: str | None
    count: int
    people: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """From a cell to one of the next column, further from the pivot."""

    column: int
    kind: Kind
    step: str | None
    to_kind: Kind
    to_step: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What comes before or after a pivot. total: how many pivots; every column of cells sums to it, and so do its links."""

    window: Window
    step: str
    per: str
    pivot: str
    direction: Direction
    every: bool
    total: int
    people: int
    cells: tuple[Cell, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundChoice:
    """pivot: a step; columns: how many; top: so many steps a column; every: each occurrence, else the first of a path."""

    pivot: str
    direction: Direction = "after"
    columns: int = 3
    top: int = 8
    every: bool = False

    def __post_init__(self) -> None:
        if self.direction not in ("before", "after"):
            raise InvalidInput(f"ask what comes before or after, not {self.direction!r}")
        if not 1 <= self.columns <= MOST_COLUMNS:
            raise InvalidInput(f"ask for 1 to {MOST_COLUMNS} steps, not {self.columns}")
        if not 1 <= self.top <= MOST_STEPS:
            raise InvalidInput(f"ask for the 1 to {MOST_STEPS} most frequent steps, not {self.top}")


def around(reader: Reader, choice: PathChoice, window: Window, asked: AroundChoice) -> Around:
    """The columns beside a pivot. Nothing there is no error: the total is 0."""
    steps = keep_steps(reader, choice, window)
    met = keep_around(reader, steps, asked)
    tops = top_steps(reader, met, asked)
    folded = fold(met, tops)
    run = reader.session.execute
    pivots = met.filter(met.column == 0)
    (told,) = run(pivots.agg(total=pivots.count(), people=pivots.person_id.nunique()))
    total = int(told["total"])
    cells = [_cell(row, steps.names, total) for row in run(cell_counts(folded))]
    links = [_link(row, steps.names) for row in run(link_counts(folded, asked))]
    return Around(
        window=window,
        step=choice.step,
        per=choice.per,
        pivot=asked.pivot,
        direction=asked.direction,
        every=asked.every,
        total=total,
        people=int(told["people"]),
        cells=tuple(sorted(cells, key=lambda one: (one.column, one.kind != "step", -one.count, one.step or ""))),
        links=tuple(sorted(links, key=lambda one: (one.column, -one.count, one.step or "", one.to_step or ""))),
    )


def keep_around(reader: Reader, steps: Steps, asked: AroundChoice) -> Any:
    """One row for each pivot and column, worked out once."""
    return reader.session.keep("path_around", met_around(steps.table, steps.number(asked.pivot), asked))


def met_around(steps: Any, pivot: int, asked: AroundChoice) -> Any:
    """Expression: (person_id, occurred_at, column, step, next): for each pivot and column what was met, null past the edge.

    ``next`` is what the column further out holds; ``occurred_at`` is that of the pivot.
    """
    pivots = steps.filter(steps.step == pivot).select("person_id", "path", "place", "occurred_at")
    if not asked.every:
        pivots = pivots.group_by("person_id", "path").agg(
            place=pivots.place.min(), occurred_at=pivots.occurred_at.min()
        )
    sign = 1 if asked.direction == "after" else -1
    wanted = [
        pivots.mutate(column=ibis.literal(column, "int64"), place=(pivots.place + sign * column).cast("int64"))
        for column in range(asked.columns + 1)
    ]
    places = reduce(lambda all_, one: all_.union(one), wanted)
    beside = steps.select("person_id", "path", "place", "step", next=steps.after if sign == 1 else steps.before)
    joined = places.left_join(beside, ["person_id", "path", "place"])
    return joined.select(places.person_id, places.occurred_at, places.column, step=beside.step, next=beside["next"])


def top_steps(reader: Reader, met: Any, asked: AroundChoice) -> Mapping[int, Sequence[int]]:
    """The most frequent steps of each column; of equals the first by name, which has the lower number."""
    found = met.filter(met.step.notnull())
    counted = found.group_by("column", "step").agg(count=found.count())
    rows = sorted(reader.session.execute(counted), key=lambda row: (-int(row["count"]), int(row["step"])))
    tops: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if len(tops[int(row["column"])]) < asked.top:
            tops[int(row["column"])].append(int(row["step"]))
    return tops


def fold(met: Any, tops: Mapping[int, Sequence[int]]) -> Any:
    """Expression: `met` with ``kind`` and ``step``, and ``to_kind`` and ``to_step`` of the column further out."""
    further = {column - 1: steps for column, steps in tops.items()}
    return met.select(
        "person_id",
        "occurred_at",
        "column",
        kind=_kind(met, met.step, tops),
        step=_step(met, met.step, tops),
        to_kind=_kind(met, met["next"], further),
        to_step=_step(met, met["next"], further),
    )


def cell_counts(folded: Any) -> Any:
    """Expression: (column, kind, step, count, people)."""
    return folded.group_by("column", "kind", "step").agg(count=folded.count(), people=folded.person_id.nunique())


def link_counts(folded: Any, asked: AroundChoice) -> Any:
    """Expression: (column, kind, step, to_kind, to_step, count)."""
    inner = folded.filter(folded.column < asked.columns)
    return inner.group_by("column", "kind", "step", "to_kind", "to_step").agg(count=inner.count())


def in_cell(folded: Any, column: int, kind: Kind, step: int | None) -> Any:
    """Expression: the rows of one cell."""
    rows = folded.filter(folded.column == column, folded.kind == kind)
    return rows if step is None else rows.filter(rows.step == step)


def _is_top(met: Any, value: Any, tops: Mapping[int, Sequence[int]]) -> Any:
    named = [(met.column == column) & value.isin(list(steps)) for column, steps in sorted(tops.items()) if steps]
    return reduce(or_, named, ibis.literal(False)).fill_null(False)


def _kind(met: Any, value: Any, tops: Mapping[int, Sequence[int]]) -> Any:
    return ibis.cases(
        (value.isnull(), ibis.literal("edge")), (_is_top(met, value, tops), ibis.literal("step")), else_="other"
    )


def _step(met: Any, value: Any, tops: Mapping[int, Sequence[int]]) -> Any:
    return ibis.ifelse(_is_top(met, value, tops), value, ibis.null("int32"))


def _cell(row: Mapping[str, Any], names: Sequence[str], total: int) -> Cell:
    count = int(row["count"])
    return Cell(
        column=int(row["column"]),
        kind=row["kind"],
        step=_name(row["step"], names),
        count=count,
        people=int(row["people"]),
        share=count / total,
    )


def _link(row: Mapping[str, Any], names: Sequence[str]) -> Link:
    return Link(
        column=int(row["column"]),
        kind=row["kind"],
        step=_name(row["step"], names),
        to_kind=row["to_kind"],
        to_step=_name(row["to_step"], names),
        count=int(row["count"]),
    )


def _name(step: int | None, names: Sequence[str]) -> str | None:
    return None if step is None else names[step]
