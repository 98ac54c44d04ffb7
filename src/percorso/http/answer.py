"""The links of our messages: ``/a/{token}``. Public; the signature in the link is the whole right.

GET changes nothing, whoever fetches it: a mail scanner that opens every link records nothing. POST records. A mail
provider's one-click unsubscription (RFC 8058) is that same POST.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from percorso.execution.answer import chosen
from percorso.http.answer_page import HEADERS, question_page, thanks_page, why_page, wrong_page
from percorso.http.errors import STATUS
from percorso.model.errors import PercorsoError, StoreUnavailable
from percorso.model.time import CivilClock
from percorso.pipeline.answering import Answers, Followed


def answer_router(answers: Answers, civil: CivilClock) -> APIRouter:
    """The routes of the answer links."""
    router = APIRouter(include_in_schema=False)

    @router.get("/a/{token}")
    def ask(token: str, request: Request) -> HTMLResponse:
        """What the link would record, or why the message came."""
        try:
            followed = answers.open(token)
            if followed.answer.kind == "why":
                return _html(why_page(followed, civil, answers.stop_link(followed)))
            return _html(question_page(followed, _choice(followed)))
        except PercorsoError as error:
            return _wrong(request, error)

    @router.post("/a/{token}")
    async def record(token: str, request: Request) -> HTMLResponse:
        """Record what the link says."""
        try:
            followed = await run_in_threadpool(answers.open, token)
            await answers.record(followed)
            return _html(thanks_page(followed, _choice(followed)))
        except PercorsoError as error:
            return _wrong(request, error)

    return router


def _choice(followed: Followed) -> str | None:
    """The label of the choice the link means, None for other links. Raises NotFound when it is gone."""
    if followed.answer.kind != "choice":
        return None
    label = chosen(followed.answer, followed.play).label
    return label.get(followed.answer.language) or label.get("en") or followed.answer.value


def _wrong(request: Request, error: PercorsoError) -> HTMLResponse:
    language = "it" if request.headers.get("accept-language", "").lower().startswith("it") else "en"
    return _html(wrong_page(language, later=isinstance(error, StoreUnavailable)), STATUS[error.code])


def _html(page: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page, status, dict(HEADERS))
