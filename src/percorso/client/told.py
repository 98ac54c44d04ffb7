"""What a client tells of the events it was given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """An event that does not count, and why.

    reason  ``full`` (too many wait), ``too_large``, ``status_400`` and the like (the server can never take it), ``closed``
            (called or left over after `close`), else the reason of the server's verdict: then the server has kept it aside
    """

    message_id: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Since the client was made in this process.

    made     calls that became events
    sent     events a server has acknowledged, those of former processes included
    dropped  events that do not count, each told to ``on_drop``
    waiting  events that are still to be sent
    """

    made: int
    sent: int
    dropped: int
    waiting: int
