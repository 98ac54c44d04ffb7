"""Sources for tests: records in a company's directory, and what came of them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from starlette.testclient import TestClient

from percorso.main.company import Company
from percorso.main.web import api_app
from percorso.model.verdict import LIVE_LANE
from percorso.pipeline.importing import LogSink
from percorso.pipeline.receiving import Taker
from tests.doc_runner import ROOT

EXAMPLES = ROOT / "examples" / "sources"


def put_source(directory: Path, name: str, record: Mapping[str, Any] | str) -> Path:
    """Write a record, or that of an example."""
    path = directory / "sources" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    text = record if isinstance(record, str) else yaml.safe_dump(dict(record), allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def example(name: str) -> str:
    return (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")


def changed_example(name: str, **settings: Any) -> dict[str, Any]:
    """An example's record with other settings of its kind."""
    record: dict[str, Any] = yaml.safe_load(example(name))
    record[record["kind"]] |= settings
    return record


@contextmanager
def served(company: Company) -> Iterator[TestClient]:
    """The whole app, its collector running."""
    with TestClient(api_app(company), base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


class CompanySink(LogSink):
    """The company's log, for takers: what folds is left to the test."""

    @classmethod
    def of(cls, company: Company) -> "CompanySink":
        return cls(company.collector, company.clock)

    def fold(self, expected: int, told: Any) -> None:
        raise AssertionError("a source does not wait for folding")


def taker(company: Company, name: str) -> Taker:
    """A source of the company, ready to be taken from, into its log."""
    return company.sources.taker(company.sources.find(name), CompanySink.of(company))


def in_log(company: Company, source: str) -> list[dict[str, Any]]:
    """The events of a source, in their order."""
    entries = [*company.log.read(LIVE_LANE, 0, 10_000), *company.log.read(1, 0, 10_000)]
    return [json.loads(entry.body) for entry in entries if entry.source == source]


def counts(company: Company, name: str) -> dict[str, int]:
    return dict(company.sources.status(name).counts)
