"""The main app: every resource of the API, the pages, and the document that describes them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from percorso.http import (
    analysis,
    audit,
    config,
    consents,
    friction_work,
    health,
    identity,
    inbox,
    insight,
    internal,
    keys,
    kpi_book,
    live,
    match_round,
    match_rule,
    matches,
    people,
    plan,
    playbook,
    privacy,
    quarantine,
    segments,
    session,
    status,
    tasks,
)
from percorso.http.errors import ERRORS, install_errors
from percorso.http.middleware import Limits, SecurityHeaders
from percorso.http.services import Services
from percorso.http.static import install_pages
from percorso.http.tag import default_tag, install_tag
from percorso.version import __version__

__all__ = ["Services", "create_app", "openapi_document"]

RESOURCES = (
    session,
    keys,
    status,
    people,
    identity,
    matches,
    match_round,
    match_rule,
    consents,
    live,
    inbox,
    tasks,
    friction_work,
    config,
    playbook,
    quarantine,
    plan,
    audit,
    privacy,
    segments,
    kpi_book,
)

ABOUT = """Sign in (`POST /api/session`) and send the cookie with the header `X-Percorso: 1` on every request that changes
something, or send a secret key as `Authorization: Bearer sk_...`. Times are ISO 8601 in UTC; every error is
`{"code", "message"}`."""


def create_app(services: Services, extra: Sequence[APIRouter] = ()) -> FastAPI:
    """The app on a company's services. `extra`: routers of other rooms, such as the answer links'."""
    app = _routes(extra)
    app.state.services = services
    install_tag(app, default_tag())
    install_pages(app, services.pages)
    return app


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of the API; needs no company."""
    return _routes().openapi()


def default_pages() -> Path:
    """Where the built UI lies in the package."""
    return Path(__file__).parent.parent / "web" / "dist"


def _routes(extra: Sequence[APIRouter] = ()) -> FastAPI:
    app = FastAPI(
        title="Percorso",
        version=__version__,
        description=ABOUT,
        responses=ERRORS,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=_operation_id,
    )
    install_errors(app)
    app.add_middleware(Limits)
    app.add_middleware(SecurityHeaders)
    for resource in RESOURCES:
        app.include_router(resource.router, prefix="/api")
    for router in (
        insight.router,
        internal.router,
        quarantine.internal_router,
        plan.internal_router,
        identity.internal_router,
        match_rule.internal_router,
        segments.internal_router,
        kpi_book.internal_router,
        health.router,
        *extra,
    ):
        app.include_router(router)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


def _document(app: FastAPI) -> dict[str, Any]:
    """The app's own routes and, in place of those it passes on, the analysis app's."""
    if app.openapi_schema is None:
        shown = FastAPI(responses=ERRORS, generate_unique_id_function=_operation_id)
        for theme in analysis.ROUTERS:
            shown.include_router(theme)
        app.openapi_schema = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=[*app.routes, *shown.routes],
        )
    return app.openapi_schema


def _operation_id(route: APIRoute) -> str:
    """The function's name: what the generated clients call it."""
    return route.name
