"""`percorso demo`: the example company is loaded once, signed in to, and its pages move."""

import re
import time
from pathlib import Path

import httpx
import pytest

from percorso.main import create_company, open_company
from percorso.main.example import load
from percorso.settings import Settings
from tests.server import Server
from tests.test_up import answer

PEOPLE = 40


def test_a_load_that_broke_off_goes_on_with_the_same_year(tmp_path: Path, settings: Settings) -> None:
    def break_off(events: int) -> None:
        if events > 2_000:
            raise KeyboardInterrupt

    create_company(tmp_path / "company", settings)
    with open_company(tmp_path / "company", settings) as company, pytest.raises(KeyboardInterrupt):
        load(company, people=PEOPLE, seed=3, told=break_off)
    with open_company(tmp_path / "company", settings) as company:
        taken = load(company, people=PEOPLE, seed=99, told=lambda _: None)
        assert company.log.size().head == taken
        assert load(company, people=PEOPLE, seed=3, told=lambda _: None) == 0


@pytest.mark.timeout(180)
def test_the_demo_loads_signs_in_and_moves(tmp_path: Path) -> None:
    with Server(tmp_path / "demo", "--people", str(PEOPLE), command="demo") as server:
        url = server.url
        email, password = sign_in_of(server)
        with httpx.Client(
            base_url=url, headers={"X-Percorso": "1", "Origin": url}, trust_env=False, timeout=60.0
        ) as page:
            assert page.post("/api/session", json={"email": email, "password": password}).status_code == 200
            before = page.get("/api/status").json()["total"]["accepted"]
            assert before > 1_000
            deadline = time.monotonic() + 60
            while page.get("/api/status").json()["total"]["accepted"] == before:
                assert time.monotonic() < deadline, server.log()[-3000:]
                time.sleep(0.1)
            assert page.get("/api/people").json()["people"]
            assert page.get("/api/insight/kpis/csat").json()["rows"][0]["n"] > 0
        assert answer(server.directory, "check")["ok"]
    with Server(tmp_path / "demo", "--people", str(PEOPLE), "--no-live", command="demo") as again:
        assert again.url
        assert not any("Loaded" in line for line in again.lines)


def sign_in_of(server: Server) -> tuple[str, str]:
    """Email and password as the demo prints them."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for line in server.lines:
            if found := re.search(r"as (\S+) with the password (\S+)", line):
                return found.group(1), found.group(2)
        time.sleep(0.02)
    raise AssertionError(server.lines)
