"""The text of a file, read and brought in as `dojo import` does it."""

from datetime import datetime

from bot.core.unit import Clock
from bot.data import importing
from bot.data.importing import Imported
from bot.data.reading import recognise
from bot.data.reading.lines import Line
from bot.data.reading.source import Files
from storage.engine import Database


def read_text(text: str, now: datetime) -> tuple[Line, ...]:
    settings = recognise.make_settings(now, zone=None, dates=None, columns=())
    return tuple(recognise.read_files(Files("file", {"file": text}), settings).lines)


def bring_in_text(
    database: Database, clock: Clock, text: str, group_id: int | None = None
) -> Imported:
    return importing.bring_in(database, clock, read_text(text, clock()), group_id)
