"""Forgetting people: a job in steps, each of which may be cut short anywhere and is then done again.

    request      tombstones first: from then on nothing of theirs is taken in, shown or sent
    look         where events are archived: what is to go is found in every store
    purge        where events are folded: log and state lose it; the people who stay hang as if the others had never been
    finish       where events are archived: the lake loses it; every store is searched again, and the receipt signed

Where one process owns the whole directory, `finish_all` does the steps one after the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

import structlog

from percorso.data.events import read_event
from percorso.data.identity.identifiers import NodeIds
from percorso.model.audit import AuditRow
from percorso.model.callback import checked_urls
from percorso.model.erasure import DEADLINE, PrivacyRequest, RequestKind, Step, Tombstone, Work
from percorso.model.errors import InvalidInput, StoreUnavailable
from percorso.model.identifier import Identifier, normalise, valid_kind
from percorso.model.identity import IdentityRules
from percorso.model.time import MINUTE, SECOND, Micros
from percorso.pipeline.forgetting_extent import Extent, Named, spelt
from percorso.pipeline.forgetting_fold import take_out
from percorso.pipeline.forgetting_guard import LOOK_EVERY_S, Buried
from percorso.pipeline.forgetting_receipt import receipt
from percorso.pipeline.process import Processor
from percorso.ports import Audit, Clock
from percorso.ports.erasure import (
    ErasableLake,
    ErasableLog,
    ErasableState,
    PrivacyRequests,
    Scope,
    Searcher,
    TombstoneList,
)

_log = structlog.get_logger()

SETTLED: Micros = int(2 * LOOK_EVERY_S * SECOND)
"""So long after a request every process knows of it."""
WISH = "Erasure Requested"
"""The event by which a person asks for it."""
THEMSELVES = "the person"
RETRY: Micros = 5 * MINUTE
"""After a search that still found something: it takes a while, and somebody may have to put a file away."""
MOST_AT_ONCE = 10_000
_TRIES = 3


class Forgetting:
    """`lake`, `search`: made when first used, for they are heavy and most processes do without.

    alone   no other process works on these stores: nothing is waited for
    """

    def __init__(
        self,
        *,
        requests: PrivacyRequests,
        state: ErasableState,
        log: ErasableLog,
        lake: Callable[[], ErasableLake],
        search: Callable[[], Searcher],
        buried: Buried,
        listed: TombstoneList,
        ids: NodeIds,
        rules: Callable[[], IdentityRules],
        secret: bytes,
        audit: Audit,
        clock: Clock,
        alone: bool = False,
    ) -> None:
        self._requests = requests
        self._state = state
        self._erasable_log = log
        self._lake = lake
        self._search = search
        self._buried = buried
        self._listed = listed
        self._ids = ids
        self._rules = rules
        self._secret = secret
        self._extent = Extent(state, log, ids, rules)
        self._audit = audit
        self._clock = clock
        self._alone = alone

    # asking

    def request(
        self, kind: RequestKind, identities: Sequence[Named], by: str, callbacks: Sequence[str] = ()
    ) -> PrivacyRequest:
        """Note a request, durably; an erasure blocks at once whoever it names. Raises InvalidInput."""
        wanted = self._read(identities)
        now = self._clock.now()
        request = PrivacyRequest(
            request_id=uuid4().hex,
            kind=kind,
            identities=[self._named(one, kind) for one in wanted],
            requested_at=now,
            requested_by=by,
            deadline_at=now + DEADLINE,
            step="requested" if kind == "erasure" else "done",
            step_at=now,
            callbacks=checked_urls(callbacks),
        )
        work, tombstones = None, []
        if kind == "erasure":
            with self._state.erasing() as transaction:
                gone = self._extent.going(wanted, (), transaction)
            hashes = self._extent.hashes(wanted, gone)
            work = Work([(one.kind, one.value) for one in wanted], sorted(gone.nodes), sorted(hashes))
            tombstones = [Tombstone(one, now) for one in sorted(hashes)]
        self._requests.add(request, work, tombstones)
        self._buried.look(now=True)
        self._audit.record(AuditRow(now, by, "privacy.requested", request.request_id))
        _log.info("privacy.requested", request=request.request_id, kind=kind, identities=len(wanted))
        return request

    def _named(self, one: Identifier, kind: RequestKind) -> dict[str, str]:
        """What a request keeps of an identifier: enough to find the person again, unless they are to be forgotten."""
        kept = {"kind": one.kind, "hash": self._ids.first(one)}
        return kept if kind == "erasure" else {**kept, "node": self._ids.of(one)}

    def _read(self, identities: Sequence[Named]) -> list[Identifier]:
        if not 0 < len(identities) <= MOST_AT_ONCE:
            raise InvalidInput(f"name between one and {MOST_AT_ONCE:,} identifiers")
        found = []
        for kind, value in identities:
            one = normalise(kind, value, self._rules().region) if valid_kind(kind) else None
            if one is None:
                raise InvalidInput(f"{kind} is no kind of identifier, or its value identifies nobody; write KIND:VALUE")
            found.append(one)
        return found

    # the steps

    def look(self) -> int:
        """Find what is to go, of every request that waits for it; how many. Where events are archived."""
        self._listen()
        return self._each("requested", self._find)

    def _listen(self) -> None:
        """People ask for it themselves, on the page of their preferences."""
        after = self._requests.listened()
        heard, upto = self._erasable_log.wishes(WISH, after)
        for entry in heard:
            event = read_event(entry)
            if event.name == WISH and (theirs := spelt(event)):
                self.request("erasure", theirs, THEMSELVES)
        if upto > after:
            self._requests.listen(upto)

    def purge(self, processor: Processor) -> int:
        """Take it from log and state; how many requests. Where events are folded, between two batches."""
        return self._each("found", lambda request: self._purge(request, processor))

    def finish(self) -> int:
        """Take it from the lake, search every store again and sign; how many requests. Where events are archived."""
        return self._each("purged", self._finish)

    def finish_all(self, processor: Processor) -> int:
        """All steps of all requests, in the process that owns everything; how many were done."""
        done = 0
        for _ in range(_TRIES):
            self.look()
            self.purge(processor)
            done += self.finish()
            if not self._requests.open():
                break
        return done

    def _each(self, step: Step, work: Callable[[PrivacyRequest], bool]) -> int:
        return sum(work(one) for one in self._requests.open() if one.step == step)

    def _find(self, request: PrivacyRequest) -> bool:
        if not self._alone and self._clock.now() - request.requested_at < SETTLED:
            return False
        work = self._requests.work(request.request_id)
        work, gone, _ = self._extent.whole(work)
        hits = self._search().search(work.needles, files=False)
        found = len({hit.needle for hit in hits})
        counts = {"people": len({node.person_id for node in gone.nodes.values()}), "identifiers": len(work.hashes)}
        counts |= {
            "shared": len(gone.shared),
            "events": len(work.seqs),
            "needles": len(work.needles),
            "found_before": found,
        }
        return self._move(replace(request, counts=counts), "found", work)

    def _purge(self, request: PrivacyRequest, processor: Processor) -> bool:
        if request.problem is not None and not self._alone and self._clock.now() - request.step_at < RETRY:
            return False
        processor.drain()
        work, _, _ = self._extent.whole(self._requests.work(request.request_id))
        tombstones = [Tombstone(one, request.requested_at) for one in work.hashes]
        if not self._move(request, "found", work, tombstones):
            return False
        self._buried.look(now=True)
        again, gone, left = self._extent.whole(work)
        counts = dict(request.counts)
        kept = {key: self._erasable_log.entries(seqs) for key, seqs in left.items()}
        counts["log_events"] = counts.get("log_events", 0) + self._erasable_log.erase(again.seqs)
        counts["log_refused"] = counts.get("log_refused", 0) + self._erasable_log.erase_refused(again.needles)
        with self._state.erasing() as transaction:
            nodes = sorted({*again.nodes, *(node.person_id for node in gone.nodes.values())})
            for name, number in transaction.purge(Scope(nodes, again.seqs, again.needles)).items():
                counts[name] = counts.get(name, 0) + number
            counts["nodes"] = counts.get("nodes", 0) + len(gone.nodes)
            take_out(processor, transaction, gone, kept)
        processor.forget()
        return self._move(replace(request, counts=counts), "purged", again)

    def _finish(self, request: PrivacyRequest) -> bool:
        work = self._requests.work(request.request_id)
        self._buried.look(now=True)
        self._listed.add(self._buried.known.values())
        rows = self._lake().erase(work.seqs, self._clock.now())
        counts = {**request.counts, "lake_rows": request.counts.get("lake_rows", 0) + rows}
        try:
            self._state.settle()
            self._erasable_log.settle()
        except StoreUnavailable as error:
            self._tell(replace(request, counts=counts, problem=error.message), work)
            return False
        searcher = self._search()
        hits = searcher.search(work.needles)
        if hits:
            stores = ", ".join(sorted({hit.store for hit in hits})[:5])
            told = replace(request, counts=counts, problem=f"still found in {stores}; it is taken out again")
            self._move(told, "found", work)
            return False
        signed = receipt(request, counts, len(work.needles), searcher.stores(), self._clock.now(), self._secret)
        done = self._move(replace(request, counts=counts, receipt=signed, problem=None), "done", None)
        _log.info("privacy.erased", request=request.request_id, people=counts.get("people", 0))
        return done

    def _tell(self, request: PrivacyRequest, work: Work) -> None:
        self._requests.advance(request, after=request.step, work=work)

    def _move(self, request: PrivacyRequest, to: Step, work: Work | None, tombstones: Sequence[Tombstone] = ()) -> bool:
        moved = replace(request, step=to, step_at=self._clock.now())
        return self._requests.advance(moved, after=request.step, work=work, tombstones=tombstones)
