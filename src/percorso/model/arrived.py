"""What came from outside, before it is anything of ours."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias


class Arrived(NamedTuple):
    """One document. ``known``: what the receiver knows of its arrival, such as the topic; ``document`` when it was read."""

    body: bytes
    known: Mapping[str, Any] = {}
    document: Any = None


Deliver: TypeAlias = Callable[[Sequence[Arrived]], None]
"""Puts documents into the log: durable on return, else it raises and they are to be handed over again."""
