"""What editors change at the desk, and how flows are walked

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import bot.models.types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flow_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("flow", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("node", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "flow", "node", "part", name=op.f("pk_flow_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "flow_edit",
        sa.Column("context", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", bot.models.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("context", "language", name=op.f("pk_flow_edit")),
    )


def downgrade() -> None:
    op.drop_table("flow_edit")
    op.drop_table("flow_count")
