"""Who looks at a conversation, what officers have begun to write, and who looked into one case

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import bot.models.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watching",
        sa.Column("conversation_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("officer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seen_at", bot.models.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "part", "officer_id", "page", name=op.f("pk_watching")),
    )
    op.create_table(
        "unsent",
        sa.Column("conversation_id", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("officer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", bot.models.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_unsent_officer_id_officer")),
        sa.PrimaryKeyConstraint("conversation_id", "part", "officer_id", name=op.f("pk_unsent")),
    )
    op.create_index("ix_disclosure_number", "disclosure", ["number", "id"])


def downgrade() -> None:
    op.drop_index("ix_disclosure_number", table_name="disclosure")
    op.drop_table("unsent")
    op.drop_table("watching")
