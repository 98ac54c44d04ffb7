"""The board to be taken along: as CSV and as PDF."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from percorso.http.questions import PREFIX, Given
from percorso.pipeline.board_csv import board_csv
from percorso.pipeline.board_sheet import board_sheet
from percorso.pipeline.kpis import Kpis
from percorso.ports.printer import Printer

router = APIRouter(prefix=f"{PREFIX}/board", tags=["insight"])

Language = Annotated[Literal["it", "en"], Query(description="In which language.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """What draws, and whose name stands on top."""

    printer: Printer
    company: str


@router.get("/csv", response_class=Response)
def board_as_csv(request: Request, given: Given) -> Any:
    """The board as CSV: each KPI now and before, and what each target is judged by."""
    text = given.heavy(request, lambda: board_csv(given.analyst.board()), Kpis(given.analyst).stamp())
    return Response(f"\ufeff{text}", media_type="text/csv; charset=utf-8")


@router.get("/pdf", response_class=Response)
def board_as_pdf(request: Request, given: Given, language: Language = "en") -> Any:
    """The board as PDF."""
    printing = request.app.state.printing
    assert isinstance(printing, Printing)

    def drawn() -> bytes:
        return printing.printer.pdf(board_sheet(given.analyst.board(), printing.company, language))

    return Response(given.heavy(request, drawn, Kpis(given.analyst).stamp()), media_type="application/pdf")
