"""Packs: a company's configuration as people write it, read into records with precise errors.

A pack is a mapping (from YAML, see packs/README.md) with touchpoints, journeys, feelings, plays, events, purposes,
strings and rules of identity. It may `use` other packs: what they describe can be referred to, and their layouts can be
filled. `combine` puts packs together and checks that whatever is referred to exists.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from percorso.model.config import Config
from percorso.model.consent import BASES, Purpose
from percorso.model.contract import EventContract
from percorso.model.errors import InvalidConfig
from percorso.model.feeling import FeelingRule, Scale
from percorso.model.fields import Fields, valid_id
from percorso.model.identity_rules import put_over, read_rules
from percorso.model.journey import Journey, Stage
from percorso.model.pack_events import event_field, read_contract
from percorso.model.pack_plays import read_play
from percorso.model.play import Play
from percorso.model.touchpoint import PHASES, Text, Touchpoint

CHANNELS = (
    *("web", "app", "store", "call", "email", "sms", "post", "chat"),
    *("social", "event", "delivery", "device", "ads", "partner"),
)

_PERSON = frozenset(("person",))
_PLACE = frozenset(("person", "touchpoint", "channel", "phase"))
_SIGNAL = re.compile(r"^(gpc|tcf:\d{1,2}|category:[^A-Z/]+)$")

Record = TypeVar("Record", Touchpoint, Journey, FeelingRule, Play, EventContract, Purpose)


def pack_name(mapping: object) -> str:
    """The name a pack gives itself."""
    if not isinstance(mapping, Mapping) or not isinstance(mapping.get("pack"), str) or not valid_id(mapping["pack"]):
        raise InvalidConfig("a pack is a mapping that begins with its name, such as 'pack: retail'")
    return str(mapping["pack"])


def packs_used(mapping: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the packs that a pack builds on, in order."""
    return Fields(mapping, f"pack {pack_name(mapping)}").words("uses")


def read_pack(mapping: Mapping[str, Any], uses: Config | None = None) -> Config:
    """The records of one pack alone. `uses` is the combined content of the packs it uses, for their layouts.

    Raises InvalidConfig naming pack, section, id and key. Unknown keys are errors.
    """
    name = pack_name(mapping)
    fields = Fields(mapping, f"pack {name}")
    for key in ("pack", "uses"):
        fields.take(key, None)
    fields.whole("version", least=1)
    fields.translated("about")
    strings = {key: _texts(fields, key) for key in fields.mapping("strings")}
    layouts = {**(uses.strings if uses else {}), **strings}
    config = Config(
        version="",
        packs=(name,),
        touchpoints=tuple(_touchpoint(id_, part) for id_, part in fields.named("touchpoints")),
        journeys=tuple(_journey(id_, part) for id_, part in fields.named("journeys")),
        feelings=tuple(_feeling(id_, part) for id_, part in fields.named("feelings")),
        plays=tuple(read_play(id_, part, layouts) for id_, part in fields.named("plays")),
        contracts=tuple(read_contract(event, part) for event, part in fields.named("events", ids=False)),
        purposes=tuple(_purpose(id_, part) for id_, part in fields.named("purposes")),
        strings=strings,
        identity=_identity(fields),
    )
    fields.done()
    return replace(config, version=content_version(config))


def combine(configs: Iterable[Config]) -> Config:
    """Several packs as one configuration, checked. An id of a later pack replaces the same id of an earlier one.

    Journeys keep their order (the first is the main one). The touchpoints of later packs come first: a special pack's
    conditions are tried before those of the general packs it builds on.
    """
    given = list(configs)
    config = Config(
        version="",
        packs=tuple(dict.fromkeys(name for one in given for name in one.packs)),
        touchpoints=_overridden([one.touchpoints for one in reversed(given)], first_wins=True),
        journeys=_overridden([one.journeys for one in given]),
        feelings=_overridden([one.feelings for one in given]),
        plays=_overridden([one.plays for one in given]),
        contracts=_overridden([one.contracts for one in given]),
        purposes=_overridden([one.purposes for one in given]),
        strings={key: text for one in given for key, text in one.strings.items()},
        identity=put_over(one.identity for one in given),
    )
    _check_references(config)
    return replace(config, version=content_version(config))


def content_version(config: Config) -> str:
    """16 hexadecimal digits that are the same for the same content, whatever packs it came from."""
    content = msgspec.json.encode(replace(config, version="", packs=()), order="deterministic")
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _overridden(groups: Iterable[tuple[Record, ...]], *, first_wins: bool = False) -> tuple[Record, ...]:
    found: dict[str, Record] = {}
    for record in (record for group in groups for record in group):
        key = record.name if isinstance(record, EventContract) else record.id
        if not (first_wins and key in found):
            found[key] = record
    return tuple(found.values())


