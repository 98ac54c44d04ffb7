"""Erasure where log and state are PostgreSQL: rows are looked at after a vacuum."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from percorso.main import create_company, open_company
from percorso.main.company import Company
from percorso.model.time import parse_iso
from percorso.model.verdict import IMPORT_LANE, Verdict
from percorso.settings import Settings
from tests.folding import FixedClock
from tests.test_forgetting import assert_whole, forget, found, life, needles_of, take

pytestmark = pytest.mark.postgres


@pytest.fixture
def there(tmp_path: Path, settings: Settings, postgres_url: str) -> Iterator[Company]:
    chosen = settings.model_copy(update={"log_url": postgres_url, "state_url": postgres_url})
    create_company(tmp_path / "there", chosen)
    with open_company(tmp_path / "there", chosen) as opened:
        opened.clock = FixedClock(parse_iso("2026-11-01T12:00:00Z"))
        yield opened


def test_whoever_is_forgotten_is_nowhere_any_more(there: Company) -> None:
    everybody = [one for who in range(20) for one in life(who, who * 10)]
    take(there, everybody)
    there.archiver.drain()
    take(there, [one for who in range(30, 33) for one in life(who, who * 10)])
    needles = [*needles_of(7, 70), *needles_of(31, 310)]
    assert found(there, needles) == set(range(16))
    done = forget(there, "email:person.00007@example.com", "user_id:customer-00031")
    assert (done.step, done.problem, done.counts["people"]) == ("done", None, 2)
    assert found(there, needles) == set()
    verdicts = take(there, everybody, lane=IMPORT_LANE)
    assert [one.verdict for one in verdicts[35:40]] == [Verdict.SUPPRESSED] * 5
    assert found(there, needles) == set()
    assert_whole(there)
