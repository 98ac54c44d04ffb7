"""What both Alembic environments do: run on the connection they are given, in its transaction."""

from alembic import context
from sqlalchemy import MetaData, create_engine
from sqlalchemy.schema import SchemaItem


def run(metadata: MetaData, version_table: str) -> None:
    """Run the revisions of one line. Without a given connection an empty SQLite in memory serves to write new ones."""
    connection = context.config.attributes.get("connection") or create_engine("sqlite://").connect()

    def ours(item: SchemaItem, name: str | None, kind: str, _reflected: bool, _with: SchemaItem | None) -> bool:
        return kind != "table" or name in metadata.tables

    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=version_table,
        include_object=ours,
        transactional_ddl=True,
    )
    context.run_migrations()
