"""Chooses adapters and starts things; nothing else knows both the inside and the outside."""

from pathlib import Path

from percorso.main.birth import create
from percorso.main.company import Company, open_company
from percorso.model.company import CompanyFacts
from percorso.model.directory import Directory
from percorso.settings import Settings

__all__ = ["Company", "cli", "create_company", "open_company"]


def create_company(directory: Path, settings: Settings | None = None) -> CompanyFacts:
    """Make a company in a directory, with the facts of the settings."""
    return create(Directory.at(directory), settings or Settings(), {})


def cli() -> None:
    """The ``percorso`` command."""
    from percorso.cli.app import run
    from percorso.main.opener import MainOpener

    raise SystemExit(run(MainOpener()))
