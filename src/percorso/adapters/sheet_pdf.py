"""A sheet as a PDF, drawn by ReportLab with Bitstream Vera inside, which has the euro sign and every accent of Europe's west."""

from collections.abc import Sequence
from functools import cache
from html import escape
from io import BytesIO
from typing import Any

from reportlab.graphics.shapes import Drawing, PolyLine
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from percorso.model.sheet import Sheet, SheetPart, SheetRow

_FONT, _BOLD = "Vera", "Vera-Bold"
_INK, _QUIET, _LINE, _ACCENT = HexColor("#1b2230"), HexColor("#5b6474"), HexColor("#d9dde5"), HexColor("#3557c7")
_MARGIN = 16 * mm
_PADDING = 6
"""What a frame keeps free on each side."""
_WIDTH = A4[0] - 2 * _MARGIN - 2 * _PADDING
_CHART = (30 * mm, 8 * mm)


class SheetPdf:
    """`ports.Printer`."""

    def pdf(self, sheet: Sheet) -> bytes:
        _fonts()
        out = BytesIO()
        page = SimpleDocTemplate(
            out,
            pagesize=A4,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=_MARGIN,
            bottomMargin=_MARGIN + 6 * mm,
            title=sheet.title,
            author="Percorso",
            lang=sheet.language,
            invariant=1,
        )

        def foot(canvas: Any, _: Any) -> None:
            canvas.setFont(_FONT, 7.5)
            canvas.setFillColor(_QUIET)
            canvas.drawString(_MARGIN, _MARGIN, sheet.foot)
            canvas.drawRightString(A4[0] - _MARGIN, _MARGIN, str(canvas.getPageNumber()))

        story: list[Flowable] = [
            _text(sheet.title, 18, _BOLD),
            _text(sheet.lead, 9.5, colour=_QUIET),
            Spacer(0, 4 * mm),
        ]
        for part in sheet.parts:
            story += _part(part)
        story += [_text(line, 8, colour=_QUIET) for line in sheet.closing]
        page.build(story, onFirstPage=foot, onLaterPages=foot)
        return out.getvalue()


@cache
def _fonts() -> None:
    for name, file in ((_FONT, "Vera.ttf"), (_BOLD, "VeraBd.ttf")):
        registerFont(TTFont(name, file))
    registerFontFamily(_FONT, normal=_FONT, bold=_BOLD, italic=_FONT, boldItalic=_BOLD)


def _text(text: str, size: float, font: str = _FONT, colour: Any = _INK, *, right: bool = False) -> Paragraph:
    style = ParagraphStyle(
        "text", fontName=font, fontSize=size, leading=size * 1.35, textColor=colour, alignment=2 if right else 0
    )
    return Paragraph(escape(text), style)


def _part(part: SheetPart) -> list[Flowable]:
    """A heading with its table, on one page where it fits."""
    figures = len(part.head) - 2
    name, chart = 52 * mm, _CHART[0] + 2 * mm
    weights = [_weight(part, at) for at in range(1, figures + 1)]
    widths = [name, *((_WIDTH - name - chart) * weight / sum(weights) for weight in weights), chart]
    head = [_text(cell, 7.5, colour=_QUIET, right=0 < at <= figures) for at, cell in enumerate(part.head)]
    table = Table([head, *(_row(row) for row in part.rows)], colWidths=widths, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 1.5),
                ("RIGHTPADDING", (0, 0), (-1, -1), 1.5),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return [KeepTogether([_text(part.title, 12, _BOLD), Spacer(0, 1.5 * mm), table]), Spacer(0, 6 * mm)]


def _weight(part: SheetPart, at: int) -> int:
    """How much room a column of figures wants."""
    return max(min(max(len(row.cells[at]), len(part.head[at])), 20) + 2 for row in part.rows)


def _row(row: SheetRow) -> list[Any]:
    name, *figures = row.cells
    return [
        [_text(name, 9, _BOLD), *(_text(note, 7.5, colour=_QUIET) for note in row.notes)],
        *(_text(figure, 8.5, right=True) for figure in figures),
        _chart(row.line),
    ]


def _chart(line: Sequence[float | None]) -> Drawing:
    """The line of some weeks; where one is missing it is broken."""
    width, height = _CHART
    drawing = Drawing(width, height)
    known = [value for value in line if value is not None]
    if not known:
        return drawing
    low, spread = min(known), (max(known) - min(known)) or 1.0
    step = width / max(len(line) - 1, 1)
    run: list[float] = []
    for at, value in enumerate([*line, None]):
        if value is not None:
            run += [at * step, 1 + (height - 2) * ((value - low) / spread if len(set(known)) > 1 else 0.5)]
            continue
        if run:
            points = run if len(run) > 2 else [run[0] - 0.6, run[1], run[0] + 0.6, run[1]]
            drawing.add(PolyLine(points, strokeColor=_ACCENT, strokeWidth=1.1))
        run = []
    return drawing
