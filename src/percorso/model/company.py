"""The facts of the company, set at first start."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """

    name: str
    zone: str
    currency: str
    language: str
    secret: bytes
    packs: tuple[str, ...]
    default_consent: Mapping[str, bool] = field(default_factory=lambda: dict(DEFAULT_CONSENT))
