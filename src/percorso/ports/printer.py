"""Figures on paper."""

from typing import Protocol

from percorso.model.sheet import Sheet


class Printer(Protocol):
    """Draws a sheet as a document that opens anywhere."""

    def pdf(self, sheet: Sheet) -> bytes:
        """A PDF on A4 with its fonts inside; the same sheet gives the same bytes."""
        ...
