"""Alembic environment of the log's tables."""

from percorso.adapters.sql.migrations.environment import run
from percorso.adapters.sql.tables import LOG

run(LOG, "log_version")
