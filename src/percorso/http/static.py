"""The web UI: its built files, and its one page for every address of its own."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse
from starlette.requests import Request
from starlette.responses import Response

from percorso.model.errors import NotFound

_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_NOT_PAGES = ("api/", "v1/", "internal/", "assets/")

_NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Percorso</title></head>
<body style="font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>Percorso is running</h1>
<p>The web pages are not built yet. Run <code>make setup</code> (or, in <code>web/</code>,
<code>npm ci &amp;&amp; npm run build</code>) and load this page again. The API answers under <code>/api</code>.</p>
<p lang="it">Le pagine web non sono ancora costruite. Esegui <code>make setup</code> (oppure, in <code>web/</code>,
<code>npm ci &amp;&amp; npm run build</code>) e ricarica questa pagina. L'API risponde sotto <code>/api</code>.</p>
</body></html>
"""


def install_pages(app: FastAPI, folder: Path) -> None:
    """The last route: files of `folder`, else its ``index.html``, so that links into the UI work.

    Files under ``assets/`` carry a hash in their name and may be kept for ever; all else is asked for again.
    """

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        del request
        found = file_in(folder, path)
        if found is not None and found.name != "index.html":
            kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
            return FileResponse(found, headers={"cache-control": kept})
        if path.startswith(_NOT_PAGES):
            raise NotFound("there is nothing at this address")
        return index(folder / "index.html")


def file_in(folder: Path, path: str) -> Path | None:
    """The file of that path inside the folder, None when there is none or it lies outside."""
    if not path or "\x00" in path:
        return None
    root = folder.resolve()
    found = (root / path).resolve()
    return found if found.is_relative_to(root) and found.is_file() else None


def index(path: Path) -> HTMLResponse:
    """The page, with a policy that lets run its own scripts and nothing else."""
    if not path.is_file():
        return HTMLResponse(_NOT_BUILT, 503, {"content-security-policy": policy(b""), "cache-control": "no-store"})
    body = path.read_bytes()
    return HTMLResponse(body, headers={"content-security-policy": policy(body), "cache-control": "no-cache"})


def policy(page: bytes) -> str:
    """Content security policy of a page; inline scripts are allowed by the hash of what they say."""
    hashes = [b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'"
    )
