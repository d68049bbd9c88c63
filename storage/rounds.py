"""Queries about rounds, seats and turns."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, union
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.due import is_awake
from storage.lists import one_of
from storage.plain import PlainMember, PlainSeat, PlainTurn, columns, fetch
from storage.shards import ALL, Shards
from storage.tables import (
    Attendance,
    Forecast,
    Meetup,
    Member,
    Phase,
    Presence,
    Question,
    Round,
    Seat,
    Turn,
)

RUNNING = (Phase.BLIND, Phase.TURNS, Phase.FINAL)
# How a turn ended that was given up because the group took another question.
CHANGED = "change"

# Built once: every card of a round asks these, and building a statement costs more than running it.
_OF_ROUND: BindParameter[int] = bindparam("round_id")
_GET = (
    select(Round)
    .join(Meetup, col(Meetup.id) == Round.session_id)
    .where(col(Round.id) == _OF_ROUND, col(Meetup.group_id) == bindparam("group_id"))
)
_LATEST_ON_QUESTION = (
    select(Round)
    .where(col(Round.question_id) == bindparam("question_id"))
    .order_by(col(Round.id).desc())
    .limit(1)
)
_ASKED = aliased(Round)
_LATEST_BESIDE = (
    select(Question, Round, Meetup)
    .join(_ASKED, col(_ASKED.question_id) == Question.id)
    .join(Round, col(Round.question_id) == Question.id)
    .join(Meetup, col(Meetup.id) == Round.session_id)
    .where(col(_ASKED.id) == _OF_ROUND, col(Question.group_id) == bindparam("group_id"))
    .order_by(col(Round.id).desc())
    .limit(1)
)
_WITH_SESSION = (
    select(Round, Meetup, Question)
    .join(Meetup, col(Meetup.id) == Round.session_id)
    .join(Question, col(Question.id) == Round.question_id)
    .where(col(Round.id) == _OF_ROUND)
)
_SEATS = select(Seat).where(col(Seat.round_id) == _OF_ROUND).order_by(col(Seat.position))
_TURNS = select(Turn).where(col(Turn.round_id) == _OF_ROUND).order_by(col(Turn.number))
_OF_SESSION: BindParameter[int] = bindparam("session_id")
_THERE = union(
    select(Seat.member_id).where(col(Seat.round_id) == _OF_ROUND),
    select(Forecast.member_id).where(col(Forecast.round_id) == _OF_ROUND),
    select(Meetup.host_id).where(col(Meetup.id) == _OF_SESSION),
    select(Attendance.member_id).where(
        col(Attendance.session_id) == _OF_SESSION, Attendance.presence == Presence.OFFERED
    ),
)
# Where the columns of seat and turn begin.
_OF_SEAT = len(PlainMember._fields)
_OF_TURN = _OF_SEAT + len(PlainSeat._fields)
# SQLite sorts NULL first and PostgreSQL last, so only rows of offered seats are in order.
_AROUND = (
    select_columns(
        *columns(Member, PlainMember),
        *columns(Seat, PlainSeat),
        *columns(Turn, PlainTurn),
        col(Attendance.presence),
    )
    .select_from(Member)
    .join(
        Seat, (col(Seat.member_id) == Member.id) & (col(Seat.round_id) == _OF_ROUND), isouter=True
    )
    .join(
        Turn, (col(Turn.member_id) == Member.id) & (col(Turn.round_id) == _OF_ROUND), isouter=True
    )
    .join(
        Attendance,
        (col(Attendance.member_id) == Member.id) & (col(Attendance.session_id) == _OF_SESSION),
        isouter=True,
    )
    .where(col(Member.id).in_(_THERE))
    .order_by(col(Attendance.at), col(Attendance.id))
)
_LATEST_TURNS = (
    select(Turn).where(col(Turn.round_id) == _OF_ROUND).order_by(col(Turn.number).desc()).limit(2)
)


def get(tx: Session, group_id: int, round_id: int) -> Round | None:
    """Return the round, if it belongs to a session of this group."""
    return tx.exec(_GET, params={"round_id": round_id, "group_id": group_id}).first()


def with_session(tx: Session, round_id: int) -> tuple[Round, Meetup, Question] | None:
    """Return a round of any group, with its session and its question."""
    found = tx.exec(_WITH_SESSION, params={"round_id": round_id}).first()
    return None if found is None else (found[0], found[1], found[2])


def running(tx: Session, session_id: int) -> Round | None:
    """Return the session's round that is not closed."""
    return tx.exec(
        select(Round).where(Round.session_id == session_id, Round.phase != Phase.CLOSED)
    ).first()


