"""`dojo run`: checks what could be mistyped, waits for Discord, and works until it is told to stop.

In this order: the settings, the address of the web server, the database, Discord. What is wrong in
one of them is said before anything is changed in the next.
"""

import asyncio
import sys
from typing import Annotated

import aiohttp
import discord
import typer

from bot.app import App, wall_clock
from bot.backups.rules import Plan
from bot.backups.schedule import Schedule
from bot.backups.settings import read_plan
from bot.backups.signs import signs_on_disk
from bot.calendars import setup
from bot.command_line import opening, waiting
from bot.command_line.stopping import ending_when_told, until_told
from bot.core import one_process
from bot.core.errors import StartError
from bot.core.pools import share_fairly
from bot.core.settings import Settings
from bot.core.shards import read_shards
from bot.door import reach
from bot.runtime.bind import check_bind
from bot.sources.setup import open_sources
from storage.engine import Database
from storage.process_locks import ProcessLocks
from storage.shards import Shards

NO_METRICS = "DOJO_METRICS is on, but without DOJO_HTTP_BIND nothing serves them. Set both."
# How a connection to Discord ends that nothing here is to blame for.
UNREACHABLE = (
    aiohttp.ClientError,
    discord.HTTPException,
    discord.RateLimited,
    discord.GatewayNotFound,
    OSError,
)


def run(
    create: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--create", help="Make a new database, though the bot ran before.")
    ] = False,
) -> None:
    """Run the bot until it is told to stop."""
    with ending_when_told():
        _run(create=create)


def _run(*, create: bool) -> None:
    settings = opening.load_settings()
    token = opening.read_token(settings)
    if settings.http_bind is not None:
        check_bind(settings.http_bind)
    elif settings.metrics:
        print(f"dojo: {NO_METRICS}", file=sys.stderr)
    plan = read_plan(settings)
    shards = read_shards(settings.shards, settings.database_url)
    with opening.open_as_it_is(settings) as database, one_process.alone(database):
        opening.refuse_log_alone(database)
        if opening.is_new(database) and not _make_new(database, token, plan, create=create):
            return
        opening.prepare(database)
        app = _put_together(settings, database, shards)
        asyncio.run(_serve(app, token, plan))


def _put_together(settings: Settings, database: Database, shards: Shards) -> App:
    google = setup.open_google(settings, database)
    return App(
        database,
        integrations=setup.open_integrations(settings, google=google is not None),
        google=google,
        sources=open_sources(settings),
        http_bind=settings.http_bind,
        locks=ProcessLocks(database, shards),
        metrics=settings.metrics,
    )


def _make_new(database: Database, token: str, plan: Plan | None, *, create: bool) -> bool:
    """Say that the database will be a new one; refuse that if the bot ran before.

    Returns whether to go on: not, if the process is told to stop while it waits for Discord.
    """
    where = opening.say_address(database)
    folder = None if plan is None else plan.folder
    signs = [] if create else signs_on_disk(database, folder, wall_clock())
    if not create and not signs:
        asked: list[bool] = []
        if not asyncio.run(until_told(_ask_for_commands(token, asked))):
            return False
        signs = ["its slash commands are in Discord already"] if asked[0] else []
    if signs:
        raise StartError(
            f"New, empty database at {where}, but this bot ran before: {signs[0]}. If the address "
            "is mistyped, correct DOJO_DATABASE_URL. If a new database is meant, use "
            "`dojo run --create`."
        )
    print(f"dojo: New, empty database at {where}.", file=sys.stderr)
    return True


async def _ask_for_commands(token: str, answer: list[bool]) -> None:
    await waiting.wait_for_discord(token)
    try:
        answer.append(await reach.has_commands(token))
    except reach.Unreachable as error:
        raise StartError(f"Discord cannot be reached ({reach.say(error)}). Try again.") from None


async def _serve(app: App, token: str, plan: Plan | None) -> None:
    schedule = None if plan is None else Schedule(app.database, plan, wall_clock)
    backups = None if schedule is None else asyncio.ensure_future(schedule.run())
    try:
        await until_told(_connect(app, token))
    finally:
        if schedule is not None and backups is not None:
            backups.cancel()
            await asyncio.to_thread(schedule.close)
        await app.close()


async def _connect(app: App, token: str) -> None:
    """Wait for Discord, then stay connected; say in a line why the connection has ended."""
    share_fairly()  # here, for what interrupts a collection of garbage is lost
    await app.open_web()
    await waiting.wait_for_discord(token)
    try:
        await app.serve(token)
    except discord.LoginFailure:
        raise StartError(reach.REFUSED) from None
    except discord.ConnectionClosed as error:
        raise StartError(
            f"Discord has ended the connection for good ({error.code}). Check DOJO_DISCORD_TOKEN, "
            "and the bot's settings in the developer portal."
        ) from None
    except UNREACHABLE as error:
        raise StartError(
            f"Discord cannot be reached ({reach.say(error)}). Check the network and try again."
        ) from None
