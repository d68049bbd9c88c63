"""What on the disk says that there was a database before, though now there is none."""

from datetime import datetime
from pathlib import Path

from bot.backups import service
from bot.backups.rules import newest
from bot.core import database_file
from storage.engine import Database


def signs_on_disk(database: Database, folder: Path | None, now: datetime) -> list[str]:
    """Return them as parts of a sentence; `folder` is where backups go."""
    signs = []
    if folder is not None and newest(service.names_in(folder), now):
        signs.append(f"there are backups in {folder}")
    file = database_file.file_of(database)
    if file is not None and any(file.parent.glob(f"{file.name}.replaced-*")):
        signs.append(f"a restore has replaced {file}")
    return signs