def _check_references(config: Config) -> None:
    touchpoints = {touchpoint.id for touchpoint in config.touchpoints}
    stages = {stage.id for journey in config.journeys for stage in journey.stages}
    purposes = {purpose.id for purpose in config.purposes}
    packs = ", ".join(config.packs)
    for play in config.plays:
        if play.touchpoint is not None and play.touchpoint not in touchpoints:
            raise InvalidConfig(
                f"packs {packs}, plays, {play.id}: no touchpoint {play.touchpoint!r}; add it or mend the name"
            )
        if play.stage is not None and play.stage not in stages:
            raise InvalidConfig(f"packs {packs}, plays, {play.id}: no journey has a stage {play.stage!r}")
        if purposes and play.purpose is not None and play.purpose not in purposes:
            raise InvalidConfig(
                f"packs {packs}, plays, {play.id}: no purpose {play.purpose!r}; declare it under 'purposes'"
            )


def _identity(fields: Fields) -> Mapping[str, Any]:
    said = fields.mapping("identity")
    read_rules(said, f"{fields.where}, identity")
    return said


def _texts(fields: Fields, key: str) -> Text:
    return Fields(fields.mapping("strings"), f"{fields.where}, strings").translated(key)


def _touchpoint(id_: str, fields: Fields) -> Touchpoint:
    match = None
    if fields.take("match", None) is not None:
        match = fields.condition("match", about="where an event happened is told by the event alone", without=_PLACE)
    touchpoint = Touchpoint(
        id=id_,
        name=fields.translated("name"),
        channel=fields.word("channel", CHANNELS),
        physical=fields.flag("physical"),
        phase=fields.word("phase", PHASES),
        match=match,
        owner=fields.text("owner", None),
    )
    fields.done()
    return touchpoint


def _journey(id_: str, fields: Fields) -> Journey:
    journey = Journey(
        id=id_,
        version=fields.whole("version", least=1),
        name=fields.translated("name"),
        stages=tuple(_stage(part) for part in fields.parts("stages")),
    )
    fields.done()
    ids = [stage.id for stage in journey.stages]
    if not ids:
        raise fields.error("stages", "is empty; a journey has at least one stage")
    if len(set(ids)) < len(ids):
        raise fields.error("stages", f"{next(one for one in ids if ids.count(one) > 1)!r} is there twice")
    order = [PHASES.index(stage.phase) for stage in journey.stages]
    if order != sorted(order):
        raise fields.error("stages", "must be in order: before, during, after the purchase")
    return journey


def _stage(fields: Fields) -> Stage:
    id_ = fields.text("id")
    if not valid_id(id_):
        raise fields.error("id", f"{id_!r} is no id; use lower-case words with underscores")
    stage = Stage(
        id=id_,
        name=fields.translated("name"),
        phase=fields.word("phase", PHASES),
        entry=fields.condition(
            "entry", about="a stage is opened by the event alone, never by the person", without=_PERSON
        ),
    )
    fields.done()
    return stage


def _feeling(id_: str, fields: Fields) -> FeelingRule:
    rule = FeelingRule(
        id=id_,
        when=fields.condition("when", about="a profile may not depend on the order of events", without=_PERSON),
        mood=_mood(fields),
        effort=fields.number("effort", 0, least=0, most=100),
        why=fields.translated("why"),
    )
    fields.done()
    if rule.mood is None and not rule.effort:
        raise fields.error("mood", "the rule says neither mood nor effort; give at least one")
    return rule


def _mood(fields: Fields) -> float | Scale | None:
    value = fields.take("mood", None)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        return fields.number("mood", least=-1, most=1)
    part = Fields(value, f"{fields.where}, mood")
    scale = Scale(
        field=event_field(part, "field"),
        low=part.number("low", least=-1e9, most=1e9),
        high=part.number("high", least=-1e9, most=1e9),
    )
    part.done()
    if scale.low == scale.high:
        raise part.error("high", "is the same as low; a scale has two ends")
    return scale


def _purpose(id_: str, fields: Fields) -> Purpose:
    purpose = Purpose(
        id=id_,
        name=fields.translated("name"),
        about=fields.translated("about"),
        basis=fields.word("basis", BASES),
        needs_consent=fields.flag("needs_consent"),
        channels=fields.words("channels"),
        signals=fields.words("signals"),
    )
    fields.done()
    if purpose.basis == "consent" and not purpose.needs_consent:
        raise fields.error("needs_consent", "is false, but the basis is consent; without a yes there is none")
    for channel in purpose.channels:
        if channel not in CHANNELS:
            raise fields.error("channels", f"{channel!r} is none of {', '.join(CHANNELS)}")
    for signal in purpose.signals:
        if not _SIGNAL.match(signal):
            raise fields.error("signals", f"{signal!r} is none of gpc, tcf:NUMBER, category:NAME in small letters")
    return purpose
