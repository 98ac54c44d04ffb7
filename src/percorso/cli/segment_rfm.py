"""`percorso segment rfm`: customers by how lately, how often and for how much they ordered."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.model.segment_condition import MOST_DAYS

if TYPE_CHECKING:
    from percorso.pipeline.rfm import RfmPage

DAYS = 365

Days = Annotated[int, typer.Option("--days", min=1, max=MOST_DAYS, help="How many days, the last one included.")]
Currency = Annotated[
    str | None,
    typer.Option("--currency", help="Of the orders that count [default: the company's].", show_default=False),
]


def register_rfm(segment: typer.Typer) -> None:
    @segment.command()
    def rfm(
        ctx: typer.Context, days: Days = DAYS, currency: Currency = None, dir: Dir = None, json: Json = False
    ) -> None:
        """Print customers in cells by recency, frequency and money; with --json, the condition of each as a segment."""
        from percorso.pipeline.rfm import Rfm

        with opener(ctx).open(dir, write=False) as company:
            page = Rfm(company.analyst).page(days, currency)
        rows = _rows(page)
        if json:
            show_json({"day": page.day, "days": days, "currency": page.currency, "people": page.people, "cells": rows})
            return
        show_table([{name: value for name, value in row.items() if name != "condition"} for row in rows])
        for one in page.fifths:
            say(f"{one.measure}: {one.classes} classes, edges {', '.join(map(str, one.edges)) or 'none'}")
        say(f"{page.people:,} people ordered in {days} days to {page.day}; money in minor units of {page.currency}")


def _rows(page: "RfmPage") -> list[dict[str, Any]]:
    return [
        {
            "cell": one.cell.id,
            "people": one.people,
            "share": round(one.people / page.people, 4) if page.people else None,
            "orders": one.orders,
            "spent": one.spent,
            "condition": one.condition,
        }
        for one in page.cells
    ]
