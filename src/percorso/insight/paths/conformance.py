"""Conformance: who goes a journey as it is declared, and how the others leave it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from percorso.insight.interval import wilson
from percorso.insight.journey_map import Share
from percorso.insight.kpi.ask import Reader
from percorso.insight.map_tables import opened_stage
from percorso.insight.paths.choice import PathChoice
from percorso.insight.paths.steps import keep_steps
from percorso.insight.paths.variants import counts, read_way, ways_of
from percorso.insight.windows import Window
from percorso.model.journey import Journey

Kind = Literal["skipped", "went_back", "left_out"]


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
    events = reader.events.mutate(stage=opened_stage(reader.events, journey, main=main))
    steps = keep_steps(reader, PathChoice(step="stage", once=True), window, events)
    declared = [stage.id for stage in journey.stages]
    people = conforming = finished = 0
    deviations: Counter[tuple[Kind, str | None, str]] = Counter()
    for row in reader.session.execute(counts(ways_of(steps.table))):
        count, way = int(row["count"]), [step for step in read_way(row["way"], steps.names) if step in declared]
        found = deviations_of([declared.index(stage) for stage in way])
        people += count
        conforming += count * (not found)
        finished += count * (not found and way[-1] == declared[-1])
        for kind, start, end in found:
            deviations[kind, None if start is None else declared[start], declared[end]] += count
    share = wilson(conforming, people)
    listed = [Deviation(kind=kind, start=start, end=end, people=n) for (kind, start, end), n in deviations.items()]
    return Conformance(
        window=window,
        journey=journey.id,
        on_path=Share(value=share.value, ci_low=share.low, ci_high=share.high, count=conforming, n=people),
        to_the_end=finished,
        deviations=tuple(sorted(listed, key=lambda one: (-one.people, one.kind, one.start or "", one.end))),
    )


def deviations_of(places: Sequence[int]) -> set[tuple[Kind, int | None, int]]:
    """(kind, from, to) of every deviation of stages given by their place in the journey.

    >>> sorted(deviations_of([0, 1, 2]), key=str)
    []
    >>> sorted(deviations_of([0, 2, 0]), key=str)
    [('left_out', None, 1), ('skipped', 0, 2), ('went_back', 2, 0)]
    """
    found: set[tuple[Kind, int | None, int]] = set()
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
