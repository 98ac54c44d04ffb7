"""A person's consents as they are read: of each purpose of the company, on each channel, what holds and who decided it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from percorso.model.consent import ALL, Choice, Consents, Permissions, Purpose, Standing, parts_of
from percorso.model.time import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What holds on one channel. `choice`: the one that decides, None where nothing was said."""

    channel: str
    allowed: bool
    state: Standing | None
    choice: Choice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPurpose:
    """A purpose on all its channels; one that is chosen as a whole has the channel ``*``."""

    purpose: Purpose
    channels: tuple[Held, ...]

    @property
    def allowed(self) -> bool:
        """Whether anything is allowed at all."""
        return any(held.allowed for held in self.channels)


def held(consents: Consents, allowed: Permissions, now: Micros) -> Iterator[HeldPurpose]:
    """Every purpose of the company, in its order."""
    for purpose in allowed.purposes.values():
        channels = tuple(_held(consents, allowed, purpose.id, one, now) for one in channels_of(purpose, consents))
        yield HeldPurpose(purpose=purpose, channels=channels)


def channels_of(purpose: Purpose, consents: Consents) -> Iterable[str]:
    """The channels that a purpose is chosen on, and those on which this person chose all the same."""
    said = (parts_of(key) for key in consents)
    others = sorted(channel for of, channel in said if of == purpose.id and channel != ALL)
    return dict.fromkeys((*(purpose.channels or (ALL,)), *others))


def _held(consents: Consents, allowed: Permissions, purpose: str, channel: str, now: Micros) -> Held:
    choice = allowed.choice(consents, purpose, channel, now)
    return Held(
        channel=channel,
        allowed=allowed.allows(consents, purpose, channel, now),
        state=None if choice is None else choice.state_at(now),
        choice=choice,
    )
