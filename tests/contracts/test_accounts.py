"""`ports.Accounts`, on every database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from percorso.adapters.sql.accounts import SqlAccounts
from percorso.adapters.sql.database import Database
from percorso.model.errors import Conflict
from percorso.ports import ApiKey, User

ADA = User("u1", "ada@example.com", "hash of ada", "admin", 1)
BOB = User("u2", "bob@example.com", "hash of bob", "agent", 2)


@pytest.fixture
def accounts(database: Database) -> SqlAccounts:
    return SqlAccounts(database)


def test_a_user_is_found_by_email(accounts: SqlAccounts) -> None:
    assert (accounts.count_users(), accounts.user_by_email(ADA.email)) == (0, None)
    accounts.add_user(ADA)
    accounts.add_user(BOB)
    assert (accounts.count_users(), accounts.user_by_email(BOB.email)) == (2, BOB)


def test_an_email_belongs_to_one_user(accounts: SqlAccounts) -> None:
    accounts.add_user(ADA)
    with pytest.raises(Conflict):
        accounts.add_user(BOB._replace(email=ADA.email))
    assert accounts.count_users() == 1


def test_there_is_one_first_user_however_many_try(accounts: SqlAccounts) -> None:
    def attempt(number: int) -> bool:
        try:
            accounts.add_user(User(f"u{number}", f"{number}@example.com", "hash", "admin", 1), only_first=True)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(attempt, range(8)))
    assert (sum(made), accounts.count_users()) == (1, 1)


def test_a_password_changes_and_nothing_else(accounts: SqlAccounts) -> None:
    accounts.add_user(ADA)
    accounts.set_password(ADA.user_id, "another hash")
    assert accounts.user_by_email(ADA.email) == ADA._replace(password="another hash")


def test_a_session_holds_until_its_end(accounts: SqlAccounts) -> None:
    accounts.add_user(ADA)
    accounts.open_session("t1", ADA.user_id, at=10, expires_at=20)
    assert accounts.session_user("t1", 19) == ADA
    assert accounts.session_user("t1", 20) is None
    assert accounts.session_user("t2", 19) is None


def test_a_closed_session_is_over(accounts: SqlAccounts) -> None:
    accounts.add_user(ADA)
    accounts.open_session("t1", ADA.user_id, at=10, expires_at=20)
    accounts.open_session("t2", ADA.user_id, at=10, expires_at=20)
    accounts.close_session("t1")
    assert (accounts.session_user("t1", 11), accounts.session_user("t2", 11)) == (None, ADA)


def test_a_new_session_sweeps_the_ended_ones(accounts: SqlAccounts) -> None:
    accounts.add_user(ADA)
    accounts.open_session("t1", ADA.user_id, at=10, expires_at=20)
    accounts.open_session("t2", ADA.user_id, at=30, expires_at=40)
    assert accounts.session_user("t1", 15) is None


def test_a_key_works_until_it_is_revoked(accounts: SqlAccounts) -> None:
    key = ApiKey("k1", "write", "web", "abcd", 5, None)
    accounts.add_key(key, "hash")
    assert accounts.keys_in_force() == {"hash": key}
    assert accounts.revoke_key("k1", 9)
    assert not accounts.revoke_key("k1", 10)
    assert not accounts.revoke_key("k2", 10)
    assert accounts.keys_in_force() == {}
    assert accounts.all_keys() == [key._replace(revoked_at=9)]


def test_keys_are_listed_newest_first(accounts: SqlAccounts) -> None:
    for number in (1, 3, 2):
        accounts.add_key(ApiKey(f"k{number}", "secret", "reports", "abcd", number, None), f"hash {number}")
    assert [key.key_id for key in accounts.all_keys()] == ["k3", "k2", "k1"]
