"""How many edits of a card are under way, and until when they may be answered."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Counts nothing as under way: the first start sends again whatever is not done."""
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("under_way", sa.Integer(), nullable=False, server_default="0"))
        outbox.add_column(sa.Column("under_way_until", sqlmodel.sql.sqltypes.UTCDateTime()))
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("under_way", existing_type=sa.Integer(), server_default=None)
