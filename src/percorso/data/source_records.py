"""Reads a source's record: what people wrote becomes a checked `Source`, or an error that names the place."""

import re
from collections.abc import Mapping
from typing import Any, cast

from percorso.data.document_mapping import read_document_map
from percorso.model.errors import InvalidConfig
from percorso.model.fields import Fields
from percorso.model.source import (
    KINDS,
    After,
    DltSettings,
    FolderSettings,
    ImapSettings,
    Kind,
    MqttSettings,
    Secret,
    SftpSettings,
    Signature,
    Source,
    Tls,
    WebhookSettings,
)

MAX_WAIT_S = 86_400.0
_NAME = re.compile(r"^[a-z][a-z0-9_-]{0,39}$")
_ENV = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_HOST_KEY = re.compile(r"^SHA256:[A-Za-z0-9+/]{43}$")
_FORM = re.compile(r"\{(?:hex|base64)\}")
_TIMED = "{timestamp}"


def read_source(name: str, written: object) -> Source:
    """The record of one source. Raises InvalidConfig or InvalidMapping, which name the place and what to write there."""
    if not _NAME.match(name):
        raise InvalidConfig(f"source {name!r}: a name is at most 40 small letters, digits, hyphens and underscores")
    fields = Fields(written, f"source {name}")
    kind = cast(Kind, fields.word("kind", KINDS))
    part = fields.part(kind)
    if part is None:
        raise fields.error(kind, "is missing; the settings of the source stand below it")
    settings = _SETTINGS[kind](part, name)
    part.done()
    live = fields.flag("live") if fields.take("live", None) is not None else True
    documents, file_map = None, None
    if kind in ("folder", "sftp"):
        file_map = fields.text("map") if fields.take("map", None) else _mapping(fields)
    else:
        documents = read_document_map(_mapping(fields), name, f"source {name}, mapping")
    fields.done()
    return Source(name=name, kind=kind, live=live, settings=settings, documents=documents, file_map=file_map)


def _mapping(fields: Fields) -> Mapping[str, Any]:
    mapping = fields.mapping("mapping")
    if not mapping:
        raise fields.error("mapping", "is missing; it says which events are made (see docs/sources.md)")
    return mapping


def secret_of(fields: Fields, key: str) -> Secret:
    """``{env: NAME}`` or ``{file: path}``; a secret itself is refused."""
    part = Fields(fields.take(key), f"{fields.where}, {key}") if isinstance(fields.take(key), Mapping) else None
    if part is None:
        raise fields.error(key, "a secret is not written here; write {env: NAME} or {file: path} to say where it is")
    secret = Secret(env=part.text("env", None), file=part.text("file", None))
    part.done()
    if (secret.env is None) == (secret.file is None) or (secret.env and not _ENV.match(secret.env)):
        raise fields.error(key, "write {env: NAME}, a variable of the environment, or {file: path}")
    return secret


def _secret(fields: Fields, key: str) -> Secret | None:
    return None if fields.take(key, None) is None else secret_of(fields, key)


def _webhook(fields: Fields, _name: str) -> WebhookSettings:
    signature, token = fields.part("signature"), fields.part("token")
    if (signature is None) == (token is None):
        raise fields.error("signature", "write `signature` or `token`: anybody may post to an address")
    settings = WebhookSettings(
        signature=None if signature is None else _signature(signature),
        token=None if token is None else (token.text("header"), secret_of(token, "secret")),
        verify_token=_secret(fields, "verify_token"),
    )
    if token is not None:
        token.done()
    return settings


def _signature(fields: Fields) -> Signature:
    signature = Signature(
        secret=secret_of(fields, "secret"),
        header=fields.text("header"),
        form=fields.text("form", "{hex}"),
        signed=fields.text("signed", "{body}"),
        time_header=fields.text("time_header", None),
        tolerance_s=fields.whole("tolerance_s", 300, least=1),
    )
    fields.done()
    if len(_FORM.findall(signature.form)) != 1:
        raise fields.error("form", "holds {hex} or {base64} once, such as sha256={hex}")
    if signature.signed.count("{body}") != 1:
        raise fields.error("signed", "holds {body} once, such as {timestamp}.{body}")
    if _TIMED in signature.signed and not (_TIMED in signature.form or signature.time_header):
        raise fields.error("time_header", "is missing; name the header that carries the timestamp that is signed")
    if signature.time_header and _TIMED not in signature.signed:
        raise fields.error("signed", "leaves the timestamp out, so it would prove nothing; write {timestamp}.{body}")
    return signature


def _folder(fields: Fields, _name: str) -> FolderSettings:
    return FolderSettings(
        path=fields.text("path"),
        match=fields.words("match") or ("*",),
        settle_s=fields.number("settle_s", 5.0, least=0.0, most=MAX_WAIT_S),
        every_s=fields.number("every_s", 5.0, least=0.05, most=MAX_WAIT_S),
    )


