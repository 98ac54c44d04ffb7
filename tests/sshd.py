"""A private sshd on a free loopback port, with host keys of its own, that lets the user of this run in by a key, for files only."""

import getpass
import os
import signal
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.brokers import Running, free_port, program


class Sshd(Running):
    """`fingerprints` of its host keys, by kind; `key`: the file of the private key it lets in."""

    def __init__(self, folder: Path, port: int, command: str = "internal-sftp") -> None:
        super().__init__([program("sshd"), "-D", "-f", str(folder / "config")], port)
        self.key = folder / "key"
        self.user = getpass.getuser()
        _write_key(self.key, ed25519.Ed25519PrivateKey.generate())
        self.fingerprints = {
            "ed25519": _write_key(folder / "host_ed25519", ed25519.Ed25519PrivateKey.generate()),
            "rsa": _write_key(folder / "host_rsa", rsa.generate_private_key(65537, 2048)),
        }
        (folder / "config").write_text(
            f"""ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_ed25519
HostKey {folder}/host_rsa
PidFile none
AuthorizedKeysFile {self.key}.pub
StrictModes no
PermitRootLogin yes
PubkeyAuthentication yes
PasswordAuthentication yes
Subsystem sftp internal-sftp
ForceCommand {command}
"""
        )

    def cut(self) -> None:
        """End every line that is open."""
        assert self._process is not None
        for pid in _below(self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        if self._process is not None:
            self.cut()
        super().stop()


@contextmanager
def sshd(folder: Path, command: str = "internal-sftp") -> Iterator[Sshd]:
    """`folder`: a place for its files, not there yet; `command`: what serves them."""
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it gives up its rights; it refuses to start without
    folder.mkdir()
    server = Sshd(folder, free_port(), command)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _write_key(path: Path, key: Any) -> str:
    """The private key and its public one beside it; the fingerprint."""
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    path.with_name(f"{path.name}.pub").write_bytes(public + b"\n")
    digest = sha256(b64decode(public.split()[1])).digest()
    return f"SHA256:{b64encode(digest).decode().rstrip('=')}"


def _below(pid: int) -> list[int]:
    """The processes below one, deepest first."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [below for child in children for below in (*_below(child), child)]
