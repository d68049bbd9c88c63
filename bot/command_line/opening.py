"""Opens what the commands need: the settings and the database, or says in a line what is wrong."""

import contextlib
import sys
from collections.abc import Iterator

from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError

from bot.app import wall_clock
from bot.core import database_file, one_process, setting_names
from bot.core.errors import StartError
from bot.core.logs import set_up_logs
from bot.core.settings import Settings
from bot.data import importing
from bot.pastcasts import box
from storage import migrate
from storage.backup_files import make_private
from storage.engine import AddressError, Database
from storage.troubles import UnsureError, trouble_of

SETTING = "DOJO_DATABASE_URL"
HOW_TO_MAKE_ONE = f"Check {SETTING}; `dojo run` or `dojo db upgrade` makes a new one."


def load_settings() -> Settings:
    """Return the configuration, or name the variable that is wrong; name unknown ones too."""
    try:
        unknown = setting_names.say_unknown(setting_names.given_names())
        for sentence in (*setting_names.say_unread(), *unknown):
            print(f"dojo: {sentence}", file=sys.stderr)
        return Settings()
    except OSError as error:
        raise StartError(f"The file .env cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise StartError("The file .env is not plain text in UTF-8. Save it as such.") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = f"DOJO_{'_'.join(str(part) for part in first['loc'])}".upper()
        said = "say on or off" if first["type"].startswith("bool_") else first["msg"]
        raise StartError(f"{name} is not valid: {said}.") from None


def read_token(settings: Settings) -> str:
    """Return the bot's token, or say where to put one."""
    if settings.discord_token is None or not settings.discord_token.get_secret_value():
        raise StartError(
            "DOJO_DISCORD_TOKEN is not set. Put the bot's token into the environment or a .env "
            "file; README.md says how to get one. Without a token, `dojo demo` shows everything."
        )
    return settings.discord_token.get_secret_value()


@contextlib.contextmanager
def open_as_it_is(
    settings: Settings, url: str | None = None, called: str = SETTING
) -> Iterator[Database]:
    """Open a database without making or changing anything in it.

    `called` is the setting, or where else its address was typed.
    """
    set_up_logs(settings.log_level)
    try:
        database = Database(settings.database_url if url is None else url)
    except (AddressError, ImportError) as error:
        raise StartError(
            f"{called[:1].upper()}{called[1:]} is not usable: {str(error).rstrip('.')}. Examples: "
            "sqlite:///dojo.db, postgresql://user:password@host/name."
        ) from None
    try:
        if database.is_sqlite and database_file.file_of(database) is None:
            raise StartError(
                f"{say_address(database)} names no file: all would be lost with the process. "
                "Example: sqlite:///dojo.db."
            )
        yield database
    finally:
        database.close()


@contextlib.contextmanager
def open_database(settings: Settings, *, create: bool = False) -> Iterator[Database]:
    """Open the database with the newest schema; make a new one only with `create`."""
    with open_as_it_is(settings) as database:
        refuse_log_alone(database)
        if not create:
            refuse_new(database)
        with _alone_to_migrate(database):
            prepare(database)
        with _say_trouble(database):
            yield database


def is_new(database: Database, called: str = SETTING) -> bool:
    """Tell whether there is no database yet, or nothing of ours in it; makes no file."""
    file = database_file.file_of(database)
    if file is not None and (not file.exists() or (file.is_file() and not file.stat().st_size)):
        return True
    with say_what_is_wrong(database, called):
        return migrate.revision_of(database) is None


def refuse_log_alone(database: Database) -> None:
    """Refuse to make a database where SQLite would delete what is left of an earlier one."""
    if (log := database_file.log_without_file(database)) is not None:
        raise StartError(database_file.say_log_without_file(log))


def refuse_new(database: Database, called: str = SETTING) -> None:
    """Refuse to go on without a database that has been used."""
    if is_new(database, called):
        what_to_do = HOW_TO_MAKE_ONE if called == SETTING else f"Check {called}."
        raise StartError(f"There is no database at {say_address(database)}. {what_to_do}")


def prepare(database: Database) -> None:
    """Bring the database to the newest schema, and finish what killed processes left."""
    file = database_file.file_of(database)
    if file is not None and (said := database_file.say_unwritable(file)):
        raise StartError(said)
    if file is not None and not file.exists():
        make_private(file)  # what nobody may know yet, such as blind forecasts, is in it
    with say_what_is_wrong(database):
        migrate.upgrade(database)
        box.load(database)
        importing.tidy_up(database, wall_clock)


def say_address(database: Database) -> str:
    """Return the address of a database without its password."""
    return database.url.render_as_string(hide_password=True)


@contextlib.contextmanager
def say_what_is_wrong(database: Database, called: str = SETTING) -> Iterator[None]:
    """Say in one line what a database answers that cannot be used."""
    try:
        yield
    except (DatabaseError, UnsureError) as error:
        what_to_do = f"Check {called}, and that the database is running."
        raise _unusable(database, error, what_to_do) from None


@contextlib.contextmanager
def _say_trouble(database: Database) -> Iterator[None]:
    """Say in one line that the disk is full or the server gone; a fault of ours keeps its trace."""
    try:
        yield
    except Exception as error:
        if trouble_of(error) is None:
            raise
        what_to_do = "Look at its disk and its server, then use the command again."
        raise _unusable(database, error, what_to_do) from None


def _unusable(database: Database, error: Exception, what_to_do: str) -> StartError:
    reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
    return StartError(
        f"The database {say_address(database)} cannot be used: {reason}. {what_to_do}"
    )


@contextlib.contextmanager
def _alone_to_migrate(database: Database) -> Iterator[None]:
    """Let nobody migrate an SQLite file under a bot that runs on it with the older schema."""
    if is_new(database) or migrate.is_current(database):
        yield
        return
    with one_process.alone(database):
        yield
