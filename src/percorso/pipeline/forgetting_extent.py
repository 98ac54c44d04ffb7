"""How far an erasure goes: the nodes, events and needles of whoever is named, as the stores are now.

Whoever proved an identifier is meant by it. Where nobody did, it is of whoever typed it, unless they are known by something
stronger: then it may be anybody's, and somebody has to say so (`only_typed`).
"""

from collections.abc import Callable, Sequence

from percorso.data.erasure_rule import named
from percorso.data.erasure_scope import Going, identifiers_of
from percorso.data.erasure_scope import going as who_goes
from percorso.data.events import read_event
from percorso.data.identity.identifiers import OWN_SOURCE, NodeIds
from percorso.model.erasure import Tombstone, Work
from percorso.model.event import Event
from percorso.model.identifier import DEVICE, Identifier, normalise, valid_kind
from percorso.model.identity import IdentityRules
from percorso.model.person import Node
from percorso.ports import LogEntry
from percorso.ports.erasure import ErasableLog, ErasableState, ErasingTransaction

_PAGE = 5_000

Named = tuple[str, str]
"""(kind, value) of an identifier, as somebody named it."""


class Extent:
    """Reads state and log; changes nothing."""

    def __init__(
        self, state: ErasableState, log: ErasableLog, ids: NodeIds, rules: Callable[[], IdentityRules]
    ) -> None:
        self._state = state
        self._log = log
        self._ids = ids
        self._rules = rules

    def going(self, wanted: Sequence[Identifier]) -> Going:
        """Who goes: the people who hold these identifiers; of those that nobody proved, whoever typed them."""
        with self._state.reading() as transaction:
            typed = [node.node_id for node in self._typed(wanted, transaction)]
            return self._held(wanted, typed, transaction)

    def only_typed(self, wanted: Sequence[Identifier]) -> int:
        """How many identifiers nobody proved, and who is known by a stronger one typed."""
        with self._state.reading() as transaction:
            return sum(node.person_id != node.node_id for node in self._typed(wanted, transaction))

    def _typed(self, wanted: Sequence[Identifier], transaction: ErasingTransaction) -> list[Node]:
        """What public keys claimed of the identifiers that nobody proved."""
        proven = {self._ids.of(one): one for one in wanted}
        there = transaction.nodes(sorted(proven))
        missing = [one for key, one in proven.items() if key not in there]
        return list(transaction.nodes(sorted(self._ids.of(one._replace(claimed=True)) for one in missing)).values())

    def _held(self, wanted: Sequence[Identifier], nodes: Sequence[str], transaction: ErasingTransaction) -> Going:
        keys = {*(self._ids.of(one) for one in wanted), *nodes}
        held = transaction.nodes(sorted(keys))
        based = transaction.nodes(transaction.based_on(sorted(keys - held.keys())))
        windows = [node for node in based.values() if not node.claimed]
        return who_goes({node.person_id for node in (*held.values(), *windows)}, transaction)

    def hashes(self, wanted: Sequence[Identifier], gone: Going) -> set[str]:
        """What is tombstoned: the identifiers of who goes and those named, claimed or proven, unless somebody else has them."""
        whole = (*identifiers_of(gone.nodes.values()), *wanted)
        theirs = {one._replace(claimed=claimed) for one in whole for claimed in _spoken(one.kind)}
        stays = identifiers_of((*gone.shared.values(), *gone.others.values()))
        stays |= {one._replace(claimed=True) for one in stays}
        return {self._ids.first(one) for one in theirs - stays}

    def whole(self, before: Work) -> tuple[Work, Going, dict[str, list[int]]]:
        """All that is to go as the stores are now, what was known before included; and of nodes that stay and lose events,
        the places of those left."""
        wanted = [Identifier(kind, value) for kind, value in before.identities]
        with self._state.reading() as transaction:
            gone = self._held(wanted, before.nodes, transaction)
            hashes = {*before.hashes, *self.hashes(wanted, gone)}
            looked = before.looked if hashes == set(before.hashes) else 0
            nobodys = transaction.placed_nowhere(looked)
            placed = transaction.placed_under(sorted(gone.nodes))
            decided = transaction.decided_of(sorted(gone.nodes))
        seqs = {*before.seqs, *placed, *self._naming(nobodys, hashes), *self._log.seqs_of(OWN_SOURCE, decided)}
        with self._state.reading() as transaction:
            losing = transaction.holders_of(sorted(seqs)).keys() - gone.nodes.keys()
            left = {key: [seq for seq in transaction.placed_under([key]) if seq not in seqs] for key in sorted(losing)}
        entries = self._log.entries(sorted(seqs - set(before.seqs)))
        work = Work(
            before.identities,
            sorted({*before.nodes, *gone.nodes}),
            sorted(hashes),
            sorted(seqs),
            sorted({*before.needles, *self._needles(gone, hashes, entries)}),
            sorted({*before.messages, *((entry.source, entry.message_id) for entry in entries)}),
            max(nobodys, default=looked),
        )
        return work, gone, left

    def _naming(self, nobodys: Sequence[int], hashes: set[str]) -> list[int]:
        """Of events that were folded under nobody, such as those of robots, those that name one of these."""
        found: list[int] = []
        rules = self._rules()
        stones = {one: Tombstone(one, 0) for one in hashes}
        for start in range(0, len(nobodys), _PAGE):
            entries = self._log.entries(nobodys[start : start + _PAGE])
            found += [entry.seq for entry in entries if named(read_event(entry), rules, self._ids, stones)]
        return found

    def _needles(self, gone: Going, hashes: set[str], entries: Sequence[LogEntry]) -> set[str]:
        """Their identifiers as they are stored and as they were written, unless somebody else has them too."""
        needles = {node.value for node in gone.nodes.values() if self._is_theirs(node.kind, node.value, hashes)}
        for entry in entries:
            needles.update(self._written(read_event(entry), hashes))
        stay = {node.value for node in (*gone.shared.values(), *gone.others.values())}
        return needles - stay

    def _is_theirs(self, kind: str, value: str, hashes: set[str]) -> bool:
        return all(self._ids.first(Identifier(kind, value, claimed)) in hashes for claimed in _spoken(kind))

    def _written(self, event: Event, hashes: set[str]) -> list[str]:
        """Their identifiers as an event spells them."""
        region = self._rules().region
        out = []
        for kind, value in spelt(event):
            one = normalise(kind, value, region)
            if one is not None and self._is_theirs(kind, one.value, hashes):
                out.append(value.strip())
        return out


def _spoken(kind: str) -> tuple[bool, ...]:
    """Proven and claimed; a device's id is its own proof."""
    return (False,) if kind == DEVICE else (False, True)


def spelt(event: Event) -> list[Named]:
    """Every identifier that an event names, as it is written there."""
    said = [("user_id", event.user_id), (DEVICE, event.anonymous_id), (DEVICE, event.previous_id)]
    said += [(kind, event.traits.get(kind)) for kind in ("email", "phone")]
    external = event.context.get("externalIds")
    if isinstance(external, list):
        said += [
            (one["type"], one.get("id"))
            for one in external
            if isinstance(one, dict) and isinstance(one.get("type"), str)
        ]
    return [(kind, str(value)) for kind, value in said if isinstance(value, str | int) and valid_kind(kind)]
