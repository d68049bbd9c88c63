"""`dojo doctor` on installations that are well, and on those that lack something."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp.web
import pytest
from aiohttp.test_utils import TestServer
from discord import Permissions
from discord.http import Route
from sqlalchemy import text

from bot.backups import rules
from bot.core import database_file, one_process
from bot.core.encryption import Box, new_key
from bot.core.settings import Settings
from bot.doctor import (
    backups,
    bot_token,
    clock,
    database,
    google,
    intents,
    key,
    permissions,
    shards,
    sources,
    web,
)
from bot.doctor.checks import CHECKS, Check, examine
from bot.doctor.findings import Finding, Verdict, ok
from bot.doctor.site import Site
from bot.door.needed import NEEDED, SCOPES, invitation
from bot.runtime.web import Pages, WebServer
from bot.sources.setup import open_sources
from storage import bot_state
from storage.engine import Database
from storage.process_locks import ProcessLocks
from storage.shards import Shards
from storage.tables import Group
from tests.faults.loopback_discord import LoopbackDiscord
from tests.sources.loopback import platforms
from tests.test_docs import ROOT

NOBODY_THERE = "http://127.0.0.1:1"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoopbackDiscord]:
    """A Discord on this machine, which this process asks."""
    async with LoopbackDiscord() as opened:
        monkeypatch.setattr(Route, "BASE", opened.api_base)
        yield opened


def installation(file: Path, clock: Callable[[], datetime] = now, **more: object) -> Site:
    """What is examined: a token, a database, and platforms that nobody answers for."""
    apis = dict.fromkeys(
        ("manifold_api", "metaculus_api", "polymarket_api", "kalshi_api"), NOBODY_THERE
    )
    given = {"discord_token": "a-token", "database_url": f"sqlite:///{file}", **apis, **more}
    return Site(Settings(_env_file=None, **given), clock)


def verdicts(found: Sequence[Finding]) -> list[Verdict]:
    return [one.verdict for one in found]


def only(found: Sequence[Finding]) -> Finding:
    [one] = found
    return one


def free_bind() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


def file_of(database: Database) -> Path:
    file = database_file.file_of(database)
    assert file is not None
    return file


async def test_an_installation_that_is_well_says_so_of_everything(
    discord: LoopbackDiscord, fresh_sqlite: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / rules.file_name(now(), sqlite=True)).touch()
    guild = discord.add_guild("Circle")
    channel = discord.add_text_channel(guild)
    with fresh_sqlite.write() as tx:
        tx.add(Group(id=guild.id, name="Circle", channel_id=channel.id))
    site = installation(
        file_of(fresh_sqlite), backup_dir=folder, secret_key=new_key(), http_bind=free_bind()
    )

    others = [check for check in CHECKS if check.subject != "sources"]
    found = [finding async for finding in examine(site, others)]

    assert {one.subject: one.say() for one in found if one.verdict is not Verdict.OK} == {
        "Google": "–     Google: not used"
    }
    assert [one.subject for one in found] == [
        *("token", "intents", "shards", "starts", "database", "writing", "journal", "disk"),
        *("process", "permissions", "clock", "Google", "key", "web", "backups"),
    ]


async def test_with_nothing_at_all_every_check_says_something_and_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Route, "BASE", NOBODY_THERE)
    monkeypatch.chdir(tmp_path)
    site = installation(tmp_path / "dojo.db", discord_token=None)

    found = [finding async for finding in examine(site)]

    assert {one.subject for one in found} >= {"token", "database", "clock", "Google", "key", "web"}
    assert not list(tmp_path.iterdir())


async def test_what_was_imported_without_a_group_is_no_group_to_look_at(
    discord: LoopbackDiscord, fresh_sqlite: Database
) -> None:
    with fresh_sqlite.write() as tx:
        tx.add(Group(id=0, name="Imported"))
    site = installation(file_of(fresh_sqlite))
    await bot_token.find(site)

    found = only(await permissions.find(site))

    assert found.say() == "–     permissions: not checked: the bot serves no group yet"


async def test_a_token_that_is_refused_does_not_keep_the_others_from_being_checked(
    discord: LoopbackDiscord, fresh_sqlite: Database
) -> None:
    discord.fail("GET", "/users/@me", status=401, times=None)
    site = installation(file_of(fresh_sqlite))

    found = only(await bot_token.find(site))

    assert found.say().startswith("mend  token: Discord refuses DOJO_DISCORD_TOKEN.")
    assert verdicts(await permissions.find(site)) == [Verdict.UNUSED]
    assert verdicts(await intents.find(site)) == [Verdict.UNUSED]
    assert Verdict.MEND not in verdicts(await database.find(site))


async def test_a_permission_that_is_missing_is_named_with_its_channel(
    discord: LoopbackDiscord, fresh_sqlite: Database
) -> None:
    guild = discord.add_guild("Circle")
    channel = discord.add_text_channel(guild, "forecasts")
    guild.everyone.permissions = 0
    lacking = Permissions(**dict.fromkeys(NEEDED, True))
    lacking.update(embed_links=False, create_events=False, create_public_threads=False)
    for role in guild.members[discord.bot.id].roles:
        role.permissions = lacking.value
    with fresh_sqlite.write() as tx:
        tx.add(Group(id=guild.id, name="Circle", channel_id=channel.id))
        tx.add(Group(id=404, name="Left", channel_id=1))
        tx.add(Group(id=405, name="Asleep", channel_id=1, left_at=now()))
        tx.add(Group(id=0, name="Imported"))
    site = installation(file_of(fresh_sqlite))
    await bot_token.find(site)

    found = sorted(one.say() for one in await permissions.find(site))

    assert found == [
        "mend  permissions: in Circle, #forecasts, the bot lacks Embed Links, Create Events. Allow its role that.",
        "mend  permissions: the bot is not in Left any more. Invite it again with `dojo invite`.",
    ]


@pytest.mark.parametrize(
    ("given", "recommended", "verdict"),
    [
        (None, 1, Verdict.OK),
        (None, 3, Verdict.MEND),
        ("0-15/16", 16, Verdict.OK),
        ("0-3/16", 16, Verdict.MEND),  # on SQLite
        ("0-3/4", 16, Verdict.MEND),
        ("4-3/16", 16, Verdict.MEND),
        ("all", 1, Verdict.MEND),
    ],
)
async def test_shards_are_compared_with_what_discord_recommends(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    given: str | None,
    recommended: int,
    verdict: Verdict,
) -> None:
    limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
    site = installation(tmp_path / "dojo.db", shards=given)
    monkeypatch.setattr(
        Site, "ask", answering({"shards": recommended, "session_start_limit": limit})
    )

    assert (await shards.find(site))[0].verdict is verdict


async def test_beside_running_bots_their_shards_count(
    fresh_postgresql: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a pod only the bot itself has DOJO_SHARDS."""
    limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
    monkeypatch.setattr(Site, "ask", answering({"shards": 16, "session_start_limit": limit}))
    url = fresh_postgresql.url.render_as_string(hide_password=False)
    site = installation(tmp_path / "dojo.db", database_url=url)

    alone = (await shards.find(site))[0]
    locks = ProcessLocks(fresh_postgresql, Shards(0, 3, 16))
    locks.find_hindrance()
    beside = (await shards.find(site))[0]
    locks.close()

    assert alone.verdict is Verdict.MEND
    assert beside == ok("shards", "running bots serve shards of 16; Discord recommends 16")


