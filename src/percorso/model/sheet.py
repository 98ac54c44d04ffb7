"""A page of figures as plain texts and lines, ready to be drawn: what a board is on paper."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One row of a table. `notes`: lines below it; `line`: what its little chart draws, None where there is nothing."""

    cells: tuple[str, ...]
    notes: tuple[str, ...] = ()
    line: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """A table with its heading. `head`: the names of the cells and, last, of the little chart."""

    title: str
    head: tuple[str, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is drawn, top to bottom. `foot`: on every page, before its number."""

    title: str
    lead: str
    parts: tuple[SheetPart, ...]
    closing: tuple[str, ...]
    foot: str
    language: str
