"""Groups can be forgotten: triggers let one who forgets delete, and references can be followed."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# Without an index, each row that is deleted has all of the table read that could refer to it.
REFERENCES = (
    ("attendances", "member_id"),
    ("crowds", "round_id"),
    ("disputes", "member_id"),
    ("drafts", "group_id"),
    ("drafts", "member_id"),
    ("forecasts", "member_id"),
    ("interests", "member_id"),
    ("marks", "member_id"),
    ("notices", "by_id"),
    ("outbox", "group_id"),
    ("practices", "banked_id"),
    ("proposals", "by_id"),
    ("proposals", "decided_by_id"),
    ("questions", "author_id"),
    ("resolutions", "entered_by_id"),
    ("rsvps", "member_id"),
    ("scores", "member_id"),
    ("scores", "round_id"),
    ("seats", "member_id"),
    ("series", "group_id"),
    ("series", "host_id"),
    ("sessions", "host_id"),
    ("sessions", "picked_id"),
    ("sightings", "banked_id"),
    ("standings", "member_id"),
    ("turns", "member_id"),
    ("votes", "member_id"),
    ("votes", "question_id"),
    ("warmup_answers", "member_id"),
)


def upgrade() -> None:
    """Index every reference, and let triggers ask whether somebody is being forgotten."""
    for table, column in REFERENCES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for table in ("forecasts", "resolutions"):
        _refuse_unless_forgetting(table)


def _refuse_unless_forgetting(table: str) -> None:
    """Refuse as before, but for a transaction that says that it forgets."""
    message = f"{table} are append-only"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            op.execute(f"DROP TRIGGER {name}")
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                "WHEN NOT EXISTS (SELECT 1 FROM keepsakes WHERE name = 'forgetting') "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF coalesce(current_setting('dojo.forgetting', true), '') = 'on' "
        f"THEN RETURN NULL; END IF; RAISE EXCEPTION '{message}'; END $$"
    )