def _sftp(fields: Fields, _name: str) -> SftpSettings:
    after = cast(After, fields.word("after", ("move", "keep")) if fields.take("after", None) else "move")
    settings = SftpSettings(
        host=fields.text("host"),
        port=fields.whole("port", 22, least=1),
        user=fields.text("user"),
        password=_secret(fields, "password"),
        key=_secret(fields, "key"),
        host_keys=_host_keys(fields),
        path=fields.text("path").rstrip("/") or "/",
        match=fields.words("match") or ("*",),
        settle_s=fields.number("settle_s", 30.0, least=0.0, most=MAX_WAIT_S),
        every_s=fields.number("every_s", 60.0, least=0.05, most=MAX_WAIT_S),
        after=after,
    )
    if settings.password is None and settings.key is None:
        raise fields.error("key", "is missing; write where the private `key` is kept, or the `password`")
    return settings


def _host_keys(fields: Fields) -> tuple[str, ...]:
    """One fingerprint, or a list of them."""
    written = fields.take("host_key", ())
    keys = (fields.text("host_key"),) if isinstance(written, str) else fields.words("host_key")
    if not all(map(_HOST_KEY.match, keys)):
        raise fields.error("host_key", "is no fingerprint; it looks like SHA256: with 43 letters and digits behind it")
    return keys


def _mqtt(fields: Fields, name: str) -> MqttSettings:
    tls = fields.flag("tls") if fields.take("tls", None) is not None else False
    topics = fields.words("topics")
    _tls_or_none(fields, "ca_file", "cert_file", tls=tls)
    if not topics:
        raise fields.error("topics", "is missing; name what to listen to, such as machines/+/fault")
    return MqttSettings(
        host=fields.text("host"),
        port=fields.whole("port", 8883 if tls else 1883, least=1),
        tls=tls,
        ca_file=fields.text("ca_file", None),
        own_certificate=_own_certificate(fields),
        client_id=fields.text("client_id", f"percorso-{name}"),
        topics=topics,
        user=fields.text("user", None),
        password=_secret(fields, "password"),
    )


def _tls_or_none(fields: Fields, *keys: str, tls: bool) -> None:
    """Certificates without TLS would be a line that only looks safe."""
    for key in keys:
        if not tls and fields.take(key, None) is not None:
            raise fields.error(key, "is for TLS, and `tls` is not asked for; add it, or take this out")


def _own_certificate(fields: Fields) -> tuple[str, str] | None:
    certificate, key = fields.text("cert_file", None), fields.text("key_file", None)
    if (certificate is None) != (key is None):
        raise fields.error("cert_file", "and key_file come together: a certificate is shown with its key")
    return None if certificate is None else (certificate, key)


def _imap(fields: Fields, _name: str) -> ImapSettings:
    tls = cast(Tls, fields.word("tls", ("none", "starttls", "tls")) if fields.take("tls", None) else "tls")
    _tls_or_none(fields, "ca_file", tls=tls != "none")
    return ImapSettings(
        host=fields.text("host"),
        port=fields.whole("port", 993 if tls == "tls" else 143, least=1),
        tls=tls,
        ca_file=fields.text("ca_file", None),
        user=fields.text("user"),
        password=secret_of(fields, "password"),
        folder=fields.text("folder", "INBOX"),
        since_days=fields.whole("since_days", 30),
        every_s=fields.number("every_s", 30.0, least=0.05, most=MAX_WAIT_S),
    )


def _dlt(fields: Fields, _name: str) -> DltSettings:
    sql = fields.part("sql")
    settings = DltSettings(
        sql=None if sql is None else _sql(sql),
        rest=fields.mapping("rest") or None,
        resource=fields.text("resource", None),
        arguments=fields.mapping("arguments"),
        every_s=fields.number("every_s", 300.0, least=0.05, most=MAX_WAIT_S),
    )
    if sum(one is not None for one in (settings.sql, settings.rest, settings.resource)) != 1:
        raise fields.error("sql", "write one of `sql`, `rest` and `resource`: where the rows come from")
    return settings


def _sql(fields: Fields) -> Mapping[str, Any]:
    sql = {
        "url": secret_of(fields, "url"),
        "table": fields.text("table"),
        "schema": fields.text("schema", None),
        "cursor": fields.text("cursor", None),
    }
    fields.done()
    return sql


_SETTINGS: Mapping[str, Any] = {
    "webhook": _webhook,
    "folder": _folder,
    "sftp": _sftp,
    "mqtt": _mqtt,
    "imap": _imap,
    "dlt": _dlt,
}
