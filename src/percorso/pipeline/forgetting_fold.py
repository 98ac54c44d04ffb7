"""The state without somebody, as a fold of the log without them would make it."""

from collections.abc import Mapping, Sequence

from percorso.data.erasure_rehang import Rehanging
from percorso.data.erasure_scope import Going
from percorso.data.identity.partition import both_ways
from percorso.data.identity.resolve import Resolution
from percorso.pipeline.person_row import store_listed
from percorso.pipeline.process import Processor, folded_of
from percorso.ports import LogEntry
from percorso.ports.erasure import ErasingTransaction


def take_out(
    processor: Processor, transaction: ErasingTransaction, going: Going, lost: Mapping[str, Sequence[LogEntry]]
) -> None:
    """Take away who goes, and hang who stays where they would hang had the others never been.

    lost   nodes that stay and lose some of their events -> the events left to them
    """
    parents = {node.parent_id for node in going.nodes.values() if node.parent_id not in (None, *going.nodes)}
    people = {node.person_id for node in (*going.nodes.values(), *going.shared.values())}
    transaction.forget_links(list(going.nodes))
    transaction.store_people([], sorted(people))
    overrides = both_ways(transaction.overrides())
    touched = transaction.nodes(sorted({*going.touched, *lost}))
    touched |= {key: folded_of(processor, transaction, touched[key], lost[key]) for key in lost if key in touched}
    resolver = Rehanging(processor.rules, processor.ids, overrides, transaction, transaction.nodes, lambda _: None)
    stored = {key: node.person_id for key, node in touched.items()}
    resolution = resolver.without(touched, {parent for parent in parents if parent is not None})
    transaction.remove_nodes(sorted(resolver.nobody))
    _store(transaction, resolution, {*resolution.changed, *lost} - resolver.nobody, people, stored)


def _store(
    transaction: ErasingTransaction,
    resolution: Resolution,
    changed: set[str],
    people: set[str],
    stored: Mapping[str, str],
) -> None:
    """The nodes that changed, who moved, and what is listed of everybody concerned."""
    nodes = resolution.nodes
    transaction.store_nodes([nodes[key] for key in changed if key in nodes])
    moved = resolution.moved()
    transaction.store_moved(moved)
    concerned = people | {nodes[key].person_id for key in changed if key in nodes}
    concerned |= {resolution.was[key] for key in moved} | set(stored.values())
    family = transaction.nodes(transaction.members_of(sorted(concerned)))
    store_listed(transaction, concerned, family.values())
