"""Queries about warm-ups: their statements, the ranges that members give, and the truth."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, delete, select

from storage.due import is_awake
from storage.lists import one_of
from storage.shards import ALL, Shards
from storage.tables import (
    Banked,
    Meetup,
    Member,
    SessionState,
    Sighting,
    WarmUp,
    WarmUpAnswer,
)


class Statement(NamedTuple):
    """What is asked about a number of the past, and nothing of what it came to."""

    title: str
    unit: str
    as_of: date


def items(row: WarmUp) -> list[int]:
    """Return the banked questions of a warm-up, in their order."""
    return [int(one[0] if isinstance(one, list) else one) for one in json.loads(row.items)]


def outcomes(row: WarmUp) -> dict[int, str]:
    """Return what came out by the statements' numbers; nothing as long as it takes answers."""
    told = enumerate(json.loads(row.items) if row.closed_at is not None else ())
    return {number: one[1] for number, one in told if one[1] is not None}


def close(row: WarmUp, came: Sequence[str | None], now: datetime) -> None:
    """Keep what came out with the statements; None is of one that cannot be revealed."""
    row.items, row.closed_at = json.dumps(list(zip(items(row), came, strict=True))), now


def new(session_id: int, seed: int, banked_ids: Sequence[int], now: datetime) -> WarmUp:
    """Return a row for a warm-up that opens now, which is not saved yet."""
    asked = json.dumps(list(banked_ids))
    return WarmUp(session_id=session_id, seed=seed, items=asked, opened_at=now)


def get(tx: Session, group_id: int, warm_up_id: int) -> tuple[WarmUp, Meetup] | None:
    """Return a warm-up with its session, if it is this group's."""
    found = tx.exec(
        select(WarmUp, Meetup)
        .join(Meetup, col(Meetup.id) == WarmUp.session_id)
        .where(WarmUp.id == warm_up_id, Meetup.group_id == group_id)
    ).first()
    return None if found is None else (found[0], found[1])


def of_session(tx: Session, session_id: int) -> WarmUp | None:
    """Return the warm-up of a session, which has one at most."""
    return tx.exec(select(WarmUp).where(WarmUp.session_id == session_id)).first()


def open_in(tx: Session, session_id: int) -> WarmUp | None:
    """Return the session's warm-up, as long as it takes answers."""
    row = of_session(tx, session_id)
    return row if row is not None and row.closed_at is None else None


def due(
    tx: Session, until: datetime, shards: Shards = ALL, *, length: timedelta
) -> Sequence[tuple[int, int, datetime]]:
    """Return id, group id and end of the warm-ups that end by `until`.

    Only a session that waits in its lobby has one that is open, so only those are looked at.
    """
    rows = tx.exec(
        select(WarmUp.id, Meetup.group_id, WarmUp.opened_at)
        .join(Meetup, col(Meetup.id) == WarmUp.session_id)
        .where(
            Meetup.state == SessionState.LIVE,
            col(Meetup.lobby_open),
            col(WarmUp.closed_at).is_(None),
            col(WarmUp.opened_at) <= until - length,
            is_awake(Meetup.group_id, shards),
        )
    )
    return [(number, group_id, at + length) for number, group_id, at in rows if number]


def statements(tx: Session, banked_ids: Sequence[int]) -> list[Statement]:
    """Return what is asked, in this order; no outcome is read."""
    rows = tx.exec(
        select(Banked.id, Banked.title, Banked.unit, col(Banked.as_of)).where(
            col(Banked.id).in_(banked_ids)
        )
    )
    found = {number: Statement(title, unit or "", as_of) for number, title, unit, as_of in rows}
    return [found[number] for number in banked_ids]


def sources(tx: Session, banked_ids: Sequence[int]) -> list[str]:
    """Return who says what came out, in this order: only for a warm-up that is closed."""
    rows = tx.exec(select(Banked.id, Banked.source).where(col(Banked.id).in_(banked_ids)))
    found = dict(rows.all())
    return [found[number] for number in banked_ids]


def seen_before(tx: Session, row: WarmUp, member_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return which of the warm-up's questions each member had seen before it opened.

    Whoever was there then had seen none; somebody who comes later may have.
    """
    rows = tx.exec(
        select(Member.id, Sighting.banked_id)
        .join(Sighting, col(Sighting.user_id) == Member.user_id)
        .where(
            one_of(Member.id, member_ids),
            one_of(Sighting.banked_id, items(row)),
            col(Sighting.at) < row.opened_at,
        )
    ).all()
    return {
        who: frozenset(banked_id for member_id, banked_id in rows if member_id == who)
        for who in member_ids
    }


def answers(tx: Session, warm_up_id: int, member_id: int | None = None) -> list[WarmUpAnswer]:
    """Return the ranges of everybody, or of one member, in the order of the statements."""
    found = select(WarmUpAnswer).where(WarmUpAnswer.warmup_id == warm_up_id)
    if member_id is not None:
        found = found.where(WarmUpAnswer.member_id == member_id)
    return list(tx.exec(found.order_by(col(WarmUpAnswer.number), col(WarmUpAnswer.id))))


def answer(
    tx: Session,
    warm_up_id: int,
    member_id: int,
    ranges: Mapping[int, tuple[float, float] | None],
    now: datetime,
) -> None:
    """Save a member's ranges in the place of those before; None takes one back."""
    tx.exec(
        delete(WarmUpAnswer).where(
            col(WarmUpAnswer.warmup_id) == warm_up_id,
            col(WarmUpAnswer.member_id) == member_id,
            col(WarmUpAnswer.number).in_(list(ranges)),
        )
    )
    for number, given in ranges.items():
        if given is not None:
            tx.add(
                WarmUpAnswer(
                    warmup_id=warm_up_id,
                    member_id=member_id,
                    number=number,
                    low=given[0],
                    high=given[1],
                    at=now,
                )
            )
    tx.flush()


def held_in(tx: Session, group_id: int) -> set[int]:
    """Return all that the group's warm-ups asked: its channels tell what came out."""
    rows = tx.exec(
        select(WarmUp)
        .join(Meetup, col(Meetup.id) == WarmUp.session_id)
        .where(Meetup.group_id == group_id)
    )
    return {number for row in rows for number in items(row)}
