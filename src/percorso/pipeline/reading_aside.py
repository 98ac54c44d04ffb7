"""Intake in a process of its own: while this one writes a parcel of items, that one reads the next.

    items ──> the other process ──> candidates and refusals ──> the log
                    (data/intake.py)

What it answers is what `read_items` answers here: an import's items say all that decides over them, for there are no clocks
of devices to know. It ends with this process. When it dies before, that is an error, and the log has what was written.
"""

import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import IO, Any

import msgspec

from percorso.data.intake import Intake, Item, read_items
from percorso.model.errors import StoreUnavailable
from percorso.model.import_map import ImportedItem
from percorso.model.plan import read_plan
from percorso.model.time import CivilClock, Micros
from percorso.model.verdict import Candidate, Refused
from percorso.pipeline.garbage import settle_memory

AHEAD = 2
"""Parcels that are read, or wait to be written, while one is written: a slow commit does not stop the reader."""

_COMMAND = "from percorso.pipeline.reading_aside import serve; serve()"
_LENGTH = 8
_MADE_THERE = ("received_at", "civil", "plan", "clocks", "notes", "under")
"""Of an `Intake`: what is told otherwise, and what imports have not."""
_new_candidate, _new_item = partial(tuple.__new__, Candidate), partial(tuple.__new__, Item)
"""Many at once; their constructors take three times as long."""

Outcomes = list[Candidate | Refused]


class _Parcel(msgspec.Struct, array_like=True):
    """Items by columns, and when they were received. A row's line orders what happened at the same time."""

    received_at: Micros
    bodies: Sequence[bytes]
    lines: Sequence[int]


class _Answer(msgspec.Struct, array_like=True):
    """What was read. columns: the fields of the candidates, in their order; refused: place among the items -> refusal."""

    columns: Sequence[Sequence[Any]]
    refused: dict[int, Refused]


_encode = msgspec.msgpack.Encoder().encode
_decode_parcel = msgspec.msgpack.Decoder(_Parcel).decode
_decode_answer = msgspec.msgpack.Decoder(_Answer).decode


class ReadingAside:
    """The process, as long as the ``with`` block. `intake` says how all is read but for the time of reception."""

    def __init__(self, intake: Intake) -> None:
        self._how = _written(intake)

    def __enter__(self) -> "ReadingAside":
        command = [sys.executable, "-P", "-c", _COMMAND]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._talk = ThreadPoolExecutor(1, "reading-aside")
        self._talk.submit(self._send, self._how)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # it owns nothing, and whoever talks with it is let go
        self._talk.shutdown(cancel_futures=True)
        self._process.communicate()

    @property
    def pid(self) -> int:
        return self._process.pid

    def read(self, parcels: Iterable[tuple[Micros, Sequence[ImportedItem]]]) -> Iterator[Outcomes]:
        """What `read_items` makes of each parcel, received when it says, in order. Raises StoreUnavailable."""
        under_way: deque[Future[Outcomes]] = deque()
        for received_at, items in parcels:
            parcel = _Parcel(received_at, [one.body for one in items], [one.line for one in items])
            under_way.append(self._talk.submit(self._ask, _encode(parcel)))
            if len(under_way) > AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def _ask(self, parcel: bytes) -> Outcomes:
        assert self._process.stdout is not None
        self._send(parcel)
        answer = _receive(self._process.stdout)
        if answer is None:
            raise _died()
        return _outcomes(_decode_answer(answer))

    def _send(self, message: bytes) -> None:
        assert self._process.stdin is not None
        try:
            _put(self._process.stdin, message)
        except OSError:
            raise _died() from None


def serve() -> None:
    """The other process: answers parcel after parcel, until there is nobody who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asks
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    how = _receive(asked)
    if how is None:
        return
    intake = _read_back(how)
    settle_memory()
    try:
        while (parcel := _receive(asked)) is not None:
            _put(told, _encode(_answered(_decode_parcel(parcel), intake)))
    except BrokenPipeError:
        os._exit(1)  # without a word about what could not be said


def _answered(parcel: _Parcel, intake: Intake) -> _Answer:
    items = list(map(_new_item, zip(parcel.bodies, parcel.lines, parcel.lines, strict=True)))
    outcomes = read_items(items, intake._replace(received_at=parcel.received_at))
    refused = {at: one for at, one in enumerate(outcomes) if isinstance(one, Refused)}
    candidates = [one for one in outcomes if isinstance(one, Candidate)] if refused else outcomes
    return _Answer(list(zip(*candidates, strict=True)), refused)


def _outcomes(answer: _Answer) -> Outcomes:
    candidates: Outcomes = list(map(_new_candidate, zip(*answer.columns, strict=True)))
    for at, refused in sorted(answer.refused.items()):
        candidates.insert(at, refused)
    return candidates


def _written(intake: Intake) -> bytes:
    said = {name: value for name, value in intake._asdict().items() if name not in _MADE_THERE}
    plan = None if intake.plan is None else intake.plan.as_mapping()
    return json.dumps([said, intake.civil.zone.key, plan]).encode()


def _read_back(how: bytes) -> Intake:
    said, zone, plan = json.loads(how)
    return Intake(**said, received_at=0, civil=CivilClock(zone), plan=None if plan is None else read_plan(plan))


def _put(stream: IO[bytes], message: bytes) -> None:
    stream.write(len(message).to_bytes(_LENGTH, "little"))
    stream.write(message)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """The next message, None when there comes no whole one any more."""
    length = int.from_bytes(stream.read(_LENGTH), "little")
    message = stream.read(length)
    return message if length and len(message) == length else None


def _died() -> StoreUnavailable:
    return StoreUnavailable(
        "the process that reads the rows has ended, perhaps for want of memory; run the same command again to go on"
    )
