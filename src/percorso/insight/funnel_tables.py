"""The tables behind a funnel: events that matter, attempts along them, and how far each person came.

How far an attempt came is found without joins: at an event that is step i, the latest begin of an attempt that has done the
steps before it is the greatest of those written at earlier events that are step i - 1. The latest begin leaves the most
time, so somebody comes to step i within the window if and only if that one does; and from it the way was quickest.

Every attempt lies between two events that disqualify, so these cut the line of a person into segments.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import ibis

from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.funnel_choice import FunnelChoice
from percorso.insight.paths.in_order import is_twin, line
from percorso.insight.positions_then import with_position
from percorso.insight.seconds import epoch_s
from percorso.insight.windows import Window


def entries(events: Any, choice: FunnelChoice, window: Window, order: Sequence[str]) -> Any:
    """Expression: the events that matter, in order.

    (person_id, place, segment, segments, last, occurred_at, is_2.. , nth, by, twin); nth: the how manieth entry of the
    window it is, null when it is none; last: no event of the person comes after it.
    """
    rows = _relevant(events, choice, window, order)
    path, so_far = line(rows, order), line(rows, order, so_far=True)
    entered = rows.enters.cast("int64").sum().over(so_far)
    nought, cuts = ibis.literal(0, "int64"), rows.is_cut.cast("int64")
    placed = rows.mutate(
        place=ibis.row_number().over(path).cast("int64"),
        segment=cuts.sum().over(so_far) if choice.without else nought,
        segments=cuts.sum().over(ibis.window(group_by=rows.person_id)) if choice.without else nought,
        nth=ibis.ifelse(rows.enters, entered, ibis.null("int64")),
        last=rows.occurred_at.lead().over(path).isnull() if choice.strict else ibis.literal(False),
        twin=is_twin(rows, path),
    )
    kept = placed if choice.strict else placed.filter(_any_step(placed, choice) | placed.twin)
    return kept.drop(*(column for column in order if column != "occurred_at"), "is_cut", "enters")


def _relevant(events: Any, choice: FunnelChoice, window: Window, order: Sequence[str]) -> Any:
    """Events that are steps or cuts (all, when nothing may come between), from the window to the end of its last attempt."""
    rows = events.filter(events.person_id.notnull(), events.local_date >= window.start)
    end = ibis.literal(window.end) + ibis.interval(days=-(-choice.within_s // 86_400) + 1)
    rows = rows.filter(rows.local_date < end.cast("date"))
    flags = {f"is_{number}": step.met(rows) for number, step in enumerate(choice.steps[1:], 2)}
    first = choice.steps[0].met(rows)
    cut = reduce(or_, [step.met(rows) for step in choice.without], ibis.literal(False))
    if not choice.strict:
        rows = rows.filter(reduce(or_, [first, cut, *flags.values()]))
    if choice.by is not None and DIMENSIONS[choice.by].position:
        rows = with_position(rows, events)
    by = ibis.null("string") if choice.by is None else DIMENSIONS[choice.by].of(rows)
    return rows.select(
        "person_id",
        *order,
        by=by,
        is_cut=cut,
        enters=first & (rows.local_date < window.end),
        **flags,
    )


def _any_step(rows: Any, choice: FunnelChoice) -> Any:
    return reduce(or_, [rows[f"is_{number}"] for number in range(2, len(choice.steps) + 1)], rows.nth.notnull())


def attempts(entries: Any, choice: FunnelChoice) -> Any:
    """Expression: `entries` with ``since_1`` to ``since_k``: when the latest attempt began that comes to step i here."""
    begins = entries.nth.notnull() if choice.entry == "any" else (entries.nth == 1).fill_null(False)
    rows = entries.mutate(since_1=ibis.ifelse(begins, entries.occurred_at, ibis.null("timestamp(6)")))
    for number in range(2, len(choice.steps) + 1):
        before = rows[f"since_{number - 1}"]
        keys = [rows.person_id, rows.segment] if choice.without else [rows.person_id]
        if choice.strict:
            since = before.lag().over(ibis.window(group_by=keys, order_by=rows.place))
        else:
            since = before.max().over(ibis.window(group_by=keys, order_by=rows.place, rows=(None, -1)))
        rows = rows.mutate(since=since)
        in_time = rows[f"is_{number}"] & (rows.occurred_at <= rows.since + ibis.interval(seconds=choice.within_s))
        rows = rows.mutate(**{f"since_{number}": ibis.ifelse(in_time, rows.since, ibis.null("timestamp(6)"))})
        rows = rows.drop("since")
    return rows


def people(attempts: Any, choice: FunnelChoice, known: Any) -> Any:
    """Expression: one row a person who entered: (person_id, occurred_at, by, depth, open, young, took_2 .. took_k).

    depth: steps done; open: some attempt can still go on, its window not over at `known`; young: the window of some attempt
    is not over, whatever came of it; took_i: seconds of the quickest way from the first step to step i; occurred_at: the
    first entry.
    """
    steps = range(1, len(choice.steps) + 1)
    begun = [attempts[f"since_{number}"] for number in steps]
    alive = [since.notnull() & (since + ibis.interval(seconds=choice.within_s) > known) for since in begun[:-1]]
    if choice.strict:
        can_go_on = attempts.last & reduce(or_, [one.fill_null(False) for one in alive])
    else:
        can_go_on = (attempts.segment == attempts.segments) & alive[0].fill_null(False)
    took = {
        f"took_{number}": (epoch_s(attempts.occurred_at) - epoch_s(begun[number - 1])).min() for number in steps[1:]
    }
    each = attempts.group_by("person_id").agg(
        occurred_at=attempts.occurred_at.min(where=(attempts.nth == 1).fill_null(False)),
        by=attempts.by.max(where=(attempts.nth == 1).fill_null(False)),
        open=can_go_on.max(),
        young=alive[0].fill_null(False).max(),
        **took,
    )
    entered = each.filter(each.occurred_at.notnull())
    depth = sum((entered[name].notnull().cast("int64") for name in took), ibis.literal(1, "int64"))
    return entered.mutate(depth=depth, open=entered.open & (depth < len(choice.steps)))


def counts(people: Any, choice: FunnelChoice, *, by: bool) -> Any:
    """Expression: (by, reached_i, ripe_i, open_i, median_i, p90_i) of each group, or of the whole.

    open_i: waits for step i; ripe_i: reached it, of those whose time is over.
    """
    sums: dict[str, Any] = {}
    for number in range(1, len(choice.steps) + 1):
        sums[f"reached_{number}"] = (people.depth >= number).sum()
        sums[f"ripe_{number}"] = ((people.depth >= number) & ~people.young).sum()
        sums[f"open_{number}"] = ((people.depth == number - 1) & people.open).sum()
        if number > 1:
            took = people[f"took_{number}"].cast("float64")
            sums[f"median_{number}"] = took.median()
            sums[f"p90_{number}"] = took.quantile(0.9)
    return people.group_by("by").agg(**sums) if by else people.agg(**sums)
