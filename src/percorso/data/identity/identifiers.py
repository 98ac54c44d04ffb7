"""event -> the identifiers it names, strongest first, with their node ids."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from percorso.model.event import Event
from percorso.model.identifier import DEVICE, Identifier, folded, normalise, valid_kind
from percorso.model.identity import IdentityRules, Trust

OWN_SOURCE = "percorso"
"""The source of what Percorso itself does; no key can have its name."""
WINDOW_BEGINS_AT = 4
"""Hour, in the company's zone, at which a device's session window ends and the next begins: nobody shops then."""


class Seen(NamedTuple):
    """An identifier as an event names it.

    node      its node id
    window    of a device, the node id of the session window; None otherwise
    base      node id of the proven identifier, when this one is claimed
    strength  smaller is stronger; a claimed identifier comes right after the proven one
    """

    node: str
    identifier: Identifier
    window: str | None
    base: str | None
    strength: int

    @property
    def folds_under(self) -> str:
        return self.window or self.node


class NodeIds:
    """Gives identifiers their node ids: keyed hashes of 72 bits, the same for ever, telling nothing of the value.

    generations   node id -> how often the person behind it was erased: whoever comes back is somebody new
    """

    def __init__(self, secret: bytes, generations: Mapping[str, int] | None = None) -> None:
        self._secret = secret
        self.generations: Mapping[str, int] = {} if generations is None else generations

    def of(self, identifier: Identifier) -> str:
        """The node id of an identifier as it is now."""
        first = self.first(identifier)
        generation = self.generations.get(first, 0)
        return self._hash(f"{generation}\x00{_mark(identifier)}\x00{identifier.value}") if generation else first

    def first(self, identifier: Identifier) -> str:
        """The node id that an identifier has before anybody is erased."""
        return self._hash(f"0\x00{_mark(identifier)}\x00{identifier.value}")

    def window(self, device: str, window: int) -> str:
        """The node id of a device's session window."""
        return self._hash(f"{device}\x00{window}")

    def _hash(self, text: str) -> str:
        encoded = text.encode("utf-8", "surrogatepass")
        return b64encode(blake2b(encoded, key=self._secret, digest_size=9).digest(), b"._").decode("ascii")


def _mark(identifier: Identifier) -> str:
    return f"~{identifier.kind}" if identifier.claimed else identifier.kind


def window_of(day: int, hour: int) -> int:
    """The session window of a civil day and hour.

    >>> window_of(20_000, 23) == window_of(20_001, 3), window_of(20_001, 3) == window_of(20_001, 4)
    (True, False)
    """
    return day if hour >= WINDOW_BEGINS_AT else day - 1


def seen(event: Event, window: int, rules: IdentityRules, ids: NodeIds) -> list[Seen]:
    """What an event names, strongest first."""
    out = []
    for one in identifiers(event, rules):
        node = ids.of(one)
        out.append(
            Seen(
                node,
                one,
                ids.window(node, window) if one.kind == DEVICE else None,
                ids.of(one._replace(claimed=False)) if one.claimed else None,
                strength(one, rules),
            )
        )
    return out


def strength(identifier: Identifier, rules: IdentityRules) -> int:
    return 2 * rules.rank(identifier.kind) + identifier.claimed


def identifiers(event: Event, rules: IdentityRules) -> list[Identifier]:
    """The identifiers of an event, strongest first, each kind once, garbage left out.

    Of two values of one kind in one event the first counts. An alias links the former id, as one more device, to the user.
    """
    found: dict[str, Identifier] = {}
    said_so = calls_it_claimed(event)

    def add(kind: str, value: Any, place: str | None = None) -> None:
        place = place or kind
        if place not in found and isinstance(value, str | int) and not isinstance(value, bool):
            identifier = known(kind, str(value), rules)
            if identifier is not None:
                found[place] = identifier._replace(claimed=is_claimed(kind, event.trust, said_so))

    if event.user_id is not None:
        add("user_id", event.user_id)
    if event.anonymous_id is not None:
        add(DEVICE, event.anonymous_id)
    if event.type == "alias" and event.previous_id not in (event.user_id, event.anonymous_id):
        add(DEVICE, event.previous_id, "previous")
    if event.traits and event.type != "group":
        add("email", event.traits.get("email"))
        add("phone", event.traits.get("phone"))
    external = event.context.get("externalIds")
    if isinstance(external, list):
        for one in external:
            if isinstance(one, dict) and isinstance(one.get("type"), str) and valid_kind(one["type"]):
                add(one["type"], one.get("id"))
    if len(found) < 2:
        return list(found.values())
    return sorted(found.values(), key=lambda one: (strength(one, rules), one.kind))


def known(kind: str, value: str, rules: IdentityRules) -> Identifier | None:
    """The identifier as proven, None when the value can identify nobody by these rules."""
    if rules.class_of(kind) == "asset" or (rules.blocked and folded(value) in rules.blocked):
        return None
    identifier = normalise(kind, value, rules.region)
    if identifier is None or identifier.value in rules.blocked:
        return None
    if kind == "email" and rules.domains and identifier.value.rpartition("@")[2] in rules.domains:
        return None
    return identifier


def is_claimed(kind: str, trust: int, said_so: bool) -> bool:
    """Whether nothing but the word of a public key stands behind an identifier. A device's id is its own proof.

    said_so   `calls_it_claimed` of its event
    """
    if kind == DEVICE:
        return False
    if trust >= Trust.SERVER:
        return said_so
    return not (trust == Trust.SIGNED and kind == "user_id")


def calls_it_claimed(event: Event) -> bool:
    """Whether Percorso itself speaks, of an identifier that is only claimed."""
    return event.source == OWN_SOURCE and event.context.get("claimed") is True
