"""The tracking plan in force: read, generated, changed; what comes is compared with it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from percorso.data.breaking import Break, breaking
from percorso.data.planning import Drift, Seen, drift, generate, seen_of
from percorso.model.config import Config
from percorso.model.errors import Conflict, NotFound
from percorso.model.plan import EventPlan, Plan
from percorso.model.time import CivilClock
from percorso.ports import Clock, Plans, Tallies

if TYPE_CHECKING:
    from percorso.pipeline.uses import Readers, Uses

LATELY = 7
BEFORE = 28
"""Days: what comes now, and what it is compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """plan: in force now; breaks: what it refuses that passed before."""

    plan: Plan
    breaks: tuple[Break, ...]


@dataclass(frozen=True)
class Planner:
    """`config`: what describes events beside the plan, and looks at them. `told`: called with each plan put in force."""

    plans: Plans
    tallies: Tallies
    civil: CivilClock
    clock: Clock
    config: Config
    told: Callable[[Plan], None] = lambda _plan: None

    @cached_property
    def known(self) -> frozenset[str]:
        """Event names that the packs describe."""
        return frozenset(contract.name for contract in self.config.contracts)

    @cached_property
    def _readers(self) -> "Readers":
        from percorso.pipeline.uses import Readers, readings

        return Readers(readings(self.config))

    def plan(self) -> Plan:
        return self.plans.plan()

    def seen(self, days: int | None = None) -> dict[str, Seen]:
        """What was counted of the last days, of all time when None."""
        since = 0 if days is None else self._today() - days
        return seen_of(self.tallies.shapes(since), self.tallies.words())

    def _today(self) -> int:
        return self.civil.day_hour(self.clock.now())[0]

    def generated(self, names: Iterable[str] = ()) -> Plan:
        """The plan in force with these events as they were seen, all of them when none is named.

        Raises NotFound for a name that was never counted.
        """
        plan, seen = self.plan(), self.seen()
        wanted = list(names) or sorted(name for name, one in seen.items() if name and one.events)
        unknown = [name for name in wanted if name not in seen]
        if unknown:
            raise NotFound(f"no event {unknown[0]!r} was counted yet; wait a moment, or check the spelling")
        made = {name: generate(name, seen[name], plan.events.get(name)) for name in wanted}
        return Plan({**plan.events, **made}, plan.new_events)

    def drift(self) -> list[Drift]:
        """How what came in the last week differs from the plan."""
        return drift(self.plan(), self.known, self.seen(LATELY), self.seen(BEFORE + LATELY))

    def uses(self, event: str | None = None) -> "Uses":
        """Each property that was seen lately, of one event or of all, and who looks at it.

        Lately is the last 28 days; where the events end earlier (imported history alone), the 28 days up to there.
        """
        from percorso.pipeline.uses import Uses, property_uses  # with all that looks: the numbers and the plays

        last = max((last for *_, last in self.tallies.names()), default=self._today())
        until = min(self._today(), last + 1)
        seen = seen_of(self.tallies.shapes(until - BEFORE), self.tallies.words())
        if event is not None:
            seen = {name: one for name, one in seen.items() if name == event}
        described = {contract.name: contract.properties for contract in self.config.contracts}
        return Uses(until - BEFORE, until, property_uses(seen, self._readers, self.plan(), described))

    def breaks(self, new: Plan) -> list[Break]:
        """What a plan would refuse that the one in force lets pass, counted over the last 28 days."""
        return breaking(self.plan(), new, self.seen(BEFORE))

    def apply(self, new: Plan, *, accept_breaking: bool = False) -> Applied:
        """Put a plan in force: what changed gets the next version. Raises Conflict when it breaks and that was not accepted."""
        old = self.plan()
        breaks = self.breaks(new)
        if breaks and not accept_breaking:
            raise Conflict(f"this plan would refuse what passes now: {_said(breaks)}; say that you accept it")
        plan = Plan({name: _numbered(one, old.events.get(name)) for name, one in new.events.items()}, new.new_events)
        self.plans.store(plan, self.clock.now())
        self.told(plan)
        return Applied(plan=plan, breaks=tuple(breaks))


def changes(old: Plan, new: Plan) -> dict[str, str]:
    """Event name -> added, changed or removed; ``new_events`` when that word changed."""
    found = {name: "removed" for name in old.events if name not in new.events}
    for name, plan in new.events.items():
        before = old.events.get(name)
        if before is None:
            found[name] = "added"
        elif _content(before) != _content(plan):
            found[name] = "changed"
    return found | ({"new_events": "changed"} if old.new_events != new.new_events else {})


def _numbered(plan: EventPlan, before: EventPlan | None) -> EventPlan:
    if before is None:
        return plan
    version = before.version + (_content(plan) != _content(before))
    return EventPlan(plan.name, version, plan.schema, plan.new_properties, plan.types)


def _content(plan: EventPlan) -> Mapping[str, Any]:
    return plan.as_mapping() | {"version": 0}


def _said(breaks: Iterable[Break]) -> str:
    told = [f"{one.name or 'unplanned events'} {one.path} ({one.kind}, {one.events} events)" for one in breaks]
    return ", ".join(told[:5]) + (f" and {len(told) - 5} more" if len(told) > 5 else "")
