"""The docs say what is: their commands are run, their links lead somewhere, and nothing that has a name is left out."""

import doctest
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from percorso.cli.app import build
from percorso.data import intake
from percorso.http.errors import STATUS
from percorso.insight.dimensions import DIMENSIONS
from percorso.insight.kpi import VARIANTS
from percorso.main.company import Company
from percorso.main.web import services_of
from percorso.model.decision import Refusal
from percorso.model.message import MessageState
from percorso.model.verdict import Verdict
from percorso.settings import Settings
from tests.doc_runner import ELSEWHERE, ROOT, Reading, steps_of
from tests.test_walkthrough import MORE, PAGES

DOCS = [*sorted((ROOT / "docs").glob("**/*.md"))]
PROSE = [*sorted(ROOT.glob("*.md")), *DOCS, ROOT / "packs/README.md", ROOT / "examples/README.md"]
SOURCES = ROOT / "src" / "percorso"

_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|<!-- \[\[\[cog.*?\]\]\] -->", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`((?:src|tests|packs|examples|docs|bench|web)/[\w./-]+\.\w+)`")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose_of(page: Path) -> str:
    """A page without its code."""
    return _CODE.sub("", page.read_text())


def anchors_of(page: Path) -> set[str]:
    """What one may link to in a page, as GitHub names it."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PROSE, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(prose_of(page)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{name_of(page)} links to {target}"
        if anchor:
            assert anchor in anchors_of(there), f"{name_of(page)} links to {target}"


@pytest.mark.parametrize("page", PROSE, ids=name_of)
def test_every_file_named_is_there(page: Path) -> None:
    missing = [path for path in _FILE.findall(page.read_text()) if not (ROOT / path).exists()]
    assert missing == []


def test_the_short_names_of_the_walkthrough_are_files() -> None:
    said = re.findall(r"`((?:data|insight|execution|model)/\w+\.py)`", (ROOT / "docs/walkthrough.md").read_text())
    assert said
    assert [path for path in said if not (SOURCES / path).exists()] == []


def test_every_page_is_reached_from_the_index() -> None:
    index = (ROOT / "docs/index.md").read_text()
    assert [
        page.name for page in (ROOT / "docs").glob("*.md") if page.name not in index and page.name != "index.md"
    ] == []


def test_every_command_shown_is_run() -> None:
    elsewhere = set()
    for page in PROSE:
        for step in steps_of(page):
            if step.command in ELSEWHERE:
                elsewhere.add(step.command)
            else:
                assert name_of(page) in (*PAGES, *MORE), f"{name_of(page)}:{step.line}: nothing runs $ {step.command}"
    assert elsewhere == set(ELSEWHERE)


def test_what_is_run_elsewhere_is_a_test() -> None:
    for test in ELSEWHERE.values():
        path, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(), test


def test_the_runner_finds_an_untrue_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ NAME=Ada\n$ echo hello  $NAME\nhello\nAda\n```\n")
    with Reading(tmp_path) as reading:
        assert reading.follow(page) == 2
    for lie in (
        "$ test -e nothing-here -a -d",
        "$ restore() { echo yes; }; restore\nno",
        "$ NAME=$(import() { :; }; import)",
    ):
        page.write_text(f"```console\n{lie}\n```\n")
        with Reading(tmp_path, within_s=0.0) as reading, pytest.raises(AssertionError, match=r"page\.md:2"):
            reading.follow(page)


def test_the_runner_binds_ids(tmp_path: Path) -> None:
    page, one, other = tmp_path / "page.md", "0" * 32, "1" * 32
    page.write_text(
        f"```console\n$ echo {'a' * 31}b restore\n{one} restore\n$ echo {one} restore\n{one} restore\n```\n"
    )
    with Reading(tmp_path) as reading:
        reading.follow(page)
        assert reading.bound[one] == "a" * 31 + "b"
    page.write_text(f"```console\n$ echo {one} {other} restore\n{one} {one} restore\n```\n")
    with Reading(tmp_path) as reading, pytest.raises(AssertionError):
        reading.follow(page)


def commands(command: object, path: tuple[str, ...] = ("percorso",)) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield " ".join(path)
    for name, one in (inner or {}).items():
        yield from commands(one, (*path, name))


def said_in(page: str) -> str:
    return (ROOT / "docs" / page).read_text()


def test_nothing_that_has_a_name_is_left_out() -> None:
    named = {
        "reference-cli.md": [f"# {command}" for command in commands(get_command(build()))],
        "reference-settings.md": [f"| `PERCORSO_{name.upper()}` |" for name in Settings.model_fields],
        "reference-errors.md": [
            *(f"| `{code}` | {status} |" for code, status in STATUS.items() if code not in ("error", "channel_error")),
            *(f"| `{word}` |" for kind in (Verdict, Refusal, MessageState) for word in kind),
        ],
        "kpis.md": [
            *(f"| `{kpi.id}` |" for variants in VARIANTS.values() for kpi in variants),
            *(f"`{name}`" for name in DIMENSIONS),
        ],
    }
    missing = {page: [one for one in names if one not in said_in(page)] for page, names in named.items()}
    assert missing == {page: [] for page in named}


def test_every_reason_of_intake_is_told() -> None:
    sources = (path.read_text() for path in Path(intake.__file__).parent.glob("*.py"))
    raised = {reason for source in sources for reason in re.findall(r'\bRefusal\(\s*"(\w+)"', source)}
    assert len(raised) > 10
    assert {reason for reason in raised if f"| `{reason}` |" not in said_in("reference-errors.md")} == set()


def test_every_kpi_and_variant_is_told() -> None:
    assert "--list" in said_in("reference-cli.md").partition("## percorso kpi show")[2].partition("\n## ")[0]
    told = said_in("kpis.md")
    assert [one.label for variants in VARIANTS.values() for one in variants if f"`{one.label}" not in told] == []


@pytest.mark.parametrize("page", [page for page in PROSE if ">>>" in page.read_text()], ids=name_of)
def test_examples_in_pages_are_true(page: Path) -> None:
    result = doctest.testfile(str(page), module_relative=False)
    assert result.attempted > 0
    assert result.failed == 0


def test_examples_in_docstrings_are_true() -> None:
    tried = 0
    for path in sorted(SOURCES.rglob("*.py")):
        if ">>> " not in path.read_text():
            continue
        name = ".".join(path.relative_to(SOURCES.parent).with_suffix("").parts).removesuffix(".__init__")
        result = doctest.testmod(importlib.import_module(name))
        assert result.failed == 0, name
        tried += result.attempted
    assert tried > 20


def test_a_public_https_address_makes_the_pages_speak_https(company: Company) -> None:
    assert not services_of(company).https
    company.settings = company.settings.model_copy(update={"base_url": "https://cx.example.com"})
    assert services_of(company).https
