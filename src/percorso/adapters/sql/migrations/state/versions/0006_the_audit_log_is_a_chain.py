"""the audit log is a chain.

The rule is written out here: it must stay what it was when these rows were chained.
"""

import json
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("select at, actor, act, target from audit order by id")).all()
    op.drop_table("audit")
    audit = op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("audit_act", "audit", ["act", "number"], unique=False)
    op.create_index("audit_actor", "audit", ["actor", "number"], unique=False)
    op.create_index("audit_target", "audit", ["target", "number"], unique=False)
    chain = _chained([tuple(row) for row in rows])
    if chain:
        op.bulk_insert(audit, chain)
        head = f"{chain[-1]['number']}:{chain[-1]['hash']}"
        connection.execute(sa.text("insert into state_meta values ('audit_head', :head)"), {"head": head})


def _chained(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    chain, last = [], "0" * 64
    for number, row in enumerate(rows, 1):
        content = json.dumps([last, number, *row], ensure_ascii=False, separators=(",", ":"))
        last = sha256(content.encode()).hexdigest()
        chain.append({**dict(zip(("at", "actor", "act", "target"), row, strict=True)), "number": number, "hash": last})
    return chain
