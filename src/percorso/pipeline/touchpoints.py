"""Questions about touchpoints."""

from dataclasses import dataclass
from datetime import date

from percorso.insight.listed import StagePeople
from percorso.insight.touchpoints.inventory import Inventory, inventory, touchpoint_people
from percorso.pipeline.analyse import Analyst


@dataclass(frozen=True)
class TouchpointQuestions:
    """Default window: the last 28 complete days."""

    analyst: Analyst

    def inventory(self, start: date | None, end: date | None) -> Inventory:
        """All touchpoints, those nobody declared, and those that matter."""
        with self.analyst.reading() as reader:
            return inventory(reader, self.analyst.config, self.analyst.window(reader, start, end))

    def people(self, touchpoint: str, start: date | None, end: date | None, limit: int) -> StagePeople:
        """Who met a touchpoint; `-`: who was at none."""
        with self.analyst.reading() as reader:
            return touchpoint_people(reader, self.analyst.window(reader, start, end), touchpoint, limit)
