"""Asking for it: a request about people's data, from the first word to the last that is needed before anything is done."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

import structlog

from percorso.data.identity.identifiers import NodeIds
from percorso.model.audit import AuditRow
from percorso.model.callback import checked_urls
from percorso.model.erasure import DEADLINE, PrivacyRequest, RequestKind, Step, Tombstone, Work
from percorso.model.errors import Conflict, InvalidInput, NotFound
from percorso.model.identifier import Identifier, normalise, valid_kind
from percorso.model.identity import IdentityRules
from percorso.model.time import Micros
from percorso.pipeline.forgetting_extent import Extent, Named
from percorso.pipeline.forgetting_guard import Buried
from percorso.ports import Audit, Clock
from percorso.ports.erasure import PrivacyRequests

_log = structlog.get_logger()

MOST_AT_ONCE = 10_000


class Asking:
    """What people ask of their data, noted."""

    def __init__(
        self,
        requests: PrivacyRequests,
        extent: Extent,
        buried: Buried,
        ids: NodeIds,
        rules: Callable[[], IdentityRules],
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._requests = requests
        self._extent = extent
        self._buried = buried
        self._ids = ids
        self._rules = rules
        self._audit = audit
        self._clock = clock

    def request(
        self,
        kind: RequestKind,
        identities: Sequence[Named],
        by: str,
        callbacks: Sequence[str] = (),
        *,
        sure: bool = False,
    ) -> PrivacyRequest:
        """Note a request, durably; an erasure blocks at once whoever it names. Raises InvalidInput.

        sure   whoever typed the identifiers is meant, however else they are known
        """
        wanted = self._read(identities)
        now = self._clock.now()
        only_typed = 0 if sure or kind != "erasure" else self._extent.only_typed(wanted)
        step: Step = "done" if kind != "erasure" else "unsure" if only_typed else "requested"
        request = PrivacyRequest(
            request_id=uuid4().hex,
            kind=kind,
            identities=[self._named(one, kind) for one in wanted],
            requested_at=now,
            requested_by=by,
            deadline_at=now + DEADLINE,
            step=step,
            step_at=now,
            callbacks=checked_urls(callbacks),
            problem=_unsure(only_typed) if only_typed else None,
        )
        work = Work([(one.kind, one.value) for one in wanted]) if kind == "erasure" else None
        work, tombstones = self._blocking(work, now) if work is not None and not only_typed else (work, [])
        self._requests.add(request, work, tombstones)
        self._buried.look(now=True)
        self._audit.record(AuditRow(now, by, "privacy.requested", request.request_id))
        _log.info("privacy.requested", request=request.request_id, kind=kind, identities=len(wanted))
        return request

    def confirm(self, request_id: str, by: str) -> PrivacyRequest:
        """Whoever typed the identifiers of a request that is unsure is meant: it goes on. Raises NotFound, Conflict."""
        request = self._unsure(request_id)
        now = self._clock.now()
        work, tombstones = self._blocking(self._requests.work(request_id), now)
        request = replace(request, problem=None)
        return self._settled(request, "requested", work, tombstones, AuditRow(now, by, "privacy.confirmed", request_id))

    def cancel(self, request_id: str, by: str) -> PrivacyRequest:
        """Take a request back that is unsure. Raises NotFound, Conflict."""
        request = replace(self._unsure(request_id), problem=None)
        row = AuditRow(self._clock.now(), by, "privacy.cancelled", request_id)
        return self._settled(request, "cancelled", None, [], row)

    def _unsure(self, request_id: str) -> PrivacyRequest:
        request = self._requests.get(request_id)
        if request is None:
            raise NotFound("there is no such request; `percorso privacy list` shows them")
        if request.step != "unsure":
            raise Conflict("only a request that waits for a word on whom is meant is confirmed or taken back")
        return request

    def _settled(
        self, request: PrivacyRequest, to: Step, work: Work | None, tombstones: Sequence[Tombstone], row: AuditRow
    ) -> PrivacyRequest:
        if not self._move(request, to, work, tombstones):
            raise Conflict("somebody else confirmed or took back this request a moment ago")
        self._buried.look(now=True)
        self._audit.record(row)
        return replace(request, step=to, step_at=row.at)

    def _blocking(self, work: Work, at: Micros) -> tuple[Work, list[Tombstone]]:
        """What blocks whoever is named, and what is known of them now."""
        wanted = [Identifier(kind, value) for kind, value in work.identities]
        gone = self._extent.going(wanted)
        hashes = sorted(self._extent.hashes(wanted, gone))
        return work._replace(nodes=sorted(gone.nodes), hashes=hashes), [Tombstone(one, at) for one in hashes]

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

    def _move(self, request: PrivacyRequest, to: Step, work: Work | None, tombstones: Sequence[Tombstone] = ()) -> bool:
        moved = replace(request, step=to, step_at=self._clock.now())
        return self._requests.advance(moved, after=request.step, work=work, tombstones=tombstones)


def _unsure(many: int) -> str:
    return (
        f"{many} of what it names nobody proved: somebody who is known by a stronger identifier typed it. Confirm it when they are "
        "meant, else take it back and name whoever is by what is theirs"
    )
