"""Live = replay: the folds made again from the log are those that live traffic made, whatever the batches were."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from percorso.data.intake import Item
from percorso.main import open_company
from percorso.main.company import Company
from percorso.main.replaying import replay
from percorso.settings import Settings
from tests.faults.load import item


def take(company: Company, items: Sequence[dict[str, Any]], *, lane: int = 0, historical: bool = False) -> None:
    wire = [Item(json.dumps(one).encode(), number, None) for number, one in enumerate(items)]
    company.collector.collect_now(wire, source="web", lane=lane, historical=historical)


def made(count: int, seed: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    return [item(rng, f"m{seed}-{number}") for number in range(count)]


def test_state_folded_in_small_batches_equals_a_replay(company: Company) -> None:
    rng = random.Random(4)
    events = made(600, 1)
    while events:
        take(company, events[: (size := rng.randint(1, 30))], lane=rng.randint(0, 1))
        events = events[size:]
        company.processor.drain()
    result = replay(company, swap=False)
    assert result["events"] == 600
    assert result["equal"], result["tables"]


def test_replay_stops_where_the_live_state_is(company: Company) -> None:
    take(company, made(100, 2))
    company.processor.drain()
    take(company, made(50, 3))
    result = replay(company, swap=False)
    assert (result["events"], result["equal"]) == (100, True)


def test_a_spoilt_state_is_noticed_and_put_right(company: Company) -> None:
    take(company, made(200, 5))
    company.processor.drain()
    with company.state_database.write() as connection:
        connection.execute(text("update people set orders = orders + 1"))
        connection.execute(text("delete from positions"))
    seen = replay(company, swap=False)
    assert not seen["equal"]
    assert {name for name, row in seen["tables"].items() if not row["equal"]} == {"people", "positions"}
    replay(company, swap=True)
    assert replay(company, swap=False)["equal"]


def test_replay_decides_and_sends_nothing(company: Company) -> None:
    kept = ("decisions", "outbox", "tasks", "to_append", "api_keys")

    def rows() -> dict[str, list[Any]]:
        with company.state_database.read() as connection:
            return {name: connection.execute(text(f"select * from {name} order by 1")).all() for name in kept}

    take(company, made(300, 6))
    company.processor.drain()
    before = rows()
    assert before["decisions"]
    with company.state_database.write() as connection:
        connection.execute(text("delete from outbox"))
    emptied = rows()
    replay(company, swap=True)
    assert rows() == emptied


def test_people_of_sealed_events_are_still_known_after_a_replay(company_dir: Path, settings: Settings) -> None:
    """A device seen alone, then with its user: the lake may hold the device's first person, so `moved` must stay."""
    with open_company(company_dir, settings) as company:
        take(company, [{"type": "track", "event": "Product Viewed", "messageId": "a", "anonymousId": "d1"}])
        company.processor.drain()
        take(company, [{"type": "identify", "messageId": "b", "anonymousId": "d1", "userId": "u1"}])
        company.processor.drain()
        query = text("select m.person_id from moved m join nodes n on n.node_id = m.node_id where n.value = 'd1'")
        with company.state_database.read() as connection:
            before = connection.execute(query).scalar()
        assert before is not None
        replay(company, swap=True)
        with company.state_database.read() as connection:
            assert connection.execute(query).scalar() == before
