"""The one ordered reading of the events that every figure about paths is counted from.

A path is grain-neutral: ``path`` numbers the visits of a person from 1, and is 0 where a path is all that the person did.
Steps are numbered while they are counted, and get their names back at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from percorso.insight.kpi.ask import Reader, within
from percorso.insight.paths.choice import SESSION_GAP_MINUTES, STEPS, PathChoice
from percorso.insight.paths.in_order import is_twin, keep_in_order, line
from percorso.insight.seconds import epoch_s
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput

COLUMNS = {
    "person_id": "string",
    "path": "int64",
    "place": "int64",
    "step": "int32",
    "occurred_at": "timestamp(6)",
    "before": "int32",
    "after": "int32",
    "wait_s": "int64",
    "twin": "boolean",
}
"""``place`` counts from 1 along a path; ``before`` and ``after`` are the steps beside it, null at its ends; ``wait_s``: whole
seconds to the next."""
MOST_STEPS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps of all paths, kept: `table` has `COLUMNS`, a step's number is its place in `names`."""

    table: Any
    names: Sequence[str]

    def number(self, name: str) -> int:
        """The number of a step; -1, which none has, when there is no such step."""
        return self.names.index(name) if name in self.names else -1


def keep_steps(reader: Reader, choice: PathChoice, window: Window, events: Any = None) -> Steps:
    """The steps of all paths of a window, worked out once. events: instead of all of them."""
    chosen = chosen_events(reader.events if events is None else events, choice, window)
    names = reader.session.keep("path_names", names_of(chosen, choice))
    rows = reader.session.execute(names.order_by("number"))
    if len(rows) > MOST_STEPS:
        raise InvalidInput(f"there are more than {MOST_STEPS} different steps; call them by something else")
    table = keep_in_order(reader, "path_steps", chosen, lambda events, order: steps(events, names, choice, order))
    return Steps(table=table, names=[row["name"] for row in rows])


def chosen_events(events: Any, choice: PathChoice, window: Window) -> Any:
    """Expression: the events of people in a window that a choice lets in."""
    rows = events.filter(within(events, window), events.person_id.notnull())
    for column, wanted, without in (
        ("name", choice.names, choice.without_names),
        ("touchpoint", choice.touchpoints, choice.without_touchpoints),
    ):
        if wanted:
            rows = rows.filter(rows[column].isin(wanted))
        if without:
            rows = rows.filter(rows[column].isnull() | rows[column].notin(without))
    return rows


def names_of(events: Any, choice: PathChoice) -> Any:
    """Expression: (name, number) of every step there is, numbered from 0 in the order of their names."""
    named = events.select(name=STEPS[choice.step](events))
    there = named.filter(named.name.notnull()).distinct()
    number = ibis.row_number().over(ibis.window(order_by=there["name"]))
    return there.select(name=there["name"], number=number.cast("int32"))


def steps(events: Any, names: Any, choice: PathChoice, order: Sequence[str]) -> Any:
    """Expression: one row a step, with `COLUMNS`. `names`: as `names_of` gives them."""
    named = events.select("person_id", *order, name=STEPS[choice.step](events))
    found = named.inner_join(names, "name")
    rows = found.select(*(named[column] for column in ("person_id", *order)), step=names.number)
    rows = _cut(rows, choice, order)
    if choice.once:
        previous = rows.step.lag().over(line(rows, order, "path"))
        marked = rows.mutate(same=ibis.coalesce(previous == rows.step, ibis.literal(False)))
        rows = marked.filter(~marked.same).drop("same")
    path = line(rows, order) if choice.per == "person" else line(rows, order, "path")
    seconds = epoch_s(rows.occurred_at)
    twin = rows.twin if "twin" in rows.columns else is_twin(rows, path)
    return rows.select(
        person_id=rows.person_id,
        path=rows.path,
        place=(ibis.row_number().over(path) + 1).cast("int64"),
        step=rows.step,
        occurred_at=rows.occurred_at,
        before=rows.step.lag().over(path),
        after=rows.step.lead().over(path),
        wait_s=(seconds.lead().over(path) - seconds).cast("int64"),
        twin=twin,
    )


def _cut(rows: Any, choice: PathChoice, order: Sequence[str]) -> Any:
    """Rows with ``path``, the number of the visit; with ``twin`` too where rows may be dropped afterwards."""
    everything = line(rows, order)
    if choice.once:
        rows = rows.mutate(twin=is_twin(rows, everything))
    if choice.per == "person":
        return rows.mutate(path=ibis.literal(0, "int64"))
    everything = line(rows, order)
    last = rows.occurred_at.lag().over(everything)
    goes_on = rows.occurred_at <= last + ibis.interval(minutes=SESSION_GAP_MINUTES)
    marked = rows.mutate(opens=ibis.ifelse(goes_on, 0, 1).cast("int64"))
    return marked.mutate(path=marked.opens.sum().over(line(marked, order, so_far=True))).drop("opens")
