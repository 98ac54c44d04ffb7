"""Questions about recency, frequency and money: the cells, who is in one, and the segment that it would make."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from percorso.insight.kpi.ask import Reader
from percorso.insight.listed import StagePeople, shown
from percorso.insight.segments.rfm import (
    MEASURES,
    ORDER,
    SCALE,
    Asked,
    Edges,
    Measure,
    buyers,
    by_scores,
    classes,
    condition_of,
    crossings,
    edges_of,
    in_cell,
    scored,
)
from percorso.insight.segments.rfm_cells import BY_ID, CELLS, Cell, cell_of
from percorso.model.errors import InvalidInput, NotFound
from percorso.model.money import exponent
from percorso.model.segment_condition import MOST_DAYS
from percorso.pipeline.analyse import Analyst

DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Fifths:
    """One measure: the edges of its fifths (days, orders, minor units), and how many classes they make."""

    measure: Measure
    edges: tuple[int, ...]
    classes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFound:
    """spent: minor units;  condition: of the live segment of these people; None when the window is too long ago for one."""

    cell: Cell
    people: int
    orders: int
    spent: int
    condition: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmPage:
    """day: the last of the window;  currencies: those in which anybody ordered, the most used first."""

    day: date
    days: int
    currency: str
    currencies: tuple[str, ...]
    people: int
    orders: int
    spent: int
    fifths: tuple[Fifths, ...]
    cells: tuple[CellFound, ...]


@dataclass(frozen=True)
class _Scored:
    reader: Reader
    asked: Asked
    gap: int
    people: Any
    edges: Edges
    tops: dict[Measure, int]


@dataclass(frozen=True)
class Rfm:
    """Asks an analyst's data. The window ends today, or with the last event there is."""

    analyst: Analyst

    def page(self, days: int = DAYS, currency: str | None = None) -> RfmPage:
        """Every cell, of the currency named or the company's."""
        with self._scored(days, currency) as found:
            execute = found.reader.session.execute
            rows = execute(by_scores(found.people)) if found.edges["recency"] else []
            used = self._currencies(found.reader)
        cells = [self._cell(cell, found, rows) for cell in CELLS]
        return RfmPage(
            day=found.asked.day,
            days=days,
            currency=found.asked.currency,
            currencies=used,
            people=sum(one.people for one in cells),
            orders=sum(one.orders for one in cells),
            spent=sum(one.spent for one in cells),
            fifths=tuple(self._fifths(found, name) for name in MEASURES),
            cells=tuple(cells),
        )

    def people(self, cell: str, days: int, currency: str | None, limit: int) -> StagePeople:
        """Who is in a cell, those who ordered last first. Raises NotFound."""
        wanted = _known(cell)
        with self._scored(days, currency) as found:
            if not found.edges["recency"]:
                return StagePeople(people=(), count=0)
            session, inside = found.reader.session, in_cell(found.people, wanted)
            (row,) = session.execute(inside.agg(people=inside.count()))
            known = session.table("people")
            named = inside.inner_join(known, "person_id").select("person_id", "name", "last_seen_at", "recency")
            return StagePeople(
                people=shown(session, named.order_by("recency", "person_id"), limit), count=row["people"]
            )

    @contextmanager
    def _scored(self, days: int, currency: str | None) -> Iterator[_Scored]:
        if not 1 <= days <= MOST_DAYS:
            raise InvalidInput(f"days is between 1 and {MOST_DAYS}; {days} is not")
        own = self.analyst.prices.currency
        with self.analyst.reading() as reader:
            today = self.analyst.civil.civil_date(self.analyst.clock.now())
            day = min(today, reader.last_day() or today)
            asked = Asked(day=day, days=days, currency=currency or own, is_own=(currency or own) == own)
            session = reader.session
            people = session.keep("rfm", buyers(reader.events, asked))
            edges: dict[Measure, tuple[int, ...]] = {}
            tops: dict[Measure, int] = {}
            for name in MEASURES:
                rows = session.execute(crossings(people, name))
                edges[name] = edges_of(rows)
                tops[name] = max((int(row["value"]) for row in rows), default=0)
            gap = (today - day).days
            yield _Scored(reader, asked, gap, scored(people, edges) if edges["recency"] else people, edges, tops)

    def _cell(self, cell: Cell, found: _Scored, rows: list[dict[str, Any]]) -> CellFound:
        mine = [row for row in rows if cell_of(row["recency"], row["frequency"], row["money"]) is cell]
        can = found.edges["recency"] and found.asked.days + found.gap <= MOST_DAYS
        return CellFound(
            cell=cell,
            people=sum(row["people"] for row in mine),
            orders=sum(int(row["orders"]) for row in mine),
            spent=_minor(sum(int(row["spent"]) for row in mine), found.asked.currency),
            condition=condition_of(cell, found.edges, found.asked, found.gap) if can else None,
        )

    def _fifths(self, found: _Scored, name: Measure) -> Fifths:
        edges = found.edges[name]
        shown = tuple(_minor(edge, found.asked.currency) for edge in edges) if name == "money" else edges
        many = classes(found.edges, name, found.tops[name]) if edges else 0
        return Fifths(measure=name, edges=shown, classes=many)

    def _currencies(self, reader: Reader) -> tuple[str, ...]:
        events = reader.events
        orders = events.filter(events.name == ORDER, events.currency.notnull())
        rows = reader.session.execute(
            orders.group_by("currency").agg(n=orders.count()).order_by(ibis.desc("n"), "currency").limit(50)
        )
        return tuple(row["currency"] for row in rows)


def _known(cell: str) -> Cell:
    if cell not in BY_ID:
        raise NotFound(f"there is no cell {cell!r}; there are {', '.join(BY_ID)}")
    return BY_ID[cell]


def _minor(scaled: int, currency: str) -> int:
    return round(scaled * float(10 ** exponent(currency)) / SCALE)
