"""Touchpoints over HTTP: the inventory, and who is behind each."""

from typing import Any

from fastapi import APIRouter, Request

from percorso.http.insight_shapes import StagePeople
from percorso.http.questions import PREFIX, From, Given, To
from percorso.http.touchpoint_shapes import InventoryRecord
from percorso.http.wire import Limit
from percorso.pipeline.touchpoints import TouchpointQuestions

router = APIRouter(prefix=f"{PREFIX}/touchpoints", tags=["touchpoints"])


@router.get("", response_model=InventoryRecord)
def touchpoints(request: Request, given: Given, start: From = None, end: To = None) -> Any:
    """Every touchpoint before, during and after the purchase; what happens at none; moments of truth."""
    return given.heavy(request, lambda: TouchpointQuestions(given.analyst).inventory(start, end))


@router.get("/{touchpoint}/people", response_model=StagePeople)
def touchpoint_people(
    request: Request, touchpoint: str, given: Given, start: From = None, end: To = None, limit: Limit = 50
) -> Any:
    """Who met a touchpoint in the window; ``-``: who did something at none."""
    return given.heavy(request, lambda: TouchpointQuestions(given.analyst).people(touchpoint, start, end, limit))
