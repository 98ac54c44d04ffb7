"""The company's configuration: packs that come with Percorso, by name, and its own, kept as files in its directory."""

import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from percorso.adapters.packs import load_packs
from percorso.model.config import Config
from percorso.model.directory import Directory

OWN = "packs"
"""Folder of a data directory with the company's own packs."""


def adopt_packs(directory: Directory, packs: Iterable[str]) -> tuple[str, ...]:
    """Check the packs of a new company and copy those given as files into its directory; the names to remember.

    Raises InvalidConfig when a pack is wrong, before anything is copied.
    """
    given = tuple(packs)
    load_packs(given)
    return tuple(_adopt(directory, pack) if _is_file(pack) else pack for pack in given)


def configuration(directory: Directory, packs: tuple[str, ...]) -> Config:
    """The configuration in force, read once a process and shared with those forked from it. Raises InvalidConfig."""
    return _read_once(tuple(str(directory.root / pack) if _is_file(pack) else pack for pack in packs))


@cache
def _read_once(packs: tuple[str, ...]) -> Config:
    return load_packs(packs)


def _is_file(pack: str) -> bool:
    return pack.endswith((".yaml", ".yml")) or "/" in pack


def _adopt(directory: Directory, pack: str) -> str:
    target = directory.root / OWN / Path(pack).name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(pack, target)
    return f"{OWN}/{target.name}"
