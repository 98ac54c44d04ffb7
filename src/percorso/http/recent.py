"""Answers of the last seconds: a page that many look at is computed once."""

from collections import OrderedDict
from collections.abc import Callable
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any

FRESH_S = 3.0
AT_ONCE = 2
"""Questions over all events that run at the same time; the others wait for their turn."""
KEPT = 64


class RecentAnswers:
    """Answers by question, each at most `fresh_s` old. The same question at the same time is asked once."""

    def __init__(self, fresh_s: float = FRESH_S, clock: Callable[[], float] = monotonic) -> None:
        self._fresh_s = fresh_s
        self._clock = clock
        self._places = BoundedSemaphore(AT_ONCE)
        self._lock = Lock()
        self._asking: dict[str, Lock] = {}
        self._answers: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    def get(self, key: str, question: Callable[[], Any]) -> Any:
        """The answer kept, else that of `question`; an error is not kept."""
        with self._lock:
            asking = self._asking.setdefault(key, Lock())
        with asking:
            kept = self._answers.get(key)
            if kept is not None and self._clock() - kept[0] < self._fresh_s:
                return kept[1]
            asked_at = self._clock()
            try:
                with self._places:
                    answer = question()
            except BaseException:
                with self._lock:
                    self._asking.pop(key, None)
                raise
            self._keep(key, asked_at, answer)
            return answer

    def _keep(self, key: str, asked_at: float, answer: Any) -> None:
        with self._lock:
            self._answers[key] = (asked_at, answer)
            self._answers.move_to_end(key)
            while len(self._answers) > KEPT:
                self._asking.pop(self._answers.popitem(last=False)[0], None)
