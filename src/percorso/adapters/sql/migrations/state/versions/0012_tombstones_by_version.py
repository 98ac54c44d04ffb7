"""tombstones by version."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tombstones", sa.Column("version", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index("tombstones_version", "tombstones", ["version"])
