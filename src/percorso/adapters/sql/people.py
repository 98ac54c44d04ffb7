"""People for reading: search, one person's identifiers, positions, and what was decided for them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.node_rows import read_node
from percorso.adapters.sql.outbox import read_message
from percorso.adapters.sql.tables import decisions, nodes, outbox, people, positions
from percorso.model.decision import Decision, Refusal
from percorso.model.identifier import normalise, valid_kind
from percorso.model.person import Node, Position
from percorso.model.time import Micros
from percorso.ports import Dispatched, PersonRow

_LAST_LETTER = "\U0010ffff"
_GUESSED_KINDS = ("user_id", "email", "phone")
_BEGINNINGS = 1_000
"""Identifiers with one beginning that are looked at; the person is among them or the text is too short."""

_reasons = msgspec.json.Decoder(list[str]).decode
_alternatives = msgspec.json.Decoder(list[dict[str, Any]]).decode
_spend = msgspec.json.Decoder(dict[str, int]).decode


class SqlPeople:
    """`ports.PeopleReader` on a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, text: str, limit: int) -> list[PersonRow]:
        text = text.strip()
        latest = select(people).order_by(people.c.last_seen_at.desc(), people.c.person_id).limit(limit)
        with self._database.read() as connection:
            if not text:
                return [_person(row) for row in connection.execute(latest)]
            found = {row.person_id: row for row in self._holders(connection, _is_exactly(text), limit)}
            if ":" in text and found:
                return list(found.values())[:limit]
            if len(found) < limit:
                for row in self._holders(connection, self._begins(text), limit):
                    found.setdefault(row.person_id, row)
            if len(found) < limit:
                for name in connection.execute(latest.where(_is_called(text))):
                    found.setdefault(name.person_id, _person(name))
            return list(found.values())[:limit]

    def _holders(self, connection: Connection, which: ColumnElement[bool], limit: int) -> list[PersonRow]:
        """Who holds such identifiers, the latest seen first."""
        held = select(nodes.c.person_id).where(which).limit(_BEGINNINGS)
        query = select(people).where(people.c.person_id.in_(held)).order_by(people.c.last_seen_at.desc())
        return [_person(row) for row in connection.execute(query.limit(limit))]

    def _begins(self, text: str) -> ColumnElement[bool]:
        """Identifiers that begin with the text as written or in small letters; by the index where its order allows."""
        spellings = {text, text.lower()}
        if self._database.is_sqlite:
            return or_(*(and_(nodes.c.value >= one, nodes.c.value < one + _LAST_LETTER) for one in spellings))
        return or_(*(nodes.c.value.startswith(one, autoescape=True) for one in spellings))

    def holder(self, node_id: str) -> str | None:
        return self.holders([node_id]).get(node_id)

    def holders(self, node_ids: Sequence[str]) -> dict[str, str]:
        own = select(nodes.c.node_id, nodes.c.person_id).where(nodes.c.node_id.in_(node_ids))
        with self._database.read() as connection:
            found = {row.node_id: row.person_id for row in connection.execute(own)}
            rest = [node_id for node_id in node_ids if node_id not in found]
            # Not stored is a device seen with nobody, whose session windows are, and what is known as a claim alone.
            based = select(nodes.c.base, nodes.c.person_id).where(nodes.c.base.in_(rest), nodes.c.base.is_not(None))
            found.update({row.base: row.person_id for row in connection.execute(based)} if rest else {})
        return found

    def row(self, person_id: str) -> PersonRow | None:
        return self.rows([person_id]).get(person_id)

    def rows(self, person_ids: Sequence[str]) -> dict[str, PersonRow]:
        with self._database.read() as connection:
            found = connection.execute(select(people).where(people.c.person_id.in_(person_ids)))
            return {row.person_id: _person(row) for row in found}

    def nodes(self, person_id: str) -> list[Node]:
        return self._nodes(nodes.c.person_id == person_id)

    def node(self, node_id: str) -> Node | None:
        return next(iter(self._nodes(nodes.c.node_id == node_id)), None)

    def _nodes(self, which: ColumnElement[bool]) -> list[Node]:
        with self._database.read() as connection:
            return [read_node(row) for row in connection.execute(select(nodes).where(which))]

    def positions(self, person_ids: Sequence[str]) -> dict[str, list[Position]]:
        query = select(positions).where(positions.c.person_id.in_(person_ids)).order_by(positions.c.journey)
        found: dict[str, list[Position]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.person_id, []).append(_position(row))
        return found

    def decisions(self, node_ids: Sequence[str], limit: int, before: Micros | None = None) -> list[Decision]:
        query = (
            select(decisions)
            .where(decisions.c.node_id.in_(node_ids))
            .order_by(decisions.c.decided_at.desc(), decisions.c.decision_id)
            .limit(limit)
        )
        if before is not None:
            query = query.where(decisions.c.decided_at < before)
        with self._database.read() as connection:
            return [_decision(row) for row in connection.execute(query)]

    def messages(self, decision_ids: Sequence[str]) -> list[Dispatched]:
        query = select(outbox).where(outbox.c.decision_id.in_(decision_ids)).order_by(outbox.c.created_at.desc())
        with self._database.read() as connection:
            rows = connection.execute(query).mappings()
            return [Dispatched(read_message(row), row["state_at"], row["recipient"]) for row in rows]


def _is_exactly(text: str) -> ColumnElement[bool]:
    """Identifiers spelled so: ``kind:value``, else the value as it may have been written for any kind."""
    kind, mark, value = text.partition(":")
    if mark and valid_kind(kind):
        identifier = normalise(kind, value)
        return and_(nodes.c.kind == kind, nodes.c.value == (identifier.value if identifier else value.strip()))
    guesses = (normalise(kind, text) for kind in _GUESSED_KINDS)
    return nodes.c.value.in_({text, *(guess.value for guess in guesses if guess is not None)})


def _is_called(text: str) -> ColumnElement[bool]:
    """People with a word in their name that begins so."""
    return or_(people.c.name.istartswith(text, autoescape=True), people.c.name.icontains(f" {text}", autoescape=True))


def _person(row: Row[Any]) -> PersonRow:
    return PersonRow(
        row.person_id,
        row.name,
        row.first_seen_at,
        row.last_seen_at,
        row.events,
        row.orders,
        _spend(row.spend),
        bool(row.known),
    )


def _position(row: Row[Any]) -> Position:
    return Position(
        journey=row.journey, stage=row.stage, since=row.since, came_from=row.came_from, touchpoint=row.touchpoint
    )


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        **{
            **row._asdict(),
            "refusal": Refusal(row.refusal) if row.refusal else None,
            "reasons": _reasons(row.reasons),
            "alternatives": _alternatives(row.alternatives),
            "historical": bool(row.historical),
        }
    )
