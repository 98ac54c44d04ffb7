"""The preference centre: what a person wishes, read off a form, and the events that record it.

Only what changed becomes an event. A yes is said for every identifier of theirs that forbids it and that they can speak
for: their keys, addresses and cards, never a device, which may be shared.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from percorso.execution.own_event import own_event
from percorso.execution.wishes import MOST
from percorso.model.consent import (
    ALL,
    PERSON_KEYS,
    Consents,
    Permissions,
    parts_of,
    voices_against,
)
from percorso.model.identifier import DEVICE, Identifier
from percorso.model.person import Node, Profile
from percorso.model.time import Micros

MECHANISM = "preference_centre"
TEXT_VERSION = "preference_centre/1"
LANGUAGES = ("it", "en")
WISHED = ("contact_per_week", "contact_per_month", "contact_from", "contact_until", "contact_pause_until", "language")
"""The traits that the form sets."""

Item = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What came with the form.

    asked, allowed   the ``purpose/channel`` that were shown, and those of them that are ticked
    traits           trait -> its value, None to take it back; of `WISHED` those that the form held and that can be read
    """

    asked: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()
    traits: Mapping[str, Any] = field(default_factory=dict)


def read_form(fields: Mapping[str, Sequence[str]]) -> Form:
    """The form as a browser posts it; what cannot be read is left as it was."""
    traits: dict[str, Any] = {}
    if "often" in fields:
        traits |= _often(fields["often"][-1])
    if "from" in fields and "until" in fields:
        traits |= _hours(fields["from"][-1], fields["until"][-1])
    if "pause_until" in fields:
        traits |= _pause(fields["pause_until"][-1])
    if (language := fields.get("language", [""])[-1]) in LANGUAGES:
        traits["language"] = language
    return Form(asked=tuple(fields.get("asked", ())), allowed=frozenset(fields.get("allow", ())), traits=traits)


def _often(text: str) -> dict[str, Any]:
    """``week 2``, ``month 1`` or empty: as it comes."""
    unit, _, count = text.partition(" ")
    if not text:
        return {"contact_per_week": None, "contact_per_month": None}
    if unit not in ("week", "month") or not count.isdecimal() or int(count) > MOST:
        return {}
    return {f"contact_per_{one}": int(count) if one == unit else None for one in ("week", "month")}


def _hours(start: str, end: str) -> dict[str, Any]:
    if not start and not end:
        return {"contact_from": None, "contact_until": None}
    try:
        begins, ends = time.fromisoformat(start), time.fromisoformat(end)
    except ValueError:
        return {}
    return {"contact_from": begins.isoformat("minutes"), "contact_until": ends.isoformat("minutes")}


def _pause(text: str) -> dict[str, Any]:
    try:
        return {"contact_pause_until": date.fromisoformat(text).isoformat() if text else None}
    except ValueError:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Whose form it is. `linked`: the identifier of the link; `nodes`: all of the person's."""

    linked: Node
    nodes: Sequence[Node]

    def own_keys(self) -> list[Identifier]:
        """The person's keys, else the identifier of the link."""
        keys = [_identifier(node) for node in self.nodes if node.kind in PERSON_KEYS and not node.claimed]
        return sorted(keys) or [_identifier(self.linked)]

    def speaks_for(self, voices: Collection[str]) -> list[Identifier]:
        """The keys, and those of some voices that are the person's, proven and no device."""
        theirs = [_identifier(node) for node in self.nodes if not node.claimed and node.kind != DEVICE]
        return sorted({*self.own_keys(), *(one for one in theirs if f"{one.kind}:{one.value}" in voices)})


def _identifier(node: Node) -> Identifier:
    return Identifier(node.kind, node.value, node.claimed)


def items(
    form: Form,
    speaker: Speaker,
    profile: Profile,
    allowed: Permissions,
    language: str,
    now: Micros,
    new_id: Callable[[], str],
) -> Iterator[Item]:
    """The wire items of what the form changes. `language`: in which it was shown; `new_id`: a message id never given."""
    for key in dict.fromkeys(form.asked):
        purpose, channel = parts_of(key)
        if purpose in allowed.purposes and allowed.allows(profile.consents, purpose, channel, now) != (
            key in form.allowed
        ):
            yield from _choice(key, key in form.allowed, speaker, profile.consents, allowed, language, now, new_id)
    changed = {name: value for name, value in form.traits.items() if _trait(profile, name) != value}
    if changed:
        said = {name.removeprefix("contact_"): value for name, value in changed.items() if value is not None}
        context = {"traits": changed, "language": language}
        yield own_event(
            "Preferences Updated", new_id(), speaker.own_keys()[0], {**said, "mechanism": MECHANISM}, context
        )


def stop_items(speaker: Speaker, language: str, new_id: Callable[[], str]) -> Iterator[Item]:
    """The wire items of: nothing more, for no purpose, on no channel."""
    for who in speaker.own_keys():
        said = {"purpose": ALL, "channel": ALL, "status": "withdrawn"}
        yield own_event("Consent Updated", new_id(), who, {**said, **_proof(language)}, {"language": language})


def erasure_item(speaker: Speaker, language: str, message_id: str) -> Item:
    """The wire item of a wish to be forgotten."""
    return own_event(
        "Erasure Requested", message_id, speaker.own_keys()[0], {"mechanism": MECHANISM}, {"language": language}
    )


def _choice(
    key: str,
    yes: bool,
    speaker: Speaker,
    consents: Consents,
    allowed: Permissions,
    language: str,
    now: Micros,
    new_id: Callable[[], str],
) -> Iterator[Item]:
    purpose, channel = parts_of(key)
    known = allowed.purposes[purpose]
    said = allowed.choice(consents, purpose, channel, now)
    was_granted = said is not None and said.state == "granted"
    status = "granted" if yes else "withdrawn" if was_granted else "denied"
    against = voices_against(consents, purpose, channel, now, known.signals) if yes else ()
    text = known.about.get(language) or known.about["en"]
    for who in speaker.speaks_for(against):
        properties = {"purpose": purpose, "channel": channel, "status": status, "basis": known.basis, "text": text}
        yield own_event("Consent Updated", new_id(), who, {**properties, **_proof(language)}, {"language": language})


def _proof(language: str) -> dict[str, str]:
    return {"mechanism": MECHANISM, "text_version": TEXT_VERSION, "language": language}


def _trait(profile: Profile, name: str) -> Any:
    said = profile.facts.traits.get(name)
    return None if said is None else said.value
