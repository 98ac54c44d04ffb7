"""A company to send to, in process: what it answers is held against the API's own document, and against its books."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import jsonschema_rs
from sqlalchemy import func, select

from percorso.adapters.sql.tables import log_events, log_refused, unfolded
from percorso.http.collect import collecting
from percorso.http.tracking_document import tracking_document
from percorso.http.write_key import Sender
from percorso.model.errors import StoreUnavailable
from percorso.model.plan import read_plan
from tests.fuzz.calls import PLAN
from tests.fuzz.hostile import Request
from tests.lakes import Lake
from tests.tracking import KEY, fallback

_PLAN = read_plan(PLAN)
RENEWED_AFTER = 400
ASIDE = ("duplicate", "conflict", "quarantined", "suppressed")
PATIENCE_S = 60
MOST_CPU_S = 5


class Answer(NamedTuple):
    status: int
    headers: Mapping[bytes, bytes]
    body: bytes


class Books(NamedTuple):
    """What a company has on disk, counted."""

    logged: int
    refused: int
    unfolded: int


async def ask(app: Any, request: Request) -> Answer:
    """The one answer of an app, of one start and one body that is as long as it says."""
    last = len(request.pieces) - 1
    coming = [{"type": "http.request", "body": one, "more_body": at < last} for at, one in enumerate(request.pieces)]
    said: list[Any] = []

    async def receive() -> Any:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "query_string": request.query,
        "headers": request.headers,
    }
    await asyncio.wait_for(app(scope, receive, send), PATIENCE_S)
    start, body = said
    headers = dict(start["headers"])
    assert headers.get(b"content-length", b"0") == str(len(body["body"])).encode()
    return Answer(start["status"], headers, body["body"])


class House:
    """The companies of one property: a fresh one after some hundred examples, and for each example a source of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._loop = asyncio.Runner()
        self._examples = 0
        self.lake: Lake | None = None

    def send(self, request: Request) -> Answer:
        """Its answer to a request, which its document allows; the books agree with the answer."""
        lake = self._company()
        lake.collector.plan = _PLAN if request.planned else None
        before = self._books(lake)
        counts = +lake.collector.counts
        app = collecting(fallback, lake.collector, self._source_of)
        began = time.process_time()
        answer = self._loop.run(ask(app, request))
        told = conforming(request, answer)
        folded = lake.processor.drain()
        assert time.process_time() - began < MOST_CPU_S, "it kept the others waiting"
        after = self._books(lake)
        assert after.unfolded == before.unfolded == 0, "an event was taken in and could not be folded"
        assert folded == after.logged - before.logged
        grown = lake.collector.counts - counts
        assert grown["accepted"] == folded
        assert sum(grown[word] for word in ASIDE) == after.refused - before.refused
        if isinstance(told, dict) and "success" in told:
            accounted(told, grown)
        return answer

    def next(self) -> None:
        """A new example begins: its source has sent nothing yet."""
        self._examples += 1
        if self.lake is not None:
            self.lake.processor.drain()
            if self._examples % RENEWED_AFTER == 0 or self._books(self.lake).unfolded:
                self._leave()

    def given(self) -> int:
        """Items that were given a verdict so far."""
        counts = self._company().collector.counts
        return sum(counts[word] for word in ("accepted", *ASIDE))

    def close(self) -> None:
        self._leave()
        self._loop.close()

    async def _source_of(self, key: str) -> Sender | None:
        if key == "gone":
            raise StoreUnavailable("nobody can tell now")
        return Sender(f"s{self._examples}") if key == KEY else None

    def _company(self) -> Lake:
        if self.lake is None:
            self.lake = Lake(self._directory / str(self._examples), acts=True)
            self.lake.collector.start()
        return self.lake

    def _leave(self) -> None:
        """What was taken in can be asked about: it is all in the lake, and its fields can be read."""
        if self.lake is None:
            return
        lake, self.lake = self.lake, None
        try:
            lake.collector.stop()
            books = self._books(lake)
            lake.seal()
            query = "select count(*) as n, count(distinct (source, message_id)) as ids, count(context->'page') as p from events"
            (row,) = lake.sql(query)
            assert row["n"] == row["ids"] == books.logged
        finally:
            lake.close()

    @staticmethod
    def _books(lake: Lake) -> Books:
        with lake.log_database.read() as log, lake.state_database.read() as state:
            logged = log.execute(select(func.count()).select_from(log_events)).scalar_one()
            refused = log.execute(select(func.count()).select_from(log_refused)).scalar_one()
            aside = state.execute(select(func.count()).select_from(unfolded)).scalar_one()
        return Books(logged, refused, aside)


@contextmanager
def house() -> Iterator[House]:
    with TemporaryDirectory() as directory:
        opened = House(Path(directory))
        try:
            yield opened
        finally:
            opened.close()


def accounted(told: Mapping[str, Any], grown: Mapping[str, int]) -> None:
    """The verdicts of an answer are those of the counters, each item's once."""
    verdicts = told.get("verdicts", [])
    named = [one["index"] for one in verdicts]
    assert named == sorted(set(named))
    others = Counter(one["verdict"] for one in verdicts if one["verdict"] != "accepted")
    assert {word: grown[word] for word in ASIDE} == {word: others[word] for word in ASIDE}
    assert told.get("accepted", grown["accepted"]) == grown["accepted"]


# the document

_DOCUMENT = tracking_document()
_PATHS: Mapping[str, Any] = _DOCUMENT["paths"]


def _validator(schema: Any) -> Any:
    return jsonschema_rs.validator_for({**schema, "components": _DOCUMENT["components"]})


_ERROR = _validator({"$ref": "#/components/schemas/Error"})


def described(method: str, path: str) -> Mapping[str, Any] | None:
    """The operation of an address, None when there is none."""
    found = _PATHS.get(path, {}).get(method.lower())
    if found is None and path.endswith("/settings") and path.count("/") == path.strip("/").count("/") + 1:
        steps = path.split("/")
        steps[-2] = "{writeKey}"
        found = _PATHS.get("/".join(steps), {}).get(method.lower())
    return found if method == method.upper() else None


def conforming(request: Request, answer: Answer) -> Any:
    """What the answer's JSON says, None when it is none; once it is as the document has it."""
    if request.method == "OPTIONS" and any(name == b"origin" for name, _ in request.headers):
        assert (answer.status, answer.body) == (204, b"")
        return None
    operation = described(request.method, request.path)
    if operation is None:
        assert answer.status == 404
        told = json.loads(answer.body)
        _ERROR.validate(told)
        return told
    allowed = operation["responses"][str(answer.status)]
    if "$ref" in allowed:
        allowed = _DOCUMENT["components"]["responses"][allowed["$ref"].rpartition("/")[2]]
    for name, header in allowed.get("headers", {}).items():
        assert name.lower().encode() in answer.headers or not header["required"]
    ((kind, content),) = allowed["content"].items()
    assert answer.headers[b"content-type"] == kind.encode()
    if kind != "application/json":
        return None
    told = json.loads(answer.body)
    _validator(content["schema"]).validate(told)
    return told
