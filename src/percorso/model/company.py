"""The facts of the company, set at first start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from percorso.model.errors import InvalidConfig

DEFAULT_CONSENT: Mapping[str, bool] = {"feedback": True, "marketing": False}
"""What holds for a purpose about which a person said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """One instance is one company.

    zone       IANA zone in which days, hours and quiet hours are told; cannot change once events are stored
    currency   ISO code of amounts that name none
    language   language of messages to people who told none
    secret     key of all hashes and signatures of this instance; losing it loses every person id
    packs      names of the packs in force, in order; the first journey of the first pack is the main one
    default_consent   purpose -> allowed, for people who said nothing
    quiet             from when to when nobody is written to, by the person's clock; equal: no quiet hours
    """

    name: str
    zone: str
    currency: str
    language: str
    secret: bytes
    packs: tuple[str, ...]
    default_consent: Mapping[str, bool] = field(default_factory=lambda: dict(DEFAULT_CONSENT))
    quiet: tuple[time, time] = (time(21), time(8))


def read_quiet(text: str) -> tuple[time, time]:
    """Quiet hours as people write them. Raises InvalidConfig.

    >>> read_quiet("21:00-08:00"), read_quiet("none")
    ((datetime.time(21, 0), datetime.time(8, 0)), (datetime.time(0, 0), datetime.time(0, 0)))
    """
    if text.strip().lower() == "none":
        return time(0), time(0)
    start, dash, end = text.partition("-")
    try:
        if not dash:
            raise ValueError
        return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
    except ValueError as error:
        raise InvalidConfig(f"quiet hours are written as 21:00-08:00, or none; found {text!r}") from error
