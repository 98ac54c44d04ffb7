"""Which properties of events the plays look at, and which Percorso itself writes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from percorso.execution.answer import ABOUT
from percorso.execution.receipt import NAMES as RECEIPTS
from percorso.execution.render import variables
from percorso.model.config import Config
from percorso.model.errors import RenderFailed
from percorso.model.play import MessageTemplate, Play
from percorso.model.use import EVERYTHING, PROPERTIES, Reading, Use, property_of

_OURS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(RECEIPTS.values(), ("message_id", "channel", "play", "intent", "reason")),
    "Survey Answered": ("message_id", "play", "kind", "score", "scale", "language"),
    "Consent Updated": ("message_id", "play"),
    "Preferences Updated": ("mechanism", "per_week", "per_month", "from", "until", "pause_until", "language"),
    "Erasure Requested": ("mechanism",),
}


def readings(config: Config) -> list[Reading]:
    """Of each play: its condition, what makes it once, and what its answers repeat; then the variables of its templates."""
    return [*_ours(config), *chain.from_iterable(_of_play(play) for play in config.plays)]


def _of_play(play: Play) -> Iterator[Reading]:
    once = property_of(play.once_per)
    repeated = () if play.message is None else ABOUT
    paths = (*(() if once is None else (once,)), *repeated)
    yield Reading(use=Use(kind="play", id=play.id, name=play.name), when=play.when, paths=paths)
    if play.message is not None:
        use = Use(kind="template", id=play.id, name=play.name)
        yield Reading(use=use, when=play.when, paths=tuple(sorted(template_properties(play.message))))


def template_properties(template: MessageTemplate) -> set[str]:
    """The properties that a template's Liquid may read, `EVERYTHING` where it cannot be told.

    A list that is walked through is read with all that is in it.
    """
    sources = (*template.subject.values(), *template.body.values())
    try:
        read = {_path(segments) for source in sources for segments in variables(source)}
    except RenderFailed:
        return {EVERYTHING}
    return {path for path in read if path is not None}


def _path(segments: Sequence[Any]) -> str | None:
    """``event.properties.a.b`` -> ``a.b``; an index is any element, and what is computed ends the path."""
    if segments[0] != "event" or (len(segments) > 1 and segments[1] != PROPERTIES and isinstance(segments[1], str)):
        return None
    steps: list[str] = []
    for segment in segments[2:]:
        if not isinstance(segment, str | int):
            break
        steps.append("*" if isinstance(segment, int) else segment)
    return ".".join(steps)


def _ours(config: Config) -> Iterator[Reading]:
    written = {name: set(properties) for name, properties in _OURS.items()}
    for play in config.plays:
        for choice in play.choices:
            written.setdefault(choice.event, set()).update(("message_id", "play", "choice", *ABOUT, *choice.properties))
    for name, properties in written.items():
        yield Reading(use=Use(kind="ours", id="ours"), names=frozenset((name,)), paths=tuple(sorted(properties)))
