"""What time and presses ask for is found by an index, and old messages are put away."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

AT = sqlmodel.sql.sqltypes.UTCDateTime
STALE = "standings_version <> scores_version OR rescored_to IS NOT NULL"
UNWRITTEN = "event_id IS NOT NULL AND (written_at IS NULL OR changed_at >= written_at)"
# Name, table, columns, and of which rows; nothing: of all.
INDEXES = (
    ("ix_groups_left", "groups", ["left_at"], "left_at IS NOT NULL"),
    ("ix_groups_digest", "groups", ["digest_at"], "left_at IS NULL"),
    ("ix_groups_stale", "groups", ["id"], STALE),
    ("ix_groups_standings", "groups", ["standings_until"], "standings_until IS NOT NULL"),
    ("ix_members_user", "members", ["user_id"], None),
    ("ix_questions_closes", "questions", ["closes_at"], "state IN ('proposed', 'open')"),
    ("ix_interactions_at", "interactions", ["at"], None),
    ("ix_drafts_kind", "drafts", ["kind", "created_at"], None),
    ("ix_warmups_open", "warmups", ["opened_at"], "closed_at IS NULL"),
    ("ix_banked_plain", "banked", ["id"], "NOT sealed AND group_id IS NOT NULL"),
    ("ix_imports_under_way", "imports", ["touched_at"], "finished_at IS NULL"),
    ("ix_calendar_entries_unwritten", "calendar_entries", ["id"], UNWRITTEN),
    ("ix_outbox_group_id", "outbox", ["group_id", "state"], None),
    ("ix_outbox_message", "outbox", ["channel_id", "message_id"], None),
    ("ix_outbox_over", "outbox", ["under_way_until", "created_at"], "state IN ('done', 'expired')"),
)
REPLACED = ("ix_groups_left", "ix_groups_digest", "ix_outbox_group_id")


def upgrade() -> None:
    """Make the indexes; what is old by then is put away later, some hundreds at a time."""
    for name, table, columns, where in INDEXES:
        if name in REPLACED:
            op.drop_index(name, table)
        some = None if where is None else sa.text(where)
        op.create_index(name, table, columns, sqlite_where=some, postgresql_where=some)
    _add_past()


def _add_past() -> None:
    op.create_table(
        "outbox_past",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=25), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "target",
            _word("effecttarget", "message", "discord_event", "google_calendar", "thread"),
            nullable=False,
        ),
        sa.Column(
            "state",
            _word("effectstate", "pending", "done", "parked", "expired", "given_up"),
            nullable=False,
        ),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("created_at", AT(), nullable=False),
        sa.Column("expires_at", AT()),
        sa.Column("attempted_at", AT()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", AT(), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("trouble", sa.String()),
        sa.Column("under_way", sa.Integer(), nullable=False),
        sa.Column("under_way_until", AT()),
        sa.Column("parked_at", AT()),
        sa.Column("text_hash", sa.String(length=64)),
        sa.Column("files_hash", sa.String(length=64)),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_outbox_past_group_id", "outbox_past", ["group_id"])
    op.create_index("ix_outbox_past_message", "outbox_past", ["channel_id", "message_id"])


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=16, create_constraint=True)
