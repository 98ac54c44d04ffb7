"""A bounded client that behaves as a tracking library does: it sends a batch again until it is acknowledged."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx

IN_FLIGHT = 3
BATCH = 40
PEOPLE = 60
PAUSE_S = 0.01


class Load:
    """Threads that send unique events and remember every acknowledged message id.

    `aim` at a server, `pause` before it is killed or after; what was not acknowledged is sent again to the next one.
    """

    def __init__(self, write_key: str, seed: int, *, padding: int = 0) -> None:
        self._key = write_key
        self._seed = seed
        self._padding = "x" * padding  # makes events large
        self._url: str | None = None
        self._stop = threading.Event()
        self._aimed = threading.Event()
        self._lock = threading.Lock()
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self.retry_after: set[str] = set()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(IN_FLIGHT)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def aim(self, url: str | None) -> None:
        """Send to this server from now on; None = wait."""
        self._url = url
        if url is None:
            self._aimed.clear()
        else:
            self._aimed.set()

    def finish(self) -> None:
        """Make no more events; what is unacknowledged is still sent."""
        self._stop.set()
        self._aimed.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        rng = random.Random(f"{self._seed}/{number}")
        with httpx.Client(auth=(self._key, ""), timeout=30.0, trust_env=False) as client:
            for batch in batches(rng, f"{self._seed}-{number}"):
                if self._stop.is_set():
                    return
                with self._lock:
                    self.sent.update(item["messageId"] for item in batch)
                while not self._post(client, batch):
                    self._aimed.wait(1.0)
                    if self._stop.wait(PAUSE_S) and self._url is None:
                        return

    def _post(self, client: httpx.Client, batch: list[dict[str, Any]]) -> bool:
        """Whether the batch is acknowledged."""
        url = self._url
        if url is None:
            return False
        try:
            answer = client.post(f"{url}/v1/batch", json={"batch": batch, "context": {"padding": self._padding}})
        except httpx.HTTPError:
            return False
        with self._lock:
            self.statuses[answer.status_code] += 1
            if answer.status_code != httpx.codes.OK:
                self.retry_after.update(answer.headers.get_list("retry-after"))
                return False
            self.acknowledged.update(item["messageId"] for item in batch)
        return True


def eventually(holds: Callable[[], bool], within_s: float, what: str) -> None:
    """Wait for what other processes bring about. Fails when it does not come."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.02)


def batches(rng: random.Random, name: str) -> Iterator[list[dict[str, Any]]]:
    """Batches without end: devices that become people, orders that are decided upon, answers that move the mood."""
    number = 0
    while True:
        batch = []
        for _ in range(rng.randint(1, BATCH)):
            number += 1
            batch.append(item(rng, f"{name}-{number}"))
        yield batch


def item(rng: random.Random, message_id: str) -> dict[str, Any]:
    """One wire item of one of a few people, on one of their devices."""
    person = rng.randrange(PEOPLE)
    who: dict[str, Any] = {"anonymousId": f"device-{person}-{rng.randrange(3)}"}
    if rng.random() < 0.5:
        who["userId"] = f"user-{person}"
    kind = rng.random()
    if kind < 0.1:
        return {"type": "identify", "messageId": message_id, **who, "traits": {"email": f"p{person}@example.com"}}
    if kind < 0.3:
        order = {"order_id": message_id, "revenue": rng.randrange(1, 99), "currency": "EUR", "products": []}
        return {"type": "track", "event": "Order Completed", "messageId": message_id, **who, "properties": order}
    if kind < 0.4:
        answer = {"kind": "csat", "scale": 5, "score": rng.randint(1, 5)}
        return {"type": "track", "event": "Survey Answered", "messageId": message_id, **who, "properties": answer}
    return {
        "type": "track",
        "event": "Product Viewed",
        "messageId": message_id,
        **who,
        "properties": {"product_id": "p"},
    }
