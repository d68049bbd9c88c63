"""Room for what luck alone gives each calibration, so that only changed ones are resampled."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; they are filled when a group's standings are brought up to date next."""
    op.add_column("standings", sa.Column("luck_of", sa.String(32)))
    op.add_column("standings", sa.Column("luck_mean", sa.Float()))
    op.add_column("standings", sa.Column("luck_variance", sa.Float()))
