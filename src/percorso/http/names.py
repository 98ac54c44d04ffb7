"""The company's words for ids: touchpoints, stages, plays and feelings, by the configuration in force."""

from percorso.http.wire import Named, texts
from percorso.model.config import Config
from percorso.model.journey import Stage
from percorso.model.touchpoint import Text, Touchpoint


class Names:
    """Looks names up; an id that the configuration no longer knows is its own name."""

    def __init__(self, config: Config) -> None:
        self._touchpoints: dict[str, Touchpoint] = {touchpoint.id: touchpoint for touchpoint in config.touchpoints}
        self._journeys = {journey.id: journey.name for journey in config.journeys}
        self._stages = {(journey.id, stage.id): stage for journey in config.journeys for stage in journey.stages}
        self._plays = {play.id: play.name for play in config.plays}
        self._feelings = {rule.id: rule.why for rule in config.feelings}
        self._main = config.journeys[0].id if config.journeys else ""

    def touchpoint(self, touchpoint_id: str | None) -> Named | None:
        if touchpoint_id is None:
            return None
        known = self._touchpoints.get(touchpoint_id)
        return _named(touchpoint_id, known.name if known else None)

    def channel(self, touchpoint_id: str | None) -> str | None:
        known = self._touchpoints.get(touchpoint_id or "")
        return known.channel if known else None

    def journey(self, journey_id: str) -> Named:
        return _named(journey_id, self._journeys.get(journey_id))

    def stage(self, stage_id: str | None, journey_id: str | None = None) -> Named | None:
        """A stage of a journey, by default of the main one."""
        if stage_id is None:
            return None
        known = self.stage_record(stage_id, journey_id)
        return _named(stage_id, known.name if known else None)

    def stage_record(self, stage_id: str, journey_id: str | None = None) -> Stage | None:
        return self._stages.get((journey_id or self._main, stage_id))

    def play(self, play_id: str) -> Named:
        return _named(play_id, self._plays.get(play_id))

    def why(self, rule_id: str) -> Named:
        """What a feeling rule says for people."""
        return _named(rule_id, self._feelings.get(rule_id))


def _named(thing_id: str, name: Text | None) -> Named:
    return Named(id=thing_id, name=texts(name) if name else {"it": thing_id, "en": thing_id})
