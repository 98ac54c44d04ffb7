"""How the log becomes people and decisions, live and in a replay."""

from functools import cached_property
from typing import TYPE_CHECKING

from percorso.main.stores import Stores
from percorso.model.identity import IdentityRules
from percorso.ports import EventLog, State

if TYPE_CHECKING:
    from percorso.execution.decide import Decider
    from percorso.pipeline.process import Processor


class Folding(Stores):
    """What folds, with the rules of this company."""

    @cached_property
    def processor(self) -> "Processor":
        """What folds the log into state, and decides."""
        from percorso.execution.decide import Decider
        from percorso.model.consent import permissions

        decider = Decider(self.config, permissions(self.config.purposes, self.facts.default_consent))
        return self.folding(self.log, self.state, decider, self.settled_rules())

    def folding(
        self, log: EventLog, state: State, decider: "Decider | None", rules: IdentityRules | None = None
    ) -> "Processor":
        """What folds a log into a state by this company's rules, or by others of identity."""
        from percorso.adapters.robots import is_robot
        from percorso.pipeline.process import Processor

        return Processor(
            log,
            state,
            self.config,
            self.facts.secret,
            currency=self.facts.currency,
            decider=decider,
            is_robot=is_robot,
            robots_in=self.robots_in,
            rules=rules or self.rules_in_force().rules,
            generations=self.buried.generations,
            refresh=self.buried.watcher(),
        )
