"""Where each effect belongs, and a hash of what was sent last."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TARGETS = "target IN ('message', 'discord_event', 'google_calendar')"
STATES = "state IN ('pending', 'done', 'parked', 'expired', 'given_up')"
KEYS = "length(key) <= 25"


def upgrade() -> None:
    """Tell targets by what they were known by; without a hash, the next edit is sent."""
    op.add_column(
        "outbox",
        sa.Column("target", sa.String(length=16), nullable=False, server_default="message"),
    )
    for name in ("text_hash", "files_hash"):
        op.add_column("outbox", sa.Column(name, sa.String(length=64), nullable=True))
    op.execute("UPDATE outbox SET target = 'discord_event' WHERE substr(key, 1, 1) = 'v'")
    op.execute("UPDATE outbox SET target = 'google_calendar' WHERE channel_id = 0")
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("outbox", "target", server_default=None)
        op.create_check_constraint("effecttarget", "outbox", TARGETS)
        return
    # SQLite makes the table again, and Alembic leaves out every CHECK that is not named here.
    with op.batch_alter_table("outbox", recreate="always") as outbox:
        outbox.alter_column("target", existing_type=sa.String(length=16), server_default=None)
        outbox.create_check_constraint("effecttarget", TARGETS)
        outbox.create_check_constraint("effectstate", STATES)
        outbox.create_check_constraint("key_fits_a_nonce", KEYS)
