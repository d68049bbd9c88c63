"""The `dojo` command line. Every failure is one clear line and a non-zero exit code."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import aiohttp
import discord
import typer
from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError

from bot.app import App, wall_clock
from bot.calendars import setup
from bot.core import encryption
from bot.core.errors import StartError
from bot.core.logs import set_up_logs
from bot.core.pools import share_fairly
from bot.core.refusals import Refusal
from bot.core.settings import Settings
from bot.core.unit import Desk
from bot.data import bank_import, files, forget_command, importing, terminal
from bot.data import service as data_service
from bot.data.reading import recognise
from bot.pastcasts import box
from bot.sources.setup import open_sources
from storage import migrate
from storage.engine import AddressError, Database

cli = typer.Typer(
    help="Forecasting Dojo: a Discord bot for groups that practise forecasting together.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
database_commands = typer.Typer(help="The database.", no_args_is_help=True)
cli.add_typer(database_commands, name="db")

GroupOption = Annotated[int | None, typer.Option("--group", help="The group's (server's) id.")]


@cli.command()
def run() -> None:
    """Run the bot until it is told to stop."""
    settings = load_settings()
    if settings.discord_token is None or not settings.discord_token.get_secret_value():
        raise StartError(
            "DOJO_DISCORD_TOKEN is not set. Put the bot's token into the environment or a .env "
            "file; README.md says how to get one. Without a token, `dojo demo` shows everything."
        )
    token = settings.discord_token.get_secret_value()
    with open_database(settings) as database:
        google = setup.open_google(settings, database)
        integrations = setup.open_integrations(settings, google=google is not None)
        app = App(
            database,
            integrations=integrations,
            google=google,
            sources=open_sources(settings),
            http_bind=settings.http_bind,
        )
        asyncio.run(_serve(app, token))


@cli.command()
def demo(
    exit_after: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--exit", help="Play a whole evening as a transcript, and end.")
    ] = False,
    port: Annotated[int, typer.Option(help="The preview's port; 0 takes a free one.")] = 0,
    out: Annotated[Path, typer.Option(help="Where pictures and database go.")] = Path("demo-out"),
    speed: Annotated[
        float, typer.Option(min=0.1, max=600, help="How many times as fast as here time passes.")
    ] = 1.0,
) -> None:
    """Open a simulated Discord in the browser, on an evening that is about to begin."""
    try:
        from bot.demo import play  # noqa: PLC0415 - an extra that only the demo needs
    except ModuleNotFoundError as error:
        raise StartError(
            f"The demo needs the package {error.name!r}: install this project with its [demo] "
            "extra, or use `make demo`."
        ) from None
    asyncio.run(play.play(out) if exit_after else play.live(out, port=port, speed=speed))


@cli.command()
def export(
    file: Annotated[Path, typer.Argument(help="The zip file to write.")] = Path("dojo-export.zip"),
    group: GroupOption = None,
) -> None:
    """Write everything held about a group into a zip of CSV and JSON."""
    with open_database(load_settings()) as database:
        packed = data_service.export_group(database, group)
    file.write_bytes(packed)
    print(f"Written: {file} ({len(packed):,} bytes).")


@cli.command(name="import")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="A file of forecasts; docs/importing.md says of which.")
    ],
    form: Annotated[
        str | None, typer.Option("--format", help="Its format, where it is not recognised.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="Which column is which: question=Frage. Several times."),
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="The time zone of times without one: Europe/Berlin.")
    ] = None,
    dates: Annotated[
        str | None, typer.Option(help="The order of dates that could be two: dmy or mdy.")
    ] = None,
    dry_run: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--dry-run", help="Say what would come in, and write nothing.")
    ] = False,
    group: GroupOption = None,
) -> None:
    """Bring in forecasts that another tool, a spreadsheet or dojo wrote: all of it, or nothing."""
    settings = recognise.make_settings(wall_clock(), zone=zone, dates=dates, columns=columns or ())
    reading = recognise.read_files(files.read_files(file), settings, form)
    print("\n".join(recognise.say(reading)))
    with open_database(load_settings()) as database, terminal.progress() as show:
        done = importing.bring_in(
            database, wall_clock, reading.lines, group, progress=show, dry=dry_run
        )
    print(done.say(dry=dry_run))


@cli.command("import-bank")
def import_bank(
    file: Annotated[Path, typer.Argument(help="A CSV file, or ForecastBench's question set.")],
    resolutions: Annotated[
        Path | None, typer.Argument(help="ForecastBench's resolution set.")
    ] = None,
    group: GroupOption = None,
) -> None:
    """Bring in a bank of questions about the past: all of it, or nothing."""
    named = [file] if resolutions is None else [file, resolutions]
    texts = [files.read_text(one) for one in named]
    settings = load_settings()
    with open_database(settings) as database:
        sealing = setup.open_integrations(settings, google=False).box
        done = bank_import.import_bank(database, wall_clock, sealing, texts, group)
    print(done.say())


@cli.command()
def forget(
    group: GroupOption = None,
    member: Annotated[
        int | None, typer.Option("--member", help="One member of it, by number.")
    ] = None,
    as_in: Annotated[
        str | None,
        typer.Option("--as-in", help="Everybody who is forgotten in this other database."),
    ] = None,
    yes: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--yes", help="Do not ask for the number to be typed.")
    ] = False,
) -> None:
    """Forget a whole group for good, or one member of it."""
    settings = load_settings()
    with open_database(settings) as database:
        google = settings.google_credentials is not None
        desk = Desk(
            database,
            wall_clock,
            integrations=setup.open_integrations(settings, google=google),
        )
        wish = forget_command.Wish(group, member, as_in)
        print(forget_command.forget(desk, wish, None if yes else typer.prompt))


@cli.command("new-key")
def new_key() -> None:
    """Print a new key for DOJO_SECRET_KEY."""
    print(encryption.new_key())


@cli.command("google-login")
def google_login(
    port: Annotated[int, typer.Option(help="Where Google sends the browser back to.")] = 0,
    browser: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option(help="Open the browser; otherwise open the printed address yourself.")
    ] = True,
) -> None:
    """Let the bot write into the calendar of an ordinary Google account."""
    settings = load_settings()
    with open_database(settings) as database:
        setup.log_in_to_google(settings, database, port=port, browser=browser)
    print("The bot may now write into your calendar. Restart it if it is running.")


@database_commands.command()
def upgrade() -> None:
    """Bring the database to the newest schema; `dojo run` does so by itself."""
    with open_database(load_settings()):
        print("The database has the newest schema.")


def load_settings() -> Settings:
    """Return the configuration, or name the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"DOJO_{'_'.join(str(part) for part in first['loc'])}".upper()
        raise StartError(f"{name} is not valid: {first['msg']}.") from None


