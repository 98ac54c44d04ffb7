"""Loops that work on what waits, and how long they rest after failures in a row."""

import threading
from collections.abc import Callable

import structlog

from percorso.model.errors import StoreUnavailable

_log = structlog.get_logger()

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


def keep_at(step: Callable[[], int], stop: threading.Event, *, name: str, rest_s: float) -> None:
    """Step until told to stop, at once again while there is something to do, else after a rest.

    Whatever goes wrong is told, under the name, and tried again, less and less often.
    """
    backoff = Backoff()
    while not stop.is_set():
        try:
            found = step()
        except StoreUnavailable as error:
            _log.warning(f"{name}.waiting", why=error.message)
            stop.wait(max(error.retry_after_s, backoff.failed()))
            continue
        except Exception:  # the thread must not end: nobody would start it again
            _log.exception(f"{name}.failed")
            stop.wait(backoff.failed())
            continue
        backoff.worked()
        if not found:
            stop.wait(rest_s)
