"""Where each person is on each journey."""

from collections.abc import Iterable, Mapping, Sequence

from percorso.model.condition import Subject
from percorso.model.dispatch import Dispatch
from percorso.model.event import Event
from percorso.model.journey import Journey
from percorso.model.person import STAGES_KEPT, Position, StageEntry, stages_in_order


class StageFinder:
    """Says which stage of each journey an event opens, by the event alone; the furthest stage wins."""

    def __init__(self, journeys: Sequence[Journey]) -> None:
        self.main = journeys[0].id if journeys else None
        self._by_journey = [
            (journey.id, Dispatch([(stage.entry, stage.id) for stage in reversed(journey.stages)]))
            for journey in journeys
        ]

    def stages(self, event: Event, subject: Subject) -> list[tuple[str, str]]:
        """(journey, stage) pairs that the event opens."""
        found = []
        for journey, dispatch in self._by_journey:
            stage = dispatch.first(event.name, subject)
            if stage is not None:
                found.append((journey, stage))
        return found


def fold_path(
    path: Mapping[str, tuple[StageEntry, ...]], opened: Iterable[tuple[str, StageEntry]]
) -> Mapping[str, tuple[StageEntry, ...]]:
    """The path with more stage entries; the latest `STAGES_KEPT` of each journey are kept, in any order of arrival."""
    new: dict[str, list[StageEntry]] = {}
    for journey, entry in opened:
        new.setdefault(journey, []).append(entry)
    out: dict[str, tuple[StageEntry, ...]] = dict(path)
    for journey, entries in new.items():
        out[journey] = tuple(stages_in_order((*out.get(journey, ()), *entries))[-STAGES_KEPT:])
    return out


def position(journey: str, entries: Sequence[StageEntry]) -> Position:
    """The position that stage entries, ascending, lead to: the last stage, since the stay in it began.

    A stay longer than the entries kept begins, as far as is known, with the oldest of them.
    """
    last = entries[-1]
    start = len(entries) - 1
    while start > 0 and entries[start - 1].stage == last.stage:
        start -= 1
    return Position(
        journey=journey,
        stage=last.stage,
        since=entries[start].occurred_at,
        came_from=entries[start - 1].stage if start else None,
        touchpoint=entries[start].touchpoint,
    )


def positions(path: Mapping[str, tuple[StageEntry, ...]]) -> list[Position]:
    """A person's position on every journey they are on, by journey id."""
    return [position(journey, path[journey]) for journey in sorted(path) if path[journey]]
