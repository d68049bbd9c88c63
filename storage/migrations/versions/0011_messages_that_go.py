"""Whether a message should be deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TARGETS = "target IN ('message', 'discord_event', 'google_calendar')"
STATES = "state IN ('pending', 'done', 'parked', 'expired', 'given_up')"
KEYS = "length(key) <= 25"


def upgrade() -> None:
    """Let every message stay that is there."""
    there = sa.Column("gone", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("outbox", there)
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("outbox", "gone", server_default=None)
        return
    # SQLite makes the table again, and Alembic leaves out every CHECK that is not named here.
    with op.batch_alter_table("outbox", recreate="always") as outbox:
        outbox.alter_column("gone", existing_type=sa.Boolean(), server_default=None)
        outbox.create_check_constraint("effecttarget", TARGETS)
        outbox.create_check_constraint("effectstate", STATES)
        outbox.create_check_constraint("key_fits_a_nonce", KEYS)
