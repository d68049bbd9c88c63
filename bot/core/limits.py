"""How much one member and one group may ask for: every number in one place. Pure.

`Rate` is for what costs: so many in a length of time, for each member (see `rates.py`). `Cap` is
for what grows: so many at the same time, counted in the transaction that would add one more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from bot.core.refusals import Refusal, say_duration


@dataclass(frozen=True)
class Rate:
    """So many in a length of time; `too_many` is said beyond, with the time to wait."""

    what: str
    count: int
    within: timedelta
    too_many: str = ""

    @property
    def each(self) -> timedelta:
        """Return in how much time one more is allowed."""
        return self.within / self.count

    def wait_after(self, moments: Sequence[datetime], now: datetime) -> timedelta | None:
        """Return how long to wait after what happened, oldest first; None if one more may."""
        if len(moments) < self.count:
            return None
        left = moments[-self.count] + self.within - now
        return left if left > timedelta() else None

    def check(self, moments: Sequence[datetime], now: datetime) -> None:
        """Refuse one more where so many have happened already, oldest first."""
        wait = self.wait_after(moments, now)
        if wait is not None:
            raise self.refuse(wait)

    def refuse(self, wait: timedelta) -> Refusal:
        """Return what to say to somebody who has to wait."""
        whole = timedelta(seconds=max(1, ceil(wait.total_seconds())))
        return Refusal(self.too_many.format(count=self.count, wait=say_duration(whole)))


@dataclass(frozen=True)
class Cap:
    """So many at the same time; `too_many` says what to close first."""

    what: str
    most: int
    too_many: str

    def check(self, count: int) -> None:
        """Refuse one more where there are so many already."""
        if count >= self.most:
            raise Refusal(self.too_many.format(count=count, most=self.most))


# For each member

PICTURES = Rate(
    "pictures: standings, calibrations, histories",
    20,
    timedelta(minutes=5),
    "You have asked for {count} pictures within 5m, and I draw for others too. In {wait} I draw "
    "the next one for you.",
)
EXPORTS = Rate(
    "exports",
    6,
    timedelta(hours=1),
    "You have had {count} exports within an hour. In {wait} you can have the next one.",
)
PRACTICE = Rate(
    "questions of practice that are dealt",
    60,
    timedelta(minutes=10),
    "You have been dealt {count} questions within 10m. Take a breath: in {wait} there is the next "
    "one, and what you have answered is saved.",
)
AUTOCOMPLETE = Rate(
    "suggestions while typing; beyond, the list is empty for a moment", 10, timedelta(seconds=1)
)
FETCHES = Rate(
    "questions fetched from other platforms",
    10,
    timedelta(hours=1),
    "You have fetched {count} questions within an hour, and that is as many as I ask of other "
    "platforms for one person. In {wait} I fetch the next one; what you have fetched already is "
    "kept for a day.",
)
# The member's own row counts codes, too; it is gone once they are forgotten, and this is not.
MAIL_CODES = Rate(
    "codes that are mailed to an address",
    6,
    timedelta(days=1),
    "You have asked for {count} codes within a day, and the mails may go to somebody else. In "
    "{wait} you can ask for the next one.",
)
PLANNED_BY_ONE = Cap(
    "sessions that a member has planned, a series counting once; facilitators are not limited",
    10,
    "You have {count} sessions planned already, and {most} at a time is as far as it goes. When "
    "one of them is over or cancelled (`/session cancel`), plan the next; a facilitator can plan "
    "more. `repeat` makes one plan of a whole series.",
)

# For each group

OPEN_QUESTIONS = Cap(
    "questions that are open",
    500,
    "This group has {count} open questions, and that is as many as there can be. Resolve some "
    "(`/question resolve`) or withdraw some (`/question withdraw`), then send this one again.",
)
PLANNED_SESSIONS = Cap(
    "sessions that are planned, of each series the announced ones",
    50,
    "This group has {count} sessions planned, and that is as many as there can be. When one of "
    "them is over or cancelled (`/session cancel`), plan the next.",
)
SERIES = Cap(
    "series that go on",
    20,
    "This group has {count} series, and that is as many as there can be. End one with "
    "`/session cancel` and `scope:all`, or plan this session without `repeat`.",
)
GROUP_FETCHES = Rate(
    "questions fetched from other platforms, by all members together",
    60,
    timedelta(hours=1),
    "This group has fetched {count} questions within an hour, and that is as many as I ask of "
    "other platforms for one group. In {wait} I fetch the next one; what was fetched already is "
    "kept for a day.",
)

OF_MEMBER = (PICTURES, EXPORTS, PRACTICE, AUTOCOMPLETE, FETCHES, MAIL_CODES, PLANNED_BY_ONE)
OF_GROUP = (OPEN_QUESTIONS, PLANNED_SESSIONS, SERIES, GROUP_FETCHES)
