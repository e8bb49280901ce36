"""Where reports are and what contacts speak

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("memory", sa.Float(), nullable=False, server_default="0"))

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place_code", sa.String(), nullable=False, server_default=""))
        batch_op.create_index("ix_ticket_place", ["place_code", "topic", "opened_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_place")
        batch_op.drop_column("place_code")

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("memory")
