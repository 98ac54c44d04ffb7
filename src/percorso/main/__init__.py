"""Chooses adapters and starts things; nothing else knows both the inside and the outside.

What needs the adapters is imported when it is asked for: the command line answers at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from percorso.main.company import Company, open_company
    from percorso.model.company import CompanyFacts
    from percorso.settings import Settings

__all__ = ["Company", "cli", "create_company", "open_company"]


def __getattr__(name: str) -> Any:
    if name in ("Company", "open_company"):
        from percorso.main import company

        return getattr(company, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def create_company(directory: Path, settings: "Settings | None" = None) -> "CompanyFacts":
    """Make a company in a directory, with the facts of the settings."""
    from percorso.main.birth import create
    from percorso.model.directory import Directory
    from percorso.settings import Settings

    return create(Directory.at(directory), settings or Settings(), {})


def cli() -> None:
    """The ``percorso`` command."""
    from percorso.cli.app import run
    from percorso.main.opener import MainOpener

    raise SystemExit(run(MainOpener()))
