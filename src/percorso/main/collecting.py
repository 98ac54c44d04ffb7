"""How events come in: taken, refused and mended, by the tracking plan in force."""

from functools import cached_property
from typing import TYPE_CHECKING

from percorso.main.stores import Stores

if TYPE_CHECKING:
    from percorso.main.sources import Sources
    from percorso.model.plan import Plan
    from percorso.pipeline.collect import Collector
    from percorso.pipeline.mending import Mender
    from percorso.pipeline.planning import Planner


class Collecting(Stores):
    """The collector, the mender and the planner of one process share the plan in force."""

    @cached_property
    def collector(self) -> "Collector":
        from percorso.pipeline.collect import Collector

        collector = Collector(self.log, self.civil, self.clock)
        collector.plan = self._plan_in_force()
        return collector

    @cached_property
    def mender(self) -> "Mender":
        from percorso.pipeline.mending import Mender

        mender = Mender(self.quarantine, self.log, self.civil, self.clock)
        mender.plan = self._plan_in_force()
        return mender

    @cached_property
    def planner(self) -> "Planner":
        """The tracking plan; what it puts in force the collector of this process asks at once."""
        from percorso.pipeline.planning import Planner

        return Planner(self.plans, self.tallies, self.civil, self.clock, self.config, self._put_in_force)

    def _plan_in_force(self) -> "Plan | None":
        """None when it lets everything pass."""
        plan = self.plans.plan()
        return None if plan.is_open else plan

    def _put_in_force(self, plan: "Plan") -> None:
        self.collector.plan = self.mender.plan = None if plan.is_open else plan

    @cached_property
    def sources(self) -> "Sources":
        """What events come from by themselves."""
        from percorso.main.sources import Sources

        return Sources(self.directory, self.clock)
