"""Groups that are asleep, sessions and rounds that wait, and what was tried for a week."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATES = "state IN ('pending', 'done', 'parked', 'expired', 'given_up')"
LAST_CLOSED = "SELECT max(closed_at) FROM rounds WHERE rounds.session_id = sessions.id"


def upgrade() -> None:
    op.add_column("groups", sa.Column("left_at", UTCDateTime(), nullable=True))
    op.create_index("ix_groups_left", "groups", ["left_at"])
    op.add_column("rounds", sa.Column("stopped_at", UTCDateTime(), nullable=True))
    _sessions()
    _outbox()


def _sessions() -> None:
    """Sessions that are live are looked at once: who has waited long enough is helped."""
    for name in ("quiet_since", "waits_since"):
        op.add_column("sessions", sa.Column(name, UTCDateTime(), nullable=True))
    op.add_column(
        "sessions", sa.Column("host_away", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for name in ("quiet_since", "waits_since"):
        op.execute(
            f"UPDATE sessions SET {name} = coalesce(({LAST_CLOSED}), started_at) "
            "WHERE state = 'live'"
        )
    op.execute("UPDATE sessions SET remind_at = started_at WHERE state = 'live'")


def _outbox() -> None:
    """SQLite cannot change a CHECK: the table is made again, and Alembic leaves them out."""
    if op.get_bind().dialect.name != "sqlite":
        op.add_column("outbox", sa.Column("parked_at", UTCDateTime(), nullable=True))
        op.drop_constraint("effectstate", "outbox", type_="check")
        op.create_check_constraint("effectstate", "outbox", STATES)
        return
    with op.batch_alter_table("outbox", recreate="always") as outbox:
        outbox.add_column(sa.Column("parked_at", UTCDateTime(), nullable=True))
        outbox.create_check_constraint("effectstate", STATES)
        outbox.create_check_constraint("key_fits_a_nonce", "length(key) <= 25")
