"""The line to an SFTP server: nothing is said, no password either, before the server showed a host key that is known."""

import io
import logging
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import paramiko

from percorso.model.errors import InvalidConfig, StoreUnavailable
from percorso.model.source import SftpSettings

WITHIN_S = 30.0
"""How long the server may be silent."""
KEEP_ALIVE_S = 20
_KEY_TYPES = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-512", "rsa-sha2-256"),
)
"""A server shows one host key at a time, of the kind it is asked for."""

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it also raises what it logs, traces and all


class SftpLine:
    """Opens lines as the settings say. `key`: the private key's text."""

    def __init__(self, settings: SftpSettings, password: str | None, key: str | None) -> None:
        self._settings = settings
        self._password = password
        self._key = None if key is None else _private_key(key)
        self._server = f"the server {settings.host}:{settings.port}"

    @contextmanager
    def opened(self) -> Iterator[paramiko.SFTPClient]:
        """A line for the block. Raises InvalidConfig or StoreUnavailable, also for what fails in the block; see `told`."""
        with self.told(), closing(self._known_server()) as transport:
            self._sign_in(transport)
            transport.set_keepalive(KEEP_ALIVE_S)
            channel = transport.open_session(timeout=WITHIN_S)
            channel.settimeout(WITHIN_S)
            channel.invoke_subsystem("sftp")
            with paramiko.SFTPClient(channel) as line:
                yield line

    @contextmanager
    def told(self) -> Iterator[None]:
        """What fails at the other end, in words."""
        try:
            yield
        except PermissionError as error:
            said = f"{self._server} does not let {self._settings.user} do that; have the folder's rights changed"
            raise InvalidConfig(said) from error
        except FileNotFoundError as error:
            raise InvalidConfig(f"{self._server} has no folder {self._settings.path}; check `path`") from error
        except UnicodeDecodeError as error:
            said = f"a name in {self._settings.path} is not in UTF-8; have that file renamed"
            raise InvalidConfig(said) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise StoreUnavailable(f"the line to {self._server} is cut ({type(error).__name__})") from error

    def _known_server(self) -> paramiko.Transport:
        """A line to the server, after it showed a key that is known."""
        shown = []
        for types in _KEY_TYPES:
            transport = self._greeted(types)
            if transport is None:
                continue
            key = transport.get_remote_server_key()
            if key.fingerprint in self._settings.host_keys:
                return transport
            transport.close()
            shown.append(f"{key.fingerprint} ({key.get_name()})")
        raise InvalidConfig(self._unknown(", ".join(shown)))

    def _unknown(self, shown: str) -> str:
        if not shown:
            return f"{self._server} shows no host key of a kind that is trusted today (Ed25519, ECDSA, RSA with SHA-2)"
        if self._settings.host_keys:
            return (
                f"{self._server} is not the one that `host_key` names: it shows {shown}; somebody may stand between. "
                "Ask whose server it is, and change `host_key` only when they say that they changed theirs"
            )
        return (
            f"{self._server} shows {shown}; ask whose server it is whether that is its key, "
            "and write the fingerprint as `host_key`"
        )

    def _greeted(self, types: tuple[str, ...]) -> paramiko.Transport | None:
        """A line that is encrypted, to whomever; None when the server has no key of these types."""
        try:
            reached = socket.create_connection((self._settings.host, self._settings.port), WITHIN_S)
        except OSError as error:
            raise StoreUnavailable(f"{self._server} cannot be reached ({type(error).__name__})") from error
        transport = paramiko.Transport(reached)
        transport.banner_timeout = transport.auth_timeout = WITHIN_S
        try:
            transport.get_security_options().key_types = types
            transport.start_client(timeout=WITHIN_S)
        except paramiko.SSHException as error:
            transport.close()
            if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
                return None
            raise StoreUnavailable(f"{self._server} does not answer as SSH servers do ({error})") from error
        return transport

    def _sign_in(self, transport: paramiko.Transport) -> None:
        user = self._settings.user
        try:
            if self._key is not None:
                transport.auth_publickey(user, self._key)
            if self._password is not None and not transport.is_authenticated():
                transport.auth_password(user, self._password)
        except paramiko.AuthenticationException as error:
            raise InvalidConfig(f"{self._server} refuses {self._shown()} of {user}; check both") from error
        if not transport.is_authenticated():
            raise InvalidConfig(f"{self._server} wants more than {self._shown()} of {user}; ask whose server it is")

    def _shown(self) -> str:
        return " and ".join(
            what for what, given in (("the key", self._key), ("the password", self._password)) if given is not None
        )


def _private_key(text: str) -> paramiko.PKey:
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(text))
    raise InvalidConfig("the private `key` cannot be read; it is Ed25519, ECDSA or RSA, and has no passphrase")
