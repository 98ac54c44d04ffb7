"""Commands: what they show of people is noted with whose command it was, and what they say when they are asked wrongly."""

import json
import threading
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from percorso.cli.acting import BY, account
from percorso.cli.app import build
from percorso.cli.forget import wait_for
from percorso.main.company import Company
from percorso.main.opener import MainOpener
from percorso.model.erasure import Step
from percorso.model.errors import InvalidInput, NotFound, PercorsoError
from percorso.model.identifier import RANK
from tests.http_client import take, track


class Opened(MainOpener):
    """Gives the company that the test has open, which no second process may write to."""

    def __init__(self, company: Company) -> None:
        super().__init__()
        self._company = company

    def open(self, given: Path | None, *, write: bool) -> Any:
        return nullcontext(self._company)


def run(company: Company, *arguments: str) -> str:
    done = CliRunner().invoke(
        build(),
        [*arguments, "--dir", str(company.directory.root)],
        obj=Opened(company),
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    return done.stdout


def noted(company: Company) -> list[tuple[str, str, str | None]]:
    """The rows since the company was made, the earliest first."""
    return [row[2:5] for row in reversed(company.audit.latest(50))]


@pytest.fixture
def ada(company: Company) -> str:
    """A person of three sessions on one device; her id."""
    for number, day in enumerate(("18", "19", "20")):
        at = f"2026-11-{day}T10:00:00Z"
        who = "ada" if number == 0 else None
        take(company, track("Seen", f"s{number}", user=who, anonymousId="device-1", originalTimestamp=at))
    return company.people.find("user_id:ada", 1)[0].person_id


def test_the_actor_is_the_account_of_the_system() -> None:
    assert f"command line ({account()})" == BY
    assert account()


@pytest.mark.parametrize(
    ("command", "act"),
    [
        (("person", "user_id:ada"), "person.read"),
        (("person", "user_id:ada", "--json"), "person.read"),
        (("consent", "show", "user_id:ada"), "person.read"),
        (("consent", "receipts", "user_id:ada"), "person.read"),
        (("consent", "link", "user_id:ada"), "preferences.linked"),
    ],
)
def test_who_is_shown_or_linked_by_a_command_is_noted(
    company: Company, ada: str, command: tuple[str, ...], act: str
) -> None:
    run(company, *command)
    assert noted(company) == [(BY, act, ada)]


def test_a_query_is_noted_by_its_hash_even_when_it_fails(company: Company) -> None:
    asked = ("select count(*) from people", "select nothing from nowhere")
    run(company, "sql", asked[0])
    with pytest.raises(PercorsoError):
        run(company, "sql", asked[1])
    assert noted(company) == [(BY, "sql.queried", sha256(one.encode()).hexdigest()) for one in asked]


def test_a_decision_of_one_person_names_them_once(company: Company, ada: str) -> None:
    take(company, track("Seen", "b1", user="bea"))
    bea = company.people.find("user_id:bea", 1)[0].person_id
    run(company, "identity", "link", "user_id:ada", "user_id:bea")
    run(company, "identity", "withdraw", "user_id:ada", "user_id:bea")
    linked, withdrawn = noted(company)
    assert linked == (BY, "identity.linked", f"{ada} {bea}")
    assert withdrawn[:2] == (BY, "identity.withdrawn")
    assert withdrawn[2] in (ada, bea)


# what commands say


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (("person", "nobody"), NotFound),
        (("consent", "show", "nobody"), NotFound),
        (("identity", "link", "ada", "user_id:bea"), InvalidInput),
        (("identity", "why", "ada", "bea"), InvalidInput),
        (("forget", "ada@example.com"), InvalidInput),
    ],
)
def test_a_bare_value_is_told_what_to_write(
    company: Company, ada: str, command: tuple[str, ...], error: type[PercorsoError]
) -> None:
    with pytest.raises(error) as told:
        run(company, *command)
    assert "KIND:VALUE, such as email:ada@example.com" in told.value.message
    assert all(kind in told.value.message for kind in RANK)


def test_a_device_of_many_sessions_is_one_line(company: Company, ada: str) -> None:
    lines = [line.split() for line in run(company, "person", "user_id:ada").splitlines() if "device-1" in line]
    assert [line[:2] for line in lines] == [["anonymous_id", "device-1"]]
    sessions = json.loads(run(company, "person", "user_id:ada", "--json"))["identifiers"]
    assert lines[0][2:] == [f"({sum(one['value'] == 'device-1' for one in sessions)}", "sessions)"]


def test_a_receipt_is_verified_alone_or_within_its_request(company: Company, ada: str, tmp_path: Path) -> None:
    run(company, "forget", "user_id:ada")
    (request,) = company.privacy_requests.latest(1)
    whole, alone, none = (tmp_path / f"{name}.json" for name in ("whole", "alone", "none"))
    whole.write_text(run(company, "privacy", "show", request.request_id, "--json"))
    alone.write_text(json.dumps(request.receipt))
    none.write_text(json.dumps({"request_id": request.request_id, "receipt": None}))
    for path in (whole, alone):
        assert "signed by this company" in run(company, "privacy", "verify", str(path))
    with pytest.raises(InvalidInput, match="no receipt"):
        run(company, "privacy", "verify", str(none))


def test_whoever_waits_for_an_erasure_hears_each_step(company: Company, ada: str) -> None:
    request = company.forgetting.request("erasure", [("user_id", "ada")], "somebody")
    heard: list[str] = []
    steps: list[Step] = ["found", "purged", "done"]
    reached = threading.Semaphore(0)

    def told(line: str) -> None:
        heard.append(line)
        reached.release()

    def server() -> None:
        """Does one step after each that was heard."""
        works = (
            company.forgetting.look,
            lambda: company.forgetting.purge(company.processor),
            company.forgetting.finish,
        )
        for work in works:
            reached.acquire(timeout=30)
            work()

    doing = threading.Thread(target=server)
    doing.start()
    wait_for(company, request.request_id, told)
    doing.join()
    assert [line.partition(":")[0] for line in heard] == ["requested", *steps]
    assert all(line.partition(": ")[2] for line in heard)
