"""Posts to addresses that strangers named: to the open internet and to hosts the company listed, and nowhere else.

A host that is not listed must be reached by https, and every address its name leads to must be a public one. What was
looked up is what is connected to, so that a name cannot lead elsewhere a moment later (DNS rebinding). Nothing is
followed, and nothing of the answer but its status is read.
"""

import asyncio
import socket
from collections.abc import Callable, Collection, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpx

from percorso.model.callback import Told

TIMEOUT_S = 10.0
"""Of a whole post, whatever it does meanwhile."""
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))

Resolve = Callable[[str, int], list[str]]
"""(host, port) -> its addresses."""


class CallbackPost:
    """`ports.erasure.Poster`. `hosts`: those that may be private and may be spoken to in plain http."""

    def __init__(self, hosts: Collection[str], resolve: Resolve | None = None) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._resolve = resolve or addresses_of

    def post(self, told: Told) -> str | None:
        parts = urlsplit(told.url)
        host = (parts.hostname or "").lower()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        listed = host in self._hosts
        if parts.scheme != "https" and not listed:
            return "only https is spoken with hosts that PERCORSO_CALLBACK_HOSTS does not list"
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError):
            return "the name of the host leads nowhere"
        if not found or not (listed or all(is_public(one) for one in found)):
            return "the host is on a private network; list it in PERCORSO_CALLBACK_HOSTS if that is meant"
        return _posted(told, host, port, found[0])


def _posted(told: Told, host: str, port: int, address: str) -> str | None:
    url = httpx.URL(told.url).copy_with(host=address)
    usual = (port, url.scheme) in ((443, "https"), (80, "http"))
    name = f"[{host}]" if ":" in host else host
    headers = {**told.headers, "host": name if usual else f"{name}:{port}", "user-agent": "Percorso"}
    try:
        status = asyncio.run(asyncio.wait_for(_status(url, told.body, headers, host), TIMEOUT_S))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return f"it does not answer: {type(error).__name__}"
    return None if 200 <= status < 300 else f"it answered {status}"


async def _status(url: httpx.URL, body: bytes, headers: Mapping[str, str], host: str) -> int:
    """What is answered. Limits of a single read do not help against who answers a byte at a time; so it is awaited."""
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client,
        client.stream("POST", url, content=body, headers=headers, extensions={"sni_hostname": host}) as answer,
    ):
        return answer.status_code


def addresses_of(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """
    >>> [is_public(one) for one in ("93.184.215.14", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::ffff:127.0.0.1")]
    [True, False, False, False, False]
    """
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif found.sixtofour or found.teredo or any(found in net for net in _NAT64):
            return False
    return found.is_global and not found.is_multicast
