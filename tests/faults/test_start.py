"""How the process begins and ends: whoever runs it reads one clear line, never a traceback.

What does not get as far as Discord is asked of `main` itself; the rest is a real process.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from discord.http import Route
from sqlalchemy import make_url, text

from bot.__main__ import main
from bot.command_line import waiting
from bot.command_line.stopping import SIGNALS, until_told
from bot.core import one_process
from bot.core.encryption import new_key
from storage import bank, migrate
from storage.engine import Database
from storage.tables import Group
from tests.faults.forked import Forked
from tests.faults.loopback_discord import LoopbackDiscord
from tests.faults.process import ROOT, BotProcess, without_ours
from tests.machine import patience

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY_THERE = "127.0.0.1:1"
NOWHERE = f"postgresql://ann:secret@{NOBODY_THERE}/dojo"
IMPORT_HEADER = "question,forecaster,forecast_at,probability"

Dojo = Callable[..., tuple[int, str, str]] if TYPE_CHECKING else object


@pytest.fixture
def dojo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Dojo:
    """Types a `dojo` command: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOJO_DATABASE_URL", f"sqlite:///{tmp_path}/dojo.db")
    for name in (set(os.environ) - set(without_ours(os.environ))) | {"DOJO_DISCORD_TOKEN"}:
        monkeypatch.delenv(name, raising=False)

    def typed(*arguments: str, **environment: str) -> tuple[int, str, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return typed


def one_line(text: str) -> str:
    """The only line of it."""
    [line] = text.splitlines()
    return line


def test_help_names_every_command(dojo: Dojo) -> None:
    code, out, err = dojo("--help")

    assert (code, err) == (0, "")
    for command in ("run", "demo", "export", "import", "import-bank", "db"):
        assert re.search(rf"\b{command}\b", out)


def test_a_command_that_does_not_exist_is_refused(dojo: Dojo) -> None:
    code, _, err = dojo("dance")

    assert code == 2
    assert "dance" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("environment", [{}, {"DOJO_DISCORD_TOKEN": ""}], ids=["none", "empty"])
def test_without_a_token_it_says_where_to_put_one(dojo: Dojo, environment: dict[str, str]) -> None:
    code, _, err = dojo("run", **environment)

    assert code == 1
    assert one_line(err).startswith("dojo: DOJO_DISCORD_TOKEN is not set.")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("dojo.db", "DOJO_DATABASE_URL is not usable"),
        ("postgresql://host:port/dojo", "DOJO_DATABASE_URL is not usable"),
        ("informix://host/dojo", "DOJO_DATABASE_URL is not usable"),
        (
            "mysql://host/dojo",
            "DOJO_DATABASE_URL is not usable: mysql will not do, only SQLite and",
        ),
        ("sqlite:////dev/null/dojo.db", "DOJO_DATABASE_URL is not usable"),
        ("sqlite:///mistyped/dojo.db", "There is no folder mistyped. Make it first"),
        (f"postgresql://ann:secret@{NOBODY_THERE}/dojo", "cannot be used: connection failed"),
        ("sqlite:///.", "names no file: all would be lost with the process."),
        ("sqlite://dojo.db", "With SQLite three slashes stand before the file's name"),
        ("sqlite:///broken.db", "cannot be used: file is not a database"),
        (f"postgresql://ann:my@secret@{NOBODY_THERE}/dojo", "In a password each is written as %40"),
        ("sqlite:///folder", "folder is a folder. Correct the address of the database."),
    ],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(
    dojo: Dojo, url: str, says: str
) -> None:
    Path("broken.db").write_bytes(b"This was a database once." * 100)
    Path("folder").mkdir()

    code, _, err = dojo("run", DOJO_DATABASE_URL=url, DOJO_DISCORD_TOKEN="a-token")

    assert code == 1
    assert one_line(err).startswith("dojo: ")
    assert says in err
    assert "secret" not in err
    assert not list(Path().glob("folder.*"))


