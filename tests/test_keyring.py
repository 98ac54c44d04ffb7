"""The keys in force, in memory: new and revoked ones are noticed, and a state database that fails or hangs stops no known key."""

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping

import pytest

from percorso.http.keyring import APART_S, FRESH_FOR, PATIENCE_S, WATCH_EVERY_S, KeyRing
from percorso.http.keys import make_key
from percorso.http.write_key import Sender
from percorso.main.company import Company
from percorso.model.errors import StoreUnavailable
from percorso.model.identity import Trust
from percorso.ports import Accounts, ApiKey
from tests.http_client import MovedClock


class Moody:
    """A company's accounts, whose database may fail or hang."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self.well = threading.Event()
        self.well.set()
        self.has_read = threading.Event()
        self.fails = False
        self.reads = 0
        self.threads: set[int] = set()

    def keys_in_force(self) -> Mapping[str, ApiKey]:
        self.reads += 1
        self.threads.add(threading.get_ident())
        if self.fails:
            raise RuntimeError("disk I/O error")
        assert self.well.wait(30)
        keys = self._accounts.keys_in_force()
        self.has_read.set()
        return keys

    def __getattr__(self, name: str) -> object:
        return getattr(self._accounts, name)


@pytest.fixture
def moody(company: Company) -> Iterator[Moody]:
    moody = Moody(company.accounts)
    yield moody
    moody.well.set()


@pytest.fixture
def clock(company: Company) -> MovedClock:
    return MovedClock(company.clock.now())


@pytest.fixture
def ring(moody: Moody, clock: MovedClock) -> KeyRing:
    return KeyRing(moody, clock)  # type: ignore[arg-type]


def made(company: Company, kind: str = "write", name: str = "web") -> tuple[str, str]:
    """A new key and its id, made elsewhere."""
    key, record = make_key(company.accounts, kind, name, company.clock.now(), company.facts.secret)
    return key, record.key_id


def source(ring: KeyRing, key: str) -> str | None:
    sender = asyncio.run(ring.source(key))
    return None if sender is None else sender.source


def test_a_key_made_elsewhere_works_at_once(company: Company, ring: KeyRing) -> None:
    first, _ = made(company)
    assert source(ring, first) == "web"
    second, _ = made(company, name="till")
    assert source(ring, second) == "till"


def test_a_known_key_is_not_looked_up(company: Company, ring: KeyRing, moody: Moody) -> None:
    key, _ = made(company)
    assert [source(ring, key) for _ in range(100)] == ["web"] * 100
    assert moody.reads == 1


def test_the_event_loop_never_reads(company: Company, ring: KeyRing, moody: Moody) -> None:
    key, _ = made(company)
    source(ring, key)
    source(ring, "wk_wrong")
    assert threading.get_ident() not in moody.threads


def test_a_flood_of_wrong_keys_shares_its_reads_and_pushes_out_nothing(
    company: Company, ring: KeyRing, moody: Moody
) -> None:
    key, _ = made(company)

    async def flood() -> list[str | None]:
        return await asyncio.gather(*(ring.source(f"wk_{number}") for number in range(5_000)))

    assert source(ring, key) == "web"
    began = time.monotonic()
    assert set(asyncio.run(flood())) == {None}
    assert moody.reads <= 3 + (time.monotonic() - began) / APART_S
    moody.fails = True
    assert source(ring, key) == "web"


def test_a_key_revoked_elsewhere_ends_within_seconds(company: Company, moody: Moody) -> None:
    ring = KeyRing(moody, company.clock)  # type: ignore[arg-type]
    key, key_id = made(company)

    async def use_until_it_ends() -> None:
        watch = asyncio.create_task(ring.watch())
        assert await ring.source(key) == Sender("web")
        company.accounts.revoke_key(key_id, company.clock.now())
        for _ in range(3):  # the first may have begun before, the last is not stored yet
            moody.has_read.clear()
            assert await asyncio.to_thread(moody.has_read.wait, 30)
        assert await ring.source(key) is None
        watch.cancel()

    asyncio.run(use_until_it_ends())
    assert 3 * WATCH_EVERY_S < 5


def test_a_revoked_secret_key_ends_even_without_the_watch(company: Company, ring: KeyRing, clock: MovedClock) -> None:
    key, key_id = made(company, "secret")
    assert ring.find("secret", key) is not None
    company.accounts.revoke_key(key_id, clock.now())
    clock.advance(FRESH_FOR)
    assert ring.find("secret", key) is None


def test_a_key_is_of_one_kind(company: Company, ring: KeyRing) -> None:
    key, _ = made(company, "secret", "reports")
    assert asyncio.run(ring.source(key)) == Sender("reports", Trust.SERVER), "a server may send, and is believed"
    signing, _ = made(company, "identity", "pages")
    assert source(ring, signing) is None
    assert ring.find("write", key) is None


def test_when_the_database_hangs_known_keys_go_on(company: Company, ring: KeyRing, moody: Moody) -> None:
    known, _ = made(company)
    assert source(ring, known) == "web"
    unknown, _ = made(company, name="till")
    moody.well.clear()

    async def ask() -> float:
        loop = asyncio.get_running_loop()
        watch = asyncio.create_task(ring.watch())
        asked = asyncio.create_task(ring.source(unknown))
        began = loop.time()
        for _ in range(1_000):
            assert await ring.source(known) == Sender("web")
            await asyncio.sleep(0)
        took = loop.time() - began
        with pytest.raises(StoreUnavailable):
            await asked
        watch.cancel()
        return took

    assert asyncio.run(ask()) < PATIENCE_S
    moody.well.set()
    assert source(ring, unknown) == "till"


def test_when_the_database_fails_nobody_is_told_a_key_is_wrong(
    company: Company, ring: KeyRing, moody: Moody, clock: MovedClock
) -> None:
    write, _ = made(company)
    secret, _ = made(company, "secret", "reports")
    moody.fails = True
    with pytest.raises(StoreUnavailable):
        source(ring, write)
    with pytest.raises(StoreUnavailable):
        ring.find("secret", secret)
    moody.fails = False
    assert source(ring, write) == "web"
    assert ring.find("secret", secret) is not None
    moody.fails = True
    clock.advance(FRESH_FOR)
    with pytest.raises(StoreUnavailable):
        ring.find("secret", secret)
    ring.forget()
    assert source(ring, write) == "web"


def test_many_threads_ask_at_once(company: Company, ring: KeyRing) -> None:
    keys = [made(company, "secret", f"k{number}")[0] for number in range(20)]
    found: list[str | None] = []

    def ask(key: str) -> None:
        one = ring.find("secret", key)
        found.append(None if one is None else one.name)

    threads = [threading.Thread(target=ask, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(name) for name in found) == sorted(f"k{number}" for number in range(20))
