"""The example company: its year of history, and the live traffic of the demo."""

import importlib.util
import json
import multiprocessing
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from itertools import chain
from multiprocessing.synchronize import Event
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import httpx
import msgspec
import structlog

from percorso.data.intake import Item
from percorso.main.company import Company
from percorso.model.directory import Directory
from percorso.model.errors import NotFound
from percorso.model.time import SECOND, Micros
from percorso.model.verdict import IMPORT_LANE, Verdict
from percorso.settings import Settings

PACKAGE = "percorso_company"
"""The simulator's name when it is installed with Percorso."""
RECORD = "example"
BY = "example"
"""Who asked, of what the example company was asked."""
BATCH = 5_000
PER_SECOND = 1.0
"""Events a second of the demo's live traffic, over all touchpoints."""
KEYS = "demo-keys.json"
IDLE_S = 0.1

_log = structlog.get_logger()
_encode = msgspec.json.Encoder().encode


def simulator(part: str = "simulate") -> ModuleType:
    """A module of the example company: installed beside Percorso, else from the source tree."""
    if importlib.util.find_spec(PACKAGE) is None:
        folder = Path(__file__).resolve().parents[3] / "examples" / "company"
        start = folder / "__init__.py"
        if not start.is_file():
            raise NotFound("the example company is not installed with this Percorso; run it from its source tree")
        spec = importlib.util.spec_from_file_location(PACKAGE, start, submodule_search_locations=[str(folder)])
        if spec is None or spec.loader is None:
            raise NotFound(f"{start} cannot be loaded")
        sys.modules[PACKAGE] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[PACKAGE])
    return import_module(f"{PACKAGE}.{part}")


class Told(Protocol):
    """What the simulator tells: when it is due, through which system, and the wire item."""

    @property
    def at(self) -> Micros: ...
    @property
    def source(self) -> str: ...
    @property
    def wire(self) -> Mapping[str, Any]: ...


def load(company: Company, *, people: int, seed: int, told: Callable[[int], None]) -> int:
    """Take in the example company's year, once, as imported history, and fold it; how many events.

    Broken off and called again it goes on with the same year: what was taken is a duplicate.
    """
    known = company.store.records(RECORD).get("year")
    if known is not None and known["loaded"]:
        return 0
    today = company.civil.civil_date(company.clock.now())
    year = dict(known or {"people": people, "seed": seed, "end": today.isoformat(), "loaded": False})
    company.store.put(RECORD, "year", year, company.clock.now())
    drawn = simulator().Year(year["people"], year["seed"], date.fromisoformat(year["end"]))
    odd = simulator("oddities")
    with folding_beside(company):
        taken = take_in(company, chain(odd.oddities(drawn), drawn.items()), told)
    company.processor.drain()
    ask_privacy(company, odd)
    company.store.put(RECORD, "year", {**year, "loaded": True}, company.clock.now())
    return taken


def ask_privacy(company: Company, odd: ModuleType) -> None:
    """A guest asked to be forgotten, and is; somebody else asked for what is known of them. Once."""
    asked = {one.kind for one in company.privacy_requests.latest(10)}
    if "erasure" not in asked:
        named = [("user_id", odd.GUEST), ("email", odd.GUEST_EMAIL)]
        company.forgetting.request("erasure", named, BY)
    company.forgetting.finish_all(company.processor)
    if "access" not in asked:
        company.forgetting.request("access", [("user_id", odd.ASKS)], BY)


@contextmanager
def folding_beside(company: Company) -> Iterator[None]:
    """Fold in another process what this one appends meanwhile: generating and folding each take a core."""
    fork = multiprocessing.get_context("fork")
    stop = fork.Event()
    folding = fork.Process(target=fold_until, args=(company.directory, company.settings, stop), name="folding")
    folding.start()
    try:
        yield
    finally:
        stop.set()
        folding.join()


def fold_until(directory: Directory, settings: Settings, stop: Event) -> None:
    """Fold until told to stop and nothing is left; the parent holds the directory."""
    with Company(directory, settings, None) as company:
        while company.processor.step() or not stop.wait(IDLE_S):
            continue


def take_in(company: Company, events: Iterator[Told], told: Callable[[int], None]) -> int:
    """Through the collector in batches of one source."""
    waiting: dict[str, list[Item]] = defaultdict(list)
    taken = 0

    def flush(source: str) -> None:
        nonlocal taken
        items = waiting.pop(source)
        verdicts = company.collector.collect_now(items, source=source, lane=IMPORT_LANE, historical=True)
        taken += len(items)
        refused = [verdict for verdict in verdicts if verdict.verdict not in (Verdict.ACCEPTED, Verdict.DUPLICATE)]
        if refused:
            _log.warning("example.refused", source=source, items=len(refused), reason=refused[0].reason)
        told(taken)

    for number, event in enumerate(events):
        waiting[event.source].append(Item(_encode(event.wire), number, None))
        if len(waiting[event.source]) >= BATCH:
            flush(event.source)
    for source in list(waiting):
        flush(source)
    return taken


def trickle(company: Company, stop: threading.Event) -> None:
    """Post the same people's further events to the running server, as their systems would, until told to stop."""
    year = company.store.records(RECORD)["year"]
    url = json.loads(company.directory.server.read_text())["url"]
    end = date.fromisoformat(year["end"])
    live = simulator().live(company.clock.now(), PER_SECOND, people=year["people"], seed=year["seed"], end=end)
    with httpx.Client(base_url=url, timeout=10.0, trust_env=False) as client:
        for event in live:
            if stop.wait(max(0.0, (event.at - company.clock.now()) / SECOND)):
                return
            post(company, client, event, stop)


def post(company: Company, client: httpx.Client, event: Told, stop: threading.Event) -> None:
    """One event, again and again until it is taken: the server may be starting."""
    while not stop.is_set():
        try:
            body = _encode({"writeKey": write_key(company, event.source), "batch": [event.wire]})
            if client.post("/v1/batch", content=body).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError as error:
            _log.info("trickle.waiting", error=type(error).__name__)
        stop.wait(1.0)


def write_key(company: Company, source: str) -> str:
    """The demo's write key of a source, made when it is first needed and kept beside the tokens of this run."""
    path = company.directory.run / KEYS
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if source not in known:
        known[source] = company.make_key("secret", source)[1]  # the simulator stands for the company's own servers
        path.touch(mode=0o600)
        path.write_text(json.dumps(known))
    return known[source]
