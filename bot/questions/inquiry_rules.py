"""Rules of asking what happened with a closed question: whom, when, and when no more.

Its author is asked first; after a week without an answer the facilitators are, weekly. Whoever
answers "Not known yet" has the author asked again. An author who was forgotten cannot be asked, so
the facilitators are at once. Pure; time is an argument.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.core.keys import WEEK
from bot.core.refusals import Refusal

AFTER_CLOSE = timedelta(hours=1)
# So many messages of one closed question go to the facilitators.
MOST_REMINDERS = 4
# What is due so soon comes along in a message that goes to the facilitators anyway.
COMES_ALONG = timedelta(days=1)

# What is due: a message to the author, one to the facilitators, or nothing any more.
Due = Literal["ask", "remind", "stop"]


@dataclass(frozen=True)
class Asking:
    """How often and when next somebody is asked about one question.

    `asked` counts messages to the author, `reminded` those to the facilitators since the question
    closed. `answered_at` is when somebody said that it is not known yet; then the author is next,
    as long as there is one.
    """

    ask_at: datetime | None = None
    asked: int = 0
    reminded: int = 0
    answered_at: datetime | None = None
    has_author: bool = True

    @property
    def author_is_next(self) -> bool:
        """Tell whether the next message goes to the author."""
        return self.has_author and (self.asked == 0 or self.answered_at is not None)


def begin(
    before: Asking,
    *,
    closes_at: datetime,
    expected_at: datetime | None,
    now: datetime,
    reopened: bool,
) -> Asking:
    """Ask about a question that has closed, or whose outcome was taken back after its close."""
    at = max(closes_at + AFTER_CLOSE, expected_at or closes_at)
    if reopened:
        return replace(before, ask_at=max(at, now + WEEK), answered_at=now)
    return Asking(at, before.asked, 0, now if before.asked else None)


def end(before: Asking) -> Asking:
    """Ask nobody any more: there is an outcome, or the question takes forecasts again."""
    return replace(before, ask_at=None)


def ring(
    before: Asking,
    now: datetime,
    *,
    proposed_at: datetime | None = None,
    ahead: timedelta = timedelta(0),
) -> tuple[Asking, Due | None]:
    """Return what is due by now, and what comes after it.

    An outcome that was proposed and not decided yet is waited for, at most a week.
    """
    if before.ask_at is None or before.ask_at > now + ahead:
        return before, None
    if proposed_at is not None and now < proposed_at + WEEK:
        return replace(before, ask_at=proposed_at + WEEK), None
    if before.author_is_next:
        return Asking(now + WEEK, before.asked + 1, before.reminded), "ask"
    if before.reminded < MOST_REMINDERS:
        return replace(before, ask_at=now + WEEK, reminded=before.reminded + 1), "remind"
    return end(before), "stop"


def join(before: Asking, last_at: datetime) -> Asking:
    """Wait for the next weekly message to the facilitators; the last one was at `last_at`."""
    return replace(before, ask_at=last_at + WEEK)


def not_yet(before: Asking, now: datetime, again_at: datetime | None = None) -> Asking:
    """Ask the author again at this moment, or in a week."""
    if again_at is not None and again_at <= now:
        raise Refusal("That has passed already. When shall I ask again? Give a date to come.")
    return replace(before, ask_at=again_at or now + WEEK, answered_at=now)
