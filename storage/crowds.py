"""Queries about what a source's forecasters said: hidden until the question has gone around.

Every query here gives only what may be told by now (`told` is that rule), but for `find`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, not_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from storage import scores
from storage.lists import one_of
from storage.rounds import was_spoken
from storage.tables import (
    Banked,
    Crowd,
    CrowdMoment,
    Phase,
    Question,
    QuestionState,
    Resolution,
    Round,
    Score,
    Watch,
)

# A query about crowds may join rounds and questions of its own; these are another look at them.
_TAKEN, _ASKED = aliased(Round), aliased(Question)


class Beside(NamedTuple):
    """A member's headline on a question of which a crowd is known, with what that crowd said.

    `outcome` is written as in resolutions, `options` as in questions; the crowd's forecast has the
    form of a forecast.
    """

    question_id: int
    round_id: int | None
    member_id: int
    brier: float | None
    kind: str
    outcome: str
    probability: float | None
    values: str | None = None
    options: str | None = None


def told() -> ColumnElement[bool]:
    """Select what crowds said of questions that have gone around, or are settled.

    A round in which nobody had the floor was none: the question still waits for its circle. What
    was settled without a round hides nothing any more, unless a round runs on it.
    """
    on_it = col(_TAKEN.question_id) == Crowd.question_id
    closed = exists().where(on_it, col(_TAKEN.phase) == Phase.CLOSED, was_spoken(_TAKEN.id))
    running = exists().where(on_it, col(_TAKEN.phase) != Phase.CLOSED)
    settled = exists().where(
        col(_ASKED.id) == Crowd.question_id,
        col(_ASKED.state).in_([QuestionState.RESOLVED, QuestionState.VOID]),
    )
    return or_(closed, and_(settled, not_(running)))


def of_question(tx: Session, question_id: int) -> list[Crowd]:
    """Return what the crowd said of a question, oldest first."""
    statement = select(Crowd).where(Crowd.question_id == question_id, told())
    return list(tx.exec(statement.order_by(col(Crowd.at), col(Crowd.id))))


def at_close(tx: Session, round_id: int) -> Crowd | None:
    """Return what the crowd said when a round closed, if it was listened to."""
    statement = select(Crowd).where(Crowd.round_id == round_id, told())
    return tx.exec(statement.where(Crowd.moment == CrowdMoment.CLOSE)).first()


def source_of(tx: Session, question_id: int) -> str:
    """Name the platform that a question is watched on; empty where none is known."""
    return tx.exec(select(Watch.source).where(Watch.question_id == question_id)).first() or ""


def of_rounds(tx: Session, group_id: int) -> dict[int, float]:
    """Return the crowd's chance of yes by round, of a group's live questions.

    It is that of the round's close, else that of the import.
    """
    held: Any = tx.execute(
        select(Round.id, Round.question_id)
        .join(Question, col(Question.id) == Round.question_id)
        .where(Question.group_id == group_id, col(Question.banked_id).is_(None))
        .where(Round.phase == Phase.CLOSED, col(Question.id).in_(select(Crowd.question_id)))
    ).all()
    rows = _by_question(tx, group_id)
    found = {number: _chosen(rows.get(question, ()), number) for number, question in held}
    return {
        number: one.probability
        for number, one in found.items()
        if one is not None and one.probability is not None
    }


def scored(
    tx: Session,
    group_id: int,
    *,
    past: bool,
    since: datetime | None = None,
    until: datetime | None = None,
    sessions: int | None = None,
    topic: str | None = None,
) -> list[Beside]:
    """Return the headlines on questions of which a crowd is known, live ones or on pastcasts.

    The crowd is that of the round's close, else that of the import; of a pastcast that of its day.
    A question has scores only once its outcome is known and its rounds are closed.
    """
    known = {} if past else _by_question(tx, group_id)
    if not past and not known:
        return []
    wanted: Any = (
        *(Score.question_id, Score.round_id, Score.member_id, Score.brier),
        *(Question.kind, Question.options, Banked.crowd),
    )
    statement = (
        select(*wanted)
        .join(Question, col(Question.id) == Score.question_id)
        .join(Banked, col(Banked.id) == Question.banked_id, isouter=True)
        .where(*scores.headlines(group_id, past=past), _has_crowd(group_id, past=past))
        .order_by(col(Score.question_id), col(Score.member_id), col(Score.round_id))
    )
    window = (since, until, sessions)
    rows = tx.execute(
        scores.within(statement, group_id, "brier", window, past=past, topic=topic)
    ).all()
    outcomes = _outcomes(tx, {row[0] for row in rows})
    found = []
    for question, round_id, member, brier, kind, options, banked in rows:
        crowd = _chosen(known.get(question, ()), round_id)
        chance, values = (banked, None) if crowd is None else (crowd.probability, crowd.values)
        at = question, round_id, member, brier
        found.append(Beside(*at, kind, outcomes[question], chance, values, options))
    return found


def _has_crowd(group_id: int, *, past: bool) -> ColumnElement[bool]:
    if past:
        return col(Banked.crowd).is_not(None)
    return col(Score.question_id).in_(
        select(Crowd.question_id)
        .join(Question, col(Question.id) == Crowd.question_id)
        .where(Question.group_id == group_id, told())
    )


def _by_question(tx: Session, group_id: int) -> dict[int, list[Crowd]]:
    """Return all that may be told of a group's live questions, oldest first."""
    rows = tx.exec(
        select(Crowd)
        .join(Question, col(Question.id) == Crowd.question_id)
        .where(and_(col(Question.group_id) == group_id, col(Question.banked_id).is_(None)), told())
        .order_by(col(Crowd.at), col(Crowd.id))
    )
    found: dict[int, list[Crowd]] = {}
    for row in rows:
        found.setdefault(row.question_id, []).append(row)
    return found


