"""privacy requests -> posts: each status is told to the addresses a request named, in order, until they have answered."""

from collections.abc import Sequence
from random import Random
from typing import Any

import structlog

from percorso.model.callback import Callback, callback_secret, next_status, post_of
from percorso.model.erasure import PrivacyRequest
from percorso.model.time import DAY, MINUTE, Micros
from percorso.ports import Clock
from percorso.ports.erasure import Callbacks, Poster, PrivacyRequests

_log = structlog.get_logger()

FIRST: Micros = MINUTE
LONGEST: Micros = 6 * 60 * MINUTE
GIVEN_UP: Micros = 31 * DAY
"""After the request: the month in which it is due, and a day."""


class CallingBack:
    """One at a time: a step tells each address at most one status."""

    def __init__(
        self,
        *,
        requests: PrivacyRequests,
        callbacks: Callbacks,
        poster: Poster,
        company: str,
        secret: bytes,
        clock: Clock,
    ) -> None:
        self._requests = requests
        self._callbacks = callbacks
        self._poster = poster
        self._company = company
        self._secret = secret
        self._clock = clock
        self._chance = Random()  # noqa: S311  spreads retries, protects nothing

    @property
    def secret(self) -> str:
        """What receivers check signatures with."""
        return callback_secret(self._secret)

    def of(self, request: PrivacyRequest) -> list[Callback]:
        """How far each address of a request is."""
        known = {one.url: one for one in self._callbacks.of(request.request_id)} if request.callbacks else {}
        return [known.get(url, Callback(url)) for url in request.callbacks]

    def step(self) -> int:
        """Tell what is due; how many posts were answered."""
        since = self._clock.now() - GIVEN_UP - LONGEST  # a last try may fall due after the month
        return sum(self._tell(one) for one in self._requests.to_be_told(since))

    def _tell(self, request: PrivacyRequest) -> int:
        before = self.of(request)
        after = [self._after(request, one) for one in before]
        if after != before:
            self._callbacks.put(request.request_id, after, self._clock.now())
        return sum(len(one.told) for one in after) - sum(len(one.told) for one in before)

    def _after(self, request: PrivacyRequest, one: Callback) -> Callback:
        now = self._clock.now()
        status = None if one.gave_up or now < one.next_at else next_status(request, one)
        if status is None:
            return one
        problem = self._poster.post(post_of(request, one, status, self._company, self._secret, now))
        if problem is None:
            return one._replace(told=(*one.told, status), tries=0, next_at=0, problem=None)
        _log.warning("privacy.callback_failed", request=request.request_id, tries=one.tries + 1, why=problem)
        wait = min(FIRST * 2**one.tries, LONGEST)
        return one._replace(
            tries=one.tries + 1,
            next_at=now + wait // 2 + self._chance.randrange(wait // 2),
            problem=problem,
            gave_up=now - request.requested_at > GIVEN_UP,
        )


def told_of(callbacks: Sequence[Callback]) -> list[dict[str, Any]]:
    """How far the addresses are, as JSON."""
    return [
        {"url": one.url, "told": list(one.told), "tries": one.tries, "problem": one.problem, "gave_up": one.gave_up}
        for one in callbacks
    ]
