"""Ten minutes of steady load, of people who come and go, with everything of `percorso up` at work: what each process holds.

What is kept in memory up to a number of things would fill for a quarter of an hour and look like a leak. So as many
people and ids as are kept come first, as fast as they are taken; the ten minutes begin with everything full.

python -m bench.run --only soak
"""

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.load import prepared, send
from bench.pace import SHAPES, Beside, due
from bench.rows import Row, quantile
from bench.shapes import folded
from bench.traffic import batches, bursts, events
from bench.up import Served, served
from percorso.adapters.sql.seen import BUCKET
from percorso.cli.up import PROCESSES
from percorso.pipeline.process import PAIRS_KEPT

RATE = 1_000
BATCH = 20
SECONDS = 600.0
FILL = BUCKET + PAIRS_KEPT
FILL_BATCH = 100
FILL_AT_ONCE = 50_000
"""So many are sent, and then folded, before the next."""
WARM = 0.3
"""Share of the time after which work that comes now and then, such as compaction, has been met."""
LOOK_EVERY_S = 2.0


def run(*, scale: float = 1.0) -> list[Row]:
    """Memory at the end beside what it was when everything was warm."""
    seconds = max(SECONDS * scale, 20.0)
    made = events(int(RATE * seconds), bursts, seed=9)
    held: dict[str, list[float]] = defaultdict(list)
    with served() as up:
        fill(up, int(FILL * min(scale, 1.0)))
        requests = prepared(batches(made, BATCH), "/v1/batch", up.key)
        del made
        with Beside(*up.address, requests, due(len(requests), seconds, SHAPES["constant"]), 8) as load:
            end, children = time.monotonic() + seconds, children_of(up.pid)
            while time.monotonic() < end:
                if children_of(up.pid) != children:
                    raise RuntimeError("a process was restarted; its log says why")
                for name, mb in memory(up.pid, children).items():
                    held[name].append(mb)
                time.sleep(LOOK_EVERY_S)
    if set(load.result.statuses) != {200}:
        raise RuntimeError(f"the load was answered {dict(load.result.statuses)}")
    whole = [sum(at) for at in zip(*held.values(), strict=True)]
    warm, last = edges(whole)
    each = "; ".join(f"{name} {edges(of)[0]:.0f} to {edges(of)[1]:.0f}" for name, of in sorted(held.items()))
    note = f"{len(requests) * BATCH:,} events in {seconds:.0f} s; {each} MB; p99 {quantile(load.result.waits, 0.99) * 1000:.0f} ms"
    return [
        Row("memory of all processes when warm", warm, "MB"),
        Row("memory of all processes at the end, of that when warm", last / warm, "x", 1.05, note),
    ]


def fill(up: Served, count: int) -> None:
    """Events of as many people and with as many ids as any process keeps in memory; each is folded on return."""
    for start in range(0, count, FILL_AT_ONCE):
        made = events(min(FILL_AT_ONCE, count - start), early(start // 2), seed=100 + start)
        requests = prepared(batches(made, FILL_BATCH), "/v1/batch", up.key)
        if send(*up.address, requests, 4).failed:
            raise RuntimeError("not every event that fills the caches was taken")
        folded(up)


def early(first: int) -> Callable[[int], str]:
    """Two events of each, of people who are never met again."""
    return lambda number: f"early-{first + number // 2}"


def edges(of: list[float]) -> tuple[float, float]:
    """Medians of a tenth of the time: when all is warm, and at the end."""
    tenth, warm = max(len(of) // 10, 1), int(len(of) * WARM)
    return median(of[warm : warm + tenth]), median(of[-tenth:])


def children_of(pid: int) -> list[int]:
    """Ids of the processes that the supervisor holds, in the order of `PROCESSES`."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def memory(pid: int, children: list[int]) -> dict[str, float]:
    """Process -> resident MB, what several share counted in parts."""
    named = zip(("supervisor", *PROCESSES), (pid, *children), strict=True)
    return {name: _resident(one) for name, one in named}


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"the system does not tell the memory of process {pid}")
