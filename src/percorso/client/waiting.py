"""Where events wait to be sent: in memory, in order."""

from collections import deque
from typing import NamedTuple, Protocol


class Waiting(NamedTuple):
    """An event and its line of JSON."""

    message_id: str
    line: bytes


class Queue(Protocol):
    """Events in order. Its user holds a lock around every call."""

    def __len__(self) -> int: ...

    def add(self, event: Waiting) -> bool:
        """False when it is full. Raises OSError when it cannot be written."""
        ...

    def first(self, count: int, size: int) -> list[Waiting]:
        """The oldest, at most `count` and about `size` bytes, at least one when there is one."""
        ...

    def remove(self, count: int) -> None:
        """The oldest `count` are done with."""
        ...


class InMemory:
    """Bounded in number and in bytes."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._events: deque[Waiting] = deque()
        self._most, self._most_bytes = most, most_bytes
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Waiting) -> bool:
        if len(self._events) >= self._most or self._bytes + len(event.line) > self._most_bytes:
            return False
        self._events.append(event)
        self._bytes += len(event.line)
        return True

    def first(self, count: int, size: int) -> list[Waiting]:
        found: list[Waiting] = []
        for event in self._events:
            size -= len(event.line)
            if len(found) == count or (size < 0 and found):
                break
            found.append(event)
        return found

    def remove(self, count: int) -> None:
        for _ in range(count):
            self._bytes -= len(self._events.popleft().line)
