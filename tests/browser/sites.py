"""Small sites of a company, each at an address of its own, whose pages carry the tag."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Site:
    """Serves `pages` by path; every other path has an empty page. `origin` has the tag in its head when it is `tagged`."""

    def __init__(self, port: int, host: str) -> None:
        self.origin = f"http://{host}:{port}"
        self.host = host
        self.pages: dict[str, str] = {}
        self.policy: str | None = None
        self.head = ""

    def tagged(self, server: str, key: str, **options: Any) -> None:
        """Every page loads the tag from now on, by a script element alone."""
        said = escape(json.dumps({"consent": "given", **options}))
        self.head = f'<script src="{server}/tag.js" data-write-key="{key}" data-options="{said}"></script>'

    def page(self, path: str) -> str:
        body = self.pages.get(path, f"<h1>{escape(path)}</h1>")
        return f"<!doctype html><html lang=it><head><title>Shop {escape(path)}</title>{self.head}</head>{body}</html>"


@contextmanager
def site(host: str = "127.0.0.1") -> Iterator[Site]:
    """A site that answers while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = here.page(urlsplit(self.path).path).encode()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            if here.policy is not None:
                self.send_header("content-security-policy", here.policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        serving.daemon_threads = True
        here = Site(serving.server_port, host)
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        try:
            yield here
        finally:
            serving.shutdown()
            thread.join()
