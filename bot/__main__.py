"""The `dojo` command line. Every failure is one clear line and a non-zero exit code."""

import asyncio
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from bot.app import wall_clock
from bot.calendars import setup
from bot.command_line.database import commands as database_commands
from bot.command_line.opening import load_settings, open_database
from bot.command_line.outside import doctor, invite
from bot.command_line.run import run
from bot.core import encryption
from bot.core.errors import StartError, say_forbidden
from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.data import bank_import, files, forget_command, importing, terminal
from bot.data import service as data_service
from bot.data.reading import recognise
from storage import migrate
from storage.backup_files import faults_said
from storage.contents import BackupError

cli = typer.Typer(
    help="Forecasting Dojo: a Discord bot for groups that practise forecasting together.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.add_typer(database_commands, name="db")
for _command in (run, doctor, invite):
    cli.command()(_command)


@cli.callback(invoke_without_command=True)
def _say_version(
    version: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--version", help="Print the version of the bot and of its schema.")
    ] = False,
) -> None:
    if version:
        print(f"dojo {metadata.version('forecasting-dojo')}, schema {migrate.newest()}")
        raise typer.Exit


GroupOption = Annotated[int | None, typer.Option("--group", help="The group's (server's) id.")]


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
    with faults_said(file):
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a failure is one line on standard error."""
    try:
        cli(arguments)
    except PermissionError as error:
        print(f"dojo: {say_forbidden(error)}", file=sys.stderr)
        sys.exit(1)
    except (
        StartError,
        Refusal,
        BackupError,
        migrate.MigrationLostRowsError,
        migrate.NewerDatabaseError,
    ) as error:
        print(f"dojo: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
