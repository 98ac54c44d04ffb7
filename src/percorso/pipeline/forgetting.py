"""Forgetting people: a job in steps, each of which may be cut short anywhere and is then done again.

    request      tombstones first: from then on nothing of theirs is taken in, shown or sent. An identifier that nobody proved,
                 typed by somebody who is known by a stronger one, waits for `confirm`: it may be a stranger's
    look         where events are archived: what is to go is found in every store
    purge        where events are folded: log and state lose it; the people who stay hang as if the others had never been
    finish       where events are archived: the lake loses it; every store is searched again, and the receipt signed

Where one process owns the whole directory, `finish_all` does the steps one after the other.
"""

from collections.abc import Callable
from dataclasses import replace

import structlog

from percorso.data.events import read_event
from percorso.data.identity.identifiers import NodeIds
from percorso.model.audit import AuditRow
from percorso.model.erasure import PrivacyRequest, Step, Tombstone, Work
from percorso.model.errors import StoreUnavailable
from percorso.model.identity import IdentityRules
from percorso.model.time import MINUTE, SECOND, Micros
from percorso.pipeline.forgetting_extent import Extent, spelt
from percorso.pipeline.forgetting_fold import take_out
from percorso.pipeline.forgetting_guard import LOOK_EVERY_S, Buried
from percorso.pipeline.forgetting_receipt import is_of_others, others_rows, receipt
from percorso.pipeline.forgetting_request import Asking
from percorso.pipeline.forgetting_text import Theirs
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
THEMSELF = "percorso"
"""Who signs."""
RETRY: Micros = 5 * MINUTE
"""After a search that still found something: it takes a while, and somebody may have to put a file away."""
_TRIES = 3
_PAGE = 5_000


class Forgetting(Asking):
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
        super().__init__(requests, Extent(state, log, ids, rules), buried, ids, rules, audit, clock)
        self._state = state
        self._erasable_log = log
        self._lake = lake
        self._search = search
        self._listed = listed
        self._secret = secret
        self._alone = alone

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
        if not self._alone and self._clock.now() - request.step_at < SETTLED:
            return False
        work = self._requests.work(request.request_id)
        work, gone, _ = self._extent.whole(work)
        searcher = self._search()
        found = len({hit.needle for hit in searcher.search(work.sought, files=False)})
        counts = {"people": len({node.person_id for node in gone.nodes.values()}), "identifiers": len(work.hashes)}
        counts |= {
            "shared": len(gone.shared),
            "events": len(work.seqs),
            "needles": sum(map(len, work.sought)),
            "too_short": searcher.too_short(work.sought),
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
        theirs = Theirs(again, self._rules().region)
        refused = self._erasable_log.erase_refused(self._refused(theirs))
        counts["log_refused"] = counts.get("log_refused", 0) + refused
        with self._state.erasing() as transaction:
            nodes = sorted({*again.nodes, *(node.person_id for node in gone.nodes.values())})
            waiting = [id for id, item in transaction.waiting() if theirs.named_in(item)]
            for name, number in transaction.purge(Scope(nodes, again.seqs, waiting, again.needles)).items():
                counts[name] = counts.get(name, 0) + number
            counts["nodes"] = counts.get("nodes", 0) + len(gone.nodes)
            take_out(processor, transaction, gone, kept)
        processor.forget()
        return self._move(replace(request, counts=counts), "purged", again)

    def _refused(self, theirs: Theirs) -> list[int]:
        """Refused items that are theirs."""
        found, after = [], 0
        while items := self._erasable_log.refused(after, _PAGE):
            found += [item.id for item in items if theirs.refused(item)]
            after = items[-1].id
        return found

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
        hits = searcher.search(work.sought)
        elsewhere = others_rows(hits)
        stuck = sorted({hit.store for hit in hits if not is_of_others(hit, hits)})
        if stuck or (hits and self._is_left(work)):
            stores = ", ".join(stuck[:5] or sorted(elsewhere)[:5])
            told = replace(request, counts=counts, problem=f"still found in {stores}; it is taken out again")
            self._move(told, "found", work)
            return False
        now = self._clock.now()
        signed = receipt(request, counts, elsewhere, searcher.stores(), now, self._secret)
        done = self._move(replace(request, counts=counts, receipt=signed, problem=None), "done", None)
        if done:
            self._audit.record(AuditRow(now, THEMSELF, "privacy.erased", request.request_id))
        _log.info("privacy.erased", request=request.request_id, people=counts.get("people", 0))
        return done

    def _is_left(self, work: Work) -> bool:
        """Whether anything is left that is theirs by its keys: what is not, stands in rows of others."""
        now, gone, _ = self._extent.whole(work)
        if gone.nodes or set(now.seqs) != set(work.seqs) or self._erasable_log.entries(work.seqs):
            return True
        theirs = Theirs(work, self._rules().region)
        with self._state.reading() as transaction:
            waits = any(theirs.named_in(item) for _, item in transaction.waiting())
        return waits or bool(self._refused(theirs))

    def _tell(self, request: PrivacyRequest, work: Work) -> None:
        self._requests.advance(request, after=request.step, work=work)