def test_a_file_that_may_not_be_written_is_said_before_anything_is_done(
    dojo: Dojo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dojo("db", "upgrade")
    monkeypatch.setattr(os, "access", lambda place, _how: Path(place).name != "dojo.db")

    code, _, err = dojo("run", DOJO_DISCORD_TOKEN="a-token")

    assert code == 1
    assert one_line(err).endswith(
        f"{tmp_path}/dojo.db may not be written by this user. Change its owner."
    )


def test_a_database_of_a_newer_version_is_named_in_a_line(dojo: Dojo, sqlite: Database) -> None:
    with sqlite.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    code, _, err = dojo("run", DOJO_DATABASE_URL=str(sqlite.url), DOJO_DISCORD_TOKEN="a-token")

    assert code == 1
    assert one_line(err).startswith("dojo: The database is of a newer version of the bot")
    assert "9999" in err


def test_processes_that_migrate_an_empty_postgresql_at_once_all_succeed(
    postgresql_url: str, tmp_path: Path
) -> None:
    """One migrates, the others wait."""
    admin = Database(postgresql_url)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS empty_one"))
        connection.execute(text("CREATE DATABASE empty_one"))
    admin.close()
    url = make_url(postgresql_url).set(database="empty_one").render_as_string(hide_password=False)
    environment = {**os.environ, "DOJO_DATABASE_URL": url}
    output = tmp_path / "output"
    output.touch()
    running = [
        Forked(("db", "upgrade"), ROOT, environment, str(output), "bot.__main__") for _ in range(4)
    ]

    assert [one.wait(patience(40)) for one in running] == [0] * 4, output.read_text()
    database = Database(url)
    assert migrate.is_current(database)
    database.close()


def test_a_setting_that_is_not_valid_is_named(dojo: Dojo) -> None:
    code, _, err = dojo("run", DOJO_LOG_LEVEL="chatty")

    assert code == 1
    assert one_line(err).startswith("dojo: DOJO_LOG_LEVEL is not valid")


def test_an_export_without_groups_says_that_there_are_none(dojo: Dojo) -> None:
    dojo("db", "upgrade")

    code, _, err = dojo("export", "out.zip")

    assert code == 1
    assert one_line(err) == "dojo: Say which group with --group. Groups here: none."
    assert not Path("out.zip").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "There is no file forecasts.csv here"),
        (b"", "forecasts.csv is empty. It needs a line with the names of"),
        (b"\xef\xbb\xbf\r\n", "forecasts.csv is empty"),
        (b"\xff\xfe\x00 not text", "the column 'question' is missing"),
        (b"PK\x03\x04 and more", "is a damaged or locked zip file. Unpack it"),
        ("name,age\nZoé,9\n".encode("latin-1"), "The columns here are 'name', 'age'"),
        (b"name,age\nAnn,9\n", ""),
        (f"{IMPORT_HEADER}\nRain?,Ann,yesterday,a lot\n".encode(), ""),
        (b"a" * 200_000, ""),
        (b'question,"\x00"\n', ""),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_in_a_line(
    dojo: Dojo, content: bytes | None, says: str
) -> None:
    if content is not None:
        Path("forecasts.csv").write_bytes(content)

    code, _, err = dojo("import", "forecasts.csv")

    assert code == 1
    assert one_line(err).startswith("dojo: ")
    assert says in err


def test_a_folder_is_no_file_to_import(dojo: Dojo) -> None:
    Path("forecasts").mkdir()

    code, _, err = dojo("import", "forecasts")

    assert code == 1
    assert one_line(err) == "dojo: forecasts is a folder. Name the CSV file in it."


def test_a_disk_that_is_full_in_the_middle_of_a_command_is_said_in_a_line(dojo: Dojo) -> None:
    """A process that may write no more than 1 MB into a file meets a disk that is full."""
    dojo("db", "upgrade")
    lines = (f"Rain {n} {'x' * 900}?,Ann,2026-11-20T19:00:00Z,0.7" for n in range(900))
    Path("forecasts.csv").write_text("\n".join([IMPORT_HEADER, *lines]))

    ended = subprocess.run(
        [sys.executable, "-m", "bot", "import", "forecasts.csv"],
        preexec_fn=_little_room,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("dojo: The database sqlite:///")
    assert last.endswith("Look at its disk and its server, then use the command again.")
    assert "Traceback" not in ended.stderr


def _little_room() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))


