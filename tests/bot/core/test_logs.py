"""Logs and cards hold no blind number, no reason and no exception's text."""

import ast
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import text

from bot import registry
from bot.core import logs
from bot.demo.stage import Stage, as_text
from bot.door.card_table import Card
from storage.engine import Database
from tests.test_architecture import PRODUCT, show

SECRET = "my secret reason"
INTO_FORECASTS = (
    "INSERT INTO forecasts (question_id, member_id, kind, probability, reason, late, made_at)"
)
# What these say is read by whoever starts the process, or by whoever chose the file.
READ_BY_THE_OPERATOR = {
    "bot/__main__.py",
    "bot/backups/settings.py",
    "bot/calendars/google_auth.py",
    "bot/calendars/google_login.py",
    "bot/command_line/opening.py",
    "bot/command_line/run.py",
    "bot/command_line/waiting.py",
    "bot/data/bank_csv.py",
    "bot/data/forecastbench.py",
    "bot/data/reading/manifold.py",
    "bot/data/reading/tables.py",
    "bot/demo/play.py",
    "bot/doctor/bot_token.py",
    "bot/doctor/database.py",
    "bot/doctor/sources.py",
    "bot/doctor/web.py",
    "storage/postgresql_backup.py",
}
# Numbers and names of errors are no text.
HARMLESS = {"status", "code", "name"}


@pytest.mark.parametrize(
    "statement",
    [
        f"{INTO_FORECASTS} VALUES (404, 404, 'blind', 0.123456, :reason, false, :at)",
        f"{INTO_FORECASTS} VALUES (404, NULL, 'blind', 0.123456, :reason, false, :at)",
        "INSERT INTO nowhere (reason, at) VALUES (:reason, :at)",
    ],
    ids=["points nowhere", "lacks something", "no table"],
)
def test_a_statement_that_fails_says_nothing_of_what_it_was_to_save(
    database: Database, statement: str
) -> None:
    filled_in = {"reason": SECRET, "at": "2026-11-20 12:00:00+00:00"}

    with pytest.raises(DBAPIError) as failed, database.write() as tx:
        tx.execute(text(statement), filled_in)

    said = "".join(traceback.format_exception(failed.value))
    assert SECRET not in said
    assert "Failing row" not in said


def test_slow_work_hides_what_it_reads_and_writes_too(database: Database) -> None:
    aside = database.aside(1)

    with pytest.raises(DBAPIError) as failed, aside.read() as tx:
        tx.execute(text("SELECT * FROM nowhere WHERE reason = :reason"), {"reason": SECRET})

    assert SECRET not in str(failed.value)
    aside.close()


@pytest.mark.parametrize("on_a_terminal", [True, False])
def test_a_traceback_in_the_log_shows_no_values_of_variables(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, on_a_terminal: bool
) -> None:
    import structlog

    monkeypatch.setattr(sys.stderr, "isatty", lambda: on_a_terminal, raising=False)

    def fail(reason: str) -> None:
        raise ValueError(len(reason))

    logs.set_up_logs("INFO")
    try:
        fail(SECRET)
    except ValueError:
        structlog.get_logger().exception("forecast.failed")

    said = capsys.readouterr().err
    assert "forecast.failed" in said
    assert "Traceback" in said
    assert SECRET not in said


def test_a_library_s_line_is_one_line_with_its_moment_and_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    logs.set_up_logs("INFO")

    lost = ConnectionResetError()
    logging.getLogger("discord.client").error(
        "Attempting a reconnect in %.2fs", 1.86, exc_info=lost
    )

    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("timestamp=20")
    assert 'event="Attempting a reconnect in 1.86s"' in line
    assert "logger=discord.client" in line
    assert "ConnectionResetError" in line


async def test_a_group_is_never_shown_what_an_exception_says(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError(SECRET)

    monkeypatch.setitem(registry.CARDS.cards, "q", Card(fail, fail))
    await stage.bring("Ana", "Will it rain?")
    await stage.wait(1)

    shown = await stage.type("Ana", "settings show")

    trouble = as_text(shown.response.message)
    assert "could not be made" in trouble
    assert SECRET not in trouble
    assert "ValueError" not in trouble


def said_of_errors(file: Path) -> Iterator[str]:
    """Where a text is made with an exception that was caught, other than for the log."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for handler in ast.walk(tree):
        caught = isinstance(handler, ast.ExceptHandler) and handler.name
        if caught and ast.unparse(handler.type) != "Refusal":  # which is a sentence for a member
            for part in ast.walk(handler):
                if isinstance(part, ast.FormattedValue) and _is_text_of(part.value, handler.name):
                    yield f"{show(file)}:{part.lineno}"


def _is_text_of(value: ast.expr, name: str) -> bool:
    if isinstance(value, ast.Attribute):
        return value.attr not in HARMLESS and _is_text_of(value.value, name)
    return isinstance(value, ast.Name) and value.id == name


def test_no_sentence_is_made_of_an_exceptions_text() -> None:
    found = [
        one
        for file in PRODUCT
        if show(file) not in READ_BY_THE_OPERATOR
        for one in said_of_errors(file)
    ]

    assert found == []
