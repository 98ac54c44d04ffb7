"""A person's own page: ``/p/{token}``. Public; the signature in the link is the whole right, so nothing can be forged.

GET changes nothing. POST records, and shows what is in force. It works without script.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from percorso.data.consent_state import held
from percorso.execution.preferences import read_form
from percorso.execution.wishes import wishes
from percorso.http.answer_page import HEADERS as SMALL_HEADERS
from percorso.http.answer_page import wrong_page
from percorso.http.errors import STATUS
from percorso.http.preference_data import own_data
from percorso.http.preference_page import HEADERS, Shown, asked_page, preference_page, sure_page
from percorso.http.preference_words import LANGUAGE_NAMES
from percorso.model.errors import PercorsoError, StoreUnavailable
from percorso.model.time import CivilClock
from percorso.pipeline.preferences import OwnPage, Preferences

MOST_FIELDS = 1_000


def preference_router(preferences: Preferences, company: str, civil: CivilClock) -> APIRouter:
    """The routes of people's own pages."""
    router = APIRouter(include_in_schema=False)

    def shown(token: str, page: OwnPage, language: str, note: str | None = None) -> Shown:
        now = preferences.clock.now()
        return Shown(
            path=f"/p/{token}",
            language=language,
            company=company,
            profile=page.profile,
            nodes=page.speaker.nodes,
            purposes=list(held(page.profile.consents, preferences.allowed, now)),
            wishes=wishes(page.profile),
            ledger=preferences.ledger(page),
            civil=civil,
            today=civil.civil_date(now).isoformat(),
            note=note,
        )

    @router.get("/p/{token}")
    def show(token: str, request: Request) -> Response:
        """What the person chose, and what they may choose."""
        try:
            page = preferences.open(token)
            return _html(preference_page(shown(token, page, _language(request, page))))
        except PercorsoError as error:
            return _wrong(request, error)

    @router.post("/p/{token}")
    async def record(token: str, request: Request) -> Response:
        """Record what changed, then show what is in force."""
        try:
            page = await run_in_threadpool(preferences.open, token)
            fields = await _fields(request)
            language = _language(request, page, fields)
            if fields.get("do") == ["stop"]:
                seen = await preferences.stop(page, language)
            else:
                seen = await preferences.save(page, read_form(fields), language)
            page = await run_in_threadpool(preferences.open, token)
            note = "saved" if seen else "saved_later"
            return _html(await run_in_threadpool(lambda: preference_page(shown(token, page, language, note))))
        except PercorsoError as error:
            return _wrong(request, error)

    @router.get("/p/{token}/data")
    def download(token: str, request: Request) -> Response:
        """What is known of the person, as JSON."""
        try:
            page = preferences.open(token)
            told = own_data(page, preferences.ledger(page), preferences.allowed, preferences.clock.now())
            name = {"content-disposition": 'attachment; filename="my-data.json"'}
            return JSONResponse(told, headers={**HEADERS, **name})
        except PercorsoError as error:
            return _wrong(request, error)

    @router.get("/p/{token}/erase")
    def ask(token: str, request: Request) -> Response:
        """Whether the person really wants to be forgotten."""
        try:
            page = preferences.open(token)
            return _html(sure_page(shown(token, page, _language(request, page))))
        except PercorsoError as error:
            return _wrong(request, error)

    @router.post("/p/{token}/erase")
    async def erase(token: str, request: Request) -> Response:
        """Record that the person wants to be forgotten."""
        try:
            page = await run_in_threadpool(preferences.open, token)
            language = _language(request, page, await _fields(request))
            await preferences.erase(page, language)
            return _html(await run_in_threadpool(lambda: asked_page(shown(token, page, language))))
        except PercorsoError as error:
            return _wrong(request, error)

    return router


async def _fields(request: Request) -> Mapping[str, Sequence[str]]:
    """The fields of a posted form; what is no form has none."""
    body = await request.body()
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}


def _language(request: Request, page: OwnPage, fields: Mapping[str, Sequence[str]] | None = None) -> str:
    """What was switched to, else what the browser asks for first, else the language of the message."""
    switched = (fields or {}).get("lang", [request.query_params.get("lang", "")])[-1]
    if switched in LANGUAGE_NAMES:
        return switched
    return _asked_for(request) or (page.language if page.language in LANGUAGE_NAMES else "en")


def _asked_for(request: Request) -> str | None:
    """The language of ours that the browser likes best, None when it names none."""
    weighed: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").lower().split(","):
        name, _, quality = part.partition(";")
        code = name.strip().split("-")[0]
        if code in LANGUAGE_NAMES:
            weighed.append((-_quality(quality), code))
    return min(weighed, key=lambda one: one[0])[1] if weighed else None


def _quality(text: str) -> float:
    try:
        return float(text.partition("=")[2] or 1)
    except ValueError:
        return 0.0


def _wrong(request: Request, error: PercorsoError) -> Response:
    page = wrong_page(_asked_for(request) or "en", later=isinstance(error, StoreUnavailable))
    return HTMLResponse(page, STATUS[error.code], dict(SMALL_HEADERS))


def _html(page: str) -> HTMLResponse:
    return HTMLResponse(page, 200, dict(HEADERS))
