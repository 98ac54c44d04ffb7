"""A source: something outside from which events come by themselves. Written as YAML, one file each (docs/sources.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from percorso.model.document_map import DocumentMap
from percorso.model.time import Micros

Kind = Literal["webhook", "folder", "sftp", "mqtt", "imap", "dlt"]
KINDS: tuple[Kind, ...] = ("webhook", "folder", "sftp", "mqtt", "imap", "dlt")
Tls = Literal["none", "starttls", "tls"]
After = Literal["move", "keep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a secret is kept; it is never in the record. One of both: a variable of the environment, or a file."""

    env: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How a provider signs what it posts: HMAC SHA-256.

    header       the header that carries the signature
    form         what the header looks like: ``sha256={hex}``, ``{base64}``, ``t={timestamp},v1={hex}``
    signed       the bytes that are signed: ``{body}``, ``{timestamp}.{body}``
    time_header  the header of the timestamp (seconds since 1970), when it is not in the signature's
    tolerance_s  how old, or how far ahead, a timestamp may be
    """

    secret: Secret
    header: str
    form: str
    signed: str
    time_header: str | None
    tolerance_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """One of ``signature`` and ``token`` is there.

    token         (header, secret): the provider sends this secret itself
    verify_token  Meta's handshake: GET with ``hub.verify_token`` is answered with ``hub.challenge``
    """

    signature: Signature | None
    token: tuple[str, Secret] | None
    verify_token: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """path: where partners put files; relative to the company's directory.  settle_s: a file that was not touched so long is
    whole.  every_s: how often to look."""

    path: str
    match: tuple[str, ...]
    settle_s: float
    every_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpSettings:
    """A partner's folder on a server, which is looked into as a folder is.

    password, key  one of them is there, or both; `key` is a private key in OpenSSH's form, without a passphrase
    host_keys      fingerprints (``SHA256:...``), of which the server must show one; with none nothing is done but said
    path           as the server reads it: without a leading / it is below the user's home
    after          a file that was read is moved into done/ or failed/ there, or kept there and remembered here
    """

    host: str
    port: int
    user: str
    password: Secret | None
    key: Secret | None
    host_keys: tuple[str, ...]
    path: str
    match: tuple[str, ...]
    settle_s: float
    every_s: float
    after: After


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """client_id: the broker keeps messages for it while we are away, so it is this source's alone.  own_certificate: the
    files of a certificate and its key, for brokers that want one."""

    host: str
    port: int
    tls: bool
    ca_file: str | None
    own_certificate: tuple[str, str] | None
    client_id: str
    topics: tuple[str, ...]
    user: str | None
    password: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSettings:
    """folder: the mailbox that is read; it is never changed.  since_days: how far back the first look goes."""

    host: str
    port: int
    tls: Tls
    ca_file: str | None
    user: str
    password: Secret
    folder: str
    since_days: int
    every_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DltSettings:
    """One of ``sql``, ``rest`` and ``resource`` says where rows come from.

    sql       {url: Secret, table, schema, cursor}: a table, new and changed rows by a column that only grows
    rest      a configuration of dlt's REST source, {secret: NAME} where a secret stands
    resource  ``module:function``, which returns a resource or source of dlt; `arguments` go to it
    """

    sql: Mapping[str, Any] | None
    rest: Mapping[str, Any] | None
    resource: str | None
    arguments: Mapping[str, Any]
    every_s: float


Settings: TypeAlias = WebhookSettings | FolderSettings | SftpSettings | MqttSettings | ImapSettings | DltSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A checked record.

    live       events happen now: plays may send messages; else they are history
    documents  how documents become events; None for files
    file_map   of files only: the name of an import map, or what is written in one
    """

    name: str
    kind: Kind
    live: bool
    settings: Settings
    documents: DocumentMap | None = None
    file_map: str | Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How a source fares. Counts are of its whole life.

    at             when something last came of it, None before
    error          why it fails now; None when it does not
    failing_since  None when it does not fail
    retry_at       when it is tried again
    """

    source: str
    at: Micros | None = None
    counts: Mapping[str, int]
    error: str | None = None
    failing_since: Micros | None = None
    retry_at: Micros | None = None
