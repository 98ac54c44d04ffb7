"""A person as they are listed and searched, from their profile."""

from collections.abc import Iterable

from percorso.data.profile import display_name
from percorso.insight.position import positions
from percorso.model.identifier import DEVICE
from percorso.model.person import Node, Profile, merge_all
from percorso.ports import PersonRow, StateTransaction


def person_row(person_id: str, root: Node | None, profile: Profile) -> PersonRow | None:
    """None when nothing ever happened to them. `root`: their strongest identifier, None of a device never linked."""
    facts = profile.facts
    if facts.first is None or facts.last is None:
        return None
    return PersonRow(
        person_id=person_id,
        name=display_name(facts.traits) if facts.traits else None,
        first_seen_at=facts.first.occurred_at,
        last_seen_at=facts.last.occurred_at,
        events=facts.events,
        orders=facts.orders,
        spend=facts.spend,
        known=root is not None and root.kind != DEVICE,
    )


def store_listed(transaction: StateTransaction, touched: Iterable[str], nodes: Iterable[Node]) -> None:
    """Write what is listed of these people, and where they are, from all their nodes; who has none is listed no more."""
    families: dict[str, dict[str, Node]] = {person: {} for person in touched}
    for node in nodes:
        if node.person_id in families:
            families[node.person_id][node.node_id] = node
    rows: list[PersonRow] = []
    places = {}
    gone = []
    for person, family in families.items():
        profile = merge_all(family[key].profile for key in sorted(family))
        row = person_row(person, family.get(person), profile)
        if row is None:
            gone.append(person)
            continue
        rows.append(row)
        places[person] = positions(profile.path)
    transaction.store_people(rows, sorted(gone))
    transaction.store_positions(places, sorted(places))
