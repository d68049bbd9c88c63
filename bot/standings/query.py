"""A request for a leaderboard: which board, metric, window, how many questions, which page.

Words as people type them go in; a button's numbers come out and go in again. Pure.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, Self, get_args
from zoneinfo import ZoneInfo

from bot.core.keys import Key
from bot.core.refusals import OLD_BUTTON, Refusal, StaleRefusal
from bot.questions.rules import ANY, Topic
from storage.enums import CardKind

# Buttons name a metric by its place here, so a new one comes last.
Metric = Literal["edge", "brier", "calibration", "gain", "log", "peer", "baseline", "over_time"]
METRICS: tuple[Metric, ...] = get_args(Metric)
Kind = Literal["all", "days", "sessions", "season"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# The live questions, or the pastcasts.
BoardName = Literal["live", "past"]
# A button's number of its page has that of the topic in front of these digits.
_PAGES = 10_000
# Added to the number of a button's metric where the board is that of pastcasts.
_PAST = 1_000

MINIMUM = 5
LONGEST = {"days": 3650, "sessions": 999}
YEARS = range(1990, 2200)
EXAMPLES = "`all`, `30 days`, `10 sessions`, `season` or a quarter such as `2026 Q4`"

_COUNTED = re.compile(
    r"(?:(?:the )?last )?(\d+)\s*(d|days?|w|weeks?|sessions?)", re.IGNORECASE | re.ASCII
)
_QUARTER = re.compile(
    r"(?P<year>\d{4})[\s-]*q(?P<quarter>[1-4])|q(?P<first>[1-4])[\s-]*(?P<then>\d{4})?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Window:
    """Which scores count: all, the last days or sessions, or those of a season.

    A season is a quarter of the year; its `number` is the year times ten and the quarter.
    """

    kind: Kind = "all"
    number: int = 0

    @classmethod
    def season(cls, year: int, quarter: int) -> Self:
        """Return a quarter of a year; quarter 5 is the next year's first."""
        later, at = divmod(quarter - 1, 4)
        return cls("season", (year + later) * 10 + at + 1)

    def name(self) -> str:
        """Say the window in words: "all time", "last 30 days", "season 2026 Q4"."""
        if self.kind == "all":
            return "all time"
        if self.kind == "season":
            return f"season {self.number // 10} Q{self.number % 10}"
        one = self.kind.removesuffix("s")
        return f"last {one}" if self.number == 1 else f"last {self.number} {self.kind}"

    def typed(self) -> str:
        """Return the window as somebody would type it."""
        if self.kind == "all":
            return "all"
        if self.kind == "season":
            return self.name().removeprefix("season ")
        return f"{self.number} {self.kind.removesuffix('s') if self.number == 1 else self.kind}"

    @property
    def last_sessions(self) -> int | None:
        """Return how many sessions count, where they limit the window."""
        return self.number if self.kind == "sessions" else None

    def limits(self, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """Return from when and until when an outcome must have become known."""
        if self.kind == "days":
            return now - timedelta(days=self.number), None
        if self.kind == "season":
            return _begin(self.number, zone), _begin(_following(self).number, zone)
        return None, None


ALL = Window()


@dataclass(frozen=True)
class BoardQuery:
    """One page of one leaderboard. A topic that comes from a button has no name yet."""

    metric: Metric = "edge"
    window: Window = ALL
    minimum: int = MINIMUM
    page: int = 1
    past: bool = False
    topic: Topic = ANY

    def at(self, page: int) -> Self:
        """Return the query for another page of the same leaderboard."""
        return replace(self, page=page)

    def key(self) -> Key:
        """Write the query as numbers, for a button."""
        what = METRICS.index(self.metric) * len(KINDS) + KINDS.index(self.window.kind)
        what += _PAST * self.past
        page = self.topic.number * _PAGES + self.page
        return Key(CardKind.LEADERBOARD, page, (what, self.window.number, self.minimum))

    @classmethod
    def from_key(cls, key: Key) -> Self:
        """Read a button's numbers; refuse those that no button of ours has."""
        try:
            what, number, minimum = key.more
            past, which = divmod(what, _PAST)
            metric, kind = divmod(which, len(KINDS))
            window = Window(KINDS[kind], number)
            about, page = divmod(key.id, _PAGES)
            of_past = (False, True)[past]
            asked = cls(METRICS[metric], window, minimum, page, of_past, Topic(about))
        except (ValueError, IndexError):
            raise _stale() from None
        if not _is_sound(asked):
            raise _stale()
        return asked


def parse_window(text: str, *, now: datetime, zone: ZoneInfo) -> Window:
    """Read the window that somebody typed or chose.

    Raises:
        Refusal: it cannot be read, or asks for nothing or for too much.
    """
    typed = " ".join(text.split()).lower()
    if typed in {"", "all", "all time", "ever"}:
        return ALL
    if typed in {"season", "this season"}:
        return _season_of(now, zone)
    if typed == "last season":
        return _before(_season_of(now, zone))
    if match := _COUNTED.fullmatch(typed):
        return _counted(match[1], match[2])
    if match := _QUARTER.fullmatch(typed):
        year = int(match["year"] or match["then"] or now.astimezone(zone).year)
        return _quarter(year, int(match["quarter"] or match["first"]))
    if typed.isdecimal():
        raise Refusal(f"`{typed[:9]}` of what? Type `{typed[:9]} days` or `{typed[:9]} sessions`.")
    raise Refusal(f"`{typed[:40]}` is not a window that I can read. Type {EXAMPLES}.")


def window_choices(typed: str, *, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return the windows that fit the typed text: each label with its value."""
    this = _season_of(now, zone)
    before = _before(this)
    offered = [
        ("All time", ALL),
        (f"This season ({this.typed()})", this),
        (f"Last season ({before.typed()})", before),
        *((f"Last {days} days", Window("days", days)) for days in (30, 90, 365)),
        *((f"Last {count} sessions", Window("sessions", count)) for count in (5, 10)),
    ]
    wanted = " ".join(typed.split()).lower()
    fits = [(label, window.typed()) for label, window in offered if wanted in label.lower()]
    return fits or _read_choice(wanted, now, zone)


def _read_choice(wanted: str, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Read the typed text as a window; try a bare number as days and sessions."""
    found = []
    for guess in [wanted, *(f"{wanted} {unit}" for unit in ("days", "sessions"))]:
        try:
            window = parse_window(guess, now=now, zone=zone)
        except Refusal:
            continue
        name = window.name()
        found.append((name[0].upper() + name[1:], window.typed()))
    return found


def _counted(digits: str, unit: str) -> Window:
    weeks = unit.startswith("w")
    kind: Kind = "sessions" if unit.startswith("s") else "days"
    number = int(digits[:9]) * (7 if weeks else 1)
    if not 1 <= number <= LONGEST[kind]:
        raise Refusal(f"That is not between 1 and {LONGEST[kind]:,} {kind}. Type {EXAMPLES}.")
    return Window(kind, number)


def _quarter(year: int, quarter: int) -> Window:
    if year not in YEARS:
        raise Refusal(f"There is no season {year} Q{quarter} here. Type {EXAMPLES}.")
    return Window.season(year, quarter)


def _season_of(now: datetime, zone: ZoneInfo) -> Window:
    local = now.astimezone(zone)
    return Window.season(local.year, (local.month + 2) // 3)


def _following(season: Window) -> Window:
    return Window.season(season.number // 10, season.number % 10 + 1)


def _before(season: Window) -> Window:
    return Window.season(season.number // 10, season.number % 10 - 1)


def _begin(number: int, zone: ZoneInfo) -> datetime:
    """Return midnight, on the group's clocks, of a season's first day."""
    year, quarter = divmod(number, 10)
    return datetime(year, quarter * 3 - 2, 1, tzinfo=zone).astimezone(UTC)


def _is_sound(asked: BoardQuery) -> bool:
    """Tell whether a button of ours could hold this query."""
    window = asked.window
    if asked.minimum < 1 or asked.page < 1:
        return False
    if window.kind == "season":
        return window.number // 10 in YEARS and 1 <= window.number % 10 <= 4
    return window == ALL or 1 <= window.number <= LONGEST.get(window.kind, 0)


def _stale() -> StaleRefusal:
    return StaleRefusal(OLD_BUTTON)
