"""What a person reads of themselves when they download their data."""

from collections.abc import Mapping, Sequence
from typing import Any

from percorso.data.consent_state import held
from percorso.model.consent import Permissions
from percorso.model.time import Micros, to_iso
from percorso.pipeline.preferences import OwnPage

_TIMES = ("occurred_at", "expires_at")


def own_data(page: OwnPage, ledger: Sequence[Mapping[str, Any]], allowed: Permissions, now: Micros) -> dict[str, Any]:
    """Identifiers, traits, counts, consents and every choice made. Times are ISO UTC, money in minor units by currency."""
    facts = page.profile.facts
    return {
        "made_at": to_iso(now),
        "identifiers": [
            {"kind": kind, "value": value}
            for kind, value in sorted({(node.kind, node.value) for node in page.speaker.nodes})
        ],
        "first_seen_at": None if facts.first is None else to_iso(facts.first.occurred_at),
        "last_seen_at": None if facts.last is None else to_iso(facts.last.occurred_at),
        "events": dict(sorted(facts.counters.items())),
        "touchpoints": dict(sorted(facts.touchpoints.items())),
        "orders": facts.orders,
        "spend": dict(facts.spend),
        "traits": {
            name: {"value": said.value, "since": to_iso(said.occurred_at)}
            for name, said in sorted(facts.traits.items())
            if said.value is not None
        },
        "consents": {
            one.purpose.id: {
                channel.channel: {"allowed": channel.allowed, "state": channel.state} for channel in one.channels
            }
            for one in held(page.profile.consents, allowed, now)
        },
        "choices": [
            {name: to_iso(value) if name in _TIMES else value for name, value in said.items() if name != "tie"}
            for said in ledger
        ],
    }
