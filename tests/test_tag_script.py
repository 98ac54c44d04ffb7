"""The address of the tag, when it is built and when it is not."""

import asyncio
from pathlib import Path

import httpx
from fastapi import FastAPI

from percorso.http.errors import install_errors
from percorso.http.tag import install_tag


def asked(script: Path, method: str = "GET") -> httpx.Response:
    app = FastAPI()
    install_errors(app)
    install_tag(app, script)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.request(method, "/tag.js")

    return asyncio.run(ask())


def test_a_script_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    answer = asked(tmp_path / "tag.js")
    assert answer.status_code == 404
    assert "make tag" in answer.json()["message"]


def test_browsers_ask_again_after_a_while(tmp_path: Path) -> None:
    (tmp_path / "tag.js").write_text("1")
    assert asked(tmp_path / "tag.js").headers["cache-control"] == "public, max-age=600"
    assert asked(tmp_path / "tag.js", "HEAD").content == b""
