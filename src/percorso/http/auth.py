"""Who is calling: a user by session cookie or a program by secret key; what each role may do; CSRF."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from percorso.http.keyring import hash_token
from percorso.http.services import Given, Services
from percorso.model.errors import Forbidden, Unauthenticated
from percorso.ports import User

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
CSRF_HEADER = "x-percorso"
"""A page of another site cannot set it without asking first, and we never say yes."""

RIGHTS: dict[str, frozenset[str]] = {
    "viewer": frozenset(("insight",)),
    "agent": frozenset(("insight", "people")),
    "manager": frozenset(("insight", "people", "data", "audit")),
    "admin": frozenset(("insight", "people", "data", "audit", "keys")),
}
"""Role -> rights: insight (figures, configuration), people (who they are, tasks, messages, live events), data (mend what
intake refused, change the tracking plan), audit, keys."""

KEY_ROLE = "manager"
"""What a secret key may do: all but making keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`name`: the user's email, or ``key:NAME``; it goes into the audit log. `user` is None for a key."""

    name: str
    role: str
    user: User | None


def is_secure(request: Request, services: Services) -> bool:
    """Whether the browser speaks https, with us or with the proxy in front."""
    return services.https or request.url.scheme == "https"


def cookie_name(request: Request, services: Services) -> str:
    """``__Host-`` binds the cookie to this host, and wants https."""
    return "__Host-percorso" if is_secure(request, services) else "percorso_session"


def check_same_site(request: Request) -> None:
    """Raises Forbidden when an unsafe request may have been made by a page of another site."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get(CSRF_HEADER) != "1":
        raise Forbidden("send the header X-Percorso: 1 with every request that changes something")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("this request comes from a page of another site")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("this request comes from a page of another site")


def caller_of(request: Request, services: Given) -> Caller:
    """Who is calling. Raises Unauthenticated; Forbidden when the request may be forged."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        found = services.keys.find("secret", key.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise Unauthenticated("this secret key is wrong or revoked; make one under Settings, Keys")
        return Caller(name=f"key:{found.name}", role=KEY_ROLE, user=None)
    user = session_user(request, services)
    if user is None:
        raise Unauthenticated("sign in first, or send a secret key as Authorization: Bearer sk_...")
    check_same_site(request)
    return Caller(name=user.email, role=user.role, user=user)


def session_user(request: Request, services: Given) -> User | None:
    """Who holds the session in the cookie, None without one."""
    token = request.cookies.get(cookie_name(request, services))
    return None if token is None else services.accounts.session_user(hash_token(token), services.clock.now())


class Needs:
    """A dependency: the caller, when their role has the right. Raises Forbidden."""

    def __init__(self, right: str) -> None:
        self._right = right

    def __call__(self, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if self._right not in RIGHTS.get(caller.role, frozenset()):
            raise Forbidden("your role may not do this; ask an administrator")
        return caller


MayInsight = Annotated[Caller, Depends(Needs("insight"))]
MayPeople = Annotated[Caller, Depends(Needs("people"))]
MayData = Annotated[Caller, Depends(Needs("data"))]
MayAudit = Annotated[Caller, Depends(Needs("audit"))]
MayKeys = Annotated[Caller, Depends(Needs("keys"))]
