"""Percorso: one path per person, from an event at a touchpoint to an answer to the person."""

from typing import TYPE_CHECKING

from percorso.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from percorso.main.notebook import Notebook

__all__ = ["__version__", "open"]


def open(directory: "Path | str | None" = None) -> "Notebook":
    """A company's tables and definitions as Ibis, for notebooks; see docs/notebook.md."""
    from percorso.main.notebook import open_notebook

    return open_notebook(directory)
