"""Admins help colleagues back in with a password for one time, and say how much each may hold

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

import bot.models.types

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("capacity", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("password_until", bot.models.types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.drop_column("password_until")
        batch_op.drop_column("capacity")
