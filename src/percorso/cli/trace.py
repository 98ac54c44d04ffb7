"""The story of one event: what intake said, whose it is, what was folded of it, what was decided and sent because of it."""

from typing import Any

from percorso.cli.output import say
from percorso.model.errors import NotFound
from percorso.model.person import Profile, merge_all
from percorso.model.time import to_iso
from percorso.ports import EngineSession, PeopleReader

SHOWN = ("message_id", "source", "verdict", "reason", "detail", "received_at", "line", "seq")
WHERE = (
    *("name", "type", "occurred_at", "time_rule", "said_at", "sent_at", "node_id", "person_id"),
    *("touchpoint", "channel", "phase", "stage", "robot", "historical"),
)
TIMES = {
    "received": "that of its reception; it gave none",
    "ahead": "that of its reception; it gave {said_at}, which is later",
    "device": "put right by the error of its device's clock; it gave {said_at}",
}
"""What to tell of a time that is not simply the client's."""


def story(session: EngineSession, people: PeopleReader, message_id: str) -> dict[str, Any]:
    """Everything known of the events with this message id, one part per source that sent it.

    Raises NotFound when none was processed or refused.
    """
    verdicts = session.table("verdicts")
    met = verdicts.filter(verdicts.message_id == message_id).order_by("received_at")
    found = session.execute(met.select(*SHOWN))
    if not found:
        raise NotFound(
            f"no event {message_id!r} was processed or refused; if it was sent a moment ago, ask again in a moment"
        )
    return {"message_id": message_id, "events": [_told(session, people, dict(verdict)) for verdict in found]}


def _told(session: EngineSession, people: PeopleReader, verdict: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = {"verdict": _plain(verdict), "event": None, "person": None, "folds": [], "decisions": []}
    if verdict["seq"] is None:
        return part
    events = session.table("events")
    event = session.execute(events.filter(events.seq == verdict["seq"]).select(*WHERE))[0]
    part["event"] = _plain(event)
    person_id = event["person_id"]
    if person_id is not None:
        row = people.row(person_id)
        part["person"] = {"person_id": person_id, "name": row.name if row else None}
        profile = merge_all(node.profile for node in people.nodes(person_id))
        part["folds"] = folds(profile, verdict["message_id"])
    part["decisions"] = _decisions(session, verdict)
    return part


def folds(profile: Profile, message_id: str) -> list[dict[str, Any]]:
    """What a profile keeps of an event, by name. Counters keep no names, so they are not told apart."""
    kept: list[dict[str, Any]] = []
    for name, stamped in profile.facts.traits.items():
        if stamped.message_id == message_id:
            kept.append({"fold": "trait", "name": name, "value": stamped.value})
    for journey, entries in profile.path.items():
        kept += [
            {"fold": "stage", "journey": journey, "stage": entry.stage, "at": to_iso(entry.occurred_at)}
            for entry in entries
            if entry.message_id == message_id
        ]
    kept += [
        {"fold": "feeling", "rule": evidence.rule, "mood": evidence.mood, "effort": evidence.effort}
        for evidence in profile.feelings
        if evidence.message_id == message_id
    ]
    for name, choices in profile.consents.items():
        kept += [
            {"fold": "consent", "name": name, "value": one.state} for one in choices if one.message_id == message_id
        ]
    return kept


def _decisions(session: EngineSession, verdict: dict[str, Any]) -> list[dict[str, Any]]:
    decisions = session.table("decisions")
    caused = decisions.filter(decisions.cause_seq == verdict["seq"])
    rows = session.execute(caused.drop("alternatives", "cause_seq", "cause_message_id"))
    messages = session.table("messages")
    out = []
    for row in rows:
        sent = session.execute(messages.filter(messages.decision_id == row["decision_id"]))
        out.append({**_plain(row), "messages": [_plain(message) for message in sent]})
    return out


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() + "Z" if hasattr(value, "isoformat") else value for name, value in row.items()}


def _who(event: dict[str, Any], person: dict[str, Any] | None) -> str:
    if person is None:
        return "nobody, a robot" if event["robot"] else "unknown"
    return str(person["name"] or person["person_id"])


def show_story(told: dict[str, Any]) -> None:
    """The story for people."""
    for part in told["events"]:
        verdict, event, person = part["verdict"], part["event"], part["person"]
        why = f" ({verdict['reason']}: {verdict['detail']})" if verdict["reason"] else ""
        say(f"{verdict['source']} {told['message_id']}: {verdict['verdict']}{why} at {verdict['received_at']}")
        if event is None:
            continue
        say(f"  {event['name']} on {event['occurred_at']} at {event['touchpoint'] or 'an unknown touchpoint'}")
        if event["time_rule"] in TIMES:
            say(f"  time: {TIMES[event['time_rule']].format(**event)}")
        say(f"  person: {_who(event, person)}")
        for fold in part["folds"]:
            rest = ", ".join(f"{name} {value}" for name, value in fold.items() if name != "fold")
            say(f"  {fold['fold']}: {rest}")
        for decision in part["decisions"]:
            refused = f", {decision['refusal']}" if decision["refusal"] else ""
            say(f"  decision: {decision['play']} -> {decision['outcome']}{refused}")
            for message in decision["messages"]:
                say(f"    message {message['message_id']}: {message['state']} at {message['state_at']}")
