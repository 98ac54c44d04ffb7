"""kill -9 while people are looked at and users sign in: the audit log is whole, and every sign-in answered is in it."""

import random
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from percorso.data.intake import Item
from percorso.main import create_company, open_company
from tests.faults.conftest import Store
from tests.faults.test_kill import ROUNDS, SEED
from tests.server import Server

EMAIL, PASSWORD = "ada@example.com", "a few words in a row"
SIGN_INS = 6


@pytest.mark.fault
@pytest.mark.timeout(60 + 40 * ROUNDS)
def test_kill_nine_leaves_a_whole_audit_log(tmp_path: Path, store: Store) -> None:
    print(f"{store.name}: rounds {ROUNDS}, seed {SEED}")
    directory, rng = tmp_path / "company", random.Random(SEED)
    create_company(directory, store.settings)
    with open_company(directory, store.settings) as company:
        company.put_user(EMAIL, PASSWORD, "manager")
        items = [{"type": "identify", "messageId": f"m{n}", "userId": f"u{n}", "traits": {"n": n}} for n in range(50)]
        wire = [Item(msgspec.json.encode(item), tie) for tie, item in enumerate(items)]
        company.collector.collect_now(wire, source="web", lane=0, historical=False)
        company.processor.drain()
        people = [row.person_id for row in company.people.find("", 50)]
    signed_in = 0
    for _ in range(ROUNDS):
        signed_in += one_round(Server(directory, environment=store.environment), people, rng)
        with open_company(directory, store.settings) as company:
            found = company.audit.verify()
            acts = [row.act for row in company.audit.all()]
        assert found.broken is None
        assert acts.count("session.opened") >= signed_in
    assert signed_in > 0
    assert "person.read" in acts


def one_round(server: Server, people: list[str], rng: random.Random) -> int:
    """Look at people from several sides, kill in the middle; the sign-ins that were answered."""
    answered: list[int] = []
    killed_at = rng.randrange(1, 2 * SIGN_INS)

    def look() -> None:
        with httpx.Client(base_url=server.url, headers={"X-Percorso": "1"}, trust_env=False, timeout=30.0) as client:
            for turn in range(SIGN_INS):
                answer = client.post("/api/session", json={"email": EMAIL, "password": PASSWORD})
                answered.append(answer.status_code)
                if len(answered) == killed_at:
                    server.kill()
                for person_id in people[turn::SIGN_INS]:
                    client.get(f"/api/people/{person_id}").raise_for_status()

    lookers = [threading.Thread(target=until_it_falls, args=(look,)) for _ in range(2)]
    try:
        assert server.url
        for each in lookers:
            each.start()
        for each in lookers:
            each.join()
    finally:
        server.kill()
    return answered.count(200)


def until_it_falls(look: Callable[[], None]) -> None:
    """A server that was killed answers nothing; whatever else goes wrong is an error."""
    try:
        look()
    except httpx.TransportError:
        return
