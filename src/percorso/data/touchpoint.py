"""Where an event happened."""

from collections.abc import Sequence

from percorso.model.condition import Subject
from percorso.model.dispatch import Dispatch
from percorso.model.event import Event
from percorso.model.touchpoint import Touchpoint


class TouchpointFinder:
    """Finds the touchpoint of an event: the one it names itself, else the first whose condition it meets."""

    def __init__(self, touchpoints: Sequence[Touchpoint]) -> None:
        self._by_id = {touchpoint.id: touchpoint for touchpoint in touchpoints}
        self._matching = Dispatch([(t.match, t) for t in touchpoints if t.match is not None])

    def find(self, event: Event, subject: Subject) -> tuple[str | None, str | None, str | None]:
        """(touchpoint id, channel, phase). A name that the company has not described keeps its name, without the rest."""
        named = event.context.get("touchpoint")
        if isinstance(named, str) and named:
            touchpoint = self._by_id.get(named)
            if touchpoint is None:
                return named[:100], None, None
        else:
            touchpoint = self._matching.first(event.name, subject)
            if touchpoint is None:
                return None, None, None
        return touchpoint.id, touchpoint.channel, touchpoint.phase
