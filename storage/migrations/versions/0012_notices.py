"""Notices of sessions that moved or were cancelled, and dates changed before they are announced."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """All that is planned was announced; where no reminder comes with Start, look for it once."""
    op.add_column(
        "sessions", sa.Column("announced", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("was_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"]),
        sa.ForeignKeyConstraint(["first_id"], ["sessions.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("session_id"),
    )
    op.create_index("ix_notices_first", "notices", ["first_id"])
    op.execute(
        "UPDATE sessions SET remind_at = created_at WHERE state = 'scheduled' AND group_id IN "
        "(SELECT id FROM groups WHERE reminder_minutes NOT LIKE '%15')"
    )
