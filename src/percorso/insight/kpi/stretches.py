"""A KPI over several windows at once, read in one question: the periods and weeks of the board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from percorso.insight.kpi.ask import Reader, added, told_row
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.grouping import by_day, grouped
from percorso.insight.kpi.result import KpiRow
from percorso.insight.windows import Window


@dataclass(frozen=True)
class Stretches:
    """Where sums of days add up they are read by day, and any window of them is their sum; else each window is asked for."""

    reader: Reader
    definition: Definition
    rows: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, reader: Reader, definition: Definition, windows: Sequence[Window]) -> "Stretches":
        over = Window(start=min(one.start for one in windows), end=max(one.end for one in windows))
        known = reader.known_day(definition.names, over)
        if definition.adds:
            expression = by_day(definition, reader.events, over, known)
        else:
            expression = grouped(definition, reader.events, list(windows), (), known)
        return cls(reader, definition, reader.session.execute(expression))

    def row(self, window: Window, **by: str | None) -> KpiRow:
        """One of the windows."""
        known = self.reader.known_day(self.definition.names, window)
        return told_row(self.definition, window, self._sums(window), known, by)

    def _sums(self, window: Window) -> Sequence[Mapping[str, Any]]:
        if self.definition.adds:
            return added(self.definition, [row for row in self.rows if window.start <= row["day"] < window.end])
        return [row for row in self.rows if (row["start"], row["end"]) == (window.start, window.end)]
