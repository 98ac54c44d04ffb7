"""The machine's clock."""

import time

from percorso.model.time import Micros


class SystemClock:
    """Wall-clock time in micros."""

    def now(self) -> Micros:
        return time.time_ns() // 1000
