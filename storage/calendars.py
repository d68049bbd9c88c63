"""Queries about what calendars show, the feeds, and members' addresses."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, literal, not_, or_, text
from sqlmodel import Session, col, select

from storage.calendar_tables import UNWRITTEN
from storage.due import is_awake
from storage.enums import CardKind
from storage.shards import ALL, Shards
from storage.tables import (
    Address,
    CalendarEntry,
    Effect,
    EffectState,
    Feed,
    Meetup,
    PastEffect,
    Series,
    SessionState,
)

# What is under way or to come. What is over stays in calendars as it was.
AHEAD = (SessionState.SCHEDULED, SessionState.LIVE)


def entry(tx: Session, key: str) -> CalendarEntry | None:
    """Return what calendars have of the session or series with this key."""
    return tx.exec(select(CalendarEntry).where(CalendarEntry.key == key)).first()


def entries(tx: Session, group_id: int) -> Sequence[CalendarEntry]:
    """Return all calendar entries of a group, in the order in which they were made."""
    return tx.exec(
        select(CalendarEntry)
        .where(CalendarEntry.group_id == group_id)
        .order_by(col(CalendarEntry.id))
    ).all()


def unasked(tx: Session, shards: Shards = ALL) -> Sequence[CalendarEntry]:
    """Return entries that changed, or were made, while there was no calendar.

    Those of groups that are asleep wait until the group is back. What is over is left out, unless
    Google has it otherwise: so this costs as much as is to come, and not as much as ever was.
    """
    queued = (
        exists().where(col(table.key) == CalendarEntry.key, col(table.state) != EffectState.EXPIRED)
        for table in (Effect, PastEffect)
    )
    wanted = not_(or_(*queued)), is_awake(CalendarEntry.group_id, shards)
    sessions = _key(CardKind.GOOGLE_SESSION, Meetup.id), col(Meetup.state).in_(AHEAD)
    series = _key(CardKind.GOOGLE_SERIES, Series.id), col(Series.plan_at).is_not(None)
    found = [
        *tx.exec(select(CalendarEntry).where(text(UNWRITTEN), *wanted)),
        *tx.exec(select(CalendarEntry).join(Meetup, sessions[0]).where(sessions[1], *wanted)),
        *tx.exec(select(CalendarEntry).join(Series, series[0]).where(series[1], *wanted)),
    ]
    return sorted({one.id or 0: one for one in found}.values(), key=lambda one: one.id or 0)


def _key(kind: CardKind, number: Any) -> ColumnElement[bool]:
    """Select the entry of a session or series."""
    return col(CalendarEntry.key) == literal(kind.value) + cast(number, String)


def ahead(tx: Session, group_id: int) -> Sequence[Meetup]:
    """Return the group's sessions that are under way or to come."""
    return tx.exec(
        select(Meetup)
        .where(Meetup.group_id == group_id, col(Meetup.state).in_(AHEAD))
        .order_by(col(Meetup.id))
    ).all()


def of_series(tx: Session, series_id: int) -> Sequence[Meetup]:
    """Return the sessions of a series, in the order of their dates."""
    return tx.exec(
        select(Meetup).where(Meetup.series_id == series_id).order_by(col(Meetup.occurrence))
    ).all()


def series(tx: Session, series_id: int) -> Series | None:
    """Return the series with this id."""
    return tx.get(Series, series_id)


def feed(tx: Session, group_id: int) -> Feed | None:
    """Return the group's feed, if it has one."""
    return tx.get(Feed, group_id)


def feed_by_digest(tx: Session, digests: Sequence[str]) -> Feed | None:
    """Return the feed whose secret has one of these digests."""
    return tx.exec(select(Feed).where(col(Feed.digest).in_(digests))).first()


def address(tx: Session, member_id: int) -> Address | None:
    """Return what is stored of a member's address."""
    return tx.exec(select(Address).where(Address.member_id == member_id)).first()


def address_by_id(tx: Session, address_id: int) -> Address | None:
    """Return an address by its own id."""
    return tx.get(Address, address_id)


def confirmed(tx: Session, group_id: int) -> list[str]:
    """Return the sealed addresses of the group's members that were confirmed."""
    rows = tx.exec(
        select(Address.sealed)
        .where(Address.group_id == group_id, col(Address.confirmed_at).is_not(None))
        .order_by(col(Address.id))
    )
    return [sealed for sealed in rows if sealed is not None]


def sealed(tx: Session) -> Sequence[Address | Feed]:
    """Return every row with a sealed text, so that it can be sealed again."""
    found = tx.exec(select(Address).where(col(Address.sealed).is_not(None))).all()
    return [*found, *tx.exec(select(Feed)).all()]
