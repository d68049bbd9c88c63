"""Until the reveal nobody is told an outcome, nor anything from which it follows.

The same evening is played with two banks that differ in what is sealed alone. Everything that
people read before the reveal, whatever they ask for, and every log and file is the same; and no
request to Discord holds a word of it.
"""

import io
import secrets
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import simcord
import structlog

from bot.data import service as data_service
from bot.demo.stage import Stage, as_text, private_message
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


RESOLVING = ("question resolve", "outcome")
PRYING: Sequence[tuple[str, dict[str, str]]] = (
    ("question show", {"question": TITLE}),
    ("question list", {}),
    ("history", {"question": TITLE}),
    ("question resolve", {"question": TITLE, "outcome": "yes"}),
    ("question reopen", {"question": TITLE}),
    ("question dispute", {"question": TITLE, "reason": "why"}),
    ("question edit", {"question": TITLE}),
    ("leaderboard", {"board": "past"}),
    ("calibration", {"board": "past"}),
    ("profile", {}),
    ("circle", {}),
    ("practice", {}),
    ("data export", {}),
    ("session show", {}),
    ("session next", {"question": TITLE}),
)


@dataclass(frozen=True)
class Told:
    """What people read before the reveal, all that was sent by then, and what the reveal said."""

    read: Sequence[str]
    sent: str
    logged: str
    exported: str
    reveal: str


@pytest.mark.slow(seconds=30)
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
    assert one.read == other.read
    assert one.exported == other.exported
    assert one.logged == other.logged
    everything = "\n".join([*one.read, one.sent, one.exported, one.logged])
    assert BANK[0].background in everything
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
        read = await _pry(stage)
        await stage.press("Eva", "I know this one")
        for number, name in enumerate(CAST[:-1]):
            await forecast(stage, name, 30 + number)
        read += await _pry(stage)
        await stage.press("Ana", "Go on")
        for number, name in enumerate(CAST[:-1]):
            await stage.wait(60)
            await forecast(stage, name, 50 + number)
            await stage.press(name, "Done")
        read += await _pry(stage)
        exported = _unpack(data_service.export_group(database, stage.guild.id))
    sent = "\n".join(f"{one.path} {one.json}" for one in stage.env.http_requests)
    await stage.press("Ana", "Go on")
    return Told(read, sent, str(logs), exported, stage.transcript())


async def _pry(stage: Stage) -> list[str]:
    """Ask everything that may name a question, as its host and as a manager who did not come."""
    read = [stage.transcript()]
    for who in ("Ana", "Max"):
        asked = [await stage.type(who, command, **options) for command, options in PRYING]
        asked.append(await stage.press(who, "Details", stage.card("Web search")))
        read += map(_said, asked)
        for command, option, typed in (("question show", "question", "owl"), (*RESOLVING, "")):
            filled = {} if option == "question" else {"question": TITLE}
            member = stage.people[who]
            read.append(
                str(await member.autocomplete(stage.channel, command, option, typed, **filled))
            )
    return read


def _said(result: simcord.InteractionResult) -> str:
    """What one person was answered: texts, and the names of files."""
    if result.response is None:
        return str(result.modal)
    message = private_message(result)
    return "\n".join([as_text(message), *(one.filename for one in message.attachments)])


def _unpack(packed: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        return "\n".join(f"{name}\n{files.read(name).decode()}" for name in files.namelist())
