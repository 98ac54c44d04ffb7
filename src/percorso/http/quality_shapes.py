"""Quality as the API shows it: with its window as the others have it; the rest is as insight/quality says it."""

from dataclasses import dataclass

from percorso.http.insight_shapes import WindowRecord
from percorso.insight.quality.page import Leak, Origin, SourceTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRecord:
    """Leaks: the dearest first. `days`: days of the window with any event; `behind`: places of the log not yet counted.

    `planned`: share of events whose name has a plan, null without events.
    """

    window: WindowRecord
    days: int
    events: int
    behind: int
    planned: float | None
    leaks: list[Leak]
    origins: list[Origin]
    sources: list[SourceTaken]
