"""Imports that are under way, invisible until all of a file is there."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """No import is under way while the schema changes."""
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("touched_at", AT(), nullable=False),
        sa.Column("finished_at", AT()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_imports_group", "imports", ["group_id", "finished_at"])
    op.create_table(
        "staged_questions",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer()),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("options", sa.String()),
        sa.Column("unit", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", AT(), nullable=False),
        sa.Column("outcome", sa.String()),
        sa.Column("known_at", AT()),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"]),
        sa.PrimaryKeyConstraint("import_id", "place"),
    )
    op.create_table(
        "staged_forecasts",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("forecaster", sa.String(), nullable=False),
        sa.Column("probability", sa.Float()),
        sa.Column("values", sa.String()),
        sa.Column("made_at", AT(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"]),
        sa.PrimaryKeyConstraint("import_id", "place"),
    )
