"""Steps of flows are counted by people, beside how often

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WHO = ("reached_by", "answered_by", "gone_by")


def upgrade() -> None:
    with op.batch_alter_table("flow_count", schema=None) as batch_op:
        for name in WHO:
            batch_op.add_column(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("flow_count", schema=None) as batch_op:
        for name in WHO:
            batch_op.drop_column(name)
