"""Touchpoints: the places where a person meets the company."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from percorso.model.condition import Condition

Phase = Literal["before", "during", "after"]
PHASES: tuple[Phase, ...] = ("before", "during", "after")

Text = Mapping[str, str]
"""A text by language, at least ``it`` and ``en``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touchpoint:
    """One place, e.g. ``web.checkout``.

    channel   web, app, store, call, email, sms, post, chat, social, event, delivery, device, ads, partner
    physical  whether a body must be there
    phase     before, during or after the purchase
    match     events that happen here, when they do not name their touchpoint themselves; None = only by name
    """

    id: str
    name: Text
    channel: str
    physical: bool
    phase: Phase
    match: Condition | None = None
    owner: str | None = None
