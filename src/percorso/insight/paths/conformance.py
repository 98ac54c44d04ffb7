"""Conformance: who goes a journey as it is declared, and how the others leave it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import ibis

from percorso.insight.interval import wilson
from percorso.insight.journey_map import Share
from percorso.insight.kpi.ask import Reader
from percorso.insight.map_tables import opened_stage
from percorso.insight.paths.choice import PathChoice
from percorso.insight.paths.steps import keep_steps
from percorso.insight.paths.variants import read_way, ways_of
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput
from percorso.model.journey import Journey

Kind = Literal["skipped", "went_back", "left_out"]
Places = tuple[Kind, int | None, int]
"""A deviation by the places of its stages in the journey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A way off the declared path.

    skipped    went from `start` (None: from nowhere) to `end`, over the stages between
    went_back  went from `start` to `end`, which is declared before it
    left_out   never was in `end`, though in a later stage
    """

    kind: Kind
    start: str | None
    end: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformance:
    """on_path: people who opened the stages in their order, none left out, as far as they came; n: who opened any.

    to_the_end   of those on the path, who came to the last stage;  deviations: by the most people
    """

    window: Window
    journey: str
    on_path: Share
    to_the_end: int
    deviations: tuple[Deviation, ...]


def conformance(reader: Reader, journey: Journey, window: Window, *, main: bool) -> Conformance:
    """The stages that each person opened in the window, against the order declared. Staying in a stage is no step."""
    gone = keep_ways(reader, journey, window, main=main)
    last = len(journey.stages) - 1
    people = conforming = finished = 0
    deviations: Counter[Places] = Counter()
    for places, count in gone.counted:
        if not places:  # of stages that are declared no more
            continue
        found = deviations_of(places)
        people += count
        conforming += count * (not found)
        finished += count * (not found and places[-1] == last)
        for one in found:
            deviations[one] += count
    share = wilson(conforming, people)
    names = [stage.id for stage in journey.stages]
    listed = [
        Deviation(kind=kind, start=None if start is None else names[start], end=names[end], people=n)
        for (kind, start, end), n in deviations.items()
    ]
    return Conformance(
        window=window,
        journey=journey.id,
        on_path=Share(value=share.value, ci_low=share.low, ci_high=share.high, count=conforming, n=people),
        to_the_end=finished,
        deviations=tuple(sorted(listed, key=lambda one: (-one.people, one.kind, one.start or "", one.end))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The ways that people went.

    ways     (person_id, way, occurred_at), kept: one row a person, `way` the number of theirs
    counted  by that number: the places of its stages in the journey, and how many people went it
    """

    ways: Any
    counted: Sequence[tuple[Sequence[int], int]]


def keep_ways(reader: Reader, journey: Journey, window: Window, *, main: bool) -> Gone:
    """Everybody's way over the stages they opened in the window, worked out once. Staying in a stage is no step."""
    events = reader.events.mutate(stage=opened_stage(reader.events, journey, main=main))
    steps = keep_steps(reader, PathChoice(step="stage", once=True), window, events)
    ways = reader.session.keep("path_ways", ways_of(steps.table))
    different = ways.select("way").distinct()
    number = ibis.row_number().over(ibis.window(order_by=different["way"]))
    numbers = reader.session.keep("way_numbers", different.mutate(number=number.cast("int64")))
    joined = ways.inner_join(numbers, "way").select(
        ways.person_id, ways.occurred_at, ways["way"], number=numbers.number
    )
    places = {stage.id: place for place, stage in enumerate(journey.stages)}
    asked = joined.group_by("number", "way").agg(count=joined.count()).order_by("number")
    rows = reader.session.execute(asked)
    counted = [
        ([places[one] for one in read_way(row["way"], steps.names) if one in places], int(row["count"])) for row in rows
    ]
    return Gone(ways=joined.select("person_id", "occurred_at", way=joined.number), counted=counted)


def behind(gone: Gone, journey: Journey, kind: str, start: str | None, end: str | None) -> Any:
    """Expression: the people of a deviation; of ``on_path``, those who go as it is declared. Raises InvalidInput."""
    places = {stage.id: place for place, stage in enumerate(journey.stages)}
    if kind == "on_path":
        wanted = [number for number, (way, _) in enumerate(gone.counted) if way and not deviations_of(way)]
    else:
        unknown = [stage for stage in (start, end) if stage is not None and stage not in places]
        if kind not in get_args(Kind) or end is None or unknown:
            raise InvalidInput(f"a deviation is one of {', '.join(get_args(Kind))}, between stages of {journey.id}")
        one: Any = (kind, None if start is None else places[start], places[end])
        wanted = [number for number, (way, _) in enumerate(gone.counted) if one in deviations_of(way)]
    return gone.ways.filter(gone.ways.way.isin(wanted or [-1]))


def deviations_of(places: Sequence[int]) -> set[Places]:
    """(kind, from, to) of every deviation of stages given by their place in the journey.

    >>> sorted(deviations_of([0, 1, 2]), key=str)
    []
    >>> sorted(deviations_of([0, 2, 0]), key=str)
    [('left_out', None, 1), ('skipped', 0, 2), ('went_back', 2, 0)]
    """
    found: set[Places] = set()
    before: Any = None
    for place in places:
        if before is None and place > 0:
            found.add(("skipped", None, place))
        if before is not None and place > before + 1:
            found.add(("skipped", before, place))
        if before is not None and place < before:
            found.add(("went_back", before, place))
        before = place
    seen = set(places)
    found |= {("left_out", None, place) for place in range(max(seen, default=0)) if place not in seen}
    return found
