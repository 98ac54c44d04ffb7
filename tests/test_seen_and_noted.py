"""What the audit log says of keys made on the command line, and of people seen in refused items."""

from pathlib import Path

import pytest

from percorso.main.company import Company
from tests.http_client import app_for, signed_in, take
from tests.importing import Cli


def acts(company: Company) -> list[tuple[str, str, str | None]]:
    return [(row.actor, row.act, row.target) for row in company.audit.latest(50)]


def test_keys_of_the_command_line_are_noted(
    company: Company, company_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company.close()
    cli = Cli(company_dir, capsys)
    key = cli.json("keys", "create", "--kind", "secret", "--name", "shop")["key_id"]
    cli.json("keys", "revoke", key)
    rows = cli("audit", "export")[1]
    assert rows.count("key.created") == rows.count("key.revoked") == 1
    assert cli("keys", "revoke", key)[0] != 0
    assert cli("audit", "export")[1].count("key.revoked") == 1


def test_who_is_shown_refused_items_saw_whom_they_name(company: Company) -> None:
    take(
        company,
        {"type": "identify", "userId": "ada", "messageId": "m1", "traits": {"email": "ada@example.com"}},
        {"type": "identify", "userId": "bob", "messageId": "m2", "traits": {}},
        {"type": "track", "messageId": "m3", "context": {"note": "write to ADA@example.com today"}},
        {"type": "nonsense", "userId": "nobody-known"},
    )
    app = app_for(company)
    agent = signed_in(company, app, "agent")
    agent.get("/api/quarantine/groups")
    assert not [row for row in acts(company) if row[1] == "person.read"]
    items = agent.get("/api/quarantine").json()["items"]
    assert len(items) == 2
    seen = [row[2] for row in acts(company) if row[1] == "person.read"]
    ada = company.unifier.holder(company.unifier.identifier("user_id:ada"))
    assert seen == [ada]
    agent.post("/api/quarantine/preview", {"chosen": {}, "rules": []})
    assert [row[2] for row in acts(company) if row[1] == "person.read"] == [ada]
