"""Alembic environment of the state's tables."""

from percorso.adapters.sql.migrations.environment import run
from percorso.adapters.sql.tables import STATE

run(STATE, "state_version")
