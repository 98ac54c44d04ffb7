"""The consent fold: what a set of events says of what the person behind one identifier allowed.

Two things speak:

    ``Consent Updated``   a choice somebody made: purpose, channel, status, and its proof
    ``context.consent``   what came with any call (data/consent_signals.py): of it, ``categoryPreferences`` is kept under the
                          purpose ``category:NAME``, ``tcf`` under ``tcf:NUMBER``, ``gpc`` under ``gpc``

Who speaks is whom the company's rules of identity read in the event, so that a card which they call shared has no say. Which
purpose of the company a signal speaks of is its configuration, looked at when the choice is used.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from percorso.data.identity.identifiers import identifiers
from percorso.model.consent import ALL, BASES, PERSON_KEYS, STATES, Choice, Consents, State, key_of, with_choice
from percorso.model.event import Event
from percorso.model.identifier import Identifier
from percorso.model.identity import IdentityRules
from percorso.model.time import Micros, parse_iso

CONSENT_UPDATED = "Consent Updated"
CONSENT_READS = (
    *("purpose", "channel", "status", "basis", "text", "text_version", "text_hash", "notice", "language"),
    *("mechanism", "expires_at"),
)
"""The properties that make a choice."""

_EVERY = frozenset(("", "*", "all", "any"))
_LONGEST = 80
_MOST_CATEGORIES = 40


class Voice(NamedTuple):
    """Who says something: ``kind:value``. One that only a public key said is ``claimed:kind:value``, a voice of its own, and no
    person key. `by_key`: as `Choice` has it."""

    name: str
    by_key: bool | None = None


class Voices:
    """Who speaks in events, by some rules of identity."""

    def __init__(self, rules: IdentityRules) -> None:
        self.rules = rules
        self._named_by_ids = lru_cache(maxsize=50_000)(self._by_ids)

    def of(self, event: Event) -> Voice | None:
        """The strongest identifier of an event, None when it names nobody."""
        if event.traits or event.type == "alias" or "externalIds" in event.context or "claimed" in event.context:
            return self._named(event)
        return self._named_by_ids(event.user_id, event.anonymous_id, event.trust)

    def _by_ids(self, user_id: str | None, anonymous_id: str | None, trust: int) -> Voice | None:
        """Of an event that tells nothing else of who it is: most that a banner's choice comes with."""
        ids = (user_id, anonymous_id, None, None)
        return self._named(Event(0, "", "", "track", "", *ids, {}, {}, {}, 0, 0, 0, False, trust))

    def _named(self, event: Event) -> Voice | None:
        found = identifiers(event, self.rules)
        return self.voice(found[0]) if found else None

    def voice(self, identifier: Identifier) -> Voice:
        said = f"{identifier.kind}:{identifier.value}"
        if identifier.claimed:
            return Voice(f"claimed:{said}")
        is_key = self.rules.class_of(identifier.kind) == "key"
        return Voice(said, None if is_key == (identifier.kind in PERSON_KEYS) else is_key)


def fold_consents(consents: Consents, events: Iterable[tuple[Event, str | None]], voices: Voices) -> Consents:
    """The choices with those of more events; by one identifier the latest counts.

    events   pairs of an event and its touchpoint, which is not read here
    """
    for event, _ in events:
        if event.name == CONSENT_UPDATED or "consent" in event.context:
            for key, choice in choices(event, voices):
                consents = with_choice(consents, key, choice)
    return consents


def choices(event: Event, voices: Voices) -> Iterator[tuple[str, Choice]]:
    """The choices an event tells, with what each is kept under; none when it tells none or nobody said it."""
    said = dict(_signals(event))
    own = _own(event) if event.name == CONSENT_UPDATED else None
    if not said and own is None:
        return
    who = voices.of(event)
    if who is None:
        return
    if own is not None:
        yield own[0], own[1]._replace(voice=who.name, by_key=who.by_key)
    at, tie, message_id, source = event.occurred_at, event.tie, event.message_id, event.source
    for purpose, (granted, mechanism) in said.items():
        state: State = "granted" if granted else "denied"
        proof = (None, None, None, None, mechanism, None)
        yield key_of(purpose, ALL), Choice(at, tie, message_id, state, who.name, source, *proof, who.by_key)


def is_signal(key: str) -> bool:
    """Whether a choice came with some call, and was not made by one of its own."""
    return key.startswith(("category:", "tcf:", "gpc/"))


def _own(event: Event) -> tuple[str, Choice] | None:
    """The choice of a ``Consent Updated``, its voice still to be filled in. None when it cannot be read as one."""
    told = event.properties
    purpose, channel, status = (_word(told.get(name)) for name in ("purpose", "channel", "status"))
    state = STATES.get(status or "")
    until = told.get("expires_at")
    shown = {name: _text(told.get(name)) for name in CONSENT_READS[3:-1]}
    if state is None or purpose is None or channel is None or "/" in channel:
        return None
    basis, hashed = shown["basis"], shown["text_hash"]
    if hashed is None and isinstance(text := told.get("text"), str) and text:
        hashed = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return key_of(ALL if purpose in _EVERY else purpose, ALL if channel in _EVERY else channel), Choice(
        *event.order,
        state,
        "",
        event.source,
        basis=basis.lower() if basis is not None and basis.lower() in BASES else None,
        text_version=shown["text_version"] or shown["notice"],
        text_hash=hashed,
        language=shown["language"],
        mechanism=shown["mechanism"] or ("import" if event.historical else None),
        expires_at=_until(until, event),
    )


def _signals(event: Event) -> Iterator[tuple[str, tuple[bool, str]]]:
    """Purpose -> whether a signal grants it, and by what it was told."""
    told = event.context.get("consent")
    if not isinstance(told, Mapping):
        return
    categories = told.get("categoryPreferences")
    if isinstance(categories, Mapping):
        for name, granted in list(categories.items())[:_MOST_CATEGORIES]:
            word = _word(name)
            if word and isinstance(granted, bool):
                yield f"category:{word}", (granted, "banner")
    tcf = told.get("tcf")
    purposes = tcf.get("purposes") if isinstance(tcf, Mapping) else None
    if isinstance(purposes, Mapping):
        for number, granted in purposes.items():
            if isinstance(granted, bool):
                yield f"tcf:{number}", (granted, "banner")
    if told.get("gpc") is True:
        yield "gpc", (False, "gpc")


def _word(value: Any) -> str | None:
    """A word as choices are kept under it; what is missing is empty, what is no word is None."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    return value.strip().lower()


def _text(value: Any) -> str | None:
    return value.strip()[:_LONGEST] or None if isinstance(value, str) else None


def _until(told: Any, event: Event) -> Micros | None:
    """Until when a grant holds: for good when nothing is told, not at all when it cannot be read."""
    if told is None or told == "":
        return None
    try:
        return parse_iso(str(told))
    except ValueError:
        return event.occurred_at
