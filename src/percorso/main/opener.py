"""The opener of the command line, over the real adapters and settings.

What is heavy is imported by the question that needs it: a command waits for no more than it uses.
"""

import json
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percorso.adapters.lock import DirectoryLock
from percorso.cli.opener import Listening, Server
from percorso.model.directory import Directory
from percorso.model.errors import InvalidConfig, InvalidInput

if TYPE_CHECKING:
    from percorso.adapters.files import DuckFiles
    from percorso.main.company import Company
    from percorso.main.qr import Codes
    from percorso.main.sources import Sources
    from percorso.model.company import CompanyFacts
    from percorso.settings import Settings


def running_server(directory: Directory) -> Server | None:
    """The server that runs on a directory, None when there is none."""
    try:
        running = json.loads(directory.server.read_text())
        os.kill(running["pid"], 0)
        return Server(running["url"], running["pid"], directory.token.read_text())
    except (FileNotFoundError, ProcessLookupError, json.JSONDecodeError):
        return None


class MainOpener:
    """`cli.opener.Opener`. Settings are read from the environment when first needed."""

    _socket: socket.socket | None = None

    @cached_property
    def settings(self) -> "Settings":
        from pydantic import ValidationError

        from percorso.settings import Settings

        try:
            return Settings()
        except ValidationError as error:
            first = error.errors()[0]
            name = "PERCORSO_" + "_".join(str(part) for part in first["loc"]).upper()
            raise InvalidConfig(f"the setting {name} is wrong: {first['msg']}") from error

    @property
    def log_level(self) -> str:
        return self.settings.log_level

    def directory(self, given: Path | None) -> Directory:
        return Directory.at(given or self.settings.dir)

    def server(self, given: Path | None) -> Server | None:
        return running_server(self.directory(given))

    def open(self, given: Path | None, *, write: bool) -> "Company":
        from percorso.main.company import open_company

        return open_company(self.directory(given), self.settings, write=write)

    def exists(self, given: Path | None) -> bool:
        from percorso.main import birth

        return birth.has_company(self.directory(given), self.settings)

    def create(self, given: Path | None, overrides: Mapping[str, Any]) -> "CompanyFacts":
        from percorso.main import birth

        return birth.create(self.directory(given), self.settings, overrides)

    def lock(self, given: Path | None) -> DirectoryLock:
        return DirectoryLock(self.directory(given).lock)

    def prepare(self, given: Path | None) -> None:
        from percorso.main import birth
        from percorso.main.company import Company

        directory = self.directory(given)
        birth.check_restored(directory)
        birth.make_folders(directory)
        birth.migrate(directory, self.settings)
        with Company(directory, self.settings, None) as company:
            company.check_offsets()
            company.check_erasures()
            company.note_configuration()

    def listen(self, host: str | None, port: int | None) -> Listening:
        from percorso.main.serving import listen_on, local_url

        if self._socket is None:  # held from the first call on
            self._socket = listen_on(host or self.settings.host, self.settings.port if port is None else port)
        return Listening(local_url(self._socket), self._socket.fileno())

    def preload(self) -> None:
        from percorso.main import web  # noqa: F401
        from percorso.pipeline import analyse, deliver, process  # noqa: F401

    def run(self, process: str, given: Path | None, fd: int) -> None:
        from percorso.main.company import Company
        from percorso.main.processes import PROCESSES

        with Company(self.directory(given), self.settings, None) as company:
            PROCESSES[process](company, fd)

    def backup(self, given: Path | None, to: Path) -> Mapping[str, Any]:
        from percorso.main.backup import backup

        with self.open(given, write=False) as company:
            return backup(company, to)

    def restore(self, given: Path | None, source: Path, tombstones: Path | None, *, lone: bool) -> Mapping[str, Any]:
        from percorso.main.backup import restore

        return restore(self.directory(given), self.settings, source, tombstones=tombstones, lone=lone)

    def reapply(self, given: Path | None) -> int:
        from percorso.main.company import open_company

        with open_company(self.directory(given), self.settings, restored=True) as company:
            company.processor.drain()
            return company.reapplying().reapply(company.processor)

    def check(self, given: Path | None) -> Sequence[Mapping[str, Any]]:
        from percorso.main.checking import check

        with self.open(given, write=False) as company:
            return check(company)

    def replay(self, given: Path | None, *, swap: bool) -> Mapping[str, Any]:
        from percorso.main.replaying import replay

        with self.open(given, write=swap) as company:
            return replay(company, swap=swap)

    def files(self, folder: Path) -> "DuckFiles":
        from percorso.adapters.files import DuckFiles

        return DuckFiles(folder)

    def read_yaml(self, path: Path) -> Any:
        from percorso.adapters.strict_yaml import read_yaml

        try:
            return read_yaml(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InvalidInput(f"{path} cannot be read: {error}") from error

    def sources(self, given: Path | None) -> "Sources":
        from percorso.adapters.system_clock import SystemClock
        from percorso.main.sources import Sources

        return Sources(self.directory(given), SystemClock())

    def codes(self, given: Path | None) -> "Codes":
        from percorso.adapters.receive.qr_files import QrFiles
        from percorso.main.qr import Codes

        with self.open(given, write=False) as company:
            place = QrFiles(company.directory.qr_codes)
            return Codes(place, company.facts.secret, company.base_url, company.link_domains)

    def write_yaml(self, value: Mapping[str, Any]) -> str:
        from percorso.adapters.strict_yaml import write_yaml

        return write_yaml(value)

    def log_id(self, given: Path | None) -> str:
        with self.open(given, write=False) as company:
            return company.log.log_id

    def openapi(self, *, tracking: bool) -> Mapping[str, Any]:
        from percorso.http.app import openapi_document
        from percorso.http.tracking_document import tracking_document

        return tracking_document() if tracking else openapi_document()

    def load_example(self, given: Path | None, *, people: int, seed: int, told: Callable[[int], None]) -> int:
        from percorso.main.example import load

        with self.open(given, write=True) as company:
            return load(company, people=people, seed=seed, told=told)
