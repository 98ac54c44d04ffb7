"""What time it is."""

from typing import Protocol

from percorso.model.time import Micros


class Clock(Protocol):
    """The time, passed in so that tests may move it."""

    def now(self) -> Micros: ...
