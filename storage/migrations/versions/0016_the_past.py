"""The bank of the past, who has seen what of it, pastcasts, practice and warm-ups."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = sa.Enum(
    *("binary", "choice", "ordered", "numeric"),
    name="questionkind",
    native_enum=False,
    length=16,
    create_constraint=True,
)
FORMATS = sa.Enum(
    *("circle", "pastcast"),
    name="sessionformat",
    native_enum=False,
    length=16,
    create_constraint=True,
)
MOMENT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Every session so far was a circle, and no score is of the past."""
    _bank()
    _alone()
    _warm_ups()
    op.execute("ALTER TABLE questions ADD COLUMN banked_id INTEGER REFERENCES banked (id)")
    op.create_index("ix_questions_banked", "questions", ["banked_id"])
    op.add_column(
        "scores", sa.Column("past", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("groups") as groups:
        groups.add_column(
            sa.Column("past_turn_seconds", sa.Integer(), nullable=False, server_default="180")
        )
        groups.create_check_constraint(
            "past_turn_seconds_range", "past_turn_seconds BETWEEN 30 AND 7200"
        )
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("format", FORMATS, nullable=False, server_default="circle"))
        sessions.add_column(sa.Column("topic", sa.String()))
        sessions.add_column(sa.Column("deals", sa.Integer()))


def _bank() -> None:
    op.create_table(
        "banked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.BigInteger()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("kind", KINDS, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("criteria", sa.String(), nullable=False),
        sa.Column("background", sa.String(), nullable=False),
        sa.Column("look_up", sa.String(), nullable=False),
        sa.Column("options", sa.String()),
        sa.Column("unit", sa.String()),
        *(
            sa.Column(name, sa.Date(), nullable=False)
            for name in ("opens_at", "as_of", "closes_at", "known_at")
        ),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("crowd", sa.Float()),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_url", sa.String()),
        sa.Column("added_by", sa.BigInteger()),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.CheckConstraint("crowd BETWEEN 0 AND 1", name="crowd_range"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "name"),
    )
    of_the_box = sa.text("group_id IS NULL")
    op.create_index(
        "one_banked_of_the_box",
        "banked",
        ["name"],
        unique=True,
        sqlite_where=of_the_box,
        postgresql_where=of_the_box,
    )


def _alone() -> None:
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("banked_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT(), nullable=False),
        sa.ForeignKeyConstraint(["banked_id"], ["banked.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "banked_id"),
    )
    op.create_table(
        "practices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("banked_id", sa.Integer(), nullable=False),
        sa.Column("dealt_at", MOMENT(), nullable=False),
        sa.Column("probability", sa.Float()),
        sa.Column("brier", sa.Float()),
        sa.Column("outcome", sa.Integer()),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("answered_at", MOMENT()),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name="practice_probability_range"),
        sa.ForeignKeyConstraint(["banked_id"], ["banked.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "banked_id"),
    )


def _warm_ups() -> None:
    op.create_table(
        "warmups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("items", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT(), nullable=False),
        sa.Column("closed_at", MOMENT()),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_warmups_session", "warmups", ["session_id"])
    op.create_table(
        "warmup_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("warmup_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("at", MOMENT(), nullable=False),
        sa.CheckConstraint("low <= high", name="interval_order"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"]),
        sa.ForeignKeyConstraint(["warmup_id"], ["warmups.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("warmup_id", "member_id", "number"),
    )
