"""A person as they are listed and searched, from their profile."""

from percorso.data.profile import display_name
from percorso.model.identifier import DEVICE
from percorso.model.person import Node, Profile
from percorso.ports import PersonRow


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
