"""The document of the tracking API describes the addresses that exist, each with its methods, and no other."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from percorso.http import collect
from percorso.http.calls import ABOUT_CLIENTS, CALLS, OURS
from percorso.http.errors import STATUS
from percorso.http.pixel import PIXELS
from percorso.http.source_documents import SETTINGS, SOURCE_CONFIG
from percorso.http.tracking_document import DESCRIBED_AT, printed, tracking_document
from tests.folding import Folding, retail
from tests.fuzz.calls import CALLS as SENT
from tests.test_wire_forms import OF_CALL
from tests.tracking import BASIC, KEY, post

DOCUMENT = tracking_document()
PATHS = DOCUMENT["paths"]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture(scope="module")
def folding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folding]:
    folding = Folding(tmp_path_factory.mktemp("document"), retail())
    folding.collector.start()
    yield folding
    folding.collector.stop()
    folding.close()


def schema(name: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}, validate_formats=True
    )


def test_the_addresses_are_those_of_the_code() -> None:
    assert set(PATHS) == {*CALLS, *PIXELS, *SETTINGS, *SOURCE_CONFIG, ABOUT_CLIENTS, DESCRIBED_AT}
    assert all(path.startswith(OURS) for path in PATHS)


@pytest.mark.parametrize("path", sorted(PATHS))
def test_each_address_answers_to_its_methods_and_to_no_other(folding: Folding, path: str) -> None:
    at = path.replace("{writeKey}", KEY)
    for method in METHODS:
        answer = post(folding, at, b"{}", BASIC, method=method)
        assert (answer.status_code == 404) == (method.lower() not in PATHS[path]), method


@pytest.mark.parametrize(
    "path", ["/v1/buy", "/v1/track/", "/beacon/v1/t", "/api/s/t", "/pixel/v1/screen", "/v1/openapi"]
)
def test_what_is_not_described_is_not_there(folding: Folding, path: str) -> None:
    assert {post(folding, path, b"{}", BASIC, method=method).status_code for method in METHODS} == {404}


def test_it_is_served_without_a_key_as_the_command_prints_it(folding: Folding) -> None:
    answer = post(folding, DESCRIBED_AT, b"", {}, method="GET")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, printed(), "application/json")
    program = Path(sys.executable).with_name("percorso")
    told = subprocess.run([program, "openapi", "--tracking"], capture_output=True, check=True, timeout=60).stdout
    assert json.loads(told) == answer.json()


def test_statuses_are_those_of_the_answers() -> None:
    assert {kind.code: status for kind, status in collect._STATUS.items()} == {
        kind.code: STATUS[kind.code] for kind in collect._STATUS
    }
    described = {int(status) for path in PATHS.values() for one in path.values() for status in one["responses"]}
    assert described == {200, *collect._STATUS.values()}


def test_a_batch_is_described_by_the_fields_that_are_read() -> None:
    read = set(collect._Batch.__struct_fields__) - {"writeKey"}  # one of the ways to say who sends
    assert set(DOCUMENT["components"]["schemas"]["Batch"]["properties"]) == read


def test_names_of_operations_are_their_own() -> None:
    names = [one["operationId"] for path in PATHS.values() for one in path.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", [kind for kind in OF_CALL if kind])
def test_what_clients_send_is_as_described(kind: str) -> None:
    for call in (OF_CALL[kind], *SENT[kind]):
        if "originalTimestamp" not in call:  # one sends a number, which is forgiven and not described
            schema(kind.capitalize()).validate(call)
            schema("Batch").validate({"batch": [{**call, "type": kind}]})
    assert not schema(kind.capitalize()).is_valid({"type": kind})
    assert not schema("Batch").is_valid({"batch": [{**OF_CALL[kind], "type": "other"}]})


def test_a_value_may_be_anything_but_a_number_that_no_store_keeps() -> None:
    good: list[Any] = [None, True, 1.5, 2**64 - 1, "a", [[]], {"a": [{"b": None}]}]
    assert all(schema("Value").is_valid(value) for value in good)
    assert not schema("Value").is_valid([2**64])
