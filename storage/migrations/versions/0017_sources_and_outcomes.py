"""Other platforms, what their forecasters say, and outcomes that are asked for."""

from datetime import UTC, datetime

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENTS = sa.Enum(
    *("import", "close"),
    name="crowdmoment",
    native_enum=False,
    length=16,
    create_constraint=True,
)
AT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """No question so far came from a platform, and nobody was asked about any."""
    _said_elsewhere()
    _asked_for()
    for column in (
        sa.Column("background", sa.String(), nullable=False, server_default=""),
        sa.Column("topic", sa.String(length=30)),
        sa.Column("expected_at", AT()),
    ):
        op.add_column("questions", column)
    for name, default in (("confirm_outcomes", sa.false()), ("digest", sa.true())):
        column = sa.Column(name, sa.Boolean(), nullable=False, server_default=default)
        op.add_column("groups", column)
    op.add_column("groups", sa.Column("digest_at", AT()))
    op.create_index("ix_groups_digest", "groups", ["digest_at"])
    # The sweep gives them their first moment, which depends on their time zone.
    of_groups = sa.table("groups", sa.column("channel_id"), sa.column("digest_at", AT()))
    wanting = of_groups.update().where(of_groups.c.channel_id.is_not(None))
    op.execute(wanting.values(digest_at=datetime(1970, 1, 1, tzinfo=UTC)))


def _said_elsewhere() -> None:
    op.create_table(
        "crowds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer()),
        sa.Column("moment", MOMENTS, nullable=False),
        sa.Column("probability", sa.Float()),
        sa.Column("values", sa.String()),
        sa.Column("at", AT(), nullable=False),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name="crowd_probability_range"),
        sa.CheckConstraint('(probability IS NULL) <> ("values" IS NULL)', name="one_form_of_crowd"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"]),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("question_id", "moment", "round_id"),
    )
    op.create_index("ix_crowds_question", "crowds", ["question_id"])
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("look_at", AT()),
        sa.Column("looked_at", AT()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("gone_at", AT()),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("question_id"),
    )
    op.create_index("ix_watches_look", "watches", ["look_at"])


def _asked_for() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("known_at", AT(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("made_at", AT(), nullable=False),
        sa.Column("accepted", sa.Boolean()),
        sa.Column("decided_at", AT()),
        sa.Column("decided_by_id", sa.Integer()),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"]),
        sa.ForeignKeyConstraint(["decided_by_id"], ["members.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_proposals_question", "proposals", ["question_id"])
    op.create_table(
        "inquiries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("ask_at", AT()),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("answered_at", AT()),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("question_id"),
    )
    op.create_index("ix_inquiries_ask", "inquiries", ["ask_at"])
