"""What selects offer for each setting, and how a choice becomes a change. No Discord."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any

from bot.core.refusals import Refusal, say_count, say_duration, say_times
from bot.core.times.durations import parse_duration
from bot.groups.service import SettingsChange
from storage.tables import Group

# The option that opens a form, because no list has everything.
OTHER = "other"
# Minutes are a list, and so is none of them; Discord allows no empty value.
NO_REMINDERS = ","
YES, NO = "yes", "no"


class Page(IntEnum):
    """The pages of the settings' panel, by what they are about."""

    PLACES = 0
    ROUNDS = 1
    EVENING = 2
    NEWS = 3
    PAST = 4


PAGES = {
    Page.PLACES: ("Places", "Where the group meets, who leads, and which clocks are read."),
    Page.ROUNDS: ("Rounds", "How long things take. A round that is running keeps its times."),
    Page.EVENING: ("Evening", "What a speaker can ask for, how time is told, where cards go."),
    Page.NEWS: ("News", "How people hear of the next session."),
    Page.PAST: (
        "Looking back",
        "Outcomes, the digest of the week, and how `format:pastcast` goes.",
    ),
}


@dataclass(frozen=True)
class Offer:
    """The values that a setting can be chosen from.

    `name` is its field in `SettingsChange`. `now` returns the group's value as one could choose it;
    `read` turns a chosen or typed value into what the change takes. `example` is there where
    another value can be typed.
    """

    name: str
    page: Page
    label: str
    values: tuple[str, ...]
    now: Callable[[Group], str]
    say: Callable[[str], str]
    read: Callable[[str], Any] = str
    example: str = ""

    def options(self, group: Group) -> list[tuple[str, str]]:
        """Return each value with its words, also a value that only this group has."""
        now = self.now(group)
        values = self.values if now in self.values else (now, *self.values)
        options = [(value, f"{self.label}: {self.say(value)}") for value in values]
        return [*options, *([(OTHER, f"{self.label}: another …")] if self.example else [])]

    def change(self, value: str) -> SettingsChange:
        """Return the change that a chosen or typed value asks for."""
        return SettingsChange(**{self.name: self.read(value)})


def _length(name: str, page: Page, label: str, *seconds: int, zero: str = "none") -> Offer:
    def say(value: str) -> str:
        length = parse_duration(value)
        return say_duration(length) if length else zero

    return Offer(
        name,
        page,
        label,
        tuple(f"{one}s" for one in seconds),
        lambda group: f"{getattr(group, f'{name}_seconds')}s",
        say,
        example="10m, 90s or 1h30m",
    )


def _switch(name: str, page: Page, label: str, on: str, off: str) -> Offer:
    return Offer(
        name,
        page,
        label,
        (YES, NO),
        lambda group: YES if getattr(group, name) else NO,
        lambda value: on if value == YES else off,
        lambda value: value == YES,
    )


def _number(value: str) -> int:
    """Read a whole number, or refuse what is none."""
    if not (value.strip().isascii() and value.strip().isdecimal() and len(value) < 10):
        raise Refusal("Choose a number from the list, or type one such as `3`.")
    return int(value)


def say_reminders(minutes: str) -> str:
    """Say when people are reminded: "1d before and 15m before"."""
    said = [say_duration(timedelta(minutes=int(part))) for part in minutes.split(",") if part]
    return " and ".join(f"{one} before" for one in said) or "none"


# Cities under one name share their clock all year round; a test compares them.
ZONES = {
    "UTC": ("UTC",),
    "Pacific/Honolulu": ("Honolulu",),
    "America/Los_Angeles": ("Los Angeles", "Vancouver"),
    "America/Denver": ("Denver",),
    "America/Chicago": ("Chicago",),
    "America/New_York": ("New York", "Toronto"),
    "America/Sao_Paulo": ("Sao Paulo",),
    "Europe/London": ("London",),
    "Europe/Berlin": ("Berlin", "Paris", "Madrid", "Rome", "Warsaw"),
    "Europe/Helsinki": ("Helsinki", "Athens", "Kyiv"),
    "Europe/Istanbul": ("Istanbul",),
    "Africa/Lagos": ("Lagos",),
    "Africa/Johannesburg": ("Johannesburg",),
    "Africa/Nairobi": ("Nairobi",),
    "Asia/Dubai": ("Dubai",),
    "Asia/Karachi": ("Karachi",),
    "Asia/Kolkata": ("Kolkata",),
    "Asia/Jakarta": ("Jakarta", "Bangkok"),
    "Asia/Shanghai": ("Shanghai", "Taipei"),
    "Asia/Singapore": ("Singapore", "Manila"),
    "Asia/Tokyo": ("Tokyo", "Seoul"),
    "Australia/Sydney": ("Sydney", "Melbourne"),
    "Pacific/Auckland": ("Auckland",),
}


def _say_zone(value: str) -> str:
    return ", ".join(ZONES.get(value, (value,)))


ZONE = Offer(
    "timezone",
    Page.PLACES,
    "Time zone",
    tuple(ZONES),
    lambda group: group.timezone,
    _say_zone,
    example="Europe/Berlin, Berlin or ET",
)
OFFERS: Sequence[Offer] = (
    ZONE,
    _length("turn", Page.ROUNDS, "Turn", 120, 180, 300, 480, 600, 720, 900, 1200),
    _length("past_turn", Page.PAST, "Turn in a pastcast", 60, 120, 180, 300, 480, 600),
    _length("blind", Page.ROUNDS, "Blind phase", 0, 60, 120, 180, 300, 600, zero="left out"),
    _length("final", Page.ROUNDS, "Final phase", 0, 60, 120, 180, 300, 600, zero="left out"),
    _length("grace", Page.ROUNDS, "Grace after a turn", 0, 30, 60, 120, 180),
    _length("extend", Page.EVENING, "More time adds", 60, 120, 180, 300),
    Offer(
        "extensions",
        Page.EVENING,
        "A speaker may ask for it",
        ("0", "1", "2", "3", "5"),
        lambda group: str(group.extensions),
        lambda value: f"{say_times(_number(value))} a turn" if value != "0" else "never",
        _number,
    ),
    _switch("spoken_cues", Page.EVENING, "Time cues", "read aloud and written", "only written"),
    _switch(
        "threads", Page.EVENING, "A session's cards", "in a thread of its own", "in the channel"
    ),
    Offer(
        "reminders",
        Page.NEWS,
        "Reminders",
        ("1440,15", "1440", "60", "15", "1440,60,15", NO_REMINDERS),
        lambda group: group.reminder_minutes or NO_REMINDERS,
        say_reminders,
        example="how long before a session, such as 1d, 15m",
    ),
    Offer(
        "announce_days",
        Page.NEWS,
        "A series' next session is announced",
        ("1", "2", "3", "5", "7", "14"),
        lambda group: str(group.announce_days),
        lambda value: f"{say_count(_number(value), 'day')} before",
        _number,
    ),
    _switch("events", Page.NEWS, "Events in Discord", "one for each session", "none"),
    _switch(
        "call_forecasters",
        Page.PAST,
        "An outcome mentions",
        "those who forecast the question, once",
        "nobody",
    ),
    _switch(
        "confirm_outcomes",
        Page.PAST,
        "An outcome counts",
        "once a second person confirms it",
        "as soon as it is entered",
    ),
    _switch("digest", Page.PAST, "The week's digest", "on Monday at 09:00", "none"),
)
