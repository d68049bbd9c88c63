"""From the settings to the plan for backups."""

from datetime import timedelta

from bot.backups.rules import Plan
from bot.core.errors import StartError
from bot.core.refusals import Refusal
from bot.core.settings import Settings
from bot.core.times.durations import parse_duration

SHORTEST = timedelta(minutes=1)


def read_plan(settings: Settings) -> Plan | None:
    """Return where, how often and how many; None if no folder is set."""
    every = _read_every(settings.backup_every)
    if settings.backup_dir is None:
        return None
    return Plan(settings.backup_dir, every, settings.backup_keep)


def _read_every(text: str) -> timedelta:
    try:
        every = parse_duration(text)
    except Refusal as refusal:
        raise StartError(f"DOJO_BACKUP_EVERY is not valid: {refusal}") from None
    if every < SHORTEST:
        raise StartError("DOJO_BACKUP_EVERY is too short: type it like `6h` or `1d`.")
    return every