def test_an_import_counts_what_it_has_read(dojo: Dojo) -> None:
    header = "question,title,forecaster,forecast_at,probability,outcome,resolved_at"
    line = "rain,Will it rain?,Ann,2026-11-20T19:00:00Z,0.7,,"
    Path("forecasts.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")
    dojo("db", "upgrade")

    code, out, _ = dojo("import", "forecasts.csv")

    assert code == 0
    assert out.endswith("\nRead 1 line: 1 new forecast, 1 new question, 1 new member.\n")
    assert "- probability: the chance of yes, from 0 to 1" in out


def test_a_bank_comes_in_for_the_only_group(dojo: Dojo, tmp_path: Path) -> None:
    example = str(ROOT / "docs" / "example-bank.csv")
    dojo("db", "upgrade")
    alone, _, nobody = dojo("import-bank", example)
    database = Database(f"sqlite:///{tmp_path}/dojo.db")
    with database.write() as tx:
        tx.add(Group(id=900, name="Circle"))

    code, out, _ = dojo("import-bank", example, DOJO_SECRET_KEY=new_key())
    with database.read() as tx:
        found = [row.outcome for row in bank.sealed(tx, 0, 10)]
    database.close()

    assert (alone, one_line(nobody)) == (
        1,
        "dojo: Say which group with --group. Groups here: none.",
    )
    assert (code, out) == (0, "Read 3 questions: 3 new, 0 changed, 0 as before.\n")
    assert len(found) == 3
    assert "yes" not in found


async def test_a_token_that_discord_refuses_ends_it_with_a_word_about_the_token(
    tmp_path: Path,
) -> None:
    async with LoopbackDiscord() as discord:
        discord.fail("GET", "/users/@me", status=401, message="401: Unauthorized", times=None)
        with bot_with(discord, environment(tmp_path)) as bot:
            code = await bot.ended()

            assert code == 1
            assert one_line(bot.output).startswith("dojo: Discord refuses DOJO_DISCORD_TOKEN.")


async def test_a_discord_that_is_away_is_waited_for(tmp_path: Path) -> None:
    async with LoopbackDiscord() as discord:
        away = discord.fail("GET", "/users/@me", status=503, times=None)
        with bot_with(discord, environment(tmp_path)) as bot:
            await discord.until(lambda: away.struck >= 2, patience(15))
            away.mend()
            await bot.online()

            assert "dojo: Discord cannot be reached (error 503). Waiting for it." in bot.output
            assert "Traceback" not in bot.output
            assert await bot.stop() == 0


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
async def test_a_wait_for_discord_ends_when_the_process_is_told_to(
    tmp_path: Path, migrated_file: Path, known: bool
) -> None:
    if known:
        shutil.copy(migrated_file, tmp_path / "dojo.db")
    async with LoopbackDiscord() as discord:
        discord.api_base = f"http://{NOBODY_THERE}/api/v10"
        with bot_with(discord, environment(tmp_path)) as bot:
            await discord.until(lambda: "Waiting for it." in bot.output, patience(15))
            code = await bot.stop()

            assert code == 0
            assert bot.output.splitlines()[-1] == "Stopped."
            assert "Traceback" not in bot.output
            assert (tmp_path / "dojo.db").exists() == known


async def test_a_wait_for_discord_is_said_once_a_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop's clock is moved by the pauses; the third minute has an answer."""
    async with LoopbackDiscord() as discord:
        monkeypatch.setattr(Route, "BASE", discord.api_base)
        away = discord.fail("GET", "/users/@me", status=502, times=None)
        slept = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            if sum(slept) > 150:
                away.mend()

        await waiting.wait_for_discord("a-token", sleep, lambda: sum(slept))

    assert max(slept) == waiting.LONGEST_PAUSE
    assert len(capsys.readouterr().err.splitlines()) == 3