def of_session(tx: Session, session_id: int) -> list[Round]:
    """Return the session's rounds in their order."""
    return list(
        tx.exec(select(Round).where(Round.session_id == session_id).order_by(col(Round.number)))
    )


def held_in_session(tx: Session, session_id: int) -> list[Round]:
    """Return the session's rounds in which somebody spoke or forecast, in their order.

    A round whose question was changed before that is not one of them.
    """
    forecast = exists().where(col(Forecast.round_id) == Round.id)
    found = select(Round).where(Round.session_id == session_id, was_spoken(Round.id) | forecast)
    return list(tx.exec(found.order_by(col(Round.number))))


def was_spoken(round_id: Any) -> ColumnElement[bool]:
    """Select rounds in which somebody had the floor, before or without another question."""
    kept = (col(Turn.ended_by).is_(None)) | (col(Turn.ended_by) != CHANGED)
    return exists().where(col(Turn.round_id) == round_id, kept)


def on_question(tx: Session, question_id: int) -> list[Round]:
    """Return the rounds on a question, oldest first."""
    return list(
        tx.exec(select(Round).where(Round.question_id == question_id).order_by(col(Round.id)))
    )


def on_questions(tx: Session, question_ids: Collection[int]) -> dict[int, list[Round]]:
    """Return the rounds on each question that has any, oldest first."""
    found: dict[int, list[Round]] = {}
    wanted = select(Round).where(one_of(Round.question_id, question_ids))
    for row in tx.exec(wanted.order_by(col(Round.id))):
        found.setdefault(row.question_id, []).append(row)
    return found


def latest_on_question(tx: Session, question_id: int) -> Round | None:
    """Return the last round on a question."""
    return tx.exec(_LATEST_ON_QUESTION, params={"question_id": question_id}).first()


def latest_beside(
    tx: Session, group_id: int, round_id: int
) -> tuple[Question, Round, Meetup] | None:
    """Return a round's question, and the last round on it with its session."""
    params = {"round_id": round_id, "group_id": group_id}
    found = tx.exec(_LATEST_BESIDE, params=params).first()
    return None if found is None else (found[0], found[1], found[2])


def around(
    tx: Session, round_id: int, session_id: int
) -> list[tuple[PlainMember, PlainSeat | None, PlainTurn | None, Presence | None]]:
    """Return everybody whom a round's cards may name, with seat, turn and presence.

    A member with several turns is there once for each. Members who are offered a seat come in
    the order of their arrival.
    """
    params = {"round_id": round_id, "session_id": session_id}
    return [
        (
            PlainMember._make(row[:_OF_SEAT]),
            PlainSeat._make(row[_OF_SEAT:_OF_TURN]) if row[_OF_SEAT] is not None else None,
            PlainTurn._make(row[_OF_TURN:-1]) if row[_OF_TURN] is not None else None,
            row[-1],
        )
        for row in fetch(tx, _AROUND, params)
    ]


def seats(tx: Session, round_id: int) -> list[Seat]:
    """Return the round's seats in their order."""
    return list(tx.exec(_SEATS, params={"round_id": round_id}))


def turns(tx: Session, round_id: int) -> list[Turn]:
    """Return the round's turns in their order."""
    return list(tx.exec(_TURNS, params={"round_id": round_id}))


def latest_turns(tx: Session, round_id: int) -> list[Turn]:
    """Return the running turn and the one that ended last, newest first."""
    return list(tx.exec(_LATEST_TURNS, params={"round_id": round_id}))


def last_end(tx: Session, round_id: int) -> str | None:
    """Return how the round's last turn ended."""
    found = latest_turns(tx, round_id)
    return found[0].ended_by if found else None


def opened_counts(tx: Session, group_id: int) -> Counter[int]:
    """Count how often each member had the first turn of a round."""
    rows = tx.exec(
        select(Turn.member_id)
        .join(Round, col(Round.id) == Turn.round_id)
        .join(Meetup, col(Meetup.id) == Round.session_id)
        .where(Turn.number == 1, Meetup.group_id == group_id)
    )
    return Counter(rows)


def due(tx: Session, until: datetime, shards: Shards = ALL) -> Sequence[tuple[int, int, datetime]]:
    """Return id, group id and time of rounds that change by `until`."""
    rows = tx.exec(
        select(Round.id, Question.group_id, Round.next_due_at)
        .join(Question, col(Question.id) == Round.question_id)
        .where(
            col(Round.phase).in_(RUNNING),
            col(Round.next_due_at) <= until,
            is_awake(Question.group_id, shards),
        )
    )
    return [(number, group_id, at) for number, group_id, at in rows if number and at]
