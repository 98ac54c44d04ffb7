"""segments: facts, members, timers, lists and sizes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "segment_nodes",
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("node_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("segment_nodes_person", "segment_nodes", ["person_id"], unique=False)
    op.create_table(
        "segment_members",
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("segment", "person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("segment_members_person", "segment_members", ["person_id"], unique=False)
    op.create_table(
        "segment_timers",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("segment_timers_due", "segment_timers", ["due_day"], unique=False)
    op.create_table(
        "segment_lists",
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("segment", "node_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("segment_lists_node", "segment_lists", ["node_id"], unique=False)
    op.create_table(
        "segment_days",
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("segment", "day"),
        sqlite_with_rowid=False,
    )