async def test_few_starts_that_are_left_are_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limit = {"total": 1000, "remaining": 3, "reset_after": 7_200_000, "max_concurrency": 1}
    monkeypatch.setattr(Site, "ask", answering({"shards": 1, "session_start_limit": limit}))

    found = await shards.find(installation(tmp_path / "dojo.db"))

    assert found[1].say() == (
        "mend  starts: 3 of 1000 are left, more in 2h. Find out why it restarts."
    )


def answering(body: dict[str, object]) -> object:
    from bot.door.reach import Answer

    async def ask(_site: Site, _path: str) -> Answer:
        return Answer(200, {}, body)

    return ask


@pytest.mark.parametrize(
    ("off", "says"),
    [
        (timedelta(), "ok    clock: as Discord's"),
        (timedelta(minutes=5), "5m ahead of Discord"),
        (timedelta(hours=-1), "1h behind Discord"),
    ],
)
async def test_a_clock_that_is_wrong_is_noticed(
    discord: LoopbackDiscord, tmp_path: Path, off: timedelta, says: str
) -> None:
    site = installation(tmp_path / "dojo.db", clock=lambda: now() + off)

    assert says in re.sub(
        r"(4m59s|5m1s)", "5m", re.sub(r"59m5\ds|1h1s", "1h", only(await clock.find(site)).say())
    )


async def test_the_key_is_tried_on_what_is_sealed(fresh_sqlite: Database) -> None:
    right, wrong = new_key(), new_key()
    with fresh_sqlite.write() as tx:
        bot_state.keep(tx, bot_state.GOOGLE_TOKEN, Box(right).seal("a token"))
    file = file_of(fresh_sqlite)

    async def said(given: str | None) -> str:
        return only(await key.find(installation(file, secret_key=given))).say()

    assert await said(right) == "ok    key: valid, and opens all of 1 sealed texts that were tried"
    assert "does not open 1 of 1 sealed texts" in await said(wrong)
    assert await said(f"{wrong},{right}") == await said(right)
    assert (await said("no key")).startswith("mend  key: DOJO_SECRET_KEY is not a key.")
    assert "is not set, and 1 texts are sealed" in await said(None)


