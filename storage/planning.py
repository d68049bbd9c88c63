"""Queries about series, their sessions, and interest in events."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, delete, func, select

from storage.due import MOST_AT_ONCE, is_awake
from storage.lists import one_of
from storage.shards import ALL, Shards
from storage.tables import Interest, Meetup, Member, Series, SessionState


def series(tx: Session, group_id: int, series_id: int) -> Series | None:
    """Return the series, if it is this group's."""
    return tx.exec(
        select(Series).where(Series.id == series_id, Series.group_id == group_id)
    ).first()


def running_series(tx: Session, group_id: int, now: datetime) -> Sequence[Series]:
    """Return the group's series that may have sessions to come."""
    yesterday = now.date() - timedelta(days=1)  # it may still be that day somewhere
    goes_on = or_(col(Series.last_on).is_(None), col(Series.last_on) >= yesterday)
    return tx.exec(
        select(Series).where(Series.group_id == group_id, goes_on).order_by(col(Series.id))
    ).all()


def due(tx: Session, until: datetime, shards: Shards = ALL) -> Sequence[tuple[int, int, datetime]]:
    """Return id, group id and time of series to announce by `until`."""
    rows = tx.exec(
        select(Series.id, Series.group_id, Series.plan_at)
        .where(col(Series.plan_at) <= until, is_awake(Series.group_id, shards))
        .order_by(col(Series.plan_at))
        .limit(MOST_AT_ONCE)
    )
    return [(number, group_id, at) for number, group_id, at in rows if number and at]


def of_series(tx: Session, series_id: int) -> Sequence[Meetup]:
    """Return the past and planned sessions of a series, in order of date."""
    return tx.exec(
        select(Meetup).where(Meetup.series_id == series_id).order_by(col(Meetup.occurrence))
    ).all()


def to_come(tx: Session, series_id: int, *, since: date) -> list[Meetup]:
    """Return a series' planned sessions from a date on, by the series' dates."""
    return [
        meetup
        for meetup in of_series(tx, series_id)
        if meetup.state == SessionState.SCHEDULED
        and meetup.occurrence is not None
        and meetup.occurrence >= since
    ]


def ahead_of_host(tx: Session, group_id: int, member_id: int) -> int:
    """Count the sessions that a member has planned and not begun.

    A series counts once.
    """
    rows = tx.exec(
        select(Meetup.id, Meetup.series_id).where(
            Meetup.group_id == group_id,
            Meetup.host_id == member_id,
            Meetup.state == SessionState.SCHEDULED,
        )
    ).all()
    alone = [number for number, series_id in rows if series_id is None]
    return len(alone) + len({series_id for _, series_id in rows if series_id is not None})


def count_planned(tx: Session, group_id: int) -> int:
    """Count the group's sessions that are planned and not begun."""
    return tx.exec(
        select(func.count())
        .select_from(Meetup)
        .where(Meetup.group_id == group_id, Meetup.state == SessionState.SCHEDULED)
    ).one()


def interested(tx: Session, session_id: int) -> Sequence[Member]:
    """Return the members who are interested in a session's event in Discord."""
    return tx.exec(
        select(Member)
        .join(Interest, col(Interest.member_id) == col(Member.id))
        .where(Interest.session_id == session_id)
        .order_by(col(Member.id))
    ).all()


def is_interested(tx: Session, member_id: int) -> bool:
    """Tell whether an event of Discord to come lists a member as interested."""
    found = (
        select(Interest.id)
        .join(Meetup, col(Meetup.id) == Interest.session_id)
        .where(Interest.member_id == member_id, Meetup.state == SessionState.SCHEDULED)
    )
    return tx.exec(found.limit(1)).first() is not None


def set_interested(tx: Session, session_id: int, member_ids: Collection[int]) -> bool:
    """Save who is interested, and return whether that changed anything."""
    known = set(tx.exec(select(Interest.member_id).where(Interest.session_id == session_id)).all())
    wanted = set(member_ids)
    gone = col(Interest.session_id) == session_id, one_of(Interest.member_id, known - wanted)
    tx.exec(delete(Interest).where(*gone))
    tx.add_all(Interest(session_id=session_id, member_id=one) for one in sorted(wanted - known))
    tx.flush()
    return known != wanted
