"""Traffic for the benchmarks: events as a browser library sends them, about 550 bytes each."""

import random
from collections.abc import Callable, Sequence
from uuid import UUID

_EVENT = (
    '{"type":"track","event":"%s","messageId":"%s","userId":"%s","anonymousId":null,"timestamp":"%s",'
    '"properties":{"product_id":"p%d","name":"Arabica 250 g","price":7.5,"currency":"EUR","category":"coffee",'
    '"revenue":12.5,"position":3,"list":"home"},"context":{"library":{"name":"analytics.js","version":"2.1"},'
    '"page":{"path":"/shop/arabica","url":"https://shop.example.com/shop/arabica","title":"Arabica"},'
    '"ip":"192.0.2.7","locale":"it-IT","userAgent":"Mozilla/5.0 (X11; Linux x86_64)"}}'
)
NAMES = (*("Product Viewed",) * 30, *("Product Added",) * 10, *("Page Seen",) * 9, "Order Completed")  # 2 % buy


def events(count: int, person: Callable[[int], str], *, seed: int = 1) -> list[bytes]:
    """Events with random message ids; `person` names whose the n-th is."""
    rng = random.Random(seed)
    return [
        (
            _EVENT
            % (
                rng.choice(NAMES),
                UUID(int=rng.getrandbits(128), version=4),
                person(number),
                f"2026-11-{1 + number % 20:02}T{number % 24:02}:{number % 60:02}:{number // 7 % 60:02}.000Z",
                number % 500,
            )
        ).encode()
        for number in range(count)
    ]


def everyone_else(number: int) -> str:
    """Every event meets another person: the worst case for the fold."""
    return f"user-{number}"


def bursts(number: int) -> str:
    """Eight events in a row are one person's, as in sessions."""
    return f"user-{number // 8}"


def batches(made: Sequence[bytes], size: int) -> list[bytes]:
    """Bodies for /v1/batch."""
    return [b'{"batch":[' + b",".join(made[start : start + size]) + b"]}" for start in range(0, len(made), size)]
