"""Consent: what a person allowed, for which purpose and on which channel, and who of their identifiers said so.

A choice is folded under the identifier that said it (its voice). Of one person's voices the most restrictive counts, unless
a person key of theirs said yes later; so people who become one never allow what no single identifier of theirs allowed.
Nothing here reads a clock: whether a choice has expired is asked with the time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from percorso.model.time import LATEST, Micros
from percorso.model.touchpoint import Text

ALL = "*"
"""Every purpose, or every channel."""
State = Literal["granted", "denied", "withdrawn"]
Standing = Literal["granted", "denied", "withdrawn", "expired"]
"""What a choice comes to at a time: what was granted until then has expired."""
STATES: Mapping[str, State] = {"granted": "granted", "denied": "denied", "withdrawn": "withdrawn"}
PERSON_KEYS = frozenset(("user_id", "crm_id", "loyalty_id"))
"""Kinds of identifier that are one person for sure, unless the company's rules say otherwise (`Choice.by_key`): what they
say later counts more than what their devices said."""
PROFILING = "profiling"
"""The purpose without which nobody is singled out: no play that sells or entertains, no advice about them."""

BASES = ("consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests")
"""The six grounds of GDPR, Art. 6(1)."""
PROFILING_INTENTS = frozenset(("sell", "entertain"))
"""Intents of plays for which people are singled out by what is known of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What people's data are used for.

    basis          one of `BASES`
    needs_consent  nothing happens for it until the person says yes; else it does until they say no
    channels       where it can be chosen; none = as a whole
    signals        what else speaks of it: ``category:NAME``, ``tcf:NUMBER``, ``gpc`` (data/consent.py)
    """

    id: str
    name: Text
    about: Text
    basis: str
    needs_consent: bool
    channels: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()


class Choice(NamedTuple):
    """What one identifier said last of one purpose on one channel, with its proof.

    occurred_at, tie, message_id   order of its event; with `source` the message id is the evidence
    state         granted, denied or withdrawn
    voice         the identifier that said it, ``kind:value``
    source        where the event came from
    basis         legal basis as told, None when it was not
    text_version  which text was shown; `text_hash`: SHA-256 of it, hexadecimal
    language      in which it was shown
    mechanism     form, phone, import, banner, gpc, preference_centre, unsubscribe_link, ...
    expires_at    until when a grant holds, None for good
    by_key        whether a person key said it, where the company's rules make its kind another than `PERSON_KEYS` has it;
                  None where they do not
    """

    occurred_at: Micros
    tie: int
    message_id: str
    state: State
    voice: str
    source: str
    basis: str | None = None
    text_version: str | None = None
    text_hash: str | None = None
    language: str | None = None
    mechanism: str | None = None
    expires_at: Micros | None = None
    by_key: bool | None = None

    def state_at(self, now: Micros) -> Standing:
        over = self.state == "granted" and self.expires_at is not None and self.expires_at <= now
        return "expired" if over else self.state


Choices = tuple[Choice, ...]
"""One choice a voice, sorted by voice."""
Consents = Mapping[str, Choices]
"""``purpose/channel`` -> what each voice said of it last."""

_GRANTS = "granted"


def later(a: Choice, b: Choice) -> Choice:
    """The choice that counts of two by one voice: the later one; of two at once the one that allows less."""
    first, second = a[:3], b[:3]
    if first != second:
        return a if first > second else b
    return max(a, b, key=_standing)


def _standing(choice: Choice) -> tuple[object, ...]:
    until = LATEST if choice.expires_at is None else choice.expires_at
    return (*choice[:3], choice.state != _GRANTS, -until, tuple(str(part) for part in choice))


def with_choice(consents: Consents, key: str, new: Choice) -> Consents:
    """The choices with one more; the same object when it changes nothing."""
    mine = consents.get(key)
    if mine is None:
        return {**consents, key: (new,)}
    its = next((one for one in mine if one.voice == new.voice), None)
    if its is not None and later(its, new) is its:
        return consents
    if its is not None and len(mine) == 1:
        return {**consents, key: (new,)}
    others = [one for one in mine if one.voice != new.voice]
    return {**consents, key: tuple(sorted([*others, new], key=_voice))}


def merge_consents(a: Consents, b: Consents) -> Consents:
    """Choices of two sets of events as those of both; in any order, any number of times, the same."""
    if not a or not b:
        return a or b
    out = dict(a)
    for key, theirs in b.items():
        mine = out.get(key)
        if mine is None:
            out[key] = theirs
        elif mine != theirs:
            out[key] = _joined(mine, theirs)
    return out


def _joined(mine: Choices, theirs: Choices) -> Choices:
    found = {one.voice: one for one in mine}
    for one in theirs:
        its = found.get(one.voice)
        found[one.voice] = one if its is None else later(its, one)
    return tuple(sorted(found.values(), key=_voice))


def _voice(choice: Choice) -> str:
    return choice.voice


def key_of(purpose: str, channel: str) -> str:
    """How a choice is kept."""
    return f"{purpose}/{channel}"


def parts_of(key: str) -> tuple[str, str]:
    """Purpose and channel of a key."""
    purpose, _, channel = key.rpartition("/")
    return purpose, channel


def choice_of(
    consents: Consents, purpose: str, channel: str, now: Micros, signals: Sequence[str] = ()
) -> Choice | None:
    """The choice that decides for a purpose on a channel, None when nobody of the person's voices said anything.

    Ask its `state_at(now)`: only ``granted`` allows.
    """
    if not consents:
        return None
    said = [_of_voice(its, now) for its in _by_voice(consents, purpose, channel, signals)]
    return _decisive([one for one in said if one is not None], now)


def voices_against(
    consents: Consents, purpose: str, channel: str, now: Micros, signals: Sequence[str] = ()
) -> frozenset[str]:
    """The identifiers that forbid it, each for itself."""
    said = [_of_voice(its, now) for its in _by_voice(consents, purpose, channel, signals)]
    return frozenset(one.voice for one in said if one is not None and one.state_at(now) != _GRANTS)


class _Said(NamedTuple):
    """What one voice said that may decide: of the purpose itself, and by signals."""

    own: list[Choice]
    signs: list[Choice]


def _by_voice(consents: Consents, purpose: str, channel: str, signals: Sequence[str]) -> Iterable[_Said]:
    found: dict[str, _Said] = {}
    for key in dict.fromkeys((key_of(purpose, channel), key_of(purpose, ALL))):
        for one in consents.get(key, ()):
            found.setdefault(one.voice, _Said([], [])).own.append(one)
    for key in dict.fromkeys((key_of(ALL, channel), key_of(ALL, ALL))):
        for one in consents.get(key, ()):
            if one.state != _GRANTS:  # a consent names its purpose; taking back does not have to
                found.setdefault(one.voice, _Said([], [])).own.append(one)
    for signal in signals:
        for one in consents.get(key_of(signal, ALL), ()):
            found.setdefault(one.voice, _Said([], [])).signs.append(one)
    return found.values()


def _of_voice(said: _Said, now: Micros) -> Choice | None:
    """What one voice says: its latest own word. A later signal can only forbid; it allows where there is no own word."""
    own = max(said.own, key=_standing, default=None)
    against = [one for one in said.signs if one.state_at(now) != _GRANTS and (own is None or one[:3] > own[:3])]
    if against and (own is None or own.state_at(now) == _GRANTS):
        return max(against, key=_standing)
    return own or max(said.signs, key=_standing, default=None)


def _decisive(said: Sequence[Choice], now: Micros) -> Choice | None:
    """Of several voices the most restrictive, unless a person key allowed it after every other voice had forbidden it.

    What a person key forbids only that same key allows again.
    """
    no = [one for one in said if one.state_at(now) != _GRANTS]
    yes = [one for one in said if one.state_at(now) == _GRANTS]
    if not no:
        return max(yes, key=_standing, default=None)
    final = max(no, key=_standing)
    keys = [one for one in yes if by_person_key(one) and one[:3] > final[:3]]
    if keys and not any(by_person_key(one) for one in no):
        return max(keys, key=_standing)
    return final


def by_person_key(choice: Choice) -> bool:
    """Whether one person for sure said it."""
    return choice.voice.partition(":")[0] in PERSON_KEYS if choice.by_key is None else choice.by_key


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a company may do, by its purposes. `default`: purpose -> allowed, where a person said nothing."""

    purposes: Mapping[str, Purpose]
    default: Mapping[str, bool]

    def choice(self, consents: Consents, purpose: str, channel: str, now: Micros) -> Choice | None:
        """The choice that decides, None when nothing was said."""
        known = self.purposes.get(purpose)
        return choice_of(consents, purpose, channel, now, () if known is None else known.signals)

    def allows(self, consents: Consents, purpose: str, channel: str, now: Micros) -> bool:
        """Whether something may be done: the person's own word, else what holds where nothing was said, else no."""
        said = self.choice(consents, purpose, channel, now)
        return self.default.get(purpose, False) if said is None else said.state_at(now) == _GRANTS

    def profiles(self, consents: Consents, now: Micros) -> bool:
        """Whether the person may be singled out. A company that declares no such purpose asks nobody."""
        if PROFILING not in self.purposes and PROFILING not in self.default:
            said = self.choice(consents, PROFILING, ALL, now)
            return said is None or said.state_at(now) == _GRANTS
        return self.allows(consents, PROFILING, ALL, now)


def permissions(purposes: Iterable[Purpose], default: Mapping[str, bool]) -> Permissions:
    """The company's purposes, with what it set itself (`default`) before what their declaration says."""
    known = {purpose.id: purpose for purpose in purposes}
    declared = {purpose.id: not purpose.needs_consent for purpose in known.values()}
    return Permissions(known, {**declared, **default})
