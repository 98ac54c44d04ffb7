"""Log lines hold no values of local variables, on a terminal or not."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from percorso.cli.logs import set_up_logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _configuration() -> Iterator[None]:
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    structlog.configure(**before)
    logging.root.handlers[:], logging.root.level = handlers, level


def failing() -> None:
    body = "".join(("ada@", "example.com"))  # put together here, so that the line of code does not hold it
    try:
        raise RuntimeError(f"a body of {len(body)} letters")
    except RuntimeError:
        structlog.get_logger().exception("request.failed")


@pytest.mark.parametrize("where", [Terminal, io.StringIO])
def test_a_traceback_tells_where_and_no_values(monkeypatch: pytest.MonkeyPatch, where: type[io.StringIO]) -> None:
    out = where()
    monkeypatch.setattr(sys, "stderr", out)
    set_up_logs("info")
    failing()
    assert "request.failed" in out.getvalue()
    assert "RuntimeError" in out.getvalue()
    assert "test_logs.py" in out.getvalue()
    assert "ada@example.com" not in out.getvalue()


def test_a_machine_reads_one_json_line(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    set_up_logs("info")
    failing()
    (line,) = out.getvalue().splitlines()
    (raised,) = json.loads(line)["exception"]
    assert (raised["exc_type"], raised["frames"][0]["name"]) == ("RuntimeError", "failing")
    assert "locals" not in raised["frames"][0] or raised["frames"][0]["locals"] is None
