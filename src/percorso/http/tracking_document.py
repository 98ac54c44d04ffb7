"""The tracking API described: OpenAPI 3.1, made of the addresses in `calls`, the pixels' and the documents'.

``GET /v1/openapi.json``, without a key, and ``percorso openapi --tracking``.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec

from percorso.http.calls import ABOUT_CLIENTS, CALLS
from percorso.http.errors import STATUS
from percorso.http.pixel import MAX_PARAMETERS, PIXELS
from percorso.http.source_documents import SETTINGS, SOURCE_CONFIG
from percorso.http.tracking_shapes import VALUE, name_of, ref, schemas
from percorso.model.errors import (
    MalformedBody,
    NotFound,
    PercorsoError,
    StoreUnavailable,
    TooLarge,
    TooManyRequests,
    TooSlow,
    Unauthenticated,
)
from percorso.version import __version__

Json = Mapping[str, Any]
Errors = tuple[type[PercorsoError], ...]

DESCRIBED_AT = "/v1/openapi.json"

_ABOUT = """Compatible with Segment's tracking API and with the clients of RudderStack and Jitsu. 200 means on disk. Bodies are
JSON in UTF-8, plain or with `Content-Encoding: gzip`; no content type is asked for. A write key stands in Basic
authentication, in `X-Write-Key`, in the query, or as `writeKey` in the body (but for Jitsu's addresses); where a request
names several they agree. An item that is not as described is answered 200 and quarantined, with its reason. Any other
address or method is answered 404, `not_found`; pages of other sites may send, and ask first with OPTIONS."""

_OF_KEY: Errors = (Unauthenticated, StoreUnavailable)
_OF_BODY: Errors = (MalformedBody, TooSlow, TooLarge)
_OF_CALL: Errors = (*_OF_BODY, TooManyRequests, *_OF_KEY)
_OF_PIXEL: Errors = (MalformedBody, *_OF_KEY)

_WHEN: Mapping[type[PercorsoError], str] = {
    MalformedBody: "It cannot be read. The same again will not get through.",
    Unauthenticated: "No write key, a wrong one, or two that differ.",
    NotFound: "There is nothing here.",
    TooSlow: "The body did not come in time. Send it again.",
    TooLarge: "Too much at once. The same again will not get through.",
    TooManyRequests: "Too many. Send the same again after `Retry-After` seconds.",
    StoreUnavailable: "Nothing was stored. Send the same again after `Retry-After` seconds.",
}
_RETRIED: Errors = (TooManyRequests, StoreUnavailable)
_RETRY_AFTER: Json = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
_GPC: Json = {
    "name": "Sec-GPC",
    "in": "header",
    "description": "The browser's signal that data is not to be sold or shared; kept with the event.",
    "schema": {"const": "1"},
}
_SIGNALS: Json = {"$ref": "#/components/parameters/Sec-GPC"}
_NO_KEY: list[Json] = []


@cache
def tracking_document() -> Json:
    """The OpenAPI document of the tracking API; needs no company."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Percorso: tracking API", "version": __version__, "description": _ABOUT},
        "security": [{"basic": []}, {"header": []}, {"query": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic", "description": "The key is the user; no password."},
                "header": {"type": "apiKey", "in": "header", "name": "X-Write-Key"},
                "query": {"type": "apiKey", "in": "query", "name": "writeKey"},
            },
            "parameters": {"Sec-GPC": _GPC},
            "responses": {error.__name__: _refusal(error) for error in _WHEN},
            "schemas": schemas(),
        },
    }


@cache
def printed() -> bytes:
    """The document as it is served."""
    return msgspec.json.encode(tracking_document())


def _paths() -> dict[str, Json]:
    return {
        **{path: {"post": _call(path, call.envelope.type_of_route)} for path, call in CALLS.items()},
        **{path: {"get": _pixel(path, kind)} for path, kind in PIXELS.items()},
        **{path: {"get": _settings(path)} for path in SETTINGS},
        **{path: {"get": _source_config(path)} for path in SOURCE_CONFIG},
        ABOUT_CLIENTS: {"post": _about_clients()},
        DESCRIBED_AT: {"get": _described()},
    }