async def test_a_database_that_will_not_do_is_said(tmp_path: Path, fresh_sqlite: Database) -> None:
    (tmp_path / "broken.db").write_bytes(b"This was a database once." * 1000)
    with fresh_sqlite.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    async def said(url: str) -> str:
        site = installation(tmp_path / "dojo.db", database_url=url)
        return (await database.find(site))[0].say()

    assert "names no file: all would be lost" in await said("sqlite://")
    assert "is no file. Correct DOJO_DATABASE_URL." in await said(f"sqlite:///{tmp_path}/.")
    broken = await said(f"sqlite:///{tmp_path}/broken.db")
    assert "file is not a database. Check the path" in broken
    assert "a backup comes back with `dojo db restore`" in broken
    assert "of a newer version of the bot (schema 9999" in await said(str(fresh_sqlite.url))
    assert "is not usable" in await said("mysql://host/dojo")
    secret = await said("postgresql://ann:secret@127.0.0.1:1/dojo")
    assert "it cannot be used: connection failed" in secret
    assert "ann:secret" not in secret


async def test_before_the_first_run_a_missing_database_is_normal(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/dojo.db"

    found = only(await database.find(installation(tmp_path / "dojo.db", backup_dir=tmp_path)))

    said = f"–     database: there is none yet at {address}; `dojo run` will make it"
    assert found.say() == said
    assert not list(tmp_path.iterdir())


async def test_a_database_that_is_gone_under_a_running_bot_is_no_first_run(tmp_path: Path) -> None:
    place = tmp_path / "dojo.db"
    running = Database(f"sqlite:///{place}")
    with one_process.alone(running):
        found = only(await database.find(installation(place)))
    running.close()

    assert "dojo.db is gone, though a bot runs on it" in found.say()
    assert "stop the bot" in found.say()


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (rules.file_name(now(), sqlite=True), "this bot ran before: there are backups in"),
        ("dojo.db.replaced-2026-11-28T16-20-37Z", "this bot ran before: a restore has replaced"),
        ("dojo.db-wal", "dojo.db-wal is there without its file: it holds changes"),
    ],
)
async def test_a_database_that_was_there_before_and_is_gone_is_to_mend(
    tmp_path: Path, left: str, says: str
) -> None:
    (tmp_path / left).write_text("something")

    found = only(await database.find(installation(tmp_path / "dojo.db", backup_dir=tmp_path)))

    assert found.verdict is Verdict.MEND
    assert says in found.said
    assert "`dojo db restore`" in found.said


async def test_a_bot_that_runs_on_the_file_is_noticed(fresh_sqlite: Database) -> None:
    site = installation(file_of(fresh_sqlite))

    with one_process.alone(fresh_sqlite):
        beside = {one.subject: one for one in await database.find(site)}
    after = {one.subject: one for one in await database.find(site)}

    assert beside["process"] == ok("process", "a bot runs on it")
    assert after["process"] == ok("process", "no bot runs on it at the moment")


async def test_postgresql_is_looked_at_as_well(fresh_postgresql: Database, tmp_path: Path) -> None:
    url = fresh_postgresql.url.render_as_string(hide_password=False)

    found = await database.find(installation(tmp_path / "dojo.db", database_url=url))

    assert verdicts(found) == [Verdict.OK] * 4
    assert found[2].said.startswith("PostgreSQL ")


async def test_shards_that_nobody_serves_are_named(
    fresh_postgresql: Database, tmp_path: Path
) -> None:
    url = fresh_postgresql.url.render_as_string(hide_password=False)
    locks = ProcessLocks(fresh_postgresql, Shards(0, 1, 4))
    locks.find_hindrance()

    found = {
        one.subject: one
        for one in await database.find(installation(tmp_path / "dojo.db", database_url=url))
    }
    locks.close()

    assert found["process"].say().startswith("mend  process: of 4 shards nobody serves 2, 3. Start")


async def test_google_is_unused_or_says_what_it_lacks(
    fresh_sqlite: Database, tmp_path: Path
) -> None:
    file = file_of(fresh_sqlite)

    assert verdicts(await google.find(installation(file))) == [Verdict.UNUSED]
    broken = installation(file, google_credentials=str(tmp_path / "missing.json"))
    assert verdicts(await google.find(broken)) == [Verdict.MEND]


async def test_each_source_says_whether_it_answers(tmp_path: Path) -> None:
    """That there is no such question is an answer; where nobody is, there is none."""
    with platforms() as served:
        base = served.base
        site = installation(tmp_path / "dojo.db", manifold_api=base, kalshi_api=base)
        found = {one.subject: one.verdict for one in await sources.find(site)}
        used = await sources._find_one(open_sources(site.settings), "polymarket", used=True)

    assert found == {
        "Manifold": Verdict.OK,
        "Metaculus": Verdict.UNUSED,
        "Polymarket": Verdict.UNUSED,  # no group has a question from there
        "Kalshi": Verdict.OK,
    }
    assert used.verdict is Verdict.MEND


