"""identifiers held apart, found without looking at all."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    held, claimed = sa.text("held IS NOT NULL"), sa.text("claimed = 1")
    op.create_index("nodes_held", "nodes", ["held"], sqlite_where=held, postgresql_where=held)
    op.create_index("nodes_claimed", "nodes", ["base"], sqlite_where=claimed, postgresql_where=claimed)
