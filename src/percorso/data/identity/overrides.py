"""Events by which people decide that two identifiers are one person, or never are."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from percorso.data.identity.identifiers import OWN_SOURCE
from percorso.model.event import Event
from percorso.model.identifier import Identifier, normalise, valid_kind
from percorso.model.identity import IdentityRules, OverrideKind

NAMES: Mapping[str, OverrideKind] = {
    "Identity Linked": "link",
    "Identity Separated": "separate",
    "Identity Decision Withdrawn": "none",
}


class Decided(NamedTuple):
    """What an event decides of two identifiers."""

    a: Identifier
    b: Identifier
    kind: OverrideKind
    by: str | None
    why: str | None


def decided(event: Event, rules: IdentityRules) -> Decided | None:
    """The decision that an event of our own makes; None of all others, whatever they are called.

    Properties: a and b {kind, value, claimed}, by (who decided), why.
    """
    kind = NAMES.get(event.name)
    if kind is None or event.source != OWN_SOURCE:
        return None
    said = event.properties
    a, b = _identifier(said.get("a"), rules), _identifier(said.get("b"), rules)
    if a is None or b is None or a == b:
        return None
    by, why = said.get("by"), said.get("why")
    return Decided(a, b, kind, by if isinstance(by, str) else None, why if isinstance(why, str) else None)


def _identifier(said: Any, rules: IdentityRules) -> Identifier | None:
    if not isinstance(said, dict) or not isinstance(said.get("kind"), str) or not isinstance(said.get("value"), str):
        return None
    if not valid_kind(said["kind"]):
        return None
    found = normalise(said["kind"], said["value"], rules.region)
    return None if found is None else found._replace(claimed=said.get("claimed") is True)


def decision(kind: OverrideKind, a: Identifier, b: Identifier, by: str, why: str | None) -> tuple[str, dict[str, Any]]:
    """(event name, properties) of a decision."""
    name = next(name for name, of in NAMES.items() if of == kind)
    return name, {"a": _said(a), "b": _said(b), "by": by, "why": why}


def _said(identifier: Identifier) -> dict[str, Any]:
    return {"kind": identifier.kind, "value": identifier.value, "claimed": identifier.claimed}