async def test_people_reach_the_bot_through_a_proxy_that_passes_on_the_feeds_alone() -> None:
    bot = await WebServer.open("127.0.0.1:0", Pages(nothing, nothing))

    async def pass_on(request: aiohttp.web.Request) -> aiohttp.web.Response:
        here = f"http://127.0.0.1:{bot.port}{request.path}"
        async with aiohttp.ClientSession() as session, session.get(here) as answer:
            return aiohttp.web.Response(text=await answer.text(), status=answer.status)

    async def welcome(_: aiohttp.web.Request) -> aiohttp.web.Response:
        return aiohttp.web.Response(text="Welcome!")

    app = aiohttp.web.Application()
    app.add_routes(
        [aiohttp.web.get("/calendar/{file}", pass_on), aiohttp.web.get("/old{rest:.*}", welcome)]
    )
    async with TestServer(app) as proxy:
        right = await web._find_outside(str(proxy.make_url("")))
        wrong = await web._find_outside(str(proxy.make_url("/old")))
        none = await web._find_outside(str(proxy.make_url("/new")))
    await bot.close()

    assert right.verdict is Verdict.OK
    assert "answers, but not as the bot does (status 200). Is the bot running" in wrong.say()
    assert "answers, but not as the bot does (status 404)." in none.say()


async def nothing(*_: object) -> None:
    """There is no feed, and nobody asks how the bot is."""


async def test_the_web_servers_addresses_are_tried(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    bind = free_bind()
    nonsense = await web._find_here("nonsense")
    free = await web._find_here(bind)
    outside = await web._find_outside(NOBODY_THERE)

    assert nonsense.say().startswith("mend  web: DOJO_HTTP_BIND=nonsense is not host:port")
    assert free == ok("web", f"{bind} is free for the bot")
    assert outside.say().startswith(f"mend  web address: {NOBODY_THERE} does not answer.")
    half = installation(tmp_path / "dojo.db", http_url="https://dojo.example.org", metrics=True)
    assert (
        "set it too, or leave out DOJO_HTTP_URL and DOJO_METRICS."
        in only(await web.find(half)).say()
    )
    assert verdicts(await web.find(installation(tmp_path / "dojo.db"))) == [Verdict.UNUSED]


@pytest.mark.parametrize(
    ("age", "verdict"), [(None, Verdict.MEND), (3, Verdict.OK), (13, Verdict.MEND)]
)
async def test_backups_that_are_old_are_said(
    tmp_path: Path, age: int | None, verdict: Verdict
) -> None:
    if age is not None:
        (tmp_path / rules.file_name(now() - timedelta(hours=age), sqlite=True)).touch()
    site = installation(tmp_path / "dojo.db", backup_dir=tmp_path, backup_every="6h")

    assert verdicts(await backups.find(site)) == [verdict]


def test_each_program_that_backups_and_restores_need_is_looked_for(
    fresh_postgresql: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pg_dump", "pg_restore"):
        (tmp_path / name).write_text("#!/bin/sh\necho '(PostgreSQL) 99.1'\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    lacking = only(backups._find_tools(fresh_postgresql))
    (tmp_path / "psql").hardlink_to(tmp_path / "pg_dump")
    complete = only(backups._find_tools(fresh_postgresql))

    assert lacking.say().startswith("mend  pg_dump: psql is not installed here.")
    assert complete.verdict is Verdict.OK


async def test_a_check_that_hangs_or_fails_is_a_line_and_the_next_one_is_made(
    tmp_path: Path,
) -> None:
    async def hang(_: Site) -> Sequence[Finding]:
        await asyncio.sleep(60)
        return []

    async def fail(_: Site) -> Sequence[Finding]:
        raise ZeroDivisionError

    async def go_well(_: Site) -> Sequence[Finding]:
        return [ok("third", "well")]

    checks = [Check("first", hang), Check("second", fail), Check("third", go_well)]
    site = installation(tmp_path / "dojo.db")

    said = [finding.say() async for finding in examine(site, checks, 0.05)]

    assert said == [
        "mend  first: no answer within 0s. Check the network, and try again.",
        "mend  second: not checked (ZeroDivisionError). Mend what stands above, and try again.",
        "ok    third: well",
    ]


def test_the_invitation_asks_for_what_the_readme_names() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    link = invitation(123)

    assert {name for name in NEEDED.values() if name not in readme} == set()
    assert {scope for scope in SCOPES if f"scope `{scope}`" not in readme} == set()
    number = int(link.rpartition("permissions=")[2])
    assert number == Permissions(**dict.fromkeys(NEEDED, True)).value
    assert "client_id=123&" in link