@contextlib.contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Open the database with the newest schema, or say why it cannot be used."""
    set_up_logs(settings.log_level)
    try:
        database = Database(settings.database_url)
    except (AddressError, ImportError) as error:
        raise StartError(
            f"DOJO_DATABASE_URL is not usable: {str(error).rstrip('.')}. Examples: "
            "sqlite:///dojo.db, postgresql://user:password@host/name."
        ) from None
    try:
        _migrate(database)
        box.load(database)
        importing.tidy_up(database, wall_clock)
        yield database
    finally:
        database.close()


def _migrate(database: Database) -> None:
    try:
        migrate.upgrade(database)
    except DatabaseError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise StartError(
            f"The database {database.url.render_as_string(hide_password=True)} cannot be used: "
            f"{reason}. Check DOJO_DATABASE_URL, and that the database is running."
        ) from None


async def _serve(app: App, token: str) -> None:
    share_fairly()
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(app.client.start(token))
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        print("Stopped.")
    except discord.LoginFailure:
        raise StartError(
            "Discord refuses DOJO_DISCORD_TOKEN. Copy the token anew from the developer portal "
            "(Bot, Reset Token)."
        ) from None
    except discord.ConnectionClosed as error:
        raise StartError(
            f"Discord has ended the connection for good ({error.code}). Check DOJO_DISCORD_TOKEN, "
            "and the bot's settings in the developer portal."
        ) from None
    except (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound, OSError) as error:
        raise StartError(
            f"Discord cannot be reached ({error}). Check the network and try again."
        ) from None
    finally:
        await app.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a failure is one line on standard error."""
    try:
        cli(arguments)
    except (
        StartError,
        Refusal,
        migrate.MigrationLostRowsError,
        migrate.NewerDatabaseError,
    ) as error:
        print(f"dojo: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
