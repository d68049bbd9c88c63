"""Runs PostgreSQL's own programs (pg_dump, pg_restore, psql) against the bot's database.

The password goes through the environment, never into the arguments, which all users can see.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from sqlalchemy import text
from sqlalchemy.engine import URL

from storage.contents import BackupError, StoppedError
from storage.engine import PATIENCE, Database

LISTEN_SECONDS = 0.1
END_SECONDS = 10.0
# The setting that ends a connection on which something could not be sent for some seconds.
UNSENT = "tcp_user_timeout"


def find_tool(name: str, database: Database) -> str:
    """Return the path of a program that is as new as the server; say what to install if none is."""
    server = server_version(database)
    path = shutil.which(name)
    if path is None:
        raise BackupError(
            f"{name} is not installed here. Install PostgreSQL's client programs, version {server} "
            f"or newer (on Debian and Ubuntu the package postgresql-client-{server})."
        )
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    match = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", said)
    if match is None or int(match[1]) < server:
        raise BackupError(
            f"{path} is older ({said.strip() or 'it says no version'}) than the server (version "
            f"{server}). Install PostgreSQL's client programs, version {server} or newer (on "
            f"Debian and Ubuntu the package postgresql-client-{server})."
        )
    return path


def server_version(database: Database) -> int:
    """Return the server's main version, such as 16."""
    with database.read() as tx:
        number = tx.connection().exec_driver_sql("SHOW server_version_num").scalar_one()
    return int(number) // 10_000


def address(database: Database) -> str:
    """Return the database's address for PostgreSQL's programs, without its password.

    They notice as the bot does that the server is gone. But one that is busy for a while, such as
    with a checkpoint, may take what a restore sends as late as it likes.
    """
    url = database.url
    patient = {name: str(value) for name, value in PATIENCE.items() if name != UNSENT}
    query = {**patient, **url.query}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False)


def environment(database: Database) -> dict[str, str]:
    """Return the environment for PostgreSQL's programs, with the password and plain English."""
    password = database.url.password
    given = {} if password is None else {"PGPASSWORD": str(password)}
    # Notices say what is dropped with what; only what goes wrong is worth a line.
    quiet = {"LC_ALL": "C", "PGOPTIONS": "-c client_min_messages=warning"}
    return {**os.environ, **quiet, **given}


@contextmanager
def running(
    command: Sequence[str],
    database: Database,
    *,
    stdin: int | None = None,
    stdout: int | None = subprocess.DEVNULL,
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Run a program for as long as the block; it is ended if the block fails."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            command, env=environment(database), stdin=stdin, stdout=stdout, stderr=errors
        )
        try:
            yield process, errors
        finally:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):  # a program that has ended reads no more
                        pipe.close()
            if process.poll() is None:
                _end(process)


def finish(
    process: subprocess.Popen[bytes], errors: IO[bytes], name: str, stop: Callable[[], bool]
) -> None:
    """Wait until a program has ended; refuse what it reports, and give up when told to."""
    while process.poll() is None:
        if stop():
            raise StoppedError
        time.sleep(LISTEN_SECONDS)
    if process.returncode:
        raise BackupError(f"{name} failed: {reason(errors)}.")


def reason(errors: IO[bytes]) -> str:
    """Return the first line that a program has written about what went wrong."""
    errors.seek(0)
    lines = errors.read(20_000).decode(errors="replace").strip().splitlines()
    return lines[0].rstrip(".") if lines else "it does not say why"


def other_connections(database: Database) -> int:
    """Return how many connections others have to this database."""
    statement = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with database.engine.connect() as connection:
        return int(connection.execute(statement).scalar_one())


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
