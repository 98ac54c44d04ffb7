"""Omnichannel hops: from one channel to another within the same day, such as web to phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from percorso.insight.kpi.ask import Reader
from percorso.insight.paths.choice import PathChoice
from percorso.insight.paths.in_order import is_twin, keep_in_order, line
from percorso.insight.paths.steps import chosen_events
from percorso.insight.seconds import epoch_s
from percorso.insight.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """From one channel to the next on one civil day. median_s: median seconds between the two events."""

    start: str
    end: str
    count: int
    people: int
    median_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hops:
    """All hops of a window, the most frequent first; same_order: only between events of one order."""

    window: Window
    same_order: bool
    hops: tuple[Hop, ...]


def hops(reader: Reader, choice: PathChoice, window: Window, *, same_order: bool) -> Hops:
    """Changes of channel within a day."""
    kept = keep_hops(reader, choice, window, same_order=same_order)
    found = [
        Hop(
            start=row["channel"],
            end=row["after"],
            count=int(row["count"]),
            people=int(row["people"]),
            median_s=float(row["median_s"]),
        )
        for row in reader.session.execute(hop_counts(kept))
    ]
    ordered = sorted(found, key=lambda one: (-one.count, one.start, one.end))
    return Hops(window=window, same_order=same_order, hops=tuple(ordered))


def keep_hops(reader: Reader, choice: PathChoice, window: Window, *, same_order: bool) -> Any:
    """The hops of a window one by one, worked out once."""
    chosen = chosen_events(reader.events, choice, window)
    rows = keep_in_order(reader, "path_hops", chosen, lambda events, order: moves(events, same_order, order))
    return rows.filter(rows.after != rows.channel, rows.after_date == rows.local_date)


def moves(events: Any, same_order: bool, order: Sequence[str]) -> Any:
    """Expression: (person_id, channel, after, occurred_at, wait_s, local_date, after_date, twin), one row an event with a
    channel and the one after it; with `same_order` the next of the same order.
    """
    rows = events.filter(events.channel.notnull())
    if same_order:
        rows = rows.filter(rows.order_id.notnull())
    path = line(rows, order, *(("order_id",) if same_order else ()))
    seconds = epoch_s(rows.occurred_at)
    return rows.select(
        "person_id",
        "channel",
        "occurred_at",
        "local_date",
        after=rows.channel.lead().over(path),
        wait_s=(seconds.lead().over(path) - seconds).cast("int64"),
        after_date=rows.local_date.lead().over(path),
        twin=is_twin(rows, path),
    )


def hop_counts(rows: Any) -> Any:
    """Expression: (channel, after, count, people, median_s)."""
    return rows.group_by("channel", "after").agg(
        count=rows.count(), people=rows.person_id.nunique(), median_s=rows.wait_s.cast("float64").median()
    )
