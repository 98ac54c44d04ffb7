"""From each step to the next: how often, by how many people, how long it took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from percorso.insight.kpi.ask import Reader
from percorso.insight.paths.choice import PathChoice
from percorso.insight.paths.steps import keep_steps
from percorso.insight.windows import Window
from percorso.ports import EngineSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step directly after another. median_s: median seconds between the two."""

    start: str
    end: str
    count: int
    people: int
    median_s: float

    def as_json(self) -> dict[str, Any]:
        """As ``percorso paths transitions --json`` prints it."""
        return {
            "from": self.start,
            "to": self.end,
            "count": self.count,
            "people": self.people,
            "median_s": self.median_s,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCount:
    """A step on all paths: how often, by how many people, on how many paths it is the first and the last.

    So count = the transitions from it + last, and = the transitions to it + first.
    """

    step: str
    count: int
    people: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A step met again on the same path. returns: times beyond the first; at_once: those directly after the other."""

    step: str
    paths: int
    people: int
    returns: int
    at_once: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """All transitions of a window, the most frequent first. paths, people: of the whole."""

    window: Window
    step: str
    per: str
    paths: int
    people: int
    transitions: tuple[Transition, ...]
    steps: tuple[StepCount, ...]
    loops: tuple[Loop, ...]


def transitions(reader: Reader, choice: PathChoice, window: Window) -> Transitions:
    """Every transition there is."""
    kept = keep_steps(reader, choice, window)
    steps, names = kept.table, kept.names
    run = reader.session.execute
    paths, people = whole(reader.session, steps)
    found = [
        Transition(
            start=names[row["step"]],
            end=names[row["after"]],
            count=int(row["count"]),
            people=int(row["people"]),
            median_s=float(row["median_s"]),
        )
        for row in run(pairs(steps))
    ]
    counts = [StepCount(**_read(row, names)) for row in run(step_counts(steps))]
    met_again = [Loop(**_read(row, names)) for row in run(loops(steps))]
    return Transitions(
        window=window,
        step=choice.step,
        per=choice.per,
        paths=paths,
        people=people,
        transitions=tuple(sorted(found, key=lambda one: (-one.count, one.start, one.end))),
        steps=tuple(sorted(counts, key=lambda one: (-one.count, one.step))),
        loops=tuple(sorted(met_again, key=lambda one: (-one.returns, one.step))),
    )


def whole(session: EngineSession, steps: Any) -> tuple[int, int]:
    """How many paths there are, and of how many people."""
    (row,) = session.execute(steps.agg(paths=(steps.place == 1).sum(), people=steps.person_id.nunique()))
    return int(row["paths"] or 0), int(row["people"])


def pairs(steps: Any) -> Any:
    """Expression: (step, after, count, people, median_s)."""
    followed = steps.filter(steps.after.notnull())
    return followed.group_by("step", "after").agg(
        count=followed.count(),
        people=followed.person_id.nunique(),
        median_s=followed.wait_s.cast("float64").median(),
    )


def step_counts(steps: Any) -> Any:
    """Expression: (step, count, people, first, last)."""
    return steps.group_by("step").agg(
        count=steps.count(),
        people=steps.person_id.nunique(),
        first=steps.before.isnull().sum(),
        last=steps.after.isnull().sum(),
    )


def loops(steps: Any) -> Any:
    """Expression: (step, paths, people, returns, at_once) of steps met more than once on a path."""
    same = (steps.after == steps.step).fill_null(False)
    met = steps.group_by("person_id", "path", "step").agg(times=steps.count(), at_once=same.sum())
    again = met.filter(met.times > 1)
    return again.group_by("step").agg(
        paths=again.count(),
        people=again.person_id.nunique(),
        returns=again.times.sum() - again.count(),
        at_once=again.at_once.sum(),
    )


def _read(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {column: names[value] if column == "step" else int(value) for column, value in row.items()}
