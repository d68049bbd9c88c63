"""Whether a group has been welcomed, and whether it has chosen its time zone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Welcome no group that knows the bot; any zone but UTC was chosen by somebody."""
    op.add_column("groups", sa.Column("joins", sa.Integer(), nullable=False, server_default="0"))
    for name in ("welcomed", "timezone_chosen"):
        op.add_column(
            "groups", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute(
        "UPDATE groups SET welcomed = (left_at IS NULL), timezone_chosen = (timezone <> 'UTC')"
    )
