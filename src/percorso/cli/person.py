"""`percorso person KIND:VALUE`: all that is known of one person."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from percorso.cli.acting import saw_person
from percorso.cli.opener import OpenCompany, opener
from percorso.cli.output import Dir, Json, say, show_json
from percorso.model.consent import choice_of, parts_of
from percorso.model.errors import Ambiguous, NotFound
from percorso.model.event import Order
from percorso.model.feeling import mood_at
from percorso.model.identifier import DEVICE, HOW_TO_NAME, normalise, valid_kind
from percorso.model.person import Evidence, Node, Profile, Stamped, merge_all
from percorso.model.time import Micros, to_iso

Who = Annotated[
    str, typer.Argument(metavar="KIND:VALUE", help="An identifier such as email:ada@example.com, or a person id.")
]


def register(app: typer.Typer) -> None:
    @app.command()
    def person(ctx: typer.Context, who: Who, dir: Dir = None, json: Json = False) -> None:
        """Print one person: profile, positions, mood with its evidence, identifiers."""
        with opener(ctx).open(dir, write=False) as company:
            told = describe(company, saw_person(company, find(company, who)))
        if json:
            show_json(told)
        else:
            show(told)


def find(company: OpenCompany, who: str) -> str:
    """The person id meant. Raises NotFound, or Ambiguous when a bare value belongs to several people."""
    kind, colon, value = who.partition(":")
    if colon and valid_kind(kind):
        identifier = normalise(kind, value)
        holder = identifier and company.people.holder(company.node_ids.of(identifier))
        if holder is not None:
            return holder
    holder = company.people.holder(who)
    if holder is not None:
        return holder
    found = company.identifiers_of(who)
    if not found:
        if colon and valid_kind(kind):
            raise NotFound(f"nobody is known by {who!r}")
        raise NotFound(f"nobody is known by {who!r}; {HOW_TO_NAME}")
    if len({person_id for _, person_id in found}) > 1:
        kinds = ", ".join(sorted(f"{identifier.kind}:{identifier.value}" for identifier, _ in found))
        raise Ambiguous(f"{who!r} means several people; say which: {kinds}")
    return found[0][1]


def describe(company: OpenCompany, person_id: str) -> dict[str, Any]:
    """Everything about a person as JSON. Times are ISO UTC, money in minor units by currency."""
    nodes = company.people.nodes(person_id)
    profile = merge_all(node.profile for node in nodes)
    row = company.people.row(person_id)
    why = {rule.id: dict(rule.why) for rule in company.config.feelings}
    now = company.clock.now()
    mood = mood_at(profile.feelings, now)
    return {
        "person_id": person_id,
        "name": None if row is None else row.name,
        **facts(profile, now),
        "positions": [
            {**vars_of(position), "since": to_iso(position.since)}
            for position in company.people.positions([person_id]).get(person_id, [])
        ],
        "mood": {
            "mood": mood.mood,
            "effort": mood.effort,
            "evidence": [evidence(piece, why.get(piece.rule)) for piece in mood.evidence],
        },
        "identifiers": [identifier(node) for node in sorted(nodes, key=lambda node: (node.kind, node.value))],
    }


def facts(profile: Profile, now: Micros) -> dict[str, Any]:
    """The counted part of a profile."""
    known = profile.facts
    return {
        "first_seen_at": seen(known.first),
        "last_seen_at": seen(known.last),
        "events": known.events,
        "orders": known.orders,
        "spend": dict(known.spend),
        "traits": latest(known.traits),
        "consents": consents(profile, now),
        "counters": dict(sorted(known.counters.items())),
        "touchpoints": dict(sorted(known.touchpoints.items())),
    }


def seen(order: Order | None) -> str | None:
    return None if order is None else to_iso(order.occurred_at)


def consents(profile: Profile, now: Micros) -> dict[str, str]:
    """purpose/channel -> the state that holds; `percorso consent show` tells who said it, and the proof."""
    said = {key: choice_of(profile.consents, *parts_of(key), now) for key in sorted(profile.consents)}
    return {key: one.state_at(now) for key, one in said.items() if one is not None}


def latest(values: Mapping[str, Stamped]) -> dict[str, Any]:
    return {name: stamped.value for name, stamped in sorted(values.items())}


def evidence(piece: Evidence, why: Mapping[str, str] | None) -> dict[str, Any]:
    return {
        "occurred_at": to_iso(piece.occurred_at),
        "message_id": piece.message_id,
        "mood": piece.mood,
        "effort": piece.effort,
        "rule": piece.rule,
        "why": why,
        "touchpoint": piece.touchpoint,
    }


def identifier(node: Node) -> dict[str, Any]:
    return {"kind": node.kind, "value": node.value, "node_id": node.node_id, "hangs_on": node.parent_id}


def vars_of(record: Any) -> dict[str, Any]:
    """The fields of a small record."""
    return {name: getattr(record, name) for name in record.__slots__}


def show(told: Mapping[str, Any]) -> None:
    """A person for people."""
    say(f"{told['name'] or 'Unknown visitor'}  ({told['person_id']})")
    say(f"  seen        {told['first_seen_at']} to {told['last_seen_at']}, {told['events']} events")
    spent = ", ".join(f"{minor / 100:.2f} {currency}" for currency, minor in told["spend"].items())
    say(f"  orders      {told['orders']}{f', {spent}' if spent else ''}")
    for position in told["positions"]:
        came = f", came from {position['came_from']}" if position["came_from"] else ""
        say(f"  {position['journey']:<11} {position['stage']} since {position['since']}{came}")
    mood = told["mood"]
    say(
        f"  mood        {'unknown' if mood['mood'] is None else format(mood['mood'], '+.2f')}, effort {mood['effort']:.1f}"
    )
    for piece in mood["evidence"]:
        say(f"              {piece['occurred_at']} {(piece['why'] or {}).get('en', piece['rule'])}")
    for (kind, value), times in Counter((one["kind"], one["value"]) for one in told["identifiers"]).items():
        say(f"  {kind:<11} {value}{f' ({times} sessions)' if kind == DEVICE and times > 1 else ''}")
