"""the ledger of identity.

Nodes are of another make: devices by session window, links with their times. What is folded is emptied and folded again
from the log; the lake is sealed again, its old files are swept. Nothing that was decided or sent is touched.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_assertions",
        sa.Column("weaker", sa.Text(), nullable=False),
        sa.Column("stronger", sa.Text(), nullable=False),
        sa.Column("strength", sa.SmallInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("tie", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("trust", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("weaker", "stronger"),
        sqlite_with_rowid=False,
    )
    op.create_index("identity_assertions_stronger", "identity_assertions", ["stronger"])
    op.create_table(
        "identity_overrides",
        sa.Column("a", sa.Text(), nullable=False),
        sa.Column("b", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("tie", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("a", "b"),
        sqlite_with_rowid=False,
    )
    op.drop_table("nodes")
    op.create_table(
        "nodes",
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("candidates", sa.Text(), nullable=True),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.Column("claimed", sa.SmallInteger(), nullable=False),
        sa.Column("base", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("node_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("nodes_person", "nodes", ["person_id"])
    op.create_index("nodes_parent", "nodes", ["parent_id"], sqlite_where=sa.text("parent_id IS NOT NULL"))
    op.create_index("nodes_base", "nodes", ["base"], sqlite_where=sa.text("base IS NOT NULL"))
    op.create_index(
        "nodes_value",
        "nodes",
        ["value"],
        sqlite_where=sa.text("kind != 'anonymous_id'"),
        postgresql_where=sa.text("kind != 'anonymous_id'"),
    )
    for table in ("moved", "people", "positions", "placed", "unfolded"):
        op.execute(f"delete from {table}")
    op.execute("delete from offsets where reader like 'process/%' or reader = 'archive'")
    op.execute("delete from manifest")
