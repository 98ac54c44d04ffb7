"""Everything that is known of one person, as one bundle: for whoever asks what a company has of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from percorso.data.people import is_window
from percorso.model.person import Node, merge_all
from percorso.model.time import Micros, to_iso
from percorso.ports import Clock, ConsentLedger, Dispatched, LogEntry, PeopleReader
from percorso.ports.erasure import ErasableLog, ErasableState
from percorso.ports.identity import Identity

FORMAT = 1
MOST = 100_000
"""Decisions that a bundle holds at most; nobody has more."""


class Exporter:
    """Reads log and state; the lake has nothing that these have not."""

    def __init__(
        self,
        *,
        people: PeopleReader,
        identity: Identity,
        consents: ConsentLedger,
        state: ErasableState,
        log: ErasableLog,
        company: str,
        clock: Clock,
    ) -> None:
        self._people = people
        self._identity = identity
        self._consents = consents
        self._state = state
        self._log = log
        self._company = company
        self._clock = clock

    def bundle(self, person_id: str) -> dict[str, Any]:
        """Plain values only: times are ISO UTC, money is in minor units by currency."""
        nodes = sorted(self._people.nodes(person_id), key=lambda node: (node.kind, node.value, node.node_id))
        node_ids = [node.node_id for node in nodes]
        profile = merge_all(node.profile for node in nodes)
        decisions = self._people.decisions(node_ids, MOST)
        facts = profile.facts
        return {
            "format": FORMAT,
            "company": self._company,
            "made_at": to_iso(self._clock.now()),
            "person_id": person_id,
            "identifiers": self._identifiers(nodes),
            "first_seen_at": None if facts.first is None else to_iso(facts.first.occurred_at),
            "last_seen_at": None if facts.last is None else to_iso(facts.last.occurred_at),
            "orders": facts.orders,
            "spend": dict(facts.spend),
            "counters": dict(sorted(facts.counters.items())),
            "touchpoints": dict(sorted(facts.touchpoints.items())),
            "traits": {
                name: {"value": said.value, "since": to_iso(said.occurred_at)}
                for name, said in sorted(facts.traits.items())
            },
            "positions": [
                {"journey": one.journey, "stage": one.stage, "since": to_iso(one.since)}
                for one in self._people.positions([person_id]).get(person_id, [])
            ],
            "consents": [_choice(row.said()) for row in self._consents.of(node_ids) if row.payload is not None],
            "events": [_event(entry) for entry in self._events(node_ids)],
            "decisions": [_decision(one) for one in decisions],
            "messages": [_message(one) for one in self._people.messages([one.decision_id for one in decisions])],
        }

    def _identifiers(self, nodes: Sequence[Node]) -> list[dict[str, Any]]:
        """Each identifier once, with the events by which it is theirs."""
        names = {node.node_id: {"kind": node.kind, "value": node.value} for node in nodes}
        seen: dict[tuple[str, str, bool], dict[str, Any]] = {}
        for node in nodes:
            kept = seen.setdefault(
                (node.kind, node.value, node.claimed),
                {"kind": node.kind, "value": node.value, "claimed": node.claimed, "sessions": 0, "seen_with": []},
            )
            kept["sessions"] += int(is_window(node))
        for line in self._identity.assertions_of(list(names)):
            its = next(node for node in nodes if node.node_id == line.weaker)
            if line.stronger in names:  # whoever else it was seen with is not theirs to read
                told = {"with": names[line.stronger], "at": to_iso(line.occurred_at), "source": line.source}
                seen[its.kind, its.value, its.claimed]["seen_with"].append(told)
        return list(seen.values())

    def _events(self, node_ids: Sequence[str]) -> list[LogEntry]:
        with self._state.reading() as transaction:
            seqs = transaction.placed_under(node_ids)
        return sorted(self._log.entries(seqs), key=lambda entry: (entry.occurred_at, entry.seq))


def _event(entry: LogEntry) -> dict[str, Any]:
    return {
        "occurred_at": to_iso(entry.occurred_at),
        "received_at": to_iso(entry.received_at),
        "source": entry.source,
        "message_id": entry.message_id,
        "event": msgspec.json.decode(entry.body),
    }


def _decision(one: Any) -> dict[str, Any]:
    told = {"play": one.play, "outcome": one.outcome, "channel": one.channel, "reasons": list(one.reasons)}
    return {**told, "refusal": None if one.refusal is None else str(one.refusal), "decided_at": to_iso(one.decided_at)}


def _message(one: Dispatched) -> dict[str, Any]:
    message = one.message
    told = {"play": message.play, "channel": message.channel, "state": str(message.state)}
    at: Micros | None = one.state_at
    return {
        **told,
        "to": one.recipient,
        "created_at": to_iso(message.created_at),
        "state_at": None if at is None else to_iso(at),
    }


def _choice(said: Mapping[str, Any]) -> dict[str, Any]:
    times = ("occurred_at", "expires_at")
    return {name: to_iso(value) if name in times else value for name, value in said.items() if name != "tie"}
