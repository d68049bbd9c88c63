"""Rules for planning: titles, lengths, places, and when people are reminded. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.refusals import Refusal

LONGEST_TITLE = 100
LONGEST_DESCRIPTION = 1000
SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(days=1)
SMALLEST, LARGEST = 2, 100
# People are asked for a question while there is time to think of one.
NUDGE_FROM = 120
# How long before a session its announcement offers Start.
START_OFFERED = timedelta(minutes=15)
# How many users one message mentions; for more people there are more messages.
MOST_PINGS = 50


@dataclass(frozen=True)
class DueReminder:
    """A reminder some minutes before a session, worth sending from `at` until `until`."""

    minutes: int
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Waiting:
    """The newest notice of a session: what people knew before it, and whether they got it."""

    was_at: datetime
    tried: bool
    sent: bool


def check_title(title: str) -> str:
    """Return a title without extra spaces; refuse an empty or too long one."""
    title = " ".join(title.split())
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise Refusal(f"The title needs 1 to {LONGEST_TITLE} characters; this has {len(title)}.")
    return title


def check_description(description: str) -> str:
    """Return a description without spaces at its ends; refuse a too long one."""
    description = description.strip()
    if len(description) > LONGEST_DESCRIPTION:
        raise Refusal(
            f"The description has {len(description)} characters; {LONGEST_DESCRIPTION} fit."
        )
    return description


def check_start(at: datetime, now: datetime) -> None:
    """Refuse a time that is past by now, though it was still ahead when offered."""
    if at <= now:
        raise Refusal("That is in the past by now. Type the command again with a time to come.")


def check_length(length: timedelta) -> int:
    """Return how many minutes a session lasts; refuse too short or too long ones."""
    if not SHORTEST <= length <= LONGEST:
        raise Refusal("A session lasts between 10m and 1d, for example `90m` or `2h`.")
    return round(length.total_seconds() / 60)


def check_size(size: int, going: int = 0) -> int:
    """Return how many can come; refuse a size that takes somebody's place away."""
    if not SMALLEST <= size <= LARGEST:
        raise Refusal(f"The size is between {SMALLEST} and {LARGEST} people.")
    if size < going:
        raise Refusal(f"{going} people are going already, so the size is {going} or more.")
    return size


def places(going: Sequence[int], size: int | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return who has a place and who waits, in the order of their answers."""
    count = len(going) if size is None else size
    return tuple(going[:count]), tuple(going[count:])


def reminders(starts_at: datetime, minutes: Sequence[int]) -> tuple[DueReminder, ...]:
    """Return the reminders, earliest first.

    Each is worth sending until the next one is due, and the last until the start.
    """
    moments = [(count, starts_at - timedelta(minutes=count)) for count in sorted(minutes)[::-1]]
    ends = [*(moment for _, moment in moments), starts_at][1:]
    return tuple(
        DueReminder(count, at, until) for (count, at), until in zip(moments, ends, strict=True)
    )


def next_moment(starts_at: datetime, minutes: Sequence[int], now: datetime) -> datetime | None:
    """Return the next moment for a reminder or for Start, if any is left."""
    moments = [*(one.at for one in reminders(starts_at, minutes)), start_offered_at(starts_at)]
    return min((at for at in moments if at > now), default=None)


def start_offered_at(starts_at: datetime) -> datetime:
    """Return from when on an announcement offers Start."""
    return starts_at - START_OFFERED


def parts(people: int) -> int:
    """Return how many messages it takes to mention so many people."""
    return max(1, -(-people // MOST_PINGS))


def in_part(users: Sequence[int], part: int) -> tuple[int, ...]:
    """Return whom one of these messages mentions."""
    return tuple(users[part * MOST_PINGS : (part + 1) * MOST_PINGS])


def known_start(before: datetime, now_at: datetime | None, waiting: Waiting | None) -> datetime:
    """Return when those who want to come think that a session begins, as it moves once more.

    `before` is where it was planned, `now_at` where it is planned now; None if it is cancelled.
    What was not sent told nobody anything. What was tried may have arrived: people are told
    again then, also if the session moves back to where it was.
    """
    if waiting is None or waiting.sent or (waiting.tried and waiting.was_at == now_at):
        return before
    return waiting.was_at


def is_hour(starts_at: datetime, ends_at: datetime, *, planned_at: datetime, now: datetime) -> bool:
    """Tell whether a session that nobody has started should be going on.

    One that was planned at its own start, or after it, needs no call.
    """
    return planned_at < starts_at <= now < ends_at


def due_reminder(
    starts_at: datetime, minutes: Sequence[int], *, planned_at: datetime, now: datetime
) -> DueReminder | None:
    """Return the reminder that is worth sending now, if any.

    One that was due before the session was planned, or last moved, is left out.
    """
    return next(
        (
            one
            for one in reminders(starts_at, minutes)
            if one.at <= now < one.until and one.at > planned_at
        ),
        None,
    )
