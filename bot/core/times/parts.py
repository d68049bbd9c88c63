"""The parts of a typed time, as the grammar finds them: what was said, not yet what it means."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

Which = Literal["", "next", "this", "last"]
Mark = Literal["", "in", "plus", "and", "back"]


@dataclass(frozen=True)
class Weekday:
    """A day of the week, Monday is 0."""

    weekday: int
    which: Which = ""
    text: str = ""


@dataclass(frozen=True)
class Date:
    """A day and month, perhaps with a year; two of them where the order is open."""

    options: tuple[tuple[int | None, int, int], ...]
    text: str = ""


@dataclass(frozen=True)
class MonthDay:
    """A day of a month that is not named; `months` counts from the running one, if said."""

    day: int
    months: int | None = None


@dataclass(frozen=True)
class Nth:
    """The nth such weekday (or day) of a month; -1 is the last. Without a month it is open."""

    nth: int
    weekday: int | None
    month: int | None = None
    year: int | None = None
    months: int | None = None


@dataclass(frozen=True)
class DayAhead:
    """Today, tomorrow, yesterday."""

    days: int


@dataclass(frozen=True)
class Weekend:
    """Saturday and Sunday."""

    which: Which = ""


@dataclass(frozen=True)
class Period:
    """A week, month, quarter or year: by number, or counted from the running one."""

    unit: str
    number: int | None = None
    year: int | None = None
    ahead: int | None = None


@dataclass(frozen=True)
class Clock:
    """A time of day.

    `opened`: it may be morning or evening. `movable`: a part of the day said beside it decides
    which. `padded`: it was typed as the 24-hour clock writes it, with a zero in front.
    """

    hour: int
    minute: int = 0
    second: int = 0
    opened: bool = False
    movable: bool = False
    padded: bool = False
    text: str = ""


@dataclass(frozen=True)
class Midnight:
    """The word, which may be a day's beginning or its end."""


@dataclass(frozen=True)
class EndOfDay:
    """The last minute of a day."""


@dataclass(frozen=True)
class PartOfDay:
    """Morning, afternoon, evening, night, tonight."""

    name: str


@dataclass(frozen=True)
class Zone:
    """Whose clocks: a zone, or an offset in minutes."""

    zone: ZoneInfo | None = None
    offset: int | None = None


@dataclass(frozen=True)
class Amount:
    """A length of time; `mark` says how it is counted: in, plus, and, back, or not."""

    count: Fraction
    unit: str
    mark: Mark = ""


@dataclass(frozen=True)
class Ago:
    """What stands before it is counted back from now."""


@dataclass(frozen=True)
class Shift:
    """What stands before it is later or earlier than something: a time planned, or now."""

    back: bool


@dataclass(frozen=True)
class Start:
    """Where an amount is counted from: a weekday, a day, or now."""

    day: Weekday | DayAhead | None


@dataclass(frozen=True)
class Unit:
    """A unit alone, as in "week from tomorrow"."""

    unit: str


@dataclass(frozen=True)
class Now:
    """This moment."""


@dataclass(frozen=True)
class Stamp:
    """Seconds of Unix time."""

    seconds: int


@dataclass(frozen=True)
class Between:
    """A dash or "to", between a start and an end or between a day and its time."""

    text: str


@dataclass(frozen=True)
class Number:
    """One, two or three digits: an hour, a day of the month, or a year of this century."""

    text: str


@dataclass(frozen=True)
class Four:
    """Four digits: a time such as 1930, or a year."""

    text: str


@dataclass(frozen=True)
class Dotted:
    """Two numbers and a dot: 19.30 or 4.12."""

    text: str


@dataclass(frozen=True)
class HourMark:
    """Such as 19h or 2h30: a time of day, or hours from now."""

    hours: int
    minutes: int
    text: str


Part = (
    Weekday
    | Date
    | MonthDay
    | Nth
    | DayAhead
    | Weekend
    | Period
    | Clock
    | Midnight
    | EndOfDay
    | PartOfDay
    | Zone
    | Amount
    | Ago
    | Shift
    | Start
    | Unit
    | Now
    | Stamp
    | Between
    | Number
    | Four
    | Dotted
    | HourMark
)
