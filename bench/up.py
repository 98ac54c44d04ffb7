"""`percorso up`, all its processes, for benchmarks that ask it from outside."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from percorso.main import create_company, open_company
from percorso.main.company import Company
from percorso.settings import Settings


class Served(NamedTuple):
    """A company that is up. `pid`: of the process that holds the others."""

    company: Company
    url: str
    key: str
    pid: int

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 80)


@contextmanager
def served() -> Iterator[Served]:
    """A new company with a write key, up on a free port."""
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "company"
        settings = Settings.model_construct(dir=directory)
        create_company(directory, settings)
        with open_company(directory, settings, write=False) as company:
            key = company.make_key("write", "bench")[1]
            with _up(directory) as (url, pid):
                yield Served(company, url, key, pid)


@contextmanager
def _up(directory: Path) -> Iterator[tuple[str, int]]:
    program = Path(sys.executable).with_name("percorso")
    command = [str(program), "up", "--dir", str(directory), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Percorso is up"):
                break
        yield json.loads((directory / "run" / "server.json").read_text())["url"], process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
