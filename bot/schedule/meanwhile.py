"""Plans that change while a session is live: which date is meant, and which cannot be.

While people sit in a session, whoever edits "the session" may mean the one that is live. So the
date that would change is said first, and a button saves it. Never touches Discord.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from bot.core import typed_times
from bot.core.refusals import Refusal
from bot.core.times.result import Asks, Understood
from bot.core.times.said import say_moment
from bot.core.typed_times import TimeQuestion
from bot.core.unit import ActUnit, Unit, row_id
from bot.schedule import mapping as schedule_mapping
from bot.schedule import series_rules
from storage import planning, sessions
from storage.tables import DraftKind, Meetup, SessionState


@dataclass(frozen=True)
class DateQuestion:
    """A change that waits for the member to say that this date is meant, not the live session.

    `date` is when the session that would change is planned for; `deed` is to edit or to cancel.
    """

    draft_id: int
    live: str
    date: Understood
    deed: str


def live_session(unit: ActUnit, meetup: Meetup) -> Meetup | None:
    """Return the live session that a member may mean instead: of this series, or of the channel."""
    for one in sessions.live(unit.tx, unit.group.id):
        same_series = meetup.series_id is not None and one.series_id == meetup.series_id
        if same_series or one.channel_id == unit.caller.channel_id:
            return one
    return None


def ask(
    unit: ActUnit,
    live: Meetup,
    meetup: Meetup,
    typed: Mapping[str, Any],
    reading: Understood | None,
    about: str,
    deed: str,
) -> DateQuestion:
    """Save a change until the member has said that it is for the date of this session."""
    date = Understood(meetup.starts_at, ZoneInfo(meetup.timezone))
    asks = Asks((reading or date,), doubt="")
    draft = typed_times.ask(unit, DraftKind.PLAN, typed, asks, about)
    return DateQuestion(draft.draft_id, live.title, date, deed)


def warn(question: TimeQuestion, live: Meetup, meetup: Meetup) -> TimeQuestion:
    """Say with a question about a time which date it is about, and which it is not."""
    said = say_moment(meetup.starts_at, ZoneInfo(meetup.timezone))
    text = f"{live.title} is live and stays as it is; this is about {said}."
    return TimeQuestion(question.draft_id, f"{text} {question.doubt}", question.labels)


def refuse_live(unit: Unit, meetup: Meetup, deed: str) -> None:
    """Refuse to change a live session, and say which date can be changed instead."""
    if meetup.state != SessionState.LIVE:
        return
    later = _next_date(unit, meetup)
    which = f" The next date is {later}." if later else ""
    raise Refusal(
        f"That session is live, so there is nothing to {deed}: it stays as it is, and "
        f"`/session end` ends it. To {deed} another date, choose it from the list.{which}"
    )


def _next_date(unit: Unit, meetup: Meetup) -> str | None:
    """Say when the next session of a live one's series is, announced or not."""
    series = planning.series(unit.tx, unit.group.id, meetup.series_id) if meetup.series_id else None
    if series is None:
        return None
    announced = planning.to_come(unit.tx, row_id(series), since=series.starts_on)
    state = schedule_mapping.load(unit.tx, series)
    new = [one.starts_at for one in islice(series_rules.to_come(state, unit.now), 1)]
    first = min([*(one.starts_at for one in announced), *new], default=None)
    return say_moment(first, state.rhythm.zone) if first else None
