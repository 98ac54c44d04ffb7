"""A million people with three million identifiers: found, joined by decisions, and made anew by other rules."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.collect import open_log
from bench.rows import Row, quantile
from percorso.adapters.packs import load_packs
from percorso.adapters.sql.database import Database
from percorso.adapters.sql.identity import SqlIdentity
from percorso.adapters.sql.state import SqlState
from percorso.adapters.sql.tables import STATE
from percorso.adapters.system_clock import SystemClock
from percorso.data.identity.identifiers import OWN_SOURCE, NodeIds, strength
from percorso.data.identity.overrides import decision
from percorso.data.intake import Item
from percorso.model.event import Order
from percorso.model.identifier import DEVICE, Identifier
from percorso.model.identity import Assertion, IdentityRules
from percorso.model.person import NOBODY, Facts, Node
from percorso.model.time import CivilClock
from percorso.model.verdict import LIVE_LANE
from percorso.pipeline.collect import Collector
from percorso.pipeline.garbage import settle_memory
from percorso.pipeline.person_row import person_row
from percorso.pipeline.process import Processor
from percorso.pipeline.reresolve import Reresolver

PEOPLE = 1_000_000
PART = 20_000
JOINED = 1_000
SECOND_MAIL = 10
"""Of so many people one has a second address: what a limit of one parts."""
SHARED_PHONE = 50
"""Of so many people one has the phone of the one before."""
AT = 1_750_000_000_000_000


def _family(number: int, ids: NodeIds, rules: IdentityRules) -> tuple[list[Node], list[Assertion]]:
    """A person of three identifiers, as folding leaves them."""
    user = Identifier("user_id", f"u{number}")
    weaker = [Identifier("email", f"u{number}@example.com")]
    if number % SECOND_MAIL == 0:
        weaker.append(Identifier("email", f"u{number}@example.org"))
    elif number % SHARED_PHONE == 1:
        weaker.append(Identifier("phone", f"+39333{number:07d}"))
    else:
        weaker.append(Identifier(DEVICE, f"d{number}"))
    root, its = ids.of(user), strength(user, rules)
    order = Order(AT + number, 0, f"m{number}")
    profile = NOBODY._replace(facts=Facts(events=2, first=order, last=order, counters={"Product Viewed": 2}))
    nodes = [Node(root, user.kind, user.value, root, None, {}, profile, seen_at=AT + number)]
    lines = []
    for place, one in enumerate(weaker):
        at = AT + number + place
        key = ids.of(one)
        nodes.append(Node(key, one.kind, one.value, root, root, {root: (its, at)}, NOBODY, False, None, at, at))
        lines.append(Assertion(key, root, its, at, 0, f"m{number}", "web", 2))
    return nodes, lines


def _load(state: SqlState, people: int, ids: NodeIds) -> None:
    rules = IdentityRules()
    for start in range(0, people, PART):
        families = [_family(number, ids, rules) for number in range(start, min(start + PART, people))]
        with state.transaction() as transaction:
            transaction.store_nodes([node for nodes, _ in families for node in nodes])
            transaction.store_assertions([line for _, lines in families for line in lines])
            rows = (person_row(nodes[0].node_id, nodes[0], nodes[0].profile) for nodes, _ in families)
            transaction.store_people([row for row in rows if row is not None], [])


def _joining(people: int) -> Iterator[Item]:
    """Decisions that make one person of `JOINED`, spread over all."""
    step = max(1, people // JOINED)
    first = Identifier("user_id", "u0")
    for place in range(1, min(JOINED, people)):
        name, properties = decision("link", first, Identifier("user_id", f"u{place * step}"), "ada", None)
        event = {"type": "track", "event": name, "messageId": f"d{place}", "properties": properties, "context": {}}
        yield Item(msgspec.json.encode(event), place)


def run(*, scale: float = 1.0) -> list[Row]:
    """Every figure of this page."""
    people = int(PEOPLE * scale)
    ids, rng = NodeIds(b"secret"), random.Random(7)
    with TemporaryDirectory() as directory:
        log = open_log(Path(directory))
        database = Database(f"sqlite:///{directory}/state.db", repeatable=True)
        STATE.create_all(database.engine)
        state = SqlState(database, log.log_id)
        _load(state, people, ids)
        identity = SqlIdentity(database, lambda device: ids.of(Identifier(DEVICE, device)))
        settle_memory()

        taken = []
        for _ in range(3_000):
            wanted = Identifier("email", f"u{rng.randrange(people)}@example.com")
            began = time.perf_counter()
            assert len(identity.find(wanted)) == 1
            taken.append((time.perf_counter() - began) * 1000)

        collector = Collector(log, CivilClock("Europe/Rome"), SystemClock())
        processor = Processor(log, state, load_packs(["retail"]), b"secret")
        collector.collect_now(list(_joining(people)), source=OWN_SOURCE, lane=LIVE_LANE)
        began = time.process_time()
        processor.drain()
        joined_s = time.process_time() - began

        reresolver = Reresolver(identity, state)
        began, worked = time.perf_counter(), time.process_time()
        seen = reresolver.preview(IdentityRules(limits={"email": 1}))
        preview_s, preview_cpu_s = time.perf_counter() - began, time.process_time() - worked
        began, worked = time.perf_counter(), time.process_time()
        done = reresolver.apply(IdentityRules(limits={"email": 1}))
        apply_s, apply_cpu_s = time.perf_counter() - began, time.process_time() - worked
        assert (seen.splits, seen.merges) == (done.splits, done.merges)
        state.close()
    words = f"{people:,} people, {3 * people:,} identifiers"
    return [
        Row("look-up by identifier, p99", quantile(taken, 0.99), "ms", 5, words),
        Row(f"{min(JOINED, people):,} people joined by decisions", joined_s, "s", 1, "CPU time"),
        Row("preview of other rules", preview_s, "s", note=f"{seen.splits:,} splits; CPU {preview_cpu_s:.0f} s"),
        Row(
            "everybody resolved anew, and written",
            apply_s,
            "s",
            600,
            f"{done.moved:,} identifiers moved; CPU {apply_cpu_s:.0f} s",
        ),
    ]


if __name__ == "__main__":
    for row in run(scale=0.05):
        print(row)
