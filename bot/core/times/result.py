"""What a typed time turned out to mean: one moment, several, or none. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bot.core.times import said

# The purpose of a time says on which side of now it lies: a session and a close lie in the
# future, an outcome became known now or before.
Purpose = Literal["session", "close", "known"]


@dataclass(frozen=True)
class Understood:
    """One moment, in aware UTC, and the zone whose clocks it was said by."""

    at: datetime
    zone: ZoneInfo

    @property
    def label(self) -> str:
        """Say it on a button: "Sun 25 Oct 2026, 02:30 (UTC+02:00)"."""
        return said.label(self.at, self.zone)

    @property
    def text(self) -> str:
        """Say what to type, or to save in a draft, to mean exactly this moment."""
        return said.iso(self.at, self.zone)

    @property
    def moment(self) -> str:
        """Say it in a sentence, with its zone: "Thu 3 Dec 2026, 18:30 (Europe/Berlin)"."""
        return said.say_moment(self.at, self.zone)


@dataclass(frozen=True)
class Asks:
    """Two to four moments that the text can mean, soonest first.

    `doubt` says why to ask.
    """

    candidates: tuple[Understood, ...]
    doubt: str


@dataclass(frozen=True)
class Refused:
    """No moment; `reason` is a sentence or two that say what to type instead."""

    reason: str


Result = Understood | Asks | Refused
