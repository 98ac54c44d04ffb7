"""Sockets and servers: how an ASGI app is served in a process of ours."""

import os
import socket
from pathlib import Path
from typing import Any

import uvicorn

from percorso.model.errors import Conflict

BACKLOG = 2048


def listen_on(host: str, port: int) -> socket.socket:
    """A listening TCP socket. Raises Conflict when the port is taken or the address is not of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise Conflict(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from error
    return made


def local_url(made: socket.socket) -> str:
    """The address by which this machine reaches a listening socket."""
    host, port = made.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def unix_socket(path: Path) -> socket.socket:
    """A listening unix socket that only its owner may open; replaces what a dead process left."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
    finally:
        os.umask(before)
    made.listen(BACKLOG)
    return made


def serve_app(app: Any, listening: socket.socket) -> None:
    """Serve until SIGTERM; requests under way are finished."""
    config = uvicorn.Config(
        app,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,
        ws="none",
    )
    uvicorn.Server(config).run(sockets=[listening])
