"""Chooses, of the moments that a text can mean, those that serve its purpose. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.times.days import Doubt
from bot.core.times.result import Asks, Purpose, Refused, Result, Understood
from bot.core.times.said import EXAMPLES, say_moment

# A session is planned at most this far ahead, and an outcome known at most so long before its
# question was asked.
LONGEST_AHEAD = timedelta(days=366)
YEARS_OF_A_CLOSE = 10
# More moments than these are not asked: they are as many buttons.
_MOST_ASKED = 4


@dataclass(frozen=True)
class Wish:
    """What a time is for, and when and on whose clocks it is read."""

    purpose: Purpose
    zone: ZoneInfo
    now: datetime
    opened_at: datetime
    # When the session would be that is to be moved.
    planned: datetime | None = None
    # The zone of that session, where it is another one.
    planned_zone: ZoneInfo | None = None

    @property
    def forward(self) -> bool:
        """Tell whether a time to come is wanted."""
        return self.purpose != "known"

    def fits(self, at: datetime) -> bool:
        """Tell whether a moment lies on the right side of now."""
        return at > self.now if self.forward else at <= self.now

    def reaches(self, at: datetime) -> bool:
        """Tell whether a moment is no farther away than the purpose allows."""
        if self.purpose == "session":
            return at <= self.now + LONGEST_AHEAD
        if self.purpose == "close":
            return at <= _years_later(self.now, YEARS_OF_A_CLOSE)
        return at >= self.opened_at - LONGEST_AHEAD


@dataclass(frozen=True)
class Candidate:
    """One moment, what had to be decided to come to it, and whether it is on the day planned."""

    at: datetime
    zone: ZoneInfo
    kept_day: bool = False
    doubts: tuple[Doubt, ...] = field(default=(), compare=False)


def choose(candidates: Sequence[Candidate], wish: Wish, typed: str) -> Result:
    """Return the one that is left, ask between several, or say why none will do."""
    if wish.purpose == "session":
        # A session begins on the minute that its card and every calendar show.
        candidates = [replace(one, at=one.at.replace(second=0)) for one in candidates]
    right = [one for one in candidates if wish.fits(one.at)]
    left = {one.at: one for one in right if wish.reaches(one.at)}
    if not left:
        return Refused(_too_far(wish) if right else _wrong_side(candidates, wish))
    if said := _contradiction(list(left.values())):
        return Refused(f"{said} Leave one of the two out.")
    if len(left) > _MOST_ASKED:
        return Refused(f"{typed} could mean many times. Type it with its date and time of day.")
    found = tuple(Understood(at, left[at].zone) for at in sorted(left))
    if len(found) == 1:
        return found[0]
    return Asks(found, _doubt(list(left.values()), typed))


def _contradiction(candidates: Sequence[Candidate]) -> str:
    """Return what to say where a weekday contradicts its date and only one of them is left.

    To take what is left would pass over the other, which somebody typed.
    """
    doubts = [doubt for one in candidates for doubt in one.doubts if doubt.about == "weekday"]
    sure = len(doubts) < len(candidates) or len({doubt.choice for doubt in doubts}) > 1
    return "" if sure else doubts[0].sentence


def _doubt(candidates: Sequence[Candidate], typed: str) -> str:
    """Say what is open: each thing that the candidates decide in more than one way."""
    choices: dict[str, set[str]] = {}
    sentences: dict[str, str] = {}
    for doubt in (doubt for one in candidates for doubt in one.doubts):
        choices.setdefault(doubt.about, set()).add(doubt.choice)
        sentences.setdefault(doubt.about, doubt.sentence)
    said = [sentences[about] for about, made in choices.items() if len(made) > 1]
    return " ".join(dict.fromkeys(said)) or f"{typed} could mean more than one time."


def _wrong_side(candidates: Sequence[Candidate], wish: Wish) -> str:
    last = max(candidates, key=lambda one: one.at)
    if last.kept_day:
        return (
            f"A time alone keeps the session's day, and {say_moment(last.at, last.zone)} is past. "
            "Type the day with it, such as `tomorrow 19:00`."
        )
    if wish.forward:
        return f"That is in the past. Give a time to come, such as {EXAMPLES[wish.purpose]}."
    return (
        "That is in the future. Give the time at which it became known, such as `yesterday 20:00`, "
        "`2 hours ago` or `now`."
    )


def _too_far(wish: Wish) -> str:
    if wish.purpose == "session":
        return "That is more than a year away. Plan something nearer."
    if wish.purpose == "close":
        return "That is more than ten years away. Give a nearer time."
    return "That is more than a year before the question was asked. Give a later time."


def _years_later(at: datetime, years: int) -> datetime:
    utc = at.astimezone(UTC)
    leap = utc.month == 2 and utc.day == 29 and (utc.year + years) % 4
    return utc.replace(year=utc.year + years, day=28 if leap else utc.day)
