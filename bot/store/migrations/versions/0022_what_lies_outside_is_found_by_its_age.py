"""What lies outside is found by its state and age

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BEYOND = sa.text(
    "state IN ('waiting_citizen', 'dispatched', 'in_progress', 'postponed', 'returned', 'done', 'forwarded')"
)


def upgrade() -> None:
    op.create_index(
        "ix_ticket_beyond", "ticket", ["state", "updated_at", "id"], sqlite_where=BEYOND, postgresql_where=BEYOND
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_beyond", table_name="ticket")
