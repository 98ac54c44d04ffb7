"""The running server as the place where an import goes: its directory is locked, so it appends for us."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from percorso.cli.opener import Opener, Server
from percorso.model.errors import InvalidInput, StoreUnavailable
from percorso.model.import_map import BadRow, ImportedItem
from percorso.pipeline.importing import How, LocalSink, Sink, Told

TRIES = 8
POLL_S = 0.25
_encode = msgspec.json.Encoder().encode


class RunningServer(Sink):
    """`pipeline.importing.Sink` over the server's internal address. `stop`: when set, a busy server is asked no more."""

    def __init__(self, server: Server, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()
        self._client = httpx.Client(
            base_url=server.url,
            headers={"authorization": f"Bearer {server.token.strip()}"},
            timeout=120.0,
            trust_env=False,
        )

    def append(self, items: Sequence[ImportedItem], bad: Sequence[BadRow], how: How) -> Mapping[str, int]:
        where = {"source": how.source, "lane": str(how.lane), "historical": str(int(how.historical))}
        answer = self._sent(where, _body(items, bad))
        return {str(verdict): int(count) for verdict, count in answer.json()["verdicts"].items()}

    def _sent(self, where: Mapping[str, str], body: bytes) -> httpx.Response:
        """The answer; a server that is busy or just starting again is asked again, which dedupe makes harmless."""
        wait_s = 0.5
        for left in reversed(range(TRIES)):
            try:
                answer = self._client.post(
                    "/internal/append", params=where, content=body, headers={"content-type": "application/json"}
                )
            except httpx.TransportError as error:
                if not left:
                    raise StoreUnavailable(
                        "the running server does not answer; run the command again to go on"
                    ) from error
            else:
                if answer.status_code not in (429, 502, 503, 504) or not left:
                    return _checked(answer)
                wait_s = max(wait_s, float(answer.headers.get("retry-after", 0)))
            if self._stop.wait(wait_s):
                raise StoreUnavailable("this process ends; what was not stored is taken again at the next start")
            wait_s = min(wait_s * 2, 10.0)
        raise AssertionError("the last try returns or raises")

    def fold(self, expected: int, told: Told) -> None:
        while behind := int(_checked(self._client.get("/internal/lag")).json()["behind"]):
            told(max(0, expected - behind))
            time.sleep(POLL_S)

    def close(self) -> None:
        self._client.close()


def _body(items: Sequence[ImportedItem], bad: Sequence[BadRow]) -> bytes:
    written = b",".join(b'{"tie":%d,"line":%d,"item":%b}' % (item.line, item.line, item.body) for item in items)
    refused = [{**row._asdict(), "body": row.body.decode("utf-8", "replace")} for row in bad]
    return b'{"items":[' + written + b'],"refused":' + _encode(refused) + b"}"


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.status_code == 200:
        return answer
    try:
        said = answer.json().get("message", "")
    except ValueError:
        said = ""
    if answer.status_code >= 500:
        raise StoreUnavailable(
            f"the running server could not store the batch ({said or answer.status_code}); run the command again"
        )
    raise InvalidInput(f"the running server refused the batch: {said or answer.status_code}")


@contextmanager
def sink_of(given: Opener, dir: Path | None) -> Iterator[Sink]:
    """The running server of the directory, else the directory itself, locked."""
    server = given.server(dir)
    if server is not None:
        running = RunningServer(server)
        try:
            yield running
        finally:
            running.close()
        return
    with given.open(dir, write=True) as company:
        yield LocalSink(company.collector, company.processor, company.clock)
