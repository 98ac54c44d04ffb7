"""Signing in and out, and making the first user."""

import hmac
import re
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from percorso.http.auth import RIGHTS, check_same_site, cookie_name, is_secure, session_user
from percorso.http.keyring import hash_token, new_token
from percorso.http.services import Given, Services
from percorso.http.wire import PlainText
from percorso.model.errors import Forbidden, InvalidInput, Unauthenticated
from percorso.model.time import DAY, SECOND
from percorso.ports import AuditRow, User

SESSION_LASTS = 14 * DAY
_SETUP = "setup"
_EMAIL = re.compile(r"^[^@\s]{1,64}@[^@\s]{1,190}$")

Role = Literal["admin", "manager", "agent", "viewer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is signed in. `rights`: what they may do, see http/auth.py."""

    email: str
    role: Role
    rights: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """`user` is null when nobody is signed in; `setup_needed` when there is no user at all yet."""

    user: SignedIn | None
    setup_needed: bool


class SignIn(BaseModel):
    email: PlainText = Field(max_length=256)
    password: str = Field(max_length=4096)


class Setup(SignIn):
    """`token`: from the link that was printed at the first start."""

    token: str = Field(max_length=256)


router = APIRouter(tags=["session"])
SameSite = Depends(check_same_site)


@router.get("/session")
def get_session(request: Request, services: Given) -> SessionState:
    """Who is signed in. Needs no right."""
    return _state(session_user(request, services), services)


@router.post("/session", dependencies=[SameSite])
def sign_in(body: SignIn, request: Request, response: Response, services: Given) -> SessionState:
    """Sign in. An unknown email and a wrong password are answered alike and in the same time."""
    email, address, now = _email(body.email), _address(request), services.clock.now()
    services.door.check(email, address, now)
    user = services.accounts.user_by_email(email)
    if not services.door.passwords.check(user.password if user else None, body.password) or user is None:
        services.door.failed(email, address, now)
        if user is not None:
            services.audit.record(AuditRow(now, email, "session.refused", user.user_id))
        raise Unauthenticated("email or password is wrong")
    services.door.succeeded(email, address)
    if services.door.passwords.is_stale(user.password):
        services.accounts.set_password(user.user_id, services.door.passwords.hash(body.password))
    return _open(user, request, response, services)


@router.delete("/session", dependencies=[SameSite])
def sign_out(request: Request, response: Response, services: Given) -> SessionState:
    """Sign out; the session is over on the server too."""
    name = cookie_name(request, services)
    token = request.cookies.get(name)
    if token is not None:
        user = session_user(request, services)
        services.accounts.close_session(hash_token(token))
        if user is not None:
            services.audit.record(AuditRow(services.clock.now(), user.email, "session.closed", None))
    response.delete_cookie(name, path="/", secure=is_secure(request, services), httponly=True, samesite="lax")
    return _state(None, services)


@router.post("/setup", status_code=201, dependencies=[SameSite])
def set_up(body: Setup, request: Request, response: Response, services: Given) -> SessionState:
    """Make the first user, an administrator, and sign in. Works once, with the token printed at the first start."""
    address, now = _address(request), services.clock.now()
    services.door.check(_SETUP, address, now)
    path = services.directory.setup_token
    token = path.read_text().strip() if path.is_file() else ""
    if not token or not hmac.compare_digest(token.encode(), body.token.encode()):
        services.door.failed(_SETUP, address, now)
        raise Forbidden("this setup link is wrong or was used; the valid one is printed where Percorso was started")
    email = _email(body.email)
    if not _EMAIL.match(email):
        raise InvalidInput("email: write an address such as ada@example.com")
    hashed = services.door.passwords.hash(body.password)
    user = User(user_id=uuid4().hex, email=email, password=hashed, role="admin", created_at=now)
    services.accounts.add_user(user, only_first=True)
    path.unlink(missing_ok=True)
    services.audit.record(AuditRow(now, email, "user.created", user.user_id))
    return _open(user, request, response, services)


def _open(user: User, request: Request, response: Response, services: Services) -> SessionState:
    """A new session, whatever cookie came; the token goes out once, in the cookie."""
    token, now = new_token(), services.clock.now()
    services.accounts.open_session(hash_token(token), user.user_id, at=now, expires_at=now + SESSION_LASTS)
    services.audit.record(AuditRow(now, user.email, "session.opened", None))
    response.set_cookie(
        cookie_name(request, services),
        token,
        max_age=SESSION_LASTS // SECOND,
        path="/",
        secure=is_secure(request, services),
        httponly=True,
        samesite="lax",
    )
    return _state(user, services)


def _state(user: User | None, services: Services) -> SessionState:
    if user is None:
        return SessionState(user=None, setup_needed=services.accounts.count_users() == 0)
    role: Role = user.role  # type: ignore[assignment]
    return SessionState(
        user=SignedIn(email=user.email, role=role, rights=sorted(RIGHTS.get(role, ()))), setup_needed=False
    )


def _email(text: str) -> str:
    return text.strip().lower()


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
