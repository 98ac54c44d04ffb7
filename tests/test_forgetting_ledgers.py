"""Whatever identifiers were seen together: after an erasure the state is what the log without it makes."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from percorso.data.identity.overrides import decision
from percorso.data.intake import Item
from percorso.execution.own_event import own_event
from percorso.main import open_company
from percorso.main.company import Company
from percorso.model.erasure import ENDED
from percorso.model.identifier import Identifier
from percorso.model.time import parse_iso, to_iso
from percorso.settings import Settings
from tests.drawn import drawn
from tests.folding import FixedClock
from tests.test_forgetting import START, assert_whole, forget, take
from tests.test_forgetting_others import ask, public

SEEDS = range(drawn(40))
MINUTE = 60_000_000


def one_event(rng: random.Random, number: int) -> dict[str, Any]:
    """Few identifiers, many events: everything is shared with everybody now and then."""
    item: dict[str, Any] = {
        "type": "track",
        "event": rng.choice(["Product Viewed", "Order Completed", "Complaint Opened"]),
        "messageId": f"drawn-message-{number:05d}",
        "timestamp": to_iso(START + rng.randrange(60 * 24 * 30) * MINUTE),
        "properties": {},
    }
    if rng.random() < 0.6:
        item["anonymousId"] = f"drawn-device-{rng.randrange(8)}"
    if rng.random() < 0.5:
        item["userId"] = f"drawn-user-{rng.randrange(6)}"
    if rng.random() < 0.4:
        item["context"] = {"traits": {"email": f"drawn{rng.randrange(8)}@example.com"}}
    if rng.random() < 0.2:
        item.setdefault("context", {})["externalIds"] = [
            {"type": "loyalty_id", "id": f"drawn-loyal-{rng.randrange(5)}"}
        ]
    if not item.keys() & {"anonymousId", "userId", "context"}:
        item["userId"] = "drawn-user-0"
    return item


def decide(rng: random.Random, company: Company, number: int) -> None:
    a, b = (Identifier("user_id", f"drawn-user-{who}") for who in rng.sample(range(6), 2))
    kind = rng.choice(["link", "separate"])
    name, properties = decision(kind, a, b, "somebody", None)  # type: ignore[arg-type]
    made = own_event(name, f"drawn-decision-{number}", a, properties, {}, START + number * MINUTE)
    company.collector.collect_now([Item(json.dumps(made).encode(), 0, None)], source="percorso", lane=0)
    company.processor.drain()


@pytest.mark.parametrize("seed", SEEDS)
def test_state_is_what_the_rest_of_the_log_makes(company_dir: Path, settings: Settings, seed: int) -> None:
    rng = random.Random(seed)
    with open_company(company_dir, settings) as company:
        company.clock = FixedClock(parse_iso("2026-11-01T12:00:00Z"))
        take(company, [one_event(rng, number) for number in range(120)])
        for number in range(rng.randrange(3)):
            decide(rng, company, number)
        company.archiver.drain()
        for _ in range(3):
            who = rng.choice([f"user_id:drawn-user-{rng.randrange(6)}", f"email:drawn{rng.randrange(8)}@example.com"])
            done = forget(company, who)
            assert done.problem is None
            assert_whole(company)
            take(company, [one_event(rng, 1_000 + number) for number in range(10)])
        assert_whole(company)


@pytest.mark.parametrize("seed", SEEDS)
def test_so_it_is_when_a_part_was_only_typed(company_dir: Path, settings: Settings, seed: int) -> None:
    """By public keys and by a server; a request that is unsure is confirmed or taken back."""
    rng = random.Random(seed)
    with open_company(company_dir, settings) as company:
        company.clock = FixedClock(parse_iso("2026-11-01T12:00:00Z"))
        for start in range(0, 120, 20):
            some = [one_event(rng, start + number) for number in range(20)]
            (public if rng.random() < 0.6 else take)(company, some)
        company.archiver.drain()
        for _ in range(3):
            who = rng.choice([f"user_id:drawn-user-{rng.randrange(6)}", f"email:drawn{rng.randrange(8)}@example.com"])
            told = ask(company, who)
            if told.step == "unsure":
                settle = company.forgetting.confirm if rng.random() < 0.7 else company.forgetting.cancel
                settle(told.request_id, "a manager")
                company.forgetting.finish_all(company.processor)
            ended = company.privacy_requests.get(told.request_id)
            assert ended is not None
            assert (ended.step in ENDED, ended.problem) == (True, None)
            assert_whole(company)
            public(company, [one_event(rng, 1_000 + number) for number in range(10)])
        assert_whole(company)
