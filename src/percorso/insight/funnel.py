"""A funnel: of the people who did the first step, who did the second after it, and so on, within a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import ibis

from percorso.insight import funnel_tables as tables
from percorso.insight.completeness import known_until
from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.funnel_choice import FunnelChoice
from percorso.insight.interval import wilson
from percorso.insight.journey_map import Share
from percorso.insight.kpi.ask import Reader
from percorso.insight.paths.in_order import keep_in_order
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput

MOST_GROUPS = 200
State = Literal["reached", "open", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStepRow:
    """One step. reached + open + lost = reached of the step before.

    open         did the step before and can still do this one in time;  lost: cannot
    of_previous, of_first   share who did it, of those whose time is over; else quick people alone would
                            make the share of those who entered lately
    median_s, p90_s         seconds from the first step to this one; None for the first, and where nobody came
    """

    step: str
    reached: int
    open: int
    lost: int
    of_previous: Share
    of_first: Share
    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelGroup:
    """The funnel of one group, or of the whole (``by`` is None and ``whole``)."""

    whole: bool
    by: str | None
    steps: tuple[FunnelStepRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """The whole, then its groups, the largest first: they sum to the whole. Counted are people.

    complete   nobody is open any more
    """

    window: Window
    within_s: int
    entry: str
    strict: bool
    by: str | None
    complete: bool
    groups: tuple[FunnelGroup, ...]


def funnel(reader: Reader, choice: FunnelChoice, window: Window) -> Funnel:
    """A funnel of those who entered in a window; the later steps may come after it."""
    people = keep_funnel(reader, choice, window)
    run = reader.session.execute
    whole = FunnelGroup(whole=True, by=None, steps=_steps(choice, run(tables.counts(people, choice, by=False))[0]))
    groups: list[FunnelGroup] = []
    if choice.by is not None:
        rows = run(tables.counts(people, choice, by=True).limit(MOST_GROUPS + 1))
        if len(rows) > MOST_GROUPS:
            raise InvalidInput(f"that makes more than {MOST_GROUPS} groups; choose another dimension")
        label = DIMENSIONS[choice.by].label
        groups = [
            FunnelGroup(whole=False, by=None if row["by"] is None else label(row["by"]), steps=_steps(choice, row))
            for row in rows
        ]
        groups.sort(key=lambda group: (-group.steps[0].reached, group.by is None, group.by or ""))
    return Funnel(
        window=window,
        within_s=choice.within_s,
        entry=choice.entry,
        strict=choice.strict,
        by=choice.by,
        complete=not any(step.open for step in whole.steps),
        groups=(whole, *groups),
    )


def keep_funnel(reader: Reader, choice: FunnelChoice, window: Window) -> Any:
    """One row for each person who entered, worked out once."""
    until = known_until(list(reader.marks.values()))
    known = ibis.literal(datetime(1970, 1, 1) + timedelta(microseconds=until or 0), "timestamp(6)")
    entries = keep_in_order(
        reader, "funnel_entries", reader.events, lambda events, order: tables.entries(events, choice, window, order)
    )
    return reader.session.keep("funnel_people", tables.people(tables.attempts(entries, choice), choice, known))


def at_step(people: Any, number: int, state: State) -> Any:
    """Expression: the people of one figure. Step 1 has reached alone."""
    if state == "reached":
        return people.filter(people.depth >= number)
    stopped = people.filter(people.depth == number - 1)
    return stopped.filter(stopped.open if state == "open" else ~stopped.open)


def _steps(choice: FunnelChoice, row: Mapping[str, Any]) -> tuple[FunnelStepRow, ...]:
    rows = []
    previous = int(row["reached_1"] or 0)
    first_ripe = previous_ripe = int(row["ripe_1"] or 0)
    for number, step in enumerate(choice.steps, 1):
        reached = int(row[f"reached_{number}"] or 0)
        waits = int(row[f"open_{number}"] or 0)
        ripe = int(row[f"ripe_{number}"] or 0)
        rows.append(
            FunnelStepRow(
                step=step.text,
                reached=reached,
                open=waits,
                lost=previous - reached - waits,
                of_previous=_share(ripe, previous_ripe),
                of_first=_share(ripe, first_ripe),
                median_s=_float(row.get(f"median_{number}")),
                p90_s=_float(row.get(f"p90_{number}")),
            )
        )
        previous, previous_ripe = reached, ripe
    return tuple(rows)


def _share(count: int, n: int) -> Share:
    found = wilson(count, n)
    return Share(value=found.value, ci_low=found.low, ci_high=found.high, count=count, n=n)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
