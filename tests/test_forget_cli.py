"""`percorso forget` and `percorso privacy` from the shell."""

import json
from pathlib import Path
from typing import Any

import pytest

from percorso.cli.app import run
from percorso.main.company import Company
from percorso.main.opener import MainOpener
from tests.test_forgetting import event, life, take
from tests.test_forgetting_others import MAIL, public


class Shell:
    """Runs commands on a directory."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._directory = directory
        self._capsys = capsys

    def __call__(self, *words: str, code: int = 0) -> str:
        assert run(MainOpener(), [*words, "--dir", str(self._directory)]) == code
        return self._capsys.readouterr().out

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture
def shell(company: Company, company_dir: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    public(company, life(7, 70))
    take(company, life(8, 80))
    gift = event(500, "Gift Sent", 5, anonymousId="device-giver", properties={"to": "person.00008@example.com"})
    public(company, [gift])
    company.close()
    return Shell(company_dir, capsys)


def test_whoever_is_named_is_gone_and_the_rest_is_told(shell: Shell) -> None:
    said = shell("forget", "email:person.00008@example.com")
    assert "erasure, done" in said
    assert "0 found" in said
    assert "1 of them stand in rows of others: log_events" in said


def test_an_unsure_request_is_confirmed(shell: Shell) -> None:
    told = shell.json("forget", f"email:{MAIL}")
    assert (told["step"], told["receipt"]) == ("unsure", None)
    said = shell("privacy", "show", told["request_id"])
    assert f"percorso privacy confirm {told['request_id']}" in said
    done = shell.json("privacy", "confirm", told["request_id"])
    assert (done["step"], done["receipt"]["hits"]) == ("done", 0)
    shell("privacy", "confirm", told["request_id"], code=1)


def test_an_unsure_request_is_taken_back(shell: Shell) -> None:
    told = shell.json("forget", f"email:{MAIL}")
    assert shell.json("privacy", "cancel", told["request_id"])["step"] == "cancelled"
    assert shell.json("person", "user_id:customer-00007")
    shell("privacy", "cancel", "no-such-request", code=1)
