"""How far an erasure goes: the nodes, events and needles of whoever is named, as the stores are now."""

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

    def going(self, wanted: Sequence[Identifier], nodes: Sequence[str], transaction: ErasingTransaction) -> Going:
        """Who goes: the people who hold these identifiers, and those of these nodes."""
        keys = {self._ids.of(Identifier(one.kind, one.value, claimed)) for one in wanted for claimed in (False, True)}
        keys |= set(nodes)
        held = transaction.nodes(sorted(keys))
        based = transaction.nodes(transaction.based_on(sorted(keys - held.keys())))
        return who_goes({node.person_id for node in (*held.values(), *based.values())}, transaction)

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
        with self._state.erasing() as transaction:
            gone = self.going(wanted, before.nodes, transaction)
            hashes = {*before.hashes, *self.hashes(wanted, gone)}
            seqs = {*before.seqs, *transaction.placed_under(sorted(gone.nodes))}
            seqs |= set(self._nobodys(transaction, hashes))
            decided = self._log.seqs_of(OWN_SOURCE, transaction.decided_of(sorted(gone.nodes)))
            seqs |= set(decided)
            losing = transaction.holders_of(sorted(seqs)).keys() - gone.nodes.keys()
            left = {key: [seq for seq in transaction.placed_under([key]) if seq not in seqs] for key in sorted(losing)}
        entries = self._log.entries(sorted(seqs - set(before.seqs)))
        needles = {*before.needles, *self._needles(gone, hashes, entries)}
        nodes = sorted({*before.nodes, *gone.nodes})
        return Work(before.identities, nodes, sorted(hashes), sorted(seqs), sorted(needles)), gone, left

    def _nobodys(self, transaction: ErasingTransaction, hashes: set[str]) -> list[int]:
        """Events that were folded under nobody, such as those of robots, and name one of these."""
        found: list[int] = []
        nobodys, rules = transaction.placed_nowhere(), self._rules()
        stones = {one: Tombstone(one, 0) for one in hashes}
        for start in range(0, len(nobodys), _PAGE):
            entries = self._log.entries(nobodys[start : start + _PAGE])
            found += [entry.seq for entry in entries if named(read_event(entry), rules, self._ids, stones)]
        return found

    def _needles(self, gone: Going, hashes: set[str], entries: Sequence[LogEntry]) -> set[str]:
        """What no store may hold afterwards: their identifiers as they are stored and as they were written, unless somebody
        else has them too; and the ids of their events."""
        needles = {node.value for node in gone.nodes.values() if self._is_theirs(node.kind, node.value, hashes)}
        for entry in entries:
            needles.add(entry.message_id)
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
