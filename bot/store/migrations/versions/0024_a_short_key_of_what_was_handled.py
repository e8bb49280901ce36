"""What was handled is remembered by a short key

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

import bot.models.types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seen",
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", bot.models.types.Bytes(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "mark", "part", name=op.f("pk_seen")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("seen")
