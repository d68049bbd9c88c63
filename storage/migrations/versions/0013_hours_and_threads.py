"""The hour of a session, for which its host is called, and a thread for each session."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TARGETS = "target IN ('message', 'discord_event', 'google_calendar', 'thread')"
STATES = "state IN ('pending', 'done', 'parked', 'expired', 'given_up')"
KEYS = "length(key) <= 25"


def upgrade() -> None:
    """Look at planned sessions at their hour too; before, it was when they lapse."""
    op.add_column("sessions", sa.Column("called_for", UTCDateTime(), nullable=True))
    op.add_column("sessions", sa.Column("thread_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "groups", sa.Column("threads", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute(
        "UPDATE sessions SET remind_at = starts_at "
        "WHERE state = 'scheduled' AND remind_at > starts_at"
    )
    _targets()


def _targets() -> None:
    """SQLite cannot change a CHECK: the table is made again, and Alembic leaves them out."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("effecttarget", "outbox", type_="check")
        op.create_check_constraint("effecttarget", "outbox", TARGETS)
        return
    with op.batch_alter_table("outbox", recreate="always") as outbox:
        outbox.create_check_constraint("effecttarget", TARGETS)
        outbox.create_check_constraint("effectstate", STATES)
        outbox.create_check_constraint("key_fits_a_nonce", KEYS)
