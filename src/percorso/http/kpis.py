"""Questions about KPIs, in the analysis app: the board, definitions, one KPI in groups and compared, who is behind it."""

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request

from percorso.http.insight_shapes import BoardRecord, StagePeople, plain
from percorso.http.kpi_shapes import KpiAnswer, KpiList, StandingList
from percorso.http.questions import PREFIX, By, From, Given, Questions, To
from percorso.http.wire import Limit
from percorso.insight.kpi.compare import Comparison
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput
from percorso.model.own_kpi import read_own
from percorso.pipeline.kpis import KpiQuestion, Kpis

router = APIRouter(prefix=PREFIX, tags=["insight"])

Variant = Annotated[str | None, Query(description="A variant by its own name, such as csat_mean; else the default.")]
CompareFrom = Annotated[date | None, Query(description="First day of other days to compare with.")]
CompareTo = Annotated[date | None, Query(description="The day after their last.")]
Against = Annotated[str | None, Query(description="A group of the one dimension, with which the others are compared.")]
Of = Annotated[str | None, Query(alias="by", description="One dimension, whose group `value` is wanted.")]
Value = Annotated[str | None, Query(description="The group; without it the one whose events do not say.")]


def draft_of(
    definition: Annotated[str, Query(max_length=20_000, description="A KPI as JSON; see docs/kpis.md.")],
) -> Any:
    """The definition, unchecked."""
    try:
        return msgspec.json.decode(definition)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"definition is no JSON: {error}") from None


Draft = Annotated[Any, Depends(draft_of)]


@router.get("/board", response_model=BoardRecord)
def board(request: Request, given: Given) -> Any:
    """How each KPI stands."""
    return given.heavy(request, given.analyst.board, _kpis(given).stamp())


@router.get("/targets", response_model=StandingList)
def target_standings(request: Request, given: Given) -> Any:
    """How each target stands."""
    asked = _kpis(given)
    return given.heavy(request, lambda: {"targets": asked.standings()}, asked.stamp())


@router.get("/kpis", response_model=KpiList)
def kpis(given: Given, variants: bool = False) -> Any:
    """The definitions of the KPIs; with `variants` of every variant."""
    asked = _kpis(given)
    return plain(asked.every_variant() if variants else asked.definitions())


@router.get("/kpis/draft/value", response_model=KpiAnswer)
def kpi_draft(request: Request, given: Given, definition: Draft, start: From = None, end: To = None) -> Any:
    """What a KPI of the company's own would say, before it is published."""
    own = read_own(definition)
    return given.heavy(request, lambda: _kpis(given).draft(own, start, end))


@router.get("/kpis/{name}", response_model=KpiAnswer)
def kpi(
    request: Request,
    name: str,
    given: Given,
    by: By = None,
    start: From = None,
    end: To = None,
    variant: Variant = None,
    compare_from: CompareFrom = None,
    compare_to: CompareTo = None,
    against: Against = None,
) -> Any:
    """One KPI, whole and by dimensions, compared with other days or with one of its groups."""
    how = Comparison(days=_days(compare_from, compare_to), group=against)
    asked = KpiQuestion(name=name, variant=variant, by=by or [], start=start, end=end, against=how)
    return given.heavy(request, lambda: _kpis(given).answer(asked), _kpis(given).stamp())


@router.get("/kpis/{name}/people", response_model=StagePeople)
def kpi_people(
    request: Request,
    name: str,
    given: Given,
    by: Of = None,
    value: Value = None,
    start: From = None,
    end: To = None,
    variant: Variant = None,
    limit: Limit = 50,
) -> Any:
    """The people behind a KPI, or behind one of its groups: as many as its row says."""
    asked = KpiQuestion(name=name, variant=variant, by=[by] if by else [], start=start, end=end)
    return given.heavy(request, lambda: _kpis(given).people(asked, value, limit), _kpis(given).stamp())


def _kpis(given: Questions) -> Kpis:
    return Kpis(given.analyst)


def _days(start: date | None, end: date | None) -> Window | None:
    if start is None and end is None:
        return None
    if start is None or end is None or end < start:
        raise InvalidInput("days to compare with want compare_from and compare_to, in this order")
    return Window(start=start, end=end)
