"""Where a person can be reached on a channel."""

import re
from collections.abc import Iterable

from percorso.model.person import Node, Profile

_EMAIL = re.compile(r"^[^\s@<>\"(),;:\\\[\]\x00-\x1f\x7f]+@[^\s@<>\"(),;:\\\[\]\x00-\x1f\x7f]+$")
MAX_EMAIL = 254


def address(channel: str, profile: Profile, nodes: Iterable[Node]) -> str | None:
    """The address of a person on a channel, None when there is none that may work.

    For email: the latest the person told (trait ``email``), else their email identifier seen last. An address that
    several people share is no identifier of anybody, yet whoever told it is reached there.
    """
    if channel != "email":
        return None
    said = profile.facts.traits.get("email")
    if said is not None and isinstance(said.value, str) and is_email(said.value.strip()):
        return said.value.strip()
    known = [node for node in nodes if node.kind == "email" and is_email(node.value)]
    return max(known, key=_last_seen).value if known else None


def is_email(text: str) -> bool:
    """Whether a text has the shape of one mail address: a local part, an @, a domain, no white space or list marks.

    >>> is_email("ada@example.com"), is_email("ada@example.com, bob@example.com"), is_email("ada")
    (True, False, False)
    """
    return len(text) <= MAX_EMAIL and not text.startswith("-") and _EMAIL.match(text) is not None


def _last_seen(node: Node) -> tuple[int, int, str, str]:
    last = node.profile.facts.last
    return (0, 0, "", node.value) if last is None else (*last, node.value)
