"""list of erasures + an older copy -> the copy without whoever was erased since.

The list has keyed hashes; the copy still has the identifiers they are of. So the copy itself says whom to erase.
"""

from collections.abc import Callable, Iterable, Sequence

import structlog

from percorso.data.identity.identifiers import NodeIds
from percorso.model.erasure import Tombstone
from percorso.model.errors import StoreUnavailable
from percorso.model.identifier import Identifier
from percorso.pipeline.forgetting import Forgetting
from percorso.pipeline.forgetting_request import MOST_AT_ONCE
from percorso.pipeline.process import Processor
from percorso.ports.erasure import PrivacyRequests, TombstoneList, Tombstones

_log = structlog.get_logger()

BY = "restore"


class Reapplying:
    """For the process that owns the directory.

    listed       the list to go by;  own: that of this company from now on
    identifiers  every identifier the state knows
    """

    def __init__(
        self,
        *,
        listed: TombstoneList,
        own: TombstoneList,
        tombstones: Tombstones,
        requests: PrivacyRequests,
        forgetting: Forgetting,
        ids: NodeIds,
        identifiers: Callable[[], Iterable[Identifier]],
    ) -> None:
        self._listed = listed
        self._own = own
        self._tombstones = tombstones
        self._requests = requests
        self._forgetting = forgetting
        self._ids = ids
        self._identifiers = identifiers

    def missing(self) -> list[Tombstone]:
        """Erasures that the list knows and the state does not: it is older than they are."""
        known = {one.node_id: one.erased_at for one in self._tombstones.all()}
        return [one for one in self._listed.read() if known.get(one.node_id, -1) < one.erased_at]

    def reapply(self, processor: Processor) -> int:
        """Erase again whoever is missing, search every store, and bury them as the list says; how many identifiers were
        still there. Raises StoreUnavailable when something of them could not be taken away."""
        missing = self.missing()
        if not missing:
            self._own.add(self._listed.read())
            return 0
        there = self._named({one.node_id for one in missing})
        made = [
            self._forgetting.request("erasure", there[start : start + MOST_AT_ONCE], BY, sure=True).request_id
            for start in range(0, len(there), MOST_AT_ONCE)
        ]
        self._forgetting.finish_all(processor)
        for request_id in made:
            request = self._requests.get(request_id)
            if request is None or request.step != "done":
                why = request.problem if request is not None else None
                raise StoreUnavailable(
                    f"whoever was erased since is still in this copy: {why or 'an erasure is not done'}"
                )
        self._tombstones.put(missing)
        self._own.replace(self._tombstones.all())
        processor.forget()
        _log.info("privacy.reapplied", tombstones=len(missing), identifiers=len(there))
        return len(there)

    def _named(self, hashes: set[str]) -> Sequence[tuple[str, str]]:
        found = {(one.kind, one.value) for one in self._identifiers() if self._ids.first(one) in hashes}
        return sorted(found)
