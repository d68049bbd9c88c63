"""When an imported question is looked at next on its platform, and what its outcome means here.

Pure; time is an argument.
"""

from datetime import datetime, timedelta

from bot.answers.formats import VOID, AnswerFormat

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Hourly looks from so long before the close to so long after it; the others are daily.
BEFORE, AFTER = timedelta(days=2), timedelta(days=14)
# Of the length of a step, so that not all questions are looked at in the same minute.
JITTER = 0.2
LONGEST_STEP = timedelta(days=4)
MOST_DOUBLINGS = 7
# After so many times in a row without it a source is said to have lost the question.
GONE_AFTER = 3
# A number that comes later than so long after the close of a round was not that beside the group's.
BESIDE = timedelta(hours=1)
BY_HAND = ""


def next_look(
    now: datetime,
    closes_at: datetime | None,
    *,
    spread: float,
    failures: int = 0,
    wait: float | None = None,
) -> datetime:
    """Return when to look next; `spread` from 0 to 1 is the lot, `wait` what the source asks for.

    It is hourly around the close and daily else, and twice as rare after each failure in a row.
    """
    near = closes_at is not None and closes_at - BEFORE <= now <= closes_at + AFTER
    doubled: int = 2 ** min(failures, MOST_DOUBLINGS)
    step = min((HOUR if near else DAY) * doubled, LONGEST_STEP)
    if closes_at is not None and not failures and now < closes_at - BEFORE:
        step = max(HOUR, min(step, closes_at - BEFORE - now))
    at = now + step * (1 + JITTER * spread)
    return at if wait is None else max(at, now + timedelta(seconds=wait))


def outcome_here(outcome: str, there: AnswerFormat, here: AnswerFormat) -> str:
    """Return a reported outcome as the question here has it, whose answers may have been edited.

    Where it has no such answer, a person has to say what it means: that is `BY_HAND`.
    """
    if outcome == VOID or there == here:
        return outcome
    if there.has_options and here.has_options:
        named = [option.casefold() for option in here.options]
        wanted = there.options[int(outcome)].casefold()
        return str(named.index(wanted)) if wanted in named else BY_HAND
    if there.kind == here.kind and not here.has_options:  # yes or no, or a number in another unit
        return outcome if there.unit == here.unit else BY_HAND
    return BY_HAND
