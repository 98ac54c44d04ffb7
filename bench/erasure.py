"""Forgetting people of a loaded company: one alone, and a thousand in one request; then the same files again."""

import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rows import Row
from bench.traffic import events
from percorso.data.intake import Item
from percorso.main import create_company, open_company
from percorso.main.company import Company
from percorso.main.replaying import replay
from percorso.model.erasure import Sought
from percorso.model.verdict import IMPORT_LANE, Verdict
from percorso.settings import Settings

EVENTS = 300_000
PEOPLE = 15_000
AT_ONCE = 1_000
_BATCH = 5_000


def run(*, scale: float = 1.0) -> list[Row]:
    """Each person has twenty events, and as many lie in the lake as in a company of some months."""
    count, people, many = (
        max(int(whole * scale), least) for whole, least in ((EVENTS, 20_000), (PEOPLE, 1_000), (AT_ONCE, 20))
    )
    rng = random.Random(11)
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "company"
        settings = Settings.model_construct(dir=directory)
        create_company(directory, settings)
        with open_company(directory, settings) as company:
            made = events(count, lambda number: f"customer-{number % people:07d}")
            load(company, made)
            chosen = rng.sample(range(people), many + 1)
            alone, one = forget(company, chosen[:1])
            together, all_of = forget(company, chosen[1:])
            before = time.perf_counter()
            again = load(company, made)
            seconds = time.perf_counter() - before
            found = company.searcher().search(Sought([f"customer-{who:07d}" for who in chosen]))
            equal = replay(company, swap=False)["equal"]
    whole = f"{count:,} events, {people:,} people"
    return [
        Row("erasure of one person", alone, "s", 60, f"{whole}; {one} needles found before, none after"),
        Row(f"erasure of {many:,} people in one request", together, "s", 600, f"{all_of:,} needles found, none after"),
        Row("the same files again, suppressed", again, "events", None, f"{seconds:.0f} s; {len(found)} needles found"),
        Row("needles after that, and replay differs", len(found) + (not equal), "x", 0),
    ]


def load(company: Company, made: list[bytes]) -> int:
    """Take events in as history, fold and seal them; how many were suppressed."""
    suppressed = 0
    for start in range(0, len(made), _BATCH):
        items = [Item(body, start + place, None) for place, body in enumerate(made[start : start + _BATCH])]
        verdicts = company.collector.collect_now(items, source="web", lane=IMPORT_LANE, historical=True)
        suppressed += sum(one.verdict is Verdict.SUPPRESSED for one in verdicts)
    company.processor.drain()
    company.archiver.drain()
    return suppressed


def forget(company: Company, people: list[int]) -> tuple[float, int]:
    """Seconds from the request to the receipt, and how many needles were found before."""
    start = time.perf_counter()
    request = company.forgetting.request("erasure", [("user_id", f"customer-{who:07d}") for who in people], "bench")
    company.forgetting.finish_all(company.processor)
    seconds = time.perf_counter() - start
    done = company.privacy_requests.get(request.request_id)
    assert done is not None
    assert done.receipt is not None, "the erasure did not end"
    assert done.counts["found_before"] == done.counts["needles"], "a needle was not found before"
    return seconds, done.counts["needles"]
