"""Recency, frequency and money over HTTP: the cells, and who is in one."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from percorso.http.insight_shapes import StagePeople
from percorso.http.questions import PREFIX, Given
from percorso.http.wire import Limit, Texts, texts
from percorso.insight.segments.rfm import Measure
from percorso.model.segment_condition import MOST_DAYS
from percorso.pipeline.rfm import DAYS, Rfm, RfmPage

router = APIRouter(prefix=f"{PREFIX}/rfm", tags=["segments"])

Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many days, the last one included.")]
Currency = Annotated[
    str | None, Query(pattern="^[A-Z]{3}$", description="Of the orders that count [default: the company's].")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmFifths:
    """The edges of a measure's fifths: days, orders, or minor units. `classes`: fewer than five where values repeat."""

    measure: Measure
    edges: list[int]
    classes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmCell:
    """People with like scores. `spent`: minor units;  `condition`: of the live segment that lets in exactly these people;
    null when nobody ordered, or too long ago."""

    id: str
    name: Texts
    about: Texts
    people: int
    orders: int
    spent: int
    condition: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmRecord:
    """Everybody who ordered in `days` days to `day`, in eleven cells. `currencies`: those in which anybody ever ordered."""

    day: date
    days: int
    currency: str
    currencies: list[str]
    people: int
    orders: int
    spent: int
    fifths: list[RfmFifths]
    cells: list[RfmCell]


def rfm_of(given: Given) -> Rfm:
    return Rfm(given.analyst)


Asked = Annotated[Rfm, Depends(rfm_of)]


@router.get("", response_model=RfmRecord)
def rfm(request: Request, given: Given, asked: Asked, days: Days = DAYS, currency: Currency = None) -> Any:
    """Customers by how lately, how often and for how much they ordered."""
    return given.heavy(request, lambda: record(asked.page(days, currency)))


@router.get("/people", response_model=StagePeople)
def rfm_people(
    request: Request,
    given: Given,
    asked: Asked,
    cell: Annotated[str, Query(max_length=40, description="Id of a cell.")],
    days: Days = DAYS,
    currency: Currency = None,
    limit: Limit = 50,
) -> Any:
    """Who is in a cell, exactly as many as are counted."""
    return given.heavy(request, lambda: asked.people(cell, days, currency, limit))


def record(page: RfmPage) -> RfmRecord:
    return RfmRecord(
        day=page.day,
        days=page.days,
        currency=page.currency,
        currencies=list(page.currencies),
        people=page.people,
        orders=page.orders,
        spent=page.spent,
        fifths=[RfmFifths(measure=one.measure, edges=list(one.edges), classes=one.classes) for one in page.fifths],
        cells=[
            RfmCell(
                id=one.cell.id,
                name=texts(one.cell.name),
                about=texts(one.cell.about),
                people=one.people,
                orders=one.orders,
                spent=one.spent,
                condition=one.condition,
            )
            for one in page.cells
        ],
    )
