"""Databases as older versions left them."""

from alembic import command
from sqlalchemy import inspect

from storage import migrate
from storage.engine import Database

FIRST_VERSION = """
INSERT INTO groups (id, name, timezone, turn_seconds, grace_seconds, blind_seconds, final_seconds,
    extend_seconds, extensions, spoken_cues, reminder_minutes)
    VALUES (900, 'Circle', 'UTC', 600, 60, 180, 180, 120, 2, {false}, '1440,15');
INSERT INTO members (id, group_id, user_id, name) VALUES (1, 900, 1, 'Ana');
INSERT INTO questions (id, group_id, kind, state, title, criteria, created_at)
    VALUES (1, 900, 'binary', 'resolved', 'Will it rain?', '', '2026-11-20 12:00:00');
INSERT INTO forecasts (id, question_id, member_id, kind, probability, made_at, late, reason)
    VALUES (1, 1, 1, 'update', 0.6, '2026-11-20 12:00:00', {false}, '');
INSERT INTO resolutions (id, question_id, outcome, known_at, entered_at, comment,
    source)
    VALUES (1, 1, 'no', '2026-11-20 13:00:00', '2026-11-20 13:00:00', '', ''),
           (2, 1, 'yes', '2026-11-20 14:00:00', '2026-11-20 15:00:00', '', '');
INSERT INTO scores (id, group_id, question_id, member_id, forecast_id, moment, headline, brier)
    VALUES (1, 900, 1, 1, 1, 'close', {true}, 0.16);
"""


def make_version(database: Database, revision: str, rows: str) -> Database:
    """A database with the schema of an older version, and these rows."""
    with database.engine.begin() as connection:
        if database.is_sqlite:
            names = inspect(connection).get_table_names()
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for name in names:
                connection.exec_driver_sql(f'DROP TABLE "{name}"')
        else:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    with database.engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        false, true = ("0", "1") if database.is_sqlite else ("false", "true")
        filled = rows.replace("{false}", false).replace("{true}", true)
        for statement in filled.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    return database
