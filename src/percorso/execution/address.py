"""Where a person can be reached on a channel."""

import re
from collections.abc import Iterable

from percorso.model.identifier import normalise
from percorso.model.person import Node, Profile

_EMAIL = re.compile(r"^[^\s@<>\"(),;:\\\[\]\x00-\x1f\x7f]+@[^\s@<>\"(),;:\\\[\]\x00-\x1f\x7f]+$")
MAX_EMAIL = 254


def address(channel: str, profile: Profile, nodes: Iterable[Node]) -> str | None:
    """The address of a person on a channel, None when there is none that may work.

    For email: one that is an identifier of the person, the one they told last (trait ``email``) before the one seen last.
    Only of a person without any email identifier the trait alone is taken, such as an address that several people share,
    which identifies nobody: whoever told it is reached there.

    The limit: with the public write key anybody may say that an address belongs to a user id, and then it is one of the
    person's identifiers. That ends when sources sign whom they speak for.
    """
    if channel != "email":
        return None
    told = _told(profile)
    own = [node for node in nodes if node.kind == "email"]
    if not own:
        return told
    usable = [node for node in own if is_email(node.value)]
    spelt = None if told is None else normalise("email", told)
    if told is not None and spelt is not None and any(node.value == spelt.value for node in usable):
        return told
    return max(usable, key=_last_seen).value if usable else None


def _told(profile: Profile) -> str | None:
    """The trait ``email``, when it is an address."""
    said = profile.facts.traits.get("email")
    if said is None or not isinstance(said.value, str) or not is_email(said.value.strip()):
        return None
    return said.value.strip()


def is_email(text: str) -> bool:
    """Whether a text has the shape of one mail address: a local part, an @, a domain, no white space or list marks.

    >>> is_email("ada@example.com"), is_email("ada@example.com, bob@example.com"), is_email("ada")
    (True, False, False)
    """
    return len(text) <= MAX_EMAIL and not text.startswith("-") and _EMAIL.match(text) is not None


def _last_seen(node: Node) -> tuple[int, int, str, str]:
    last = node.profile.facts.last
    return (0, 0, "", node.value) if last is None else (*last, node.value)
