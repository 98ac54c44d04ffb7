"""A stretch of bad network between a client and a real server: it hands everything on, or fails to, and notes what it saw."""

import gzip
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import httpx

from percorso.http.calls import CALLS

Trouble = Literal["busy", "slow down", "answer lost"]
"""busy: 503, and the server never sees it. slow down: 429. answer lost: the server takes it, the client hears 503."""

_STATUS: dict[Trouble, int] = {"busy": 503, "slow down": 429, "answer lost": 503}
_NOT_HANDED_ON = frozenset(("connection", "content-length", "transfer-encoding", "host", "date", "server"))


@dataclass(frozen=True, slots=True)
class Sent:
    """How a client sent events. key: where the write key stood."""

    path: str
    content_type: str
    packed: bool
    key: str


@dataclass
class Between:
    """url: where the client thinks the server is.  troubles: what happens to the next calls, in order."""

    url: str = ""
    troubles: list[Trouble] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    met: list[Trouble] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, troubles: Sequence[Trouble]) -> None:
        with self.lock:
            self.troubles[:], self.sent[:], self.met[:] = troubles, [], []

    def trouble(self, sent: Sent) -> Trouble | None:
        with self.lock:
            self.sent.append(sent)
            if not self.troubles:
                return None
            self.met.append(self.troubles.pop(0))
            return self.met[-1]


@contextmanager
def between(server: str) -> Iterator[Between]:
    """In front of the server at this address."""
    path = Between()
    with httpx.Client(base_url=server, trust_env=False, timeout=30.0) as there:

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked = urlsplit(self.path)
                is_call = self.command == "POST" and asked.path in CALLS
                trouble = path.trouble(_sent(asked.path, asked.query, self.headers, body)) if is_call else None
                if trouble in ("busy", "slow down"):
                    self.refuse(trouble)
                    return
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_HANDED_ON}
                headers["host"] = self.headers.get("host", "")
                answer = there.request(self.command, self.path, content=body, headers=headers)
                if trouble is not None:
                    self.refuse(trouble)
                    return
                self.answer(answer.status_code, list(answer.headers.items()), answer.content)

            do_GET = do_POST = do_OPTIONS = handle_one

            def refuse(self, trouble: Trouble) -> None:
                told = b'{"code":"trouble","message":"send it again"}'
                headers = [("retry-after", "1"), ("content-type", "application/json")]
                if origin := self.headers.get("origin"):
                    headers += [
                        ("access-control-allow-origin", origin),
                        ("access-control-expose-headers", "retry-after"),
                    ]
                self.answer(_STATUS[trouble], headers, told)

            def answer(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in _NOT_HANDED_ON:
                        self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                with suppress(ConnectionError):  # a page that is gone hears no answer
                    self.end_headers()
                    self.wfile.write(body)

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
            path.url = f"http://127.0.0.1:{serving.server_port}"
            thread = threading.Thread(target=serving.serve_forever)
            thread.start()
            try:
                yield path
            finally:
                serving.shutdown()
                thread.join()


def _sent(path: str, query: str, headers: Any, body: bytes) -> Sent:
    packed = headers.get("content-encoding") == "gzip"
    places = {
        "Basic": (headers.get("authorization") or "").startswith("Basic "),
        "X-Write-Key": "x-write-key" in headers,
        "query": "writeKey" in parse_qs(query),
        "body": b'"writeKey"' in (gzip.decompress(body) if packed else body) and not CALLS[path].masked,
    }
    kind = (headers.get("content-type") or "none").partition(";")[0]
    return Sent(path, kind, packed, " and ".join(place for place, there in places.items() if there))
