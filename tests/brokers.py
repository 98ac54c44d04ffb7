"""Private servers of others for tests: a Mosquitto and a Dovecot on free loopback ports, ended with their folder."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REQUIRED = "PERCORSO_TEST_BROKERS"
"""Set to ``required`` where a missing server must fail the run instead of skipping."""
WITHIN_S = 20.0


def program(name: str) -> str:
    """The path of a server program. Skips when it is missing, unless the run demands it."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(f"{name} is missing: install it with .ci/need {name}")
        pytest.skip(f"{name} is not installed")
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Running:
    """A server that can be stopped and started again on the same port and folder."""

    def __init__(self, command: list[str], port: int) -> None:
        self._command = command
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self._process.poll() is not None:
                break
        raise AssertionError(f"{self._command[0]} did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(WITHIN_S)
            self._process = None


@contextmanager
def mosquitto(settings: str = "allow_anonymous true") -> Iterator[Running]:
    """A broker that keeps what waits over a restart. `settings`: further lines, such as those of TLS."""
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="percorso-mqtt-"))
    (folder / "conf").write_text(
        f"listener {port} 127.0.0.1\n{settings}\npersistence true\npersistence_location {folder}/\n"
        f"autosave_interval 1\nuser {'root' if os.getuid() == 0 else ''}\n".replace("user \n", "")
    )
    server = Running([program("mosquitto"), "-c", str(folder / "conf")], port)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def dovecot(password: str, settings: str = "ssl = no", tls_port: int = 0) -> Iterator[tuple[Running, Path]]:
    """An IMAP server with one user, ``care``; and the Maildir into which its mails are put.

    `settings`: lines about TLS; with them it listens on `tls_port` too, where TLS comes first.
    """
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="percorso-imap-", dir="/tmp"))
    box = folder / "Maildir"
    for part in ("new", "cur", "tmp"):
        (box / part).mkdir(parents=True)
    user = "nobody" if os.getuid() == 0 else os.environ.get("USER", "nobody")
    if os.getuid() == 0:
        folder.chmod(0o755)
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, user, "nogroup")
    uid, gid = (folder.stat().st_uid, folder.stat().st_gid)
    (folder / "users").write_text(f"care:{{PLAIN}}{password}:{uid}:{gid}::{folder}\n")
    (folder / "conf").write_text(
        f"""base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
{settings}
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{box}
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {user if user != "nobody" else "nogroup"}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
"""
    )
    server = Running([program("dovecot"), "-F", "-c", str(folder / "conf")], port)
    server.start()
    try:
        yield server, box
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
