"""Whether people are mentioned when a question that they forecast is resolved."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mention them from now on, as in a new group; nobody was for an earlier outcome."""
    for table, name, default in (
        ("groups", "call_forecasters", sa.true()),
        ("resolutions", "calls", sa.false()),
    ):
        column = sa.Column(name, sa.Boolean(), nullable=False, server_default=default)
        op.add_column(table, column)
