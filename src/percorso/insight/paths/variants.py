"""The different ways from beginning to end, each with how many paths go it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from percorso.insight.kpi.ask import Reader
from percorso.insight.paths.choice import PathChoice
from percorso.insight.paths.steps import MOST_STEPS, Steps, keep_steps
from percorso.insight.paths.transitions import whole
from percorso.insight.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way. share: of all paths."""

    path: tuple[str, ...]
    count: int
    people: int
    share: float

    def as_json(self) -> dict[str, Any]:
        """As ``percorso paths variants --json`` prints it."""
        return {"path": list(self.path), "count": self.count, "people": self.people, "share": self.share}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """The most frequent ways, most frequent first. total: how many different ones there are; others: paths that go no way shown."""

    window: Window
    step: str
    per: str
    paths: int
    people: int
    total: int
    others: int
    variants: tuple[Variant, ...]


def variants(reader: Reader, choice: PathChoice, window: Window, limit: int) -> Variants:
    """The ways of a window."""
    kept = keep_steps(reader, choice, window)
    ways = reader.session.keep("path_ways", ways_of(kept.table))
    paths, people = whole(reader.session, kept.table)
    counted = counts(ways)
    (told,) = reader.session.execute(counted.agg(total=counted.count()))
    top = reader.session.execute(counted.order_by(ibis.desc("count"), "way").limit(limit))
    found = tuple(
        Variant(
            path=read_way(row["way"], kept.names),
            count=int(row["count"]),
            people=int(row["people"]),
            share=int(row["count"]) / paths,
        )
        for row in top
    )
    return Variants(
        window=window,
        step=choice.step,
        per=choice.per,
        paths=paths,
        people=people,
        total=int(told["total"]),
        others=paths - sum(one.count for one in found),
        variants=found,
    )


def ways_of(steps: Any) -> Any:
    """Expression: (person_id, path, way, occurred_at): each path as a list of numbers, and when it ended.

    Engines have no ordered aggregate in common, so a number holds place and step, and the list is sorted. The places of
    two paths of one way are the same, so they need not be taken out.
    """
    numbered = steps.mutate(at=(steps.place * MOST_STEPS + steps.step).cast("int64"))
    told = numbered.group_by("person_id", "path").agg(
        told=numbered["at"].collect(), occurred_at=numbered.occurred_at.max()
    )
    return told.select("person_id", "path", "occurred_at", way=told.told.sort())


def counts(ways: Any) -> Any:
    """Expression: (way, count, people)."""
    return ways.group_by("way").agg(count=ways.count(), people=ways.person_id.nunique())


def read_way(way: Sequence[int], names: Sequence[str]) -> tuple[str, ...]:
    """The steps of a way."""
    return tuple(names[at % MOST_STEPS] for at in way)


def is_way(ways: Any, path: Sequence[str], steps: Steps) -> Any:
    """Expression: whether a row goes this way."""
    wanted = [place * MOST_STEPS + steps.number(step) for place, step in enumerate(path, 1)]
    return ways.way == ibis.literal(wanted, "array<int64>")
