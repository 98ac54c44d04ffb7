"""The audit log."""

from sqlalchemy import insert, select

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import audit
from percorso.ports import AuditRow


class SqlAudit:
    """`ports.Audit` on a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, row: AuditRow) -> None:
        with self._database.write() as connection:
            connection.execute(insert(audit), row._asdict())

    def latest(self, limit: int) -> list[AuditRow]:
        query = select(audit.c.at, audit.c.actor, audit.c.act, audit.c.target).order_by(audit.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [AuditRow(*row) for row in connection.execute(query)]