def _call(path: str, kind: str | None) -> Json:
    what = f"One {kind} call." if kind else "Several calls, each with a verdict of its own."
    return {
        **_named(path, what),
        "parameters": [_SIGNALS],
        "requestBody": {"required": True, "content": _json(name_of(kind))},
        "responses": {"200": _found("Success"), **_refusals(_OF_CALL)},
    }


def _pixel(path: str, kind: str) -> Json:
    fields = {
        "name": "fields",
        "in": "query",
        "style": "form",
        "explode": True,
        "description": "The fields of the call; dots go deeper, as in `properties.campaign`.",
        "schema": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "maxProperties": MAX_PARAMETERS - len(("writeKey",)),
        },
    }
    return {
        **_named(path, f"A {kind} call in the address of an image, which is shown whatever becomes of it."),
        "parameters": [fields, _SIGNALS],
        "responses": {
            "200": _image("Taken in, with its verdict.", "Percorso-Verdict"),
            **{_status(error): _image(_WHEN[error], "Percorso-Error") for error in _OF_PIXEL},
        },
    }


def _settings(path: str) -> Json:
    key = {"name": "writeKey", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        **_named(path, "The settings that Segment's client for pages loads before it sends.", _NO_KEY),
        "parameters": [key],
        "responses": {"200": _found("Settings"), **_refusals((NotFound, *_OF_KEY))},
    }


def _source_config(path: str) -> Json:
    return {
        **_named(path, "The settings that RudderStack's client for pages loads before it sends."),
        "responses": {"200": _found("SourceConfig"), **_refusals(_OF_KEY)},
    }


def _about_clients() -> Json:
    return {
        **_named(ABOUT_CLIENTS, "What Segment's client for pages tells of itself: counted, and not kept.", _NO_KEY),
        "requestBody": {"content": {"application/json": {"schema": VALUE}}},
        "responses": {"200": _found("Success"), **_refusals(_OF_BODY)},
    }


def _described() -> Json:
    content = {"application/json": {"schema": {"type": "object", "required": ["openapi", "paths"]}}}
    return {
        **_named(DESCRIBED_AT, "This document.", _NO_KEY),
        "responses": {"200": {"description": "OpenAPI 3.1.", "content": content}},
    }


def _named(path: str, what: str, security: list[Json] | None = None) -> Json:
    """What is said of every address. `security`: instead of a write key."""
    words = [word.strip("{}") for word in path.replace(".", "/").replace("{", "").split("/") if word]
    operation = "_".join(words) + ("_" if path.endswith("/") else "")
    return {"operationId": operation, "summary": what} | ({} if security is None else {"security": security})


def _json(name: str) -> Json:
    return {"application/json": {"schema": {"$ref": ref(name)}}}


def _found(name: str) -> Json:
    return {"description": "Done.", "content": _json(name)}


def _image(description: str, header: str) -> Json:
    headers = {header: {"required": True, "schema": {"type": "string"}}}
    return {"description": description, "headers": headers, "content": {"image/gif": {}}}


def _status(error: type[PercorsoError]) -> str:
    return str(STATUS[error.code])


def _refusals(errors: Iterable[type[PercorsoError]]) -> dict[str, Json]:
    return {_status(error): {"$ref": f"#/components/responses/{error.__name__}"} for error in errors}


def _refusal(error: type[PercorsoError]) -> Json:
    of_code = {"allOf": [{"$ref": ref("Error")}, {"properties": {"code": {"const": error.code}}}]}
    answer = {"description": _WHEN[error], "content": {"application/json": {"schema": of_code}}}
    return answer | ({"headers": _RETRY_AFTER} if error in _RETRIED else {})
