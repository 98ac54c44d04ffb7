"""The tag for pages: one script, for pages of any site.

Its address never changes, so a browser asks again after a few minutes, and gets a new one when there is one.
"""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse

from percorso.model.errors import NotFound

KEPT_S = 600
_HEADERS = {
    "cache-control": f"public, max-age={KEPT_S}",
    "access-control-allow-origin": "*",  # else `integrity` cannot be checked
    "cross-origin-resource-policy": "cross-origin",
    "content-type": "text/javascript; charset=utf-8",
}


def default_tag() -> Path:
    """Where the built tag lies in the package."""
    return Path(__file__).parent.parent / "web" / "tag" / "tag.js"


def install_tag(app: FastAPI, script: Path) -> None:
    """``/tag.js``. Raises NotFound when it has not been built: a page then shows nothing but goes on."""

    @app.api_route("/tag.js", methods=["GET", "HEAD"], include_in_schema=False)
    def tag() -> FileResponse:
        if not script.is_file():
            raise NotFound("the tag is not built; run make setup, or make tag")
        return FileResponse(script, headers=_HEADERS)
