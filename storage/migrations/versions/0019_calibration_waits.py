"""Until when stored standings hold: a question that ended early joins the calibration later."""

from datetime import UTC, datetime

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

AT = sqlmodel.sql.sqltypes.UTCDateTime
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Have standings computed again where a question that ended early may wait for its close."""
    op.add_column("groups", sa.Column("standings_until", AT()))
    groups = sa.table("groups", sa.column("id"), sa.column("standings_until", AT()))
    questions = sa.table(
        "questions",
        *(sa.column(name) for name in ("id", "group_id", "state", "banked_id", "closes_at")),
    )
    known = sa.table("resolutions", sa.column("question_id"), sa.column("known_at"))
    early = (
        sa.select(questions.c.group_id)
        .join(known, known.c.question_id == questions.c.id)
        .where(
            questions.c.state == "resolved",
            questions.c.banked_id.is_(None),
            questions.c.closes_at > known.c.known_at,
        )
    )
    op.execute(groups.update().where(groups.c.id.in_(early)).values(standings_until=LONG_AGO))
