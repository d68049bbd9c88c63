"""A statement that fails leaves no forecast and no reason in the log, whoever ran it.

On both engines; through a command, a timer, the delivery and an import of a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import col, select, text

from bot import registry
from bot.core.logs import set_up_logs
from bot.demo.stage import Stage
from bot.door.card_table import Card
from storage.engine import Database
from storage.tables import Forecast, Group
from tests.conftest import CAST
from tests.faults.process import ROOT
from tests.machine import patience

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

REASON = "my quiet reason"
CHANCE = 0.7331
SECRETS = (REASON, "0.7331", "73.31")
NO_MORE = {
    # PostgreSQL would show the whole row.
    "postgresql": "ALTER TABLE forecasts ADD CONSTRAINT refuses CHECK (probability < 0) NOT VALID",
    "sqlite": "CREATE TRIGGER refuses BEFORE INSERT ON forecasts"
    " BEGIN SELECT RAISE(ABORT, 'nothing fits'); END",
}


@pytest.fixture(params=["fresh_sqlite", "fresh_postgresql"], ids=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest) -> Database:
    """A database of its own, for its schema is changed."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def stage(own: Database) -> AsyncIterator[Stage]:
    async with Stage.open(own, CAST) as opened:
        yield opened


def refuse_forecasts(own: Database) -> None:
    with own.engine.begin() as connection:
        connection.execute(text(NO_MORE[own.url.get_backend_name()]))


def ask_with_secrets(own: Database) -> None:
    """A statement that fails, in the transaction of whoever calls it."""
    with own.write() as tx:
        tx.execute(
            text("INSERT INTO nowhere (p, reason) VALUES (:p, :reason)"),
            {"p": CHANCE, "reason": REASON},
        )


def assert_tells_nothing(said: str, event: str) -> None:
    assert event in said
    assert "Traceback" in said
    assert [secret for secret in SECRETS if secret in said] == []


async def test_a_command_whose_statement_fails(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("DEBUG")
    await stage.bring("Ana", "Will it rain?")
    refuse_forecasts(stage.app.database)

    answer = await stage.type(
        "Ben", "forecast", question="Will it rain?", probability="73.31", reason=REASON
    )

    said = capsys.readouterr().err
    assert "reference" in str(answer.response.content)
    assert_tells_nothing(said, "interaction.failed")
    [line] = [one for one in said.splitlines() if "event=interaction.failed" in one]
    assert f"group={stage.guild.id} " in line
    assert "interaction=" in line


async def test_a_timer_whose_statement_fails(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(desk: Any, _round: int, _group: int) -> None:
        ask_with_secrets(desk.db)

    due = [(7, stage.guild.id, stage.env.now())]
    timer = replace(registry.TIMERS["round"], ring=fail, due=lambda *_: due)
    monkeypatch.setitem(registry.TIMERS, "round", timer)

    set_up_logs("DEBUG")
    await stage.app.alarms.sweep()

    said = capsys.readouterr().err
    assert_tells_nothing(said, "alarm.failed")
    [line] = [one for one in said.splitlines() if "event=alarm.failed" in one]
    assert f"group={stage.guild.id} round=7 " in line


async def test_a_delivery_whose_statement_fails(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        ask_with_secrets(stage.app.database)

    monkeypatch.setitem(registry.CARDS.cards, "q", Card(fail, fail))
    set_up_logs("DEBUG")
    await stage.bring("Ana", "Will it rain?")
    await stage.wait(1)

    said = capsys.readouterr().err
    assert_tells_nothing(said, "delivery.unmade")
    line, *_ = [one for one in said.splitlines() if "event=delivery.unmade" in one]
    assert f"group={stage.guild.id} question=1 " in line


async def test_a_service_says_which_session_and_round_it_was_about(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """The door is told by a thread, and keeps it where the error makes another door."""
    await stage.type("Ana", "settings rounds", blind="0s")
    await stage.bring("Ana", "Will it rain?")
    await stage.type("Ana", "session start")
    await stage.press("Ana", "Join")
    await stage.press("Ana", "Start the round")
    refuse_forecasts(stage.app.database)

    set_up_logs("DEBUG")
    form = await stage.press("Ana", "Record forecast")
    await stage.fill("Ana", form, probability="73.31", reason=REASON)

    said = capsys.readouterr().err
    assert_tells_nothing(said, "interaction.failed")
    [line] = [one for one in said.splitlines() if "event=interaction.failed" in one]
    assert "session=1 " in line
    assert "round=1 " in line


def test_an_import_whose_statement_fails(own: Database, tmp_path: Path) -> None:
    refuse_forecasts(own)
    with own.write() as tx:
        tx.add(Group(id=900, name="Circle"))
    file = tmp_path / "forecasts.csv"
    file.write_text(
        "question,forecaster,forecast_at,probability,reason\n"
        f"Will it rain?,Ana,2026-01-02 10:00,{CHANCE},{REASON}\n"
    )
    environment = {
        **os.environ,
        "DOJO_DATABASE_URL": own.url.render_as_string(hide_password=False),
    }

    done = subprocess.run(
        [sys.executable, "-m", "bot", "import", str(file), "--group", "900", "--zone", "UTC"],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=patience(30),
    )

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "refuses" in said or "nothing fits" in said
    assert [secret for secret in SECRETS if secret in said] == []
    with own.read() as tx:
        assert tx.exec(select(col(Forecast.id))).all() == []


@pytest.mark.parametrize(
    "statement",
    ["SELECT CAST(:p AS TEXT), CAST(:reason AS DATE)", "SELECT :p || CAST(:reason AS JSONB)"],
)
def test_a_value_of_the_wrong_type_is_not_quoted(
    fresh_postgresql: Database, statement: str
) -> None:
    with pytest.raises(DBAPIError) as failed, fresh_postgresql.write() as tx:
        tx.execute(text(statement), {"p": str(CHANCE), "reason": REASON})

    said = "".join(traceback.format_exception(failed.value)) + repr(failed.value.orig)
    assert "invalid input syntax for type" in said
    assert [secret for secret in SECRETS if secret in said] == []


def test_a_value_that_its_column_cannot_take_is_not_quoted(own: Database) -> None:
    """It fails before the database sees it, and Python's own errors quote it."""
    wrong = Forecast(question_id=1, member_id=1, probability=CHANCE, kind=REASON)

    with pytest.raises(StatementError) as failed, own.write() as tx:
        tx.add(wrong)

    said = "".join(traceback.format_exception(failed.value)) + repr(failed.value.orig)
    assert [secret for secret in SECRETS if secret in said] == []


def test_lines_of_one_press_do_not_name_the_round_of_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from bot.core import logs

    set_up_logs("INFO")
    log = structlog.get_logger()
    with logs.about(group=1, round=2):
        logs.note(session=3, question=None)
        log.info("inside", key="t2.1")
    log.info("outside")
    logs.note(session=4)  # no work has begun: nobody is told
    log.info("after")

    inside, outside, after = capsys.readouterr().err.splitlines()
    assert inside.endswith("event=inside group=1 round=2 session=3 key=t2.1")
    assert outside.endswith("event=outside")
    assert after.endswith("event=after")
