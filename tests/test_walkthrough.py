"""The pages that show commands are followed, command by command, against a real `percorso up`."""

import shutil
from pathlib import Path

import pytest

from tests.doc_runner import ROOT, Reading

PAGES = ("README.md", "docs/walkthrough.md")
MORE = (
    "docs/collect.md",
    "docs/answering.md",
    "docs/operating.md",
    "docs/privacy.md",
    "docs/tag.md",
    "docs/client.md",
    "docs/security.md",
    "docs/consent.md",
    "docs/identity.md",
)
"""Followed by `make test-all`: each starts a server of its own."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", [*PAGES, *(pytest.param(page, marks=pytest.mark.slow) for page in MORE)])
def test_the_page_is_true(page: str, tmp_path: Path) -> None:
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"the pages use {program}, which is not installed")
    with Reading(tmp_path) as reading:
        assert reading.follow(ROOT / page) > 0
