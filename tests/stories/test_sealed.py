"""Until the reveal nobody is told an outcome, nor anything from which it follows.

The same evening is played with two banks that differ in what is sealed alone. Everything that the
bot sends and logs before the reveal, and every file that somebody asks for, is the same.
"""

import io
import secrets
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import structlog

from bot.data import service as data_service
from bot.demo.stage import Stage
from storage.engine import Database
from storage.tables import Banked
from tests.conftest import CAST, empty_sqlite
from tests.stories.conftest import OpenStage
from tests.stories.past import BANK, fill_bank, forecast

TITLE = BANK[0].title
SECRETS = (
    {
        "outcome": "yes",
        "known_at": date(2013, 3, 29),
        "closes_at": date(2013, 4, 1),
        "crowd": 0.23,
        "source": "Birds of a feather",
        "source_url": "https://feather.example.org",
    },
    {
        "outcome": "no",
        "known_at": date(2014, 11, 17),
        "closes_at": date(2014, 12, 2),
        "crowd": 0.87,
        "source": "Owls and others",
        "source_url": "https://others.example.org",
    },
)


@dataclass(frozen=True)
class Told:
    """All that left the bot before the reveal, and what the reveal then said."""

    before: Sequence[str]
    logged: str
    exported: str
    reveal: str


async def test_nothing_that_members_or_logs_get_before_the_reveal_depends_on_what_is_sealed(
    kept_sqlite: Database,
    migrated_file: Path,
    open_stage: OpenStage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(secrets, "randbits", lambda _bits: 4)
    told = []
    for secret in SECRETS:
        empty_sqlite(kept_sqlite, migrated_file)
        _put(kept_sqlite, secret)
        async with open_stage(kept_sqlite) as stage:
            told.append(await _evening(stage, kept_sqlite))
        logged = capsys.readouterr()
        assert logged.out + logged.err == ""

    one, other = told
    assert one.before == other.before
    assert one.exported == other.exported
    assert one.logged == other.logged
    everything = "\n".join([*one.before, one.exported, one.logged])
    for word in ("Birds of a feather", "feather.example", "29 March", "2013-03-29", "23%", "0.23"):
        assert word not in everything
    assert "It came out yes" in one.reveal
    assert "It came out no" in other.reveal


def _put(database: Database, secret: dict[str, object]) -> None:
    fill_bank(database, [Banked(**{**BANK[0].model_dump(exclude={"id"}), **secret})])


async def _evening(stage: Stage, database: Database) -> Told:
    """A round in which everybody tries everything, up to its close and then the reveal."""
    with structlog.testing.capture_logs() as logs:
        stage.add_manager("Max")
        await stage.type("Ana", "session start", format="pastcast", order="manual")
        for name in CAST[1:]:
            await stage.press(name, "Join")
        await stage.press("Ana", "Start the round")
        await _pry(stage)
        await stage.press("Eva", "I know this one")
        for number, name in enumerate(CAST[:-1]):
            await forecast(stage, name, 30 + number)
        await _pry(stage)
        await stage.press("Ana", "Go on")
        for number, name in enumerate(CAST[:-1]):
            await stage.wait(60)
            await forecast(stage, name, 50 + number)
            await stage.press(name, "Done")
        await _pry(stage)
        exported = _unpack(data_service.export_group(database, stage.guild.id))
    before = [_sent(one) for one in stage.env.http_requests]
    await stage.press("Ana", "Go on")
    return Told(before, str(logs), exported, stage.transcript())


async def _pry(stage: Stage) -> None:
    """Everything that may name a question, by its host, a manager and one who did not come."""
    for who in ("Ana", "Max"):
        await stage.type(who, "question show", question=TITLE)
        await stage.type(who, "question list")
        await stage.type(who, "history", question=TITLE)
        await stage.type(who, "question resolve", question=TITLE, outcome="yes")
        await stage.type(who, "question reopen", question=TITLE)
        await stage.type(who, "question dispute", question=TITLE, reason="why")
        await stage.type(who, "question edit", question=TITLE)
        await stage.type(who, "leaderboard", board="past")
        await stage.type(who, "calibration", board="past")
        await stage.type(who, "profile")
        await stage.type(who, "circle")
        await stage.type(who, "practice")
        await stage.type(who, "data export")
        await stage.type(who, "session show")
        await stage.press(who, "Details", stage.card("Web search"))
        await stage.people[who].autocomplete(stage.channel, "question show", "question", "owl")
        await stage.people[who].autocomplete(
            stage.channel, "question resolve", "outcome", "", question=TITLE
        )


def _sent(asked: object) -> str:
    """A request as text, without what differs from run to run."""
    return f"{asked.method} {asked.path} {asked.json}"  # type: ignore[attr-defined]


def _unpack(packed: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        return "\n".join(f"{name}\n{files.read(name).decode()}" for name in files.namelist())
