"""What a member typed may be taken away again; nothing else of a forecast or outcome ever changes.

Objections stay with the entry that answered them, because the entry no longer repeats their words.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0019"
branch_labels = None
depends_on = None

# Of each table that is only ever added to, the text that may lose its end, or all of it.
TEXTS = {"forecasts": "reason", "resolutions": "comment"}


def upgrade() -> None:
    """Let texts go, and note which entry has answered an objection."""
    with op.batch_alter_table("disputes") as disputes:
        disputes.add_column(sa.Column("answered_by_id", sa.Integer(), nullable=True))
        disputes.create_foreign_key(
            "disputes_answered_by_id_fkey", "resolutions", ["answered_by_id"], ["id"]
        )
    for table, text in TEXTS.items():
        if op.get_bind().dialect.name == "sqlite":
            _on_sqlite(table, text)
        else:
            _on_postgresql(table, text)


def _on_sqlite(table: str, text: str) -> None:
    found = sa.inspect(op.get_bind()).get_columns(table)
    others = [column["name"] for column in found if column["name"] != text]
    same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in others)
    op.execute(f"DROP TRIGGER {table}_no_update")
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"WHEN NOT ({same} AND {_is_shorter(text)}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
    )


def _on_postgresql(table: str, text: str) -> None:
    same = f"to_jsonb(NEW) - '{text}' = to_jsonb(OLD) - '{text}'"
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"FOR EACH ROW WHEN (NOT ({same} AND {_is_shorter(text)})) "
        f"EXECUTE FUNCTION {table}_refuse()"
    )


def _is_shorter(text: str) -> str:
    return f"substr(OLD.{text}, 1, length(NEW.{text})) = NEW.{text}"
