"""Events are kept as long as their contract says; then state, log and lake are as if they had never come."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from percorso.main.company import Company
from percorso.model.contract import EventContract
from percorso.model.time import DAY
from tests.test_forgetting import assert_whole, company, found, life, take

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
