"""Schemathesis, with all it knows, on the document of the tracking API: it finds nothing.

The whole app runs as its process runs it, in this one, on a company's SQLite. A few examples an address; with
PERCORSO_FUZZ_S, as many as fit into half of that time.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.python.asgi import shutdown_lifespans

from percorso.http.keyring import hash_token
from percorso.http.tracking_document import DESCRIBED_AT
from percorso.main.company import Company
from percorso.main.web import api_app
from percorso.ports import ApiKey
from tests.fuzz.budget import PATIENCE_S, SECONDS
from tests.tracking import BASIC, KEY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(PATIENCE_S)]

FEW = 8
CORNERED = r"^/v1/(track|identify|page|screen|group|alias|batch)$" if SECONDS else r"^/v1/m$"
"""Calls of which every corner is tried one by one, in thousands of requests; at the other addresses lie the same calls."""
NOT_ASKED = {
    "negative_data_rejection": "an item that is no event is 200 and quarantined, since clients repeat a batch otherwise",
    "unsupported_method": "404 says that there is no such call, whatever its method",
}


@pytest.fixture
def app(company: Company) -> Iterator[Any]:
    company.accounts.add_key(ApiKey(uuid4().hex, "write", "web", KEY[-4:], 1, None), hash_token(KEY))
    yield api_app(company)
    shutdown_lifespans()


def config() -> SchemathesisConfig:
    how: dict[str, Any] = {"max-examples": FEW, "deterministic": True}
    if SECONDS:
        how = {"max-examples": 200}
    return SchemathesisConfig.from_dict(
        {
            "headers": BASIC,
            "generation": {**how, "database": "none", "with-security-parameters": False, "allow-x00": False},
            "parameters": {"path.writeKey": KEY},
            "checks": {name: {"enabled": False} for name in NOT_ASKED},
            "operations": [
                {"include-method": "POST", "exclude-path-regex": CORNERED, "phases": {"coverage": {"enabled": False}}}
            ],
            "phases": {"stateful": {"enabled": False}, "coverage": {"unexpected-methods": []}},
            **({"max-time": int(SECONDS / 2)} if SECONDS else {"seed": 1}),
        }
    )


def test_schemathesis_finds_nothing(app: Any, company: Company) -> None:
    schema = schemathesis.openapi.from_asgi(DESCRIBED_AT, app, config=config())
    asked: Counter[int] = Counter()
    found: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            asked.update(one.response.status_code for one in event.recorder.interactions.values() if one.response)
            found += [
                f"{event.label}: {check.name}: {check.failure_info.failure}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.status is Status.FAILURE and check.failure_info
            ]
    print(f"\nschemathesis: {sum(asked.values())} requests, by status {dict(asked)}")
    assert not found, "\n".join(found[:20])
    assert asked[200] > len(schema.raw_schema["paths"]) * FEW / 2
    assert company.processor.drain() > FEW
    assert company.tallies.unfolded() == []
