"""How long a loop waits after failures in a row."""

FIRST_S = 0.25
LONGEST_S = 60.0


class Backoff:
    """Twice as long after each failure in a row, up to a minute."""

    def __init__(self) -> None:
        self._next_s = FIRST_S

    def failed(self) -> float:
        """Seconds to wait now."""
        wait_s = self._next_s
        self._next_s = min(wait_s * 2, LONGEST_S)
        return wait_s

    def worked(self) -> None:
        self._next_s = FIRST_S
