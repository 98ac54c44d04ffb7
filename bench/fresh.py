"""From the acknowledged event to the readable profile, with everything of `percorso up` running under a steady load."""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.rows import Row, quantile
from bench.traffic import batches, events
from percorso.data.identity import node_id
from percorso.main import create_company, open_company
from percorso.main.company import Company
from percorso.model.identifier import Identifier
from percorso.settings import Settings

RATE = 2_000
BATCH = 20
PROBES_EVERY_S = 0.05
PEOPLE = 5_000
LOOK_EVERY_S = 0.002


def run(*, scale: float = 1.0) -> list[Row]:
    """Half a minute of load at full scale."""
    seconds = max(30 * scale, 3.0)
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "company"
        settings = Settings.model_construct(dir=directory)
        create_company(directory, settings)
        with open_company(directory, settings, write=False) as company:
            key = company.make_key("write", "bench")[1]
            with serving(directory) as url, loaded(url, key, seconds) as sent:
                waits = probe(company, url, key, seconds)
            rate = sent() / seconds
    note = f"{len(waits)} probes at {rate:,.0f} events/s, all processes running"
    return [
        Row("event to readable profile, p50", quantile(waits, 0.5), "s", note=note),
        Row("event to readable profile, p99", quantile(waits, 0.99), "s", 1.0, note),
    ]


def probe(company: Company, url: str, key: str, seconds: float) -> list[float]:
    """Seconds from the answer to a new person's event until the person can be read."""
    waits = []
    end = time.monotonic() + seconds
    with httpx.Client(auth=(key, ""), trust_env=False, timeout=10.0) as client:
        number = 0
        while time.monotonic() < end:
            number += 1
            event = {"event": "Product Viewed", "messageId": f"probe-{number}", "userId": f"probe-{number}"}
            client.post(f"{url}/v1/track", json=event).raise_for_status()
            start = time.monotonic()
            wanted = node_id(company.facts.secret, Identifier("user_id", f"probe-{number}"))
            while company.people.row(wanted) is None and time.monotonic() - start < 30.0:
                time.sleep(LOOK_EVERY_S)
            waits.append(time.monotonic() - start)
            time.sleep(PROBES_EVERY_S)
    return waits


@contextmanager
def loaded(url: str, key: str, seconds: float) -> Iterator[Callable[[], int]]:
    """A steady load beside the block; yields how many events were acknowledged so far."""
    rng = random.Random(1)
    bodies = batches(events(int(RATE * seconds), lambda _: f"u{rng.randrange(PEOPLE)}"), BATCH)
    acknowledged = 0

    def send() -> None:
        nonlocal acknowledged
        start = time.monotonic()
        with httpx.Client(auth=(key, ""), trust_env=False, timeout=10.0) as client:
            for number, body in enumerate(bodies):
                time.sleep(max(0.0, start + number * BATCH / RATE - time.monotonic()))
                client.post(f"{url}/v1/batch", content=body).raise_for_status()
                acknowledged += BATCH

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield lambda: acknowledged
    finally:
        sender.join()


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """`percorso up` on a free port."""
    program = Path(sys.executable).with_name("percorso")
    command = [str(program), "up", "--dir", str(directory), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Percorso is up"):
                break
        yield json.loads((directory / "run" / "server.json").read_text())["url"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