async def test_an_empty_database_of_a_bot_that_ran_before_has_to_be_asked_for(
    tmp_path: Path,
) -> None:
    there, mistyped = tmp_path / "dojo.db", tmp_path / "dojjo.db"
    async with LoopbackDiscord() as discord:
        with bot_with(discord, environment(tmp_path)) as bot:
            await discord.until(lambda: "client.ready" in bot.output, patience(15))
            assert f"dojo: New, empty database at sqlite:///{there}." in bot.output
            await bot.stop()
        wrong = {**environment(tmp_path), "DOJO_DATABASE_URL": f"sqlite:///{mistyped}"}
        with bot_with(discord, wrong) as bot:
            assert await bot.ended() == 1
            assert one_line(bot.output).startswith(
                f"dojo: New, empty database at sqlite:///{mistyped}"
            )
            assert "dojo run --create" in bot.output
            assert not mistyped.exists()
        with bot_with(discord, wrong, "--create") as bot:
            await bot.online()
            assert mistyped.exists()


async def test_an_empty_database_beside_backups_has_to_be_asked_for(dojo: Dojo) -> None:
    Path("backups").mkdir()
    Path("backups/dojo-2026-11-01T00-00-00Z.sqlite").touch()

    code, _, err = dojo("run", DOJO_DISCORD_TOKEN="a-token", DOJO_BACKUP_DIR="backups")

    assert code == 1
    assert one_line(err).startswith("dojo: New, empty database at")
    assert "there are backups in backups" in err
    assert not Path("dojo.db").exists()


async def test_a_second_process_on_an_sqlite_file_is_refused_and_a_killed_one_leaves_no_lock(
    tmp_path: Path,
) -> None:
    async with LoopbackDiscord() as discord:
        with bot_with(discord, environment(tmp_path)) as first:
            await first.online()
            with bot_with(discord, environment(tmp_path)) as second:
                assert await second.ended() == 1
                assert one_line(second.output) == (
                    f"dojo: {tmp_path}/dojo.db is in use: a bot runs on it already (process "
                    f"{first.pid}). Stop that one first; several processes need PostgreSQL."
                )
            first.kill()
            first.restart()
            await first.online()


async def test_another_name_of_the_file_is_the_same_database(dojo: Dojo, tmp_path: Path) -> None:
    dojo("db", "upgrade")
    dojo("db", "backup", "copy.sqlite")
    (tmp_path / "link.db").symlink_to("dojo.db")
    link = f"sqlite:///{tmp_path}/link.db"
    async with LoopbackDiscord() as discord:
        with bot_with(discord, environment(tmp_path)) as first:
            await first.online()
            with bot_with(discord, environment(tmp_path) | {"DOJO_DATABASE_URL": link}) as second:
                assert await second.ended() == 1
                assert "dojo.db is in use: a bot runs on it already" in one_line(second.output)
            running = dojo("db", "restore", "copy.sqlite", DOJO_DATABASE_URL=link)

    stopped = dojo("db", "restore", "copy.sqlite", DOJO_DATABASE_URL=link)

    assert (running[0], stopped[0]) == (1, 0)
    assert "in use" in one_line(running[2])
    assert (tmp_path / "link.db").is_symlink()
    assert "dojo.db.replaced-" in stopped[1]


