"""A real `percorso up` for tests: started on a free port, stopped gracefully, or killed."""

import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType

import httpx

START_WITHIN_S = 60.0
STOP_WITHIN_S = 60.0
_ADDRESS = re.compile(r"(http://\S+)$")


class Server:
    """One run of a command that serves, such as ``up`` or ``demo``; a context manager that stops it gracefully.

    It is the leader of a process group of its own, so that `kill` takes everything with it.
    """

    def __init__(
        self, directory: Path, *options: str, command: str = "up", environment: dict[str, str] | None = None
    ) -> None:
        self.directory = directory
        self.lines: list[str] = []
        self._told = threading.Event()
        program = Path(sys.executable).with_name("percorso")
        self._log = (directory.parent / f"{directory.name}.log").open("ab")
        self.process = subprocess.Popen(
            [str(program), command, "--dir", str(directory), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=self._log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**_without_settings(), **(environment or {})},
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def url(self) -> str:
        """Where it answers; waits for it."""
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            for line in self.lines:
                if line.startswith("Percorso is up:") and (found := _ADDRESS.search(line)):
                    return found.group(1)
            if self.process.poll() is not None:
                break
            self._told.wait(0.05)
            self._told.clear()
        raise AssertionError(f"the server did not start: {self.lines}\n{self.log()[-4000:]}")

    @cached_property
    def client(self) -> httpx.Client:
        """Asks it, each time anew. Plain HTTP needs no certificates, and they take longer to read than an answer."""
        return httpx.Client(
            base_url=self.url,
            timeout=10.0,
            trust_env=False,
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def log(self) -> str:
        """What it wrote to its log so far."""
        return Path(self._log.name).read_text(errors="replace")

    def children(self) -> list[int]:
        """Process ids of the supervisor's children."""
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in tasks.split()]

    def behind(self) -> int:
        """Events not folded yet, of both lanes."""
        answer = self.client.get("/readyz").json()
        return int(answer["behind"]) + int(answer["importing"])

    def wait_folded(self, within_s: float = 60.0) -> None:
        """Until everything in the log is folded."""
        deadline = time.monotonic() + within_s
        while self.behind():
            if time.monotonic() > deadline:
                raise AssertionError(f"still {self.behind()} events behind after {within_s} s\n{self.log()[-4000:]}")
            self._told.wait(0.05)

    def kill(self) -> None:
        """SIGKILL to the whole group, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._log.close()

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._log.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._told.set()
        self._told.set()


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PERCORSO_")}
