"""Forms that were refused wait among the drafts until their author has corrected them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = "kind IN ('plan', 'question', 'outcome', 'form')"


def upgrade() -> None:
    """Let a draft be a form; SQLite makes the table again, for it cannot change a CHECK."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("draftkind", "drafts", type_="check")
        op.create_check_constraint("draftkind", "drafts", KINDS)
        return
    with op.batch_alter_table("drafts", recreate="always") as drafts:
        drafts.alter_column("kind", existing_type=sa.String(length=16), nullable=False)
        drafts.create_check_constraint("draftkind", KINDS)
