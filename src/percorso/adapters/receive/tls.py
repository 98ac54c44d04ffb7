"""TLS towards a source's other end. Certificate and host name are always checked; an error says what is to be done."""

import ssl
from pathlib import Path

from percorso.model.errors import InvalidConfig, PercorsoError, StoreUnavailable

_NO_LONGER_VALID, _OTHER_NAME, _OTHER_ADDRESS = 10, 62, 64
"""What OpenSSL says of a certificate (X509_V_ERR_*)."""


def trusting(root: Path, ca_file: str | None, own: tuple[str, str] | None = None) -> ssl.SSLContext:
    """Trusts whom the system trusts, or with `ca_file` its authorities alone. `own`: our certificate and its key.

    Paths are relative to `root`, the company's directory. Raises InvalidConfig when a file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(root / ca_file))
    except (OSError, ssl.SSLError) as error:
        raise InvalidConfig(f"the certificates in {ca_file} cannot be read; `ca_file` names a PEM file") from error
    if own is not None:
        certificate, key = own
        try:
            context.load_cert_chain(root / certificate, root / key, password=_no_password)
        except (OSError, ssl.SSLError) as error:
            said = f"{certificate} and {key} are no certificate with its key; both are PEM files, without a password"
            raise InvalidConfig(said) from error
    return context


def _no_password() -> str:
    """A key with a password is refused; without this OpenSSL would ask at the terminal, and wait."""
    return ""


def unreachable(error: Exception, what: str, *, tls: bool) -> PercorsoError:
    """Why no line came about with `what`, such as ``the broker mq.example.com:8883``."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return InvalidConfig(_mistrusted(error, what))
    if isinstance(error, ssl.SSLError) or (tls and isinstance(error, ConnectionResetError)):
        reason = getattr(error, "reason", None) or type(error).__name__
        return InvalidConfig(f"{what} does not speak TLS as it should ({reason}); is this its port for TLS?")
    return StoreUnavailable(f"{what} cannot be reached ({type(error).__name__})")


def _mistrusted(error: ssl.SSLCertVerificationError, what: str) -> str:
    if error.verify_code in (_OTHER_NAME, _OTHER_ADDRESS):
        return f"{what} shows a certificate of another name; write as `host` a name that stands in it"
    if error.verify_code == _NO_LONGER_VALID:
        return f"{what} shows a certificate that is no longer valid; have it renewed there"
    why = error.verify_message
    return f"{what} shows a certificate that is not trusted ({why}); write as `ca_file` the file of who signed it"
