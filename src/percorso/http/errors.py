"""The one table from error code to HTTP status, and how every error is answered."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from percorso.http.wire import ErrorBody
from percorso.model.errors import PercorsoError

STATUS: dict[str, int] = {
    "error": 500,
    "invalid_input": 400,
    "malformed_body": 400,
    "too_large": 413,
    "too_slow": 408,
    "invalid_mapping": 400,
    "invalid_config": 400,
    "invalid_query": 400,
    "ambiguous": 409,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "too_many_requests": 429,
    "store_unavailable": 503,
    "analysis_unavailable": 503,
    "directory_locked": 503,
    "version_mismatch": 503,
    "render_failed": 500,
    "channel_error": 502,
    "channel_refused": 502,
    "channel_unavailable": 502,
}
"""Error code -> HTTP status. A test holds it against the tree in model/errors.py."""

_BY_STATUS = {
    400: ("invalid_input", "the request cannot be read"),
    404: ("not_found", "there is nothing at this address"),
    405: ("method_not_allowed", "this address does not take this method"),
    413: ("too_large", "the body is too large"),
}

ERRORS: dict[int | str, dict[str, Any]] = {"default": {"model": ErrorBody, "description": "What went wrong."}}
"""For `FastAPI(responses=...)`: errors as the OpenAPI document shows them."""

_log = structlog.get_logger()


def answer(code: str, message: str, status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"code": code, "message": message}, status, headers)


def answer_error(error: PercorsoError) -> JSONResponse:
    """The answer to an error raised on purpose; its message goes out as it is."""
    headers = {}
    retry_after_s = getattr(error, "retry_after_s", None)
    if retry_after_s is not None:
        headers["retry-after"] = str(retry_after_s)
    if error.code == "unauthenticated":
        headers["www-authenticate"] = "Bearer"
    return answer(error.code, error.message, STATUS[error.code], headers)


def install_errors(app: FastAPI) -> None:
    """Every error of the app leaves as ``{"code", "message"}``."""
    app.add_exception_handler(PercorsoError, _on_purpose)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _unexpected)


async def _on_purpose(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PercorsoError)
    return answer_error(error)


async def _invalid(_request: Request, error: Exception) -> Response:
    """Names the fields that are wrong; never repeats what was in them."""
    assert isinstance(error, RequestValidationError)
    faults = [f"{'.'.join(map(str, fault['loc'][1:])) or 'body'}: {fault['msg']}" for fault in error.errors()[:5]]
    malformed = any(fault["type"] == "json_invalid" for fault in error.errors())
    return answer("malformed_body" if malformed else "invalid_input", "; ".join(faults), 400)


async def _framework(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, message = _BY_STATUS.get(error.status_code, ("http_error", str(error.detail)))
    return answer(code, message, error.status_code, dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> Response:
    """Says nothing of what happened; the log says where, without the values, which may be personal."""
    route = request.scope.get("route")
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    path = getattr(route, "path", None)
    _log.error("request.failed", method=request.method, route=path, error=type(error).__name__, at=frames[-6:])
    return answer("internal", "something went wrong on our side; it is in the log, try again", 500)
