"""Questions over all events: who may be asked, how often, and between which days."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from percorso.http.insight_shapes import plain
from percorso.http.recent import RecentAnswers
from percorso.pipeline.analyse import Analyst

PREFIX = "/api/insight"
KEPT_S = 600.0
"""How old the answer to a question that takes long may be; it says when it was worked out."""


class Questions:
    """Puts questions to the analyst; those over all events by turns, and not twice within seconds."""

    def __init__(self, analyst: Analyst) -> None:
        self.analyst = analyst
        self._recent = RecentAnswers()
        self._kept = RecentAnswers(KEPT_S)

    def heavy(self, request: Request, question: Callable[[], Any], stamp: str = "") -> Any:
        """A question over all events, told apart by its address and by `stamp`: what else the answer hangs on."""
        return self._recent.get(f"{request.url.path}?{request.url.query} {stamp}", lambda: plain(question()))

    def kept(self, request: Request, question: Callable[[], Any]) -> Any:
        """A question that takes long, over all events: its answer is kept for some minutes."""
        return self._kept.get(f"{request.url.path}?{request.url.query}", lambda: plain(question()))


def questions_of(request: Request) -> Questions:
    questions = request.app.state.questions
    assert isinstance(questions, Questions)
    return questions


Given = Annotated[Questions, Depends(questions_of)]
From = Annotated[date | None, Query(alias="from", description="First day, company-local.")]
To = Annotated[date | None, Query(alias="to", description="The day after the last.")]
By = Annotated[list[str] | None, Query(description="Dimensions, repeatable.")]
