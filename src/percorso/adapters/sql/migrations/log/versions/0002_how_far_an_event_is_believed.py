"""how far an event is believed to know whom it speaks of; what was there before is believed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("log_events", sa.Column("trust", sa.SmallInteger(), server_default="2", nullable=False))
