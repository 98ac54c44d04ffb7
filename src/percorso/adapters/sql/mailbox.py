"""The built-in local inbox."""

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects import postgresql, sqlite

from percorso.adapters.sql.database import Database
from percorso.adapters.sql.tables import mailbox
from percorso.model.time import Micros
from percorso.ports import Mail


class SqlMailbox:
    """`ports.Mailbox` on a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    def put(self, mail: Mail) -> None:
        row = {name: getattr(mail, name) for name in Mail.__dataclass_fields__}
        row["recipient"] = row.pop("to")
        with self._database.write() as connection:
            connection.execute(self._insert(mailbox).values(row).on_conflict_do_nothing())

    def list(self, limit: int, before: Micros | None = None) -> list[Mail]:
        query = select(mailbox).order_by(mailbox.c.received_at.desc(), mailbox.c.mail_id).limit(limit)
        if before is not None:
            query = query.where(mailbox.c.received_at < before)
        with self._database.read() as connection:
            return [_mail(row) for row in connection.execute(query).mappings()]

    def get(self, mail_id: str) -> Mail | None:
        with self._database.read() as connection:
            row = connection.execute(select(mailbox).where(mailbox.c.mail_id == mail_id)).mappings().first()
        return None if row is None else _mail(row)


def _mail(row: RowMapping) -> Mail:
    return Mail(
        mail_id=row["mail_id"],
        to=row["recipient"],
        subject=row["subject"],
        html=row["html"],
        text=row["text"],
        received_at=row["received_at"],
        person_id=row["person_id"],
    )
