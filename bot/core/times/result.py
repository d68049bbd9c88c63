"""What a time as it was typed turned out to mean: one moment, several, or none. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

# What a moment is for says on which side of now it lies: a session and a close are to come, an
# outcome became known now or before.
Purpose = Literal["session", "close", "known"]


@dataclass(frozen=True)
class Understood:
    """One moment, in aware UTC, and the zone whose clocks it was said by."""

    at: datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class Asks:
    """Two to four moments that the text can mean, soonest first; `doubt` says why to ask."""

    candidates: tuple[Understood, ...]
    doubt: str


@dataclass(frozen=True)
class Refused:
    """No moment; `reason` is a sentence or two that say what to type instead."""

    reason: str


Result = Understood | Asks | Refused
