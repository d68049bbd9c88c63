"""Queries for bringing in forecasts from a file: staged in pieces, then moved at once."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, and_, bindparam, insert, literal, update
from sqlmodel import Session, SQLModel, col, delete, func, select

from storage.tables import (
    Forecast,
    ForecastKind,
    Import,
    Member,
    Question,
    QuestionState,
    Resolution,
    StagedForecast,
    StagedQuestion,
)

# Member, moment, probability, values.
Known = tuple[int, datetime, float | None, str | None]
AT_A_TIME = 500
# An import that has staged nothing for so long was killed.
STALE = timedelta(minutes=2)
_FORGET = 5_000  # rows that are deleted in one transaction
_NEW = col(StagedQuestion.question_id).is_(None)


def questions(tx: Session, group_id: int, keys: Collection[str]) -> dict[str, Question]:
    """Return the questions that earlier imports added, by these names of theirs."""
    found = tx.exec(
        select(Question).where(Question.group_id == group_id, col(Question.import_key).is_not(None))
    )
    return {row.import_key: row for row in found if row.import_key and row.import_key in keys}


def members(tx: Session, group_id: int) -> dict[str, int]:
    """Return the ids of imported members by their name in files."""
    rows = tx.exec(
        select(Member.import_name, Member.id).where(
            Member.group_id == group_id, col(Member.import_name).is_not(None)
        )
    )
    return {name: number for name, number in rows if name is not None and number is not None}


def nameless(tx: Session, group_id: int) -> int | None:
    """Return the member that earlier versions made of forecasts without a name, if any.

    It is nobody: its forecasts stay, and are never scored.
    """
    return tx.exec(
        select(Member.id).where(Member.group_id == group_id, Member.import_name == "")
    ).first()


def known_forecasts(tx: Session, question_ids: Sequence[int]) -> dict[int, Counter[Known]]:
    """Count how often each forecast is recorded, by question."""
    found: dict[int, Counter[Known]] = {number: Counter() for number in question_ids}
    wanted: tuple[Any, ...] = (
        *(Forecast.question_id, Forecast.member_id, Forecast.made_at),
        *(Forecast.probability, Forecast.values),
    )
    for some in _parts(question_ids):
        rows = tx.execute(select(*wanted).where(col(Forecast.question_id).in_(some)))
        for question_id, *known in rows:
            found[question_id][tuple(known)] += 1
    return found


def outcomes(tx: Session, question_ids: Sequence[int]) -> dict[int, tuple[str | None, datetime]]:
    """Return the outcome that counts, and when it was known, of each question that has one."""
    found: dict[int, tuple[str | None, datetime]] = {}
    for some in _parts(question_ids):
        rows = tx.exec(
            select(Resolution.question_id, Resolution.outcome, Resolution.known_at)
            .where(col(Resolution.question_id).in_(some))
            .order_by(col(Resolution.id))
        )
        found |= {number: (outcome, known_at) for number, outcome, known_at in rows}
    return found


def finished(tx: Session, group_id: int) -> int:
    """Count the imports into a group that are done."""
    return tx.exec(
        select(func.count())
        .select_from(Import)
        .where(Import.group_id == group_id, col(Import.finished_at).is_not(None))
    ).one()


def start(tx: Session, group_id: int, now: datetime) -> int:
    """Add an import that has staged nothing yet, and return its id."""
    row = Import(group_id=group_id, touched_at=now)
    tx.add(row)
    tx.flush()
    return row.id or 0


def stage(
    tx: Session,
    import_id: int,
    table: type[StagedQuestion] | type[StagedForecast],
    rows: Sequence[Mapping[str, Any]],
    now: datetime,
) -> bool:
    """Put rows aside for an import; return False if somebody took it for a dead one."""
    touched = tx.execute(update(Import).where(col(Import.id) == import_id).values(touched_at=now))
    if not touched.rowcount:  # type: ignore[attr-defined]
        return False
    tx.connection().execute(insert(table), [{"import_id": import_id, **row} for row in rows])
    return True


def add_members(tx: Session, group_id: int, names: Sequence[str]) -> int:
    """Add the members who are not there yet, and return how many these are."""
    there = members(tx, group_id)
    new = [
        {"group_id": group_id, "import_name": one, "name": one} for one in names if one not in there
    ]
    if new:
        tx.connection().execute(insert(Member), new)
    return len(new)


def last_question(tx: Session) -> int:
    """Return the highest id of a question."""
    return tx.exec(select(func.max(Question.id))).one() or 0


def move(tx: Session, group_id: int, import_id: int, now: datetime) -> None:
    """Move what an import has staged to where everybody sees it."""
    _move_questions(tx, group_id, import_id)
    _move_outcomes(tx, group_id, import_id, now)
    _move_forecasts(tx, group_id, import_id)
    tx.execute(update(Import).where(col(Import.id) == import_id).values(finished_at=now))


def change_states(tx: Session, states: Mapping[int, str]) -> None:
    """Write down the states of questions whose outcomes an import has changed."""
    rows = [{"question": number, "to": QuestionState(state)} for number, state in states.items()]
    if rows:
        statement = (
            update(Question)
            .where(col(Question.id) == bindparam("question"))
            .values(state=bindparam("to", type_=Question.__table__.c.state.type))  # type: ignore[attr-defined]
        )
        tx.connection().execute(statement, rows)


def new_questions(tx: Session, group_id: int, after: int) -> list[Question]:
    """Return one question of each state that an import added behind this id."""
    found = []
    for state in (QuestionState.OPEN, QuestionState.RESOLVED, QuestionState.VOID):
        one = tx.exec(
            select(Question)
            .where(Question.group_id == group_id, col(Question.id) > after, Question.state == state)
            .limit(1)
        ).first()
        found += [one] if one is not None else []
    return found


def stale(tx: Session, now: datetime) -> list[int]:
    """Return the imports that were killed, and those that are done but not yet tidied up."""
    left = select(Import.id).where(
        col(Import.finished_at).is_(None) & (col(Import.touched_at) < now - STALE)
    )
    return [number for number in tx.exec(left) if number is not None]


def forget_some(tx: Session, import_id: int) -> bool:
    """Delete some of what an import has staged; return False where nothing is left."""
    for table in (StagedForecast, StagedQuestion):
        gone = tx.execute(_some_of(table, import_id))
        if gone.rowcount:  # type: ignore[attr-defined]
            return True
    return False


def forget(tx: Session, import_id: int) -> None:
    """Delete an import that was not finished; nothing of it is staged any more."""
    tx.execute(delete(Import).where(col(Import.id) == import_id, col(Import.finished_at).is_(None)))


def _some_of(table: type[StagedQuestion] | type[StagedForecast], import_id: int) -> Delete:
    places = (
        select(table.place)
        .where(table.import_id == import_id)
        .order_by(col(table.place))
        .limit(_FORGET)
    )
    return delete(table).where(col(table.import_id) == import_id, col(table.place).in_(places))


def _move_questions(tx: Session, group_id: int, import_id: int) -> None:
    staged = StagedQuestion
    row = _filled(
        Question,
        {
            "group_id": literal(group_id),
            "kind": col(staged.kind),
            "state": col(staged.state),
            "title": col(staged.title),
            "options": col(staged.options),
            "unit": col(staged.unit),
            "created_at": col(staged.created_at),
            "import_key": col(staged.key),
        },
    )
    source = select(*row.values()).where(staged.import_id == import_id, _NEW)
    statement = insert(Question).from_select(list(row), source.order_by(col(staged.place)))
    tx.execute(statement)


def _move_outcomes(tx: Session, group_id: int, import_id: int, now: datetime) -> None:
    staged = StagedQuestion
    row = _filled(
        Resolution,
        {
            "question_id": col(Question.id),
            "outcome": col(staged.outcome),
            "known_at": col(staged.known_at),
            "entered_at": literal(now, type_=Resolution.__table__.c.entered_at.type),  # type: ignore[attr-defined]
            "comment": literal("imported"),
        },
    )
    source = (
        select(*row.values())
        .join_from(staged, Question, _same_question(group_id, staged.key))
        .where(staged.import_id == import_id, col(staged.outcome).is_not(None))
        .order_by(col(staged.place))
    )
    tx.execute(insert(Resolution).from_select(list(row), source))


def _move_forecasts(tx: Session, group_id: int, import_id: int) -> None:
    staged = StagedForecast
    row = _filled(
        Forecast,
        {
            "question_id": col(Question.id),
            "member_id": col(Member.id),
            "kind": literal(ForecastKind.UPDATE, type_=Forecast.__table__.c.kind.type),  # type: ignore[attr-defined]
            "probability": col(staged.probability),
            "values": col(staged.values),
            "made_at": col(staged.made_at),
        },
    )
    source = (
        select(*row.values())
        .join_from(staged, Question, _same_question(group_id, staged.key))
        .join(
            Member,
            (col(Member.group_id) == group_id) & (col(Member.import_name) == staged.forecaster),
        )
        .where(staged.import_id == import_id)
        .order_by(col(staged.place))
    )
    tx.execute(insert(Forecast).from_select(list(row), source))


def _same_question(group_id: int, key: Any) -> ColumnElement[bool]:
    return and_(col(Question.group_id) == group_id, col(Question.import_key) == key)


def _filled(model: type[SQLModel], given: Mapping[str, Any]) -> dict[str, ColumnElement[Any]]:
    """Return these columns, and the defaults of all others that have one."""
    columns = model.__table__.c  # type: ignore[attr-defined]
    row: dict[str, ColumnElement[Any]] = dict(given)
    for name, field in model.model_fields.items():
        if name not in row and not field.is_required() and field.default is not None:
            row[name] = literal(field.default, type_=columns[name].type)
    return row


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_A_TIME):
        yield ids[start : start + AT_A_TIME]
