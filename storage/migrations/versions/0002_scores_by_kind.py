"""Scores of every kind of question, and standings that are kept."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FLOATS = ("log", "baseline", "peer", "gain", "probability")


def upgrade() -> None:
    """Adds what the other scores need; the first start fills in what this does not."""
    with op.batch_alter_table("scores") as scores:
        scores.add_column(sa.Column("known_at", sqlmodel.sql.sqltypes.UTCDateTime()))
        scores.add_column(sa.Column("shown", sa.Float()))
        for name in _FLOATS:
            scores.add_column(sa.Column(name, sa.Float()))
        scores.add_column(sa.Column("outcome", sa.Integer()))
    op.execute(
        "UPDATE scores SET shown = brier, known_at = (SELECT known_at FROM resolutions WHERE id = "
        "(SELECT max(id) FROM resolutions WHERE resolutions.question_id = scores.question_id))"
    )
    with op.batch_alter_table("scores") as scores:
        scores.alter_column(
            "known_at", existing_type=sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False
        )
        scores.alter_column("shown", existing_type=sa.Float(), nullable=False)
        scores.alter_column("brier", existing_type=sa.Float(), nullable=True)
        scores.create_check_constraint("brier_range", "brier BETWEEN 0 AND 1")
        # A window of time reads its own scores only.
        scores.drop_index("ix_scores_headline")
        scores.create_index("ix_scores_headline", ["group_id", "headline", "known_at"])
    _keep_standings()


def _keep_standings() -> None:
    with op.batch_alter_table("groups") as groups:
        # Groups that are here already have their scores computed anew: -1 asks for it.
        groups.add_column(
            sa.Column("scores_version", sa.Integer(), nullable=False, server_default="0")
        )
        groups.add_column(
            sa.Column("standings_version", sa.Integer(), nullable=False, server_default="-1")
        )
    with op.batch_alter_table("groups") as groups:
        for name in ("scores_version", "standings_version"):
            groups.alter_column(name, existing_type=sa.Integer(), server_default=None)
    op.create_table(
        "standings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("metric", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("raw", sa.Float(), nullable=True),
        sa.Column("infinite", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"]),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "metric", "member_id"),
    )
