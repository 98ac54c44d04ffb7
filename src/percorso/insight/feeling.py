"""How people feel and how hard we make it: evidence read off events by rules."""

from collections.abc import Iterable, Sequence

from percorso.model.condition import Subject, field_path
from percorso.model.dispatch import Dispatch
from percorso.model.event import Event
from percorso.model.feeling import FeelingRule, Scale
from percorso.model.person import FEELINGS_KEPT, Evidence, evidence_order


class FeelingReader:
    """Reads evidence off an event; every rule that it meets speaks."""

    def __init__(self, rules: Sequence[FeelingRule]) -> None:
        self._rules = Dispatch([(rule.when, rule) for rule in rules])

    def read(self, event: Event, touchpoint: str | None, subject: Subject) -> list[Evidence]:
        """The evidence of one event, often none."""
        found = []
        for test, rule in self._rules.candidates(event.name):
            if test(subject):
                mood = scaled(rule.mood, subject) if isinstance(rule.mood, Scale) else rule.mood
                if mood is not None or rule.effort:
                    found.append(
                        Evidence(event.occurred_at, event.tie, event.message_id, mood, rule.effort, rule.id, touchpoint)
                    )
        return found


def scaled(scale: Scale, subject: Subject) -> float | None:
    """The mood that a number of the event stands for; None when it is no number of the scale."""
    value = subject.value(field_path(scale.field))
    if isinstance(value, bool) or not isinstance(value, int | float) or scale.high == scale.low:
        return None
    if not min(scale.low, scale.high) <= value <= max(scale.low, scale.high):
        return None
    share = (value - scale.low) / (scale.high - scale.low)
    return 2.0 * share - 1.0


def fold_feelings(feelings: tuple[Evidence, ...], evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The latest `FEELINGS_KEPT` pieces of evidence, ascending by order, in any order of arrival."""
    more = list(evidence)
    if not more:
        return feelings
    return tuple(sorted((*feelings, *more), key=evidence_order)[-FEELINGS_KEPT:])
