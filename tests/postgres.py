"""A private PostgreSQL server for tests: started on a free loopback port, as another user than root, removed afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg import sql

REQUIRED = "PERCORSO_TEST_POSTGRES"
"""Set to ``required`` where a missing server must fail the run instead of skipping."""


def must_have_postgres() -> bool:
    return os.environ.get(REQUIRED) == "required"


def postgres_programs() -> Path | None:
    """The folder of the newest server programs, None when there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class PrivatePostgres:
    """A server in a temporary directory; a context manager. Unsafe settings: speed, not durability, is wanted here."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._root = Path(tempfile.mkdtemp(prefix="percorso-pg-"))
        self._data = self._root / "data"
        self._user = _other_user()
        self.port = _free_port()

    def __enter__(self) -> "PrivatePostgres":
        if self._user is not None:
            os.chown(self._root, self._user.pw_uid, self._user.pw_gid)
        self._run("initdb", "-D", str(self._data), "-U", "percorso", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = f"-p {self.port} -k {self._root} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
        options += " -c synchronous_commit=off -c max_connections=200"
        self._run(
            "pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-l", str(self._root / "log"), "-o", options, "start"
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._root, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"postgresql://percorso@127.0.0.1:{self.port}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database of its own."""
        name = sql.Identifier("t" + uuid.uuid4().hex)
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(name))
        try:
            yield f"{self.url}/{name.as_string().strip(chr(34))}"
        finally:
            with psycopg.connect(f"{self.url}/postgres", autocommit=True) as connection:
                connection.execute(sql.SQL("drop database {} with (force)").format(name))

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        user = self._user
        extra = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        done = subprocess.run(
            command, cwd=self._root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False, timeout=120, env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}, **extra,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stdout[-2000:]}")


def _other_user() -> pwd.struct_passwd | None:
    """Whom to run the server as: nobody in particular when we are not root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
