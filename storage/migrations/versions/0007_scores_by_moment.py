"""Scores by moment and round, successive forecasts over time, and what ranks are drawn from."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_FLOATS = ("edge", "turn_edge", "over_time", "coverage")
_NUMBERS = ("seat", "inside")


def upgrade() -> None:
    """Adds what new rules need; every question is scored again by them in the background."""
    with op.batch_alter_table("scores") as scores:
        for name in _FLOATS:
            scores.add_column(sa.Column(name, sa.Float()))
        for name in _NUMBERS:
            scores.add_column(sa.Column(name, sa.Integer()))
        # On the common scale of all kinds, ordered options can earn more than 1.
        scores.drop_constraint("brier_range", type_="check")
        scores.create_check_constraint("brier_range", "brier BETWEEN 0 AND 2")
        scores.create_index("ix_scores_moment", ["group_id", "moment", "known_at"])
    with op.batch_alter_table("standings") as standings:
        standings.drop_column("infinite")
        standings.add_column(sa.Column("error", sa.Float()))
        standings.add_column(sa.Column("freedom", sa.Float()))
    with op.batch_alter_table("groups") as groups:
        groups.add_column(sa.Column("rescored_to", sa.Integer()))
    op.execute(
        "UPDATE groups SET rescored_to = 0 WHERE id IN "
        "(SELECT group_id FROM questions WHERE state = 'resolved')"
    )
