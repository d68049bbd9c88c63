"""Objections stay with the entry of an outcome that answered them.

The entry no longer repeats their words, so whoever wrote them can have them taken away.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note which entry has answered an objection; those that there are wait for one."""
    with op.batch_alter_table("disputes") as disputes:
        disputes.add_column(sa.Column("answered_by_id", sa.Integer(), nullable=True))
        disputes.create_foreign_key(
            "disputes_answered_by_id_fkey", "resolutions", ["answered_by_id"], ["id"]
        )
        disputes.create_index("ix_disputes_answered_by_id", ["answered_by_id"])
