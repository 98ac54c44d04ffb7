"""The addresses that ready-made clients call, each with what it stands for.

/v1/track, ... /v1/batch        Segment's and RudderStack's; by first letter for Segment's client for pages
/beacon/v1/...                  RudderStack's, sent while a page closes
/api/s/..., /api/s/s2s/...      Jitsu's, from pages and from servers
"""

from collections.abc import Mapping
from typing import NamedTuple

from percorso.data.envelope import Envelope

KINDS = ("track", "identify", "page", "screen", "group", "alias")

MAX_BATCH = 5_000
"""Items in one request at most."""


class Call(NamedTuple):
    """envelope: what the address alone says of its items; masked: the key in the body is no key but a hint to people."""

    envelope: Envelope
    masked: bool = False


def _calls() -> dict[str, Call]:
    calls = {}
    for kind in (*KINDS, None):
        name, said = kind or "batch", Envelope(type_of_route=kind)
        for path in (f"/v1/{name}", f"/v1/{name[0]}", f"/beacon/v1/{name}"):
            calls[path] = Call(said)
        calls[f"/api/s/{name}"] = Call(said, masked=True)
        calls[f"/api/s/s2s/{name}"] = Call(said._replace(of_server=True), masked=True)
    return calls


CALLS: Mapping[str, Call] = _calls()
"""POST with a body of one item, or of several where `type_of_route` is None."""

ABOUT_CLIENTS = "/v1/m"
"""Where clients tell of themselves, without a key: counted, answered and not kept."""

OURS = ("/v1/", "/beacon/v1/", "/pixel/v1/", "/api/s/", "/projects/", "/sourceConfig")
"""How every path of the tracking API begins, and no other."""