def test_a_new_database_is_open_to_its_own_user_alone(dojo: Dojo) -> None:
    dojo("db", "upgrade")

    assert oct(Path("dojo.db").stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize("command", [("db", "upgrade"), ("import", "away/f.csv"), ("doctor",)])
def test_a_folder_that_one_may_not_enter_is_said_in_a_line(
    dojo: Dojo, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests may run as root, to whom every folder is open: so opening it fails as for others."""
    stat = Path.stat

    def forbid(path: Path, **more: bool) -> os.stat_result:
        if "away" in path.parts:
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **more)

    monkeypatch.setattr(Path, "stat", forbid)

    code, out, err = dojo(*command, DOJO_DATABASE_URL="sqlite:///away/dojo.db")

    assert code == 1
    assert "Use the command as the user whom the bot runs as" in out + err
    assert "Discord cannot be reached. Check the network" not in out


def test_an_import_beside_a_running_bot_is_allowed_but_not_a_migration(
    dojo: Dojo, tmp_path: Path
) -> None:
    header = "question,forecaster,forecast_at,probability"
    Path("forecasts.csv").write_text(f"{header}\nRain?,Ann,2026-11-20T19:00:00Z,0.7\n")
    dojo("db", "upgrade")
    database = Database(f"sqlite:///{tmp_path}/dojo.db")

    with one_process.alone(database):
        imported, _, _ = dojo("import", "forecasts.csv")
        with database.write() as tx:
            tx.execute(text("UPDATE alembic_version SET version_num = '0018'"))
        migrated, _, err = dojo("import", "forecasts.csv")
    database.close()

    assert (imported, migrated) == (0, 1)
    assert "dojo.db is in use: a bot runs on it already" in one_line(err)


@pytest.mark.parametrize(
    "command",
    [
        ("export",),
        ("import", "forecasts.csv"),
        ("import-bank", str(ROOT / "docs" / "example-bank.csv")),
        ("db", "backup"),
    ],
)
def test_a_command_that_needs_a_database_makes_none(dojo: Dojo, command: tuple[str, ...]) -> None:
    Path("forecasts.csv").write_text(f"{IMPORT_HEADER}\nRain?,Ann,2026-11-20T19:00:00Z,0.7\n")

    code, _, err = dojo(*command)

    assert code == 1
    assert one_line(err).startswith("dojo: There is no database at sqlite:///")
    assert [one.name for one in Path().iterdir()] == ["forecasts.csv"]


def test_a_database_is_backed_up_restored_and_moved_by_commands(dojo: Dojo) -> None:
    dojo("db", "upgrade")

    backed_up = dojo("db", "backup", "copy.sqlite")
    restored = dojo("db", "restore", "copy.sqlite")
    moved = dojo("db", "copy", "sqlite:///dojo.db", "sqlite:///moved.db")
    again = dojo("db", "copy", "sqlite:///dojo.db", "sqlite:///moved.db")

    assert backed_up[1].startswith("Written: copy.sqlite (")
    assert "What was there before is in" in restored[1]
    assert "compared one by one" in moved[1]
    assert again[0] == 1
    assert one_line(again[2]).startswith("dojo: The target is not empty")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("db", "backup", "nofolder/"), "There is no folder nofolder. Make it first"),
        (("db", "backup", "no/copy.sqlite"), "There is no folder no. Make it first"),
        (("db", "restore", "dojo.db", "--force"), "a-file cannot be used: File exists"),
        (("db", "backup"), "a-file cannot be used: File exists"),
        (("db", "copy", "sqlite:///nix.db", "sqlite:///a.db"), "Check the address to read."),
        (("db", "copy", "sqlite:///dojo.db", "sqlite:///dojo.db"), "Both addresses are the same."),
        (("db", "copy", "sqlite:///dojo.db", "sqlite:///link.db"), "Both addresses are the same."),
        (("db", "copy", "mysql://a/b", "sqlite:///a.db"), "The address to read is not usable"),
        (("db", "copy", "sqlite:///dojo.db", "mysql://a/b"), "The address to write is not usable"),
        (("db", "copy", "sqlite:///forecasts.csv", "sqlite:///a.db"), "Check the address to read,"),
        (("db", "copy", NOWHERE, "sqlite:///a.db"), "Check the address to read, and that"),
        (("db", "backup", "dojo.db-journal"), "for a part of the database. Name another one."),
        (("forget", "--as-in", "forecasts.csv"), "cannot be read as a database of the bot's"),
        (("forget", "--as-in", "link.db"), "is the database itself"),
        (("forget", "--as-in", "mysql://a/b"), "That address is not usable"),
        (("forget", "--as-in", "link.db", "--group", "0"), "Leave out --group"),
        (("export", "no/out.zip", "--group", "0"), "no/out.zip cannot be used: No such file"),
    ],
)
def test_a_place_that_cannot_be_used_is_named_in_a_line(
    dojo: Dojo, command: tuple[str, ...], says: str
) -> None:
    dojo("db", "upgrade")
    Path("forecasts.csv").write_text(f"{IMPORT_HEADER}\nRain?,Ann,2026-11-20T19:00:00Z,0.7\n")
    dojo("import", "forecasts.csv")
    Path("a-file").touch()
    Path("link.db").symlink_to("dojo.db")
    before = set(Path().iterdir())

    code, _, err = dojo(*command, DOJO_BACKUP_DIR="a-file")

    assert code == 1
    assert says in one_line(err)
    assert set(Path().iterdir()) == before
    assert command[:2] != ("db", "copy") or "DOJO_DATABASE_URL" not in err


def test_a_database_to_copy_into_that_is_away_is_called_as_it_was_typed(dojo: Dojo) -> None:
    dojo("db", "upgrade")

    code, _, err = dojo("db", "copy", "sqlite:///dojo.db", NOWHERE)

    assert code == 1
    assert "Check the address to write, and that the database is running." in one_line(err)
    assert "secret" not in err


def test_a_damaged_database_to_copy_from_is_not_put_on_the_one_to_write(dojo: Dojo) -> None:
    dojo("db", "upgrade")
    with contextlib.closing(sqlite3.connect("dojo.db")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [page] = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'members'").fetchone()
        [size] = raw.execute("PRAGMA page_size").fetchone()
    with Path("dojo.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"?" * size)

    code, _, err = dojo("db", "copy", "sqlite:///dojo.db", "sqlite:///new.db")

    assert code == 1
    assert "Check the address to read" in one_line(err)


@pytest.mark.parametrize(
    "command",
    [
        ("db", "upgrade"),
        ("db", "backup"),
        ("run", "--create"),
        ("export",),
        ("db", "copy", "sqlite:///dojo.db", "sqlite:///a.db"),
        ("db", "copy", "sqlite:///other.db", "sqlite:///dojo.db"),
    ],
)
def test_what_is_left_of_a_database_without_its_file_is_named_and_stays(
    dojo: Dojo, command: tuple[str, ...]
) -> None:
    dojo("db", "upgrade", DOJO_DATABASE_URL="sqlite:///other.db")
    Path("dojo.db-wal").write_text("changes")

    address = "sqlite:///dojo.db"
    code, _, err = dojo(*command, DOJO_DISCORD_TOKEN="a-token", DOJO_DATABASE_URL=address)

    assert code == 1
    assert "dojo.db-wal is there without its file: it holds changes" in one_line(err)
    assert Path("dojo.db-wal").read_text() == "changes"
    assert not Path("dojo.db").exists()


def test_a_restore_names_what_it_has_put_aside_without_its_file(dojo: Dojo) -> None:
    dojo("db", "upgrade")
    dojo("db", "backup", "copy.sqlite")
    Path("dojo.db").rename("lost")
    Path("dojo.db-wal").write_text("changes")

    code, out, _ = dojo("db", "restore", "copy.sqlite")

    [kept] = Path().glob("dojo.db.replaced-*")
    assert code == 0
    assert f"A -wal lay there without its file and is {kept.absolute()} now" in out
    assert kept.read_text() == "changes"


@pytest.mark.parametrize("kind", ["a folder", "no file"])
def test_settings_that_are_no_file_are_said_not_to_be_read(dojo: Dojo, kind: str) -> None:
    if kind == "a folder":
        Path(".env").mkdir()
    else:
        Path(".env").symlink_to("nowhere")

    code, _, err = dojo("db", "upgrade")

    assert code == 0
    assert one_line(err) == (
        f"dojo: .env is {kind}, and is not read. Settings come from the environment alone."
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"DOJO_LOG_LEVEL=\xe9\n", "is not plain text in UTF-8"), (None, "cannot")],
)
def test_a_file_of_settings_that_cannot_be_read_is_said_in_a_line(
    dojo: Dojo, monkeypatch: pytest.MonkeyPatch, content: bytes | None, says: str
) -> None:
    Path(".env").write_bytes(content or b"DOJO_LOG_LEVEL=INFO\n")
    if content is None:
        monkeypatch.setattr("builtins.open", _refuse)

    code, _, err = dojo("db", "upgrade")

    assert code == 1
    assert one_line(err).startswith("dojo: The file .env ")
    assert says in err


def _refuse(*_args: object, **_more: object) -> object:
    raise PermissionError(errno.EACCES, "Permission denied")


async def test_a_running_bot_makes_backups_and_is_not_restored_under(
    dojo: Dojo, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    async with LoopbackDiscord() as discord:
        scheduled = {**environment(tmp_path), "DOJO_BACKUP_DIR": str(folder)}
        with bot_with(discord, scheduled) as bot:
            await discord.until(lambda: "backup.made" in bot.output, patience(15))
            [file] = folder.iterdir()
            code, _, err = await asyncio.to_thread(dojo, "db", "restore", str(file), "--force")
            assert await bot.stop() == 0

    assert code == 1
    assert "is in use: a bot runs on it already" in one_line(err)


def test_the_version_is_printed_and_an_invitation_needs_no_network(
    dojo: Dojo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Route, "BASE", f"http://{NOBODY_THERE}/api/v10")

    version = dojo("--version")
    invited = dojo("invite", DOJO_DISCORD_TOKEN="MTIzNDU2Nzg5MDEyMzQ1Njc4.made.up")
    refused = dojo("invite", DOJO_DISCORD_TOKEN="not a token")

    assert one_line(version[1]) == f"dojo 0.1.0, schema {migrate.newest()}"
    assert "client_id=123456789012345678&" in one_line(invited[1])
    assert one_line(refused[2]).startswith("dojo: DOJO_DISCORD_TOKEN is no token of a bot.")


def test_a_doctor_who_finds_something_ends_with_1_and_makes_nothing(
    dojo: Dojo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Route, "BASE", f"http://{NOBODY_THERE}/api/v10")
    nobody = {
        f"DOJO_{name}_API": f"http://{NOBODY_THERE}"
        for name in ("MANIFOLD", "POLYMARKET", "KALSHI")
    }

    code, out, err = dojo("doctor", **nobody)

    assert (code, err) == (1, "")
    assert {line.split()[0] for line in out.splitlines()} == {"mend", "–"}
    assert not list(Path().iterdir())


def test_a_line_break_behind_a_value_does_not_count(dojo: Dojo) -> None:
    code, _, _ = dojo("db", "upgrade", DOJO_DATABASE_URL="sqlite:///other.db\n")
    without = dojo("invite", DOJO_DISCORD_TOKEN=" \n")

    assert code == 0
    assert [one.name for one in Path().iterdir()] == ["other.db"]
    assert one_line(without[2]).startswith("dojo: DOJO_DISCORD_TOKEN is not set.")


def test_a_name_that_is_no_setting_is_named_with_the_one_that_is_meant(dojo: Dojo) -> None:
    Path(".env").write_text("DOJO_BACKUP_DIRR=here\nOTHER=1\n")

    _, _, err = dojo("export", DOJO_LOGLEVEL="DEBUG")

    assert err.splitlines()[:2] == [
        "dojo: DOJO_BACKUP_DIRR is no setting, and is not read. Did you mean DOJO_BACKUP_DIR?",
        "dojo: DOJO_LOGLEVEL is no setting, and is not read. Did you mean DOJO_LOG_LEVEL?",
    ]


@pytest.mark.parametrize("bind", ["8080", "127.0.0.1:http", "192.0.2.1:8080", "localhost:0"])
def test_the_web_servers_address_is_checked_before_anything_is_made(dojo: Dojo, bind: str) -> None:
    code, _, err = dojo("run", DOJO_HTTP_BIND=bind, DOJO_DISCORD_TOKEN="a-token")

    assert code == 1
    assert one_line(err).startswith(f"dojo: DOJO_HTTP_BIND={bind} ")
    assert not list(Path().iterdir())


def test_a_port_that_is_taken_is_named_before_anything_is_made(dojo: Dojo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        code, _, err = dojo("run", DOJO_HTTP_BIND=bind, DOJO_DISCORD_TOKEN="a-token")

    assert code == 1
    assert "cannot be used: Address already in use" in one_line(err)
    assert not list(Path().iterdir())


async def test_a_connection_that_discord_ends_for_good_ends_the_process(tmp_path: Path) -> None:
    async with LoopbackDiscord() as discord:
        with bot_with(discord, environment(tmp_path)) as bot:
            await bot.online()
            discord.drop_gateway(code=4004)
            code = await bot.ended()

            assert code == 1
            assert bot.output.splitlines()[-1].startswith("dojo: Discord has ended the connection")
            assert "Traceback" not in bot.output


async def test_it_ends_soon_and_well_when_it_is_told_to(tmp_path: Path) -> None:
    async with LoopbackDiscord() as discord:
        with BotProcess(discord, "run", env=environment(tmp_path)) as bot:
            await bot.online()
            loaded = Path(f"/proc/{bot.pid}/maps")
            if loaded.exists():  # an idle bot keeps out of memory what only pictures need
                assert not re.search("matplotlib|scipy/optimize", loaded.read_text())
            await discord.until(lambda: "client.ready" in bot.output)
            began = time.monotonic()
            code = await bot.stop()

            assert code == 0, signal.Signals(-code) if code < 0 else bot.output
            assert time.monotonic() - began < patience(5)
            assert bot.output.splitlines()[-1] == "Stopped."
            assert "Traceback" not in bot.output
            assert "WARNING" not in bot.output


def _take_none(*_: object) -> None:
    raise NotImplementedError


@pytest.fixture
def _signals_as_they_were() -> Iterator[None]:
    before = [(number, signal.getsignal(number)) for number in SIGNALS]
    yield
    for number, handler in before:
        signal.signal(number, handler)


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS)
async def test_it_ends_well_at_whatever_moment_of_its_start_and_however_often_it_is_told(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Told once or twice: before it has a database, while it connects, while it ends."""
    async with LoopbackDiscord() as discord:
        for moment in range(8):
            folder = tmp_path / str(moment)
            folder.mkdir()
            with bot_with(discord, environment(folder)) as bot:
                await discord.until(lambda bot=bot: bot.output)
                await asyncio.sleep(0.1 * moment)
                os.kill(bot.pid, number)
                await asyncio.sleep(0.01 * moment)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(bot.pid, number)
                await bot.ended(patience(10))

                assert (bot.output.splitlines()[-1], await bot.ended()) == ("Stopped.", 0)
                assert "Traceback" not in bot.output


@pytest.mark.usefixtures("_signals_as_they_were")
@pytest.mark.parametrize("system", ["Linux", "Windows"])
async def test_it_ends_though_a_library_loses_what_it_was_told(
    monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    """As `asyncio.wait_for` does on Python 3.11, in the moment in which the answer comes."""
    if system == "Windows":  # where event loops take no signals
        for name in ("add_signal_handler", "remove_signal_handler"):
            monkeypatch.setattr(asyncio.get_running_loop(), name, _take_none)

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(patience(60))
        await asyncio.sleep(patience(60))

    ended, _ = await asyncio.wait({asyncio.create_task(until_told(work()))}, timeout=patience(15))

    assert [task.result() for task in ended] == [False]


def environment(folder: Path) -> dict[str, str]:
    return {
        "DOJO_DISCORD_TOKEN": "a-token",
        "DOJO_DATABASE_URL": f"sqlite:///{folder / 'dojo.db'}",
    }


def bot_with(discord: LoopbackDiscord, environment: dict[str, str], *options: str) -> BotProcess:
    """`dojo run`, as its own process, but without the time that loading takes."""
    return BotProcess(discord, "run", *options, env=environment, forked=True)
