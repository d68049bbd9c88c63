"""Turn rows into the series of the rules, and back. Decides nothing."""

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.core.unit import row_id
from bot.schedule import series_rules
from bot.schedule.series_rules import Occurrence, Rhythm
from storage import planning
from storage.tables import Meetup, Series


def load(tx: Session, series: Series) -> series_rules.Series:
    """Return the series as its rules see it."""
    rows = planning.of_series(tx, row_id(series))
    return series_rules.Series(
        rhythm=rhythm_of(series),
        minutes=series.minutes,
        occurrences=tuple(one for row in rows if (one := _occurrence(row))),
        plan_at=series.plan_at,
        ended_at=series.ended_at,
    )


def save(series: Series, state: series_rules.Series) -> None:
    """Write what the rules decided into a series' row; its sessions have their own rows."""
    for name, value in columns(state).items():
        setattr(series, name, value)


def columns(state: series_rules.Series) -> dict[str, Any]:
    """Return what the rules decide about a series, as columns of its row."""
    rhythm = state.rhythm
    return {
        "timezone": str(rhythm.zone),
        "at": f"{rhythm.at:%H:%M}",
        "starts_on": rhythm.starts_on,
        "last_on": rhythm.last_on,
        "plan_at": state.plan_at,
        "ended_at": state.ended_at,
    }


def rhythm_of(series: Series) -> Rhythm:
    """Return the rhythm of a series."""
    return Rhythm(
        series.repeat.value,
        series.starts_on,
        time.fromisoformat(series.at),
        ZoneInfo(series.timezone),
        series.last_on,
    )


def _occurrence(meetup: Meetup) -> Occurrence | None:
    if meetup.occurrence is None:
        return None
    return Occurrence(
        meetup.occurrence,
        meetup.starts_at,
        meetup.minutes,
        meetup.state.value,
        announced=meetup.announced,
    )
