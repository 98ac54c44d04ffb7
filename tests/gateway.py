"""Between a client and a real server: passes everything on, unless it is told to fail for a while."""

import http.client
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

WITHIN_S = 30.0
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens in place of an answer. `status` None: the connection ends. `stored`: the server got it all the same."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"code":"fault","message":"as told"}'
    stored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One POST, with the message ids it carried and the status it got, None when it got no answer."""

    ids: tuple[str, ...]
    status: int | None
    headers: Mapping[str, str]


class Gateway:
    """A context manager. `fault` decides for each POST: given the ids it carries, what goes wrong, None when nothing does."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target).netloc
        self.fault: Callable[[tuple[str, ...]], Fault | None] = lambda ids: None
        self.seen: list[Seen] = []
        self._changed = threading.Condition()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                gateway._take(self)

            do_GET = do_OPTIONS = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self._serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._serving.daemon_threads = True
        self._thread = threading.Thread(target=self._serving.serve_forever)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._serving.server_port}"

    def wait(self, until: Callable[[list[Seen]], object], within_s: float = WITHIN_S) -> list[Seen]:
        """Until the POSTs seen so far satisfy a condition."""
        with self._changed:
            assert self._changed.wait_for(lambda: until(self.seen), within_s), self.seen
            return list(self.seen)

    def sent(self, message_id: str) -> int:
        """How often an event came by."""
        return sum(message_id in one.ids for one in self.seen)

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("content-length") or 0))
        ids = ids_of(body, request.headers.get("content-encoding")) if request.command == "POST" else ()
        fault = self.fault(ids) if request.command == "POST" else None
        status, headers, answer = self._passed_on(request, body) if fault is None or fault.stored else (0, [], b"")
        if fault is not None:
            allowed = {"access-control-allow-origin": "*", "access-control-expose-headers": "retry-after"}
            status, headers, answer = fault.status or 0, [*{**allowed, **fault.headers}.items()], fault.body
        if status:
            request.send_response(status)
            for name, value in headers:
                request.send_header(name, value)
            request.send_header("content-length", str(len(answer)))
            request.end_headers()
            request.wfile.write(answer)
        else:
            request.close_connection = True
        if request.command == "POST":
            with self._changed:
                self.seen.append(
                    Seen(
                        ids=ids,
                        status=status or None,
                        headers={name.lower(): value for name, value in request.headers.items()},
                    )
                )
                self._changed.notify_all()

    def _passed_on(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self._target, timeout=WITHIN_S)
        try:
            headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
            connection.request(request.command, request.path, body, headers)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _HOP]
            return answer.status, kept, answer.read()
        finally:
            connection.close()

    def __enter__(self) -> "Gateway":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serving.shutdown()
        self._serving.server_close()
        self._thread.join()


def ids_of(body: bytes, encoding: str | None) -> tuple[str, ...]:
    """The message ids of a batch."""
    sent = json.loads(decompress(body) if encoding == "gzip" else body)
    return tuple(one["messageId"] for one in sent.get("batch", [sent]))


def times(count: int, fault: Fault) -> Callable[[tuple[str, ...]], Fault | None]:
    """A fault that ends after so many POSTs."""
    left = [count]

    def decide(ids: tuple[str, ...]) -> Fault | None:
        left[0] -= 1
        return fault if left[0] >= 0 else None

    return decide
