"""Events are kept as long as their contract says; then state, log and lake are as if they had never come."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from percorso.adapters.sql.rounds import SqlRounds
from percorso.main.company import Company
from percorso.model.contract import EventContract
from percorso.model.time import DAY, HOUR
from percorso.pipeline.retention import Retention
from tests.test_forgetting import assert_whole, company, event, found, life, take

__all__ = ["company"]


@pytest.fixture
def keeping(company: Company) -> Company:
    """Product views are kept for thirty days."""
    contract = EventContract(name="Product Viewed", about={}, properties={}, keep_days=30)
    others = tuple(one for one in company.config.contracts if one.name != contract.name)
    company.config = replace(company.config, contracts=(*others, contract))
    return company


def test_what_is_too_old_goes_and_the_rest_is_folded_again(keeping: Company) -> None:
    take(keeping, [*life(1, 10), *life(2, 20)])
    keeping.archiver.drain()
    keeping.clock.time += 20 * DAY  # type: ignore[attr-defined]
    take(keeping, life(3, 30))
    assert keeping.retention.due() == {}
    keeping.clock.time += 20 * DAY  # type: ignore[attr-defined]
    assert keeping.retention.drop() == {"Product Viewed": 2}
    assert found(keeping, ["message-000010-x", "message-000020-x", "message-000030-x"]) == {2}
    (person,) = keeping.people.find("user_id:customer-00001", 5)
    assert person.events == 4
    with keeping.log_database.read() as connection:
        assert connection.execute(text("select sum(count) from log_counts where verdict = 'accepted'")).scalar() == 15
    assert_whole(keeping)
    assert keeping.retention.drop() == {}


def test_nothing_goes_without_a_contract_that_says_so(company: Company) -> None:
    take(company, life(1, 10))
    company.clock.time += 4_000 * DAY  # type: ignore[attr-defined]
    assert company.retention.drop() == {}
    assert_whole(company)


def test_a_server_drops_in_batches_each_step_where_it_belongs(keeping: Company) -> None:
    take(keeping, [one for who in range(1, 6) for one in life(who, who * 10)])
    keeping.archiver.drain()
    keeping.clock.time += 40 * DAY  # type: ignore[attr-defined]
    retention = Retention(**{**wired(keeping), "batch": 2, "hour": None})
    assert not retention.step_in_log()
    retention.ask()
    phases = []
    while retention.step_in_log() or retention.step_in_lake():
        phases.append(SqlRounds(keeping.store, keeping.clock).get().phase)
        take(keeping, [event(500 + len(phases), anonymousId="meanwhile")])
    assert phases == ["lake", "log", "lake", "log", "lake", "log", "fold", "settle", "done"]
    assert found(keeping, [f"message-{who * 10:06d}-x" for who in range(1, 6)]) == set()
    assert_whole(keeping)


def test_a_step_that_was_cut_short_is_done_again(keeping: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    take(keeping, life(1, 10))
    keeping.archiver.drain()
    keeping.clock.time += 40 * DAY  # type: ignore[attr-defined]
    given = wired(keeping)

    class Cut:
        """A log that is lost the moment it is to lose something."""

        def __getattr__(self, name: str) -> Any:
            if name == "erase":
                raise KeyboardInterrupt
            return getattr(given["log"], name)

    cut = Retention(**{**given, "log": Cut()})
    cut.ask()
    with pytest.raises(KeyboardInterrupt):
        cut.step_in_log()
    assert keeping.retention.drop() == {"Product Viewed": 1}
    assert found(keeping, ["message-000010-x"]) == set()
    assert_whole(keeping)


def test_a_round_a_day_begins_at_its_hour(keeping: Company) -> None:
    clock: Any = keeping.clock
    clock.time = keeping.civil.midnight(keeping.civil.civil_date(clock.time) + timedelta(days=1))
    retention = Retention(**{**wired(keeping), "hour": 3})
    assert not retention.step_in_log()
    clock.time += 3 * HOUR
    assert retention.step_in_log()
    assert not retention.step_in_log()
    clock.time += 20 * HOUR
    assert not retention.step_in_log()
    clock.time += 4 * HOUR
    assert retention.step_in_log()


def wired(company: Company) -> dict[str, Any]:
    return {
        "contracts": company.config.contracts,
        "state": company.erasable_state,
        "log": company.erasable_log,
        "lake": company.erasable_lake,
        "rounds": SqlRounds(company.store, company.clock),
        "refold": company.fold_anew,
        "clock": company.clock,
        "civil": company.civil,
    }
