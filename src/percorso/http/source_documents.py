"""The settings that clients for pages fetch before they send: where to, and that there is nothing else to load.

``GET /v1/projects/KEY/settings`` (also without ``/v1``) for Segment's analytics.js, ``GET /sourceConfig/`` for RudderStack's.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import msgspec

from percorso.http.write_key import SourceOfKey, known_key
from percorso.model.errors import NotFound

SETTINGS = ("/v1/projects/{writeKey}/settings", "/projects/{writeKey}/settings")
SOURCE_CONFIG = ("/sourceConfig", "/sourceConfig/")
_SETTINGS = re.compile(r"(?:/v1)?/projects/([^/]+)/settings/?")
_encode = msgspec.json.Encoder().encode


async def document(
    scope: MutableMapping[str, Any], headers: Mapping[bytes, bytes], source_of: SourceOfKey
) -> bytes | None:
    """The document at a path, None when there is none; for a known write key alone, else Unauthenticated."""
    path = scope["path"]
    if path in SOURCE_CONFIG:
        key, sender = await known_key(headers, scope, None, source_of)
        return _encode(_of_rudderstack(key, sender.source))
    if (found := _SETTINGS.fullmatch(path)) is None:
        return None
    key, _ = await known_key(headers, scope, found[1].partition(":")[0], source_of)
    host = headers.get(b"host", b"").decode("latin-1")
    if not host:
        raise NotFound("these settings name our address, and the request has no Host header; send one")
    return _encode(_of_segment(key, scope.get("scheme", "http"), host))


def _of_segment(key: str, scheme: str, host: str) -> Mapping[str, Any]:
    """Everything goes to the host that was asked, as it was asked; no other destination, and no figures of the client."""
    planned = {"__default": {"enabled": True, "integrations": {}}}
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "apiHost": f"{host}/v1",
                "protocol": scheme,
                "unbundledIntegrations": [],
                "addBundledMetadata": True,
                "maybeBundledConfigIds": {},
                "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
            }
        },
        "plan": {"track": planned, "identify": planned, "group": planned},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }


def _of_rudderstack(key: str, source: str) -> Mapping[str, Any]:
    unwanted = {"enabled": False}
    return {
        "source": {
            "id": source,
            "name": source,
            "writeKey": key,
            "enabled": True,
            "config": {"statsCollection": {"errors": unwanted, "metrics": unwanted}},
            "destinations": [],
            "connections": [],
            "workspaceId": "percorso",
        }
    }
