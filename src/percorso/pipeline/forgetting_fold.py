"""The state without somebody, as a fold of the log without them would make it."""

from collections.abc import Mapping, Sequence

from percorso.data.erasure_rehang import Rehanging
from percorso.data.erasure_scope import Going
from percorso.data.events import read_event
from percorso.data.identity.identifiers import window_of
from percorso.data.identity.partition import both_ways
from percorso.data.identity.resolve import Resolution
from percorso.insight.position import positions
from percorso.model.person import Node, Profile, merge_all
from percorso.pipeline.person_row import person_row
from percorso.pipeline.process import Processor, _Batch
from percorso.ports import LogEntry, PersonRow, StateTransaction
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
    touched = {key: _folded_again(processor, transaction, touched[key], lost.get(key)) for key in touched}
    resolver = Rehanging(processor.rules, processor.ids, overrides, transaction, transaction.nodes, lambda _: None)
    stored = {key: node.person_id for key, node in touched.items()}
    resolution = resolver.without(touched, {parent for parent in parents if parent is not None})
    transaction.remove_nodes(sorted(resolver.nobody))
    _store(transaction, resolution, {*resolution.changed, *lost} - resolver.nobody, people, stored)


def _folded_again(
    processor: Processor, transaction: StateTransaction, node: Node, left: Sequence[LogEntry] | None
) -> Node:
    """The node with the profile that the events left to it make."""
    if left is None:
        return node
    batch = _Batch(processor, transaction, left, {}, acts=False)
    batch._nodes = {node.node_id: node._replace(profile=Profile())}
    for entry in left:
        event = read_event(entry)
        its = processor.seen(event, window_of(entry.day, entry.hour), processor.robot(event))
        batch._event(event, [one for one in its if one.folds_under == node.node_id][:1], False)
    batch._settle(node.node_id)
    return batch._nodes[node.node_id]


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
    rows: list[PersonRow] = []
    places, gone = {}, []
    for person in sorted(concerned):
        members = sorted(key for key, node in family.items() if node.person_id == person)
        profile = merge_all(family[key].profile for key in members)
        row = person_row(person, family.get(person), profile)
        if row is None:
            gone.append(person)
            continue
        rows.append(row)
        if profile.path:
            places[person] = positions(profile.path)
    transaction.store_people(rows, gone)
    transaction.store_positions(places, sorted(concerned))
