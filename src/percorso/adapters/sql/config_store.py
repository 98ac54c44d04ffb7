"""The company's facts and configuration records, in the state database."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import config_records, state_meta
from percorso.model.company import CompanyFacts, read_quiet
from percorso.model.errors import Conflict, NotFound
from percorso.model.time import Micros


class ConfigStore:
    """Facts in ``state_meta``, records in ``config_records``; each write is one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self) -> CompanyFacts:
        """Raises NotFound when no company was set up in this database."""
        with self._database.read() as connection:
            query = select(state_meta.c.name, state_meta.c.value)
            rows = {row.name: row.value for row in connection.execute(query)}
        if "company" not in rows:
            raise NotFound("there is no company here yet: run `percorso init` or `percorso up`")
        facts = json.loads(rows["company"])
        return CompanyFacts(
            name=facts["name"],
            zone=facts["zone"],
            currency=facts["currency"],
            language=facts["language"],
            secret=bytes.fromhex(facts["secret"]),
            packs=tuple(facts["packs"]),
            default_consent=facts["default_consent"],
            quiet=read_quiet(facts.get("quiet", "21:00-08:00")),
        )

    def found(self, facts: CompanyFacts) -> None:
        """Write the facts of a new company. Raises Conflict when there is one already."""
        record = {
            "name": facts.name,
            "zone": facts.zone,
            "currency": facts.currency,
            "language": facts.language,
            "secret": facts.secret.hex(),
            "packs": list(facts.packs),
            "default_consent": dict(facts.default_consent),
            "quiet": "-".join(at.isoformat("minutes") for at in facts.quiet),
        }
        with self._database.write() as connection:
            if get_meta(connection, "company") is not None:
                raise Conflict("there is a company in this directory already")
            connection.execute(state_meta.insert(), {"name": "company", "value": json.dumps(record)})

    def records(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """name -> body of the records of a kind."""
        query = select(config_records.c.name, config_records.c.body).where(config_records.c.kind == kind)
        with self._database.read() as connection:
            return {name: json.loads(body) for name, body in connection.execute(query.order_by(config_records.c.name))}

    def record(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """The body of one record."""
        table = config_records
        query = select(table.c.body).where(table.c.kind == kind, table.c.name == name)
        with self._database.read() as connection:
            body = connection.execute(query).scalar()
        return None if body is None else json.loads(body)

    def put(self, kind: str, name: str, body: Mapping[str, Any], at: Micros) -> None:
        """Insert or replace one record."""
        table = config_records
        row = {"kind": kind, "name": name, "body": json.dumps(body, ensure_ascii=False), "updated_at": at}
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.kind == kind, table.c.name == name))
            connection.execute(table.insert(), row)

    def replace(self, kind: str, bodies: Mapping[str, Mapping[str, Any]], at: Micros) -> None:
        """These records are all there are of a kind, from now on; one transaction."""
        table = config_records
        rows = [
            {"kind": kind, "name": name, "body": json.dumps(body, ensure_ascii=False), "updated_at": at}
            for name, body in bodies.items()
        ]
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.kind == kind))
            if rows:
                connection.execute(table.insert(), rows)

    def remember_version(self, version: str) -> str | None:
        """Note the version of the configuration in force; the one before it when it was another, else None."""
        with self._database.write() as connection:
            before = get_meta(connection, "config_version")
            if before != version:
                connection.execute(delete(state_meta).where(state_meta.c.name == "config_version"))
                connection.execute(state_meta.insert(), {"name": "config_version", "value": version})
        return before if before != version else None


def get_meta(connection: Connection, name: str) -> str | None:
    """One value of ``state_meta``."""
    return connection.execute(select(state_meta.c.value).where(state_meta.c.name == name)).scalar()
