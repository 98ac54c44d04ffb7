"""`percorso identity`: from the shell, alone and through a running server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from percorso.cli.acting import BY
from percorso.cli.app import run
from percorso.main.company import Company
from percorso.main.opener import MainOpener
from tests.http_client import take
from tests.server import Server


def identify(user: str, message_id: str, **traits: str) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "messageId": message_id, "traits": traits}


class Shell:
    """Runs commands on a directory."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._directory = directory
        self._capsys = capsys

    def __call__(self, *words: str, code: int = 0) -> str:
        assert run(MainOpener(), ["identity", *words, "--dir", str(self._directory)]) == code
        return self._capsys.readouterr().out


@pytest.fixture
def shell(company: Company, company_dir: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    take(
        company,
        identify("ada", "m1", email="ada@example.com", phone="333 1234567"),
        identify("bob", "m2", phone="333 1234567"),
    )
    take(company, identify("ada", "m3", email="two@example.com"))  # later: over a limit it is the one too many
    company.close()
    return Shell(company_dir, capsys)


def test_why_in_words_and_as_json(shell: Shell) -> None:
    assert "are one person" in shell("why", "user_id:ada", "email:ada@example.com")
    told = json.loads(shell("why", "user_id:ada", "user_id:bob", "--json"))
    assert (told["one_person"], told["why_not"]["rule"], told["why_not"]["through"]) == (
        False,
        "shared",
        "phone:+393331234567",
    )
    assert "seen with several" in shell("why", "user_id:ada", "user_id:bob")


def test_link_and_withdraw(shell: Shell) -> None:
    assert shell("link", "user_id:ada", "user_id:bob", "--why", "they told us") == "linked\n"
    told = json.loads(shell("why", "user_id:ada", "user_id:bob", "--json"))
    assert [(step["kind"], step["by"], step["why"]) for step in told["path"]] == [("decided", BY, "they told us")]
    shell("withdraw", "user_id:ada", "user_id:bob")
    shell("separate", "user_id:ada", "user_id:bob")
    assert "decided" in shell("why", "user_id:ada", "user_id:bob")


def test_rules_previewed_set_and_applied(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("limits: {email: 1}\n")
    told = json.loads(shell("preview", str(file), "--json"))
    assert (told["splits"], told["merges"], told["replay"]) == (1, 0, False)
    assert ["email:two@example.com"] in told["parted"][0]
    assert "parted" in shell("preview", str(file))
    shell("rules", "--set", str(file))
    assert json.loads(shell("apply", "--json"))["version"] == 1
    assert json.loads(shell("rules", "--json"))["in_force"]["rules"]["limits"] == {"email": 1}
    assert "limit" not in shell("apply", code=1)
    why = json.loads(shell("why", "user_id:ada", "email:two@example.com", "--json"))
    assert why["why_not"]["rule"] == "limit"


@pytest.mark.parametrize(
    ("words", "code"),
    [(("why", "ada", "user_id:bob"), 2), (("why", "user_id:ada", "user_id:no"), 1), (("apply",), 1)],
)
def test_what_cannot_be_done_says_why(shell: Shell, words: tuple[str, ...], code: int) -> None:
    shell(*words, code=code)


@pytest.mark.slow
def test_through_a_running_server(tmp_path: Path) -> None:
    """Decisions are appended by the server; rules are applied in its folding process, and replay still gives the same."""
    directory = tmp_path / "company"
    percorso = str(Path(sys.executable).with_name("percorso"))

    def asked(*words: str) -> Any:
        done = subprocess.run(
            [percorso, *words, "--dir", str(directory), "--json"], capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    file = tmp_path / "rules.yaml"
    file.write_text("limits: {email: 1}\n")
    with Server(directory) as server:
        assert server.url
        key = asked("keys", "create", "--kind", "secret", "--name", "shop")["key"]
        for body in (identify("ada", "m1", email="a@example.com"), identify("ada", "m2", email="b@example.com")):
            answer = server.client.post("/v1/identify", json=body, auth=(key, ""))
            assert answer.status_code == 200
        server.wait_folded()
        asked("identity", "link", "user_id:ada", "email:b@example.com")
        server.wait_folded()
        asked("identity", "withdraw", "user_id:ada", "email:b@example.com")
        server.wait_folded()
        asked("identity", "rules", "--set", str(file))
        done = asked("identity", "apply")
        assert (done["version"], done["splits"]) == (1, 1)
        answer = server.client.post("/v1/identify", json=identify("ada", "m3", email="c@example.com"), auth=(key, ""))
        assert answer.status_code == 200
        server.wait_folded()
        told = asked("identity", "why", "user_id:ada", "email:c@example.com")
        assert told["why_not"]["rule"] == "limit"
        assert asked("replay", "--check")["equal"]
