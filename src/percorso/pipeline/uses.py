"""What was seen of each property, joined with who looks at it: what nobody looks at costs room and is a risk to privacy.

Everything that looks says so itself, as a `Reading`: the profile, the configuration, the plays and the numbers. A plan or a
pack that describes a property does not use it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from percorso.data import profile
from percorso.data.personal import PersonalKind, risks
from percorso.data.plan_schema import parent
from percorso.data.planning import Seen
from percorso.execution import reads as plays
from percorso.insight import reads as numbers
from percorso.model.config import Config
from percorso.model.feeling import FeelingRule, Scale
from percorso.model.plan import Plan
from percorso.model.use import EVERYTHING, Reading, Use, property_of

Described = Literal["plan", "pack"]
Look = tuple[Use, str, bool]
"""(who looks, at which path, whether also at what is inside it)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyUse:
    """One property of one event, as it was lately.

    types       as data/shapes.py counts them, the most frequent first
    events      that had it, of the `of` events of the name;  first_day: when it was first seen, days since 1970-01-01
    personal    what of a person it, or something inside it, looks like
    described   who describes it: the plan before a pack
    """

    event: str
    path: str
    types: tuple[str, ...]
    events: int
    of: int
    first_day: int
    personal: PersonalKind | None
    described: Described | None
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Uses:
    """The properties seen on the days since <= day < until (days since 1970-01-01), by event and path."""

    since: int
    until: int
    properties: list[PropertyUse]


def readings(config: Config) -> list[Reading]:
    """Everything that looks at properties under a configuration."""
    facts = [
        Reading(use=Use(kind="profile", id="profile"), names=frozenset((name,)), paths=paths)
        for name, paths in profile.READS.items()
    ]
    touchpoints = [
        Reading(use=Use(kind="touchpoint", id=one.id, name=one.name), when=one.match)
        for one in config.touchpoints
        if one.match is not None
    ]
    stages = [
        Reading(use=Use(kind="stage", id=f"{journey.id}/{stage.id}", name=stage.name), when=stage.entry)
        for journey in config.journeys
        for stage in journey.stages
    ]
    feelings = [_of_feeling(rule) for rule in config.feelings]
    return [*facts, *touchpoints, *stages, *feelings, *plays.readings(config), *numbers.readings()]


def _of_feeling(rule: FeelingRule) -> Reading:
    scale = property_of(rule.mood.field) if isinstance(rule.mood, Scale) else None
    use = Use(kind="feeling", id=rule.id, name=rule.why)
    return Reading(use=use, when=rule.when, paths=() if scale is None else (scale,))


class Readers:
    """Finds who looks at the properties of an event."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._of_any: list[Reading] = []
        self._of_name: dict[str, list[Reading]] = defaultdict(list)
        for reading in readings:
            if reading.only is None:
                self._of_any.append(reading)
            for name in reading.only or ():
                self._of_name[name].append(reading)

    def of(self, name: str) -> list[Look]:
        """Who looks at what of the events of a name."""
        found = (*self._of_name.get(name, ()), *self._of_any)
        return [(reading.use, path, inside) for reading in found for path, inside in reading.of(name)]


def property_uses(
    seen: Mapping[str, Seen], readers: Readers, plan: Plan, described: Mapping[str, Iterable[str]]
) -> list[PropertyUse]:
    """Every property of every event that was seen lately, by event and path. `described`: event -> what packs describe."""
    found: list[PropertyUse] = []
    for name, one in sorted(seen.items()):
        if name and one.events:
            planned = plan.events[name].named if name in plan.events else frozenset()
            found += _of_event(name, one, readers.of(name), planned, frozenset(described.get(name, ())))
    return found


def _of_event(
    name: str, seen: Seen, looks: Sequence[Look], planned: frozenset[str], packed: frozenset[str]
) -> Iterator[PropertyUse]:
    kinds = {path: found for path, types in seen.paths.items() if (found := _lately(types))}
    people = risks(name, kinds)
    for path, types in sorted(kinds.items()):
        top = path.split(".")[0]
        yield PropertyUse(
            event=name,
            path=path,
            types=types,
            events=min(seen.events, sum(seen.paths[path].values())),
            of=seen.events,
            first_day=min(seen.first[path, kind] for kind in seen.paths[path]),
            personal=people.get(path),
            described="plan" if top in planned else "pack" if top in packed else None,
            uses=_uses(path, looks),
        )


def _lately(types: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted((kind for kind, events in types.items() if events), key=lambda kind: (-types[kind], kind)))


def _uses(path: str, looks: Iterable[Look]) -> tuple[Use, ...]:
    """Who looks at a path, at something inside it, or at what holds it together with all that is inside."""
    found = {
        (use.kind, use.id): use
        for use, read, inside in looks
        if path == read
        or read.startswith(f"{path}.")
        or (inside and (read == EVERYTHING or path.startswith(f"{read}.")))
    }
    return tuple(found.values())


def unused(properties: Iterable[PropertyUse]) -> list[PropertyUse]:
    """Those that nobody looks at: what looks like a person's data first, then the most frequent.

    Of an object or a list that nobody looks at, what is inside it is not told again.
    """
    found = {(one.event, one.path): one for one in properties if not one.uses}
    tops = [one for one in found.values() if (one.event, parent(one.path)) not in found]
    return sorted(tops, key=lambda one: (one.personal is None, -one.events, one.event, one.path))