def _chosen(said: Sequence[Crowd], round_id: int | None) -> Crowd | None:
    return chosen(said, round_id)[0]


def chosen(said: Sequence[Crowd], round_id: int | None) -> tuple[Crowd | None, Crowd | None]:
    """Return what counts beside a round, and what was said before where both are known.

    That is the close of this round, else the import. Without a round it is the newest close.
    """
    closes = [one for one in said if one.moment == CrowdMoment.CLOSE]
    mine = [one for one in closes if round_id is None or one.round_id == round_id]
    brought = next((one for one in said if one.moment == CrowdMoment.IMPORT), None)
    return (mine[-1], brought) if mine else (brought, None)


def _outcomes(tx: Session, question_ids: set[int]) -> dict[int, str]:
    """Return the newest outcome of each question."""
    rows = tx.exec(
        select(Resolution.question_id, Resolution.outcome)
        .where(one_of(Resolution.question_id, question_ids))
        .order_by(col(Resolution.id))
    )
    return {question: outcome or "" for question, outcome in rows}


def save(
    tx: Session,
    question_id: int,
    *,
    probability: float | None,
    values: str | None,
    at: datetime,
    moment: CrowdMoment = CrowdMoment.IMPORT,
    round_id: int | None = None,
) -> Crowd:
    """Save what the source says at a moment; once for each moment and round.

    Whatever comes later for the same moment changes nothing: the first number was the one beside
    the group's.
    """
    before = find(tx, question_id, moment, round_id)
    if before is not None:
        return before
    said = Crowd(
        question_id=question_id,
        round_id=round_id,
        moment=moment,
        probability=probability,
        values=values,
        at=at,
    )
    tx.add(said)
    tx.flush()
    return said


def find(
    tx: Session, question_id: int, moment: CrowdMoment, round_id: int | None = None
) -> Crowd | None:
    """Return what the source said at one moment, if that was saved."""
    is_round = (
        col(Crowd.round_id).is_(None) if round_id is None else col(Crowd.round_id) == round_id
    )
    return tx.exec(
        select(Crowd).where(Crowd.question_id == question_id, Crowd.moment == moment, is_round)
    ).first()
