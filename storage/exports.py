"""Everything held about a group, or about one member of it, as plain rows."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, not_, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, select

from storage import crowds, watches
from storage.tables import (
    Address,
    Attendance,
    Banked,
    CalendarEntry,
    Crowd,
    Dispute,
    Draft,
    Forecast,
    ForecastKind,
    Group,
    Inquiry,
    Interest,
    Mark,
    Meetup,
    Member,
    Phase,
    Practice,
    Proposal,
    Question,
    Resolution,
    Round,
    Rsvp,
    Score,
    Seat,
    Series,
    Sighting,
    Standing,
    Turn,
    Vote,
    WarmUp,
    WarmUpAnswer,
    Watch,
)

# Other looks at tables that an export reads, too.
_TAKEN, _ASKED, _HELD = aliased(Round), aliased(Question), aliased(WarmUp)

Rows = list[dict[str, Any]]
PORTION = 500
# Columns instead of objects: an export reads all of a group's forecasts.
_LINE: tuple[Any, ...] = (
    Forecast.question_id,
    Forecast.member_id,
    Question.title,
    col(Question.kind).label("question_kind"),
    Question.options,
    Question.unit,
    Forecast.made_at,
    Forecast.probability,
    col(Forecast.values).label("said_values"),
    Forecast.kind,
    Forecast.late,
    Forecast.round_id,
    Forecast.reason,
)
# All that may be told of a banked question: neither its outcome nor what it would follow from.
_TOLD: tuple[Any, ...] = (
    Banked.id,
    Banked.name,
    Banked.topic,
    Banked.kind,
    Banked.title,
    Banked.criteria,
    Banked.background,
    Banked.look_up,
    Banked.options,
    Banked.unit,
    Banked.opens_at,
    Banked.as_of,
    Banked.added_by,
    Banked.retired,
)


def group_ids(tx: Session) -> list[int]:
    """Return the ids of all groups."""
    return list(tx.exec(select(Group.id).order_by(col(Group.id))))


def everything(
    tx: Session, group_id: int, *, member_id: int | None = None, user_id: int | None = None
) -> dict[str, Rows]:
    """Return all rows by table; with a member, only that member's own.

    Left out for everybody are blind forecasts of rounds that are not closed, and what is sealed of
    banked questions. What nobody else may see comes only for `user_id`, who asks.
    """
    mine = member_id is not None
    of_group = select(Meetup.id).where(Meetup.group_id == group_id)
    of_rounds = select(Round.id).where(col(Round.session_id).in_(of_group))
    of_questions = select(Question.id).where(Question.group_id == group_id)
    of_warmups = select(WarmUp.id).where(col(WarmUp.session_id).in_(of_group))

    def own(column: Any) -> ColumnElement[bool]:
        return col(column) == member_id if mine else col(column).is_not(None)

    wanted: list[tuple[type[SQLModel], ColumnElement[bool]]] = [
        (Member, and_(col(Member.group_id) == group_id, own(Member.id))),
        (
            Forecast,
            and_(col(Forecast.question_id).in_(of_questions), own(Forecast.member_id), _open()),
        ),
        (Score, and_(col(Score.group_id) == group_id, own(Score.member_id))),
        (Standing, and_(col(Standing.group_id) == group_id, own(Standing.member_id))),
        (
            Mark,
            and_(col(Mark.question_id).in_(of_questions), own(Mark.member_id), _public(user_id)),
        ),
        (Rsvp, and_(col(Rsvp.session_id).in_(of_group), own(Rsvp.member_id))),
        (Interest, and_(col(Interest.session_id).in_(of_group), own(Interest.member_id))),
        (Attendance, and_(col(Attendance.session_id).in_(of_group), own(Attendance.member_id))),
        (Vote, and_(col(Vote.session_id).in_(of_group), own(Vote.member_id))),
        (Seat, and_(col(Seat.round_id).in_(of_rounds), own(Seat.member_id))),
        (Turn, and_(col(Turn.round_id).in_(of_rounds), own(Turn.member_id))),
        (Dispute, and_(col(Dispute.question_id).in_(of_questions), own(Dispute.member_id))),
        (Address, and_(col(Address.group_id) == group_id, own(Address.member_id))),
        (
            WarmUpAnswer,
            and_(
                col(WarmUpAnswer.warmup_id).in_(of_warmups),
                own(WarmUpAnswer.member_id),
                _told(group_id, user_id),
            ),
        ),
        (Sighting, col(Sighting.user_id) == user_id),
        (Practice, and_(col(Practice.user_id) == user_id, col(Practice.answered_at).is_not(None))),
        (
            Question,
            and_(col(Question.group_id) == group_id, own(Question.author_id))
            if mine
            else col(Question.group_id) == group_id,
        ),
    ]
    if mine:
        wanted += [
            (Draft, and_(own(Draft.member_id), _typed())),
            (Meetup, own(Meetup.host_id)),
            (Series, own(Series.host_id)),
            (Resolution, own(Resolution.entered_by_id)),
            (Proposal, or_(own(Proposal.by_id), own(Proposal.decided_by_id))),
        ]
    else:
        wanted += [
            (Group, col(Group.id) == group_id),
            (Series, col(Series.group_id) == group_id),
            (Meetup, col(Meetup.group_id) == group_id),
            (Round, col(Round.session_id).in_(of_group)),
            (CalendarEntry, col(CalendarEntry.group_id) == group_id),
            (Resolution, col(Resolution.question_id).in_(of_questions)),
            (Watch, col(Watch.question_id).in_(of_questions)),
            (Proposal, col(Proposal.question_id).in_(of_questions)),
            (Inquiry, col(Inquiry.question_id).in_(of_questions)),
            (Crowd, and_(col(Crowd.question_id).in_(of_questions), crowds.told())),
            (WarmUp, col(WarmUp.session_id).in_(of_group)),
        ]
    found = {str(table.__tablename__): _rows(tx, table, where) for table, where in wanted}
    brought = col(Banked.added_by) == user_id if mine else col(Banked.id).is_not(None)
    return {**found, "banked": _bank(tx, group_id, brought)}


def forecast_lines(tx: Session, group_id: int, *, member_id: int | None = None) -> Rows:
    """Return forecasts as `dojo import` reads them, with what else is known."""
    statement = (
        sql_select(*_LINE)
        .join(Question, col(Question.id) == Forecast.question_id)
        .where(col(Question.group_id) == group_id, _open())
        .order_by(col(Forecast.question_id), col(Forecast.made_at), col(Forecast.id))
    )
    if member_id is not None:
        statement = statement.where(col(Forecast.member_id) == member_id)
    settled = _latest_resolutions(tx, group_id)
    keys, names = _question_keys(tx, group_id), _member_names(tx, group_id)
    return [
        {
            "question": keys[row.question_id],
            "title": row.title,
            "forecaster": names[row.member_id],
            "question_kind": row.question_kind,
            "options": row.options,
            "unit": row.unit or "",
            **_forecast_line(row, settled.get(row.question_id)),
        }
        for row in _in_portions(tx, statement)
    ]


def _forecast_line(forecast: Row[Any], resolution: Resolution | None) -> dict[str, Any]:
    known = resolution if resolution is not None and resolution.outcome is not None else None
    return {
        "forecast_at": _iso(forecast.made_at),
        "probability": forecast.probability,
        "values": forecast.said_values,
        "outcome": known.outcome if known else "",
        "resolved_at": _iso(known.known_at) if known else "",
        "kind": forecast.kind.value,
        "late": forecast.late,
        "round": forecast.round_id,
        "reason": forecast.reason,
    }


def _question_keys(tx: Session, group_id: int) -> dict[int, str]:
    """Return the questions' names from an import, else their numbers, by id."""
    rows = tx.exec(
        select(Question.id, Question.import_key)
        .where(Question.group_id == group_id)
        .order_by(col(Question.id))
    )
    return _distinct_names([(number or 0, key, str(number)) for number, key in rows])


def _member_names(tx: Session, group_id: int) -> dict[int, str]:
    """Return the members' names from an import, else their own names, by id."""
    rows = tx.exec(
        select(Member.id, Member.import_name, Member.name)
        .where(Member.group_id == group_id)
        .order_by(col(Member.id))
    )
    return _distinct_names([(number or 0, key, name) for number, key, name in rows])


def _distinct_names(rows: Sequence[tuple[int, str | None, str]]) -> dict[int, str]:
    """Return names by id, each different from all others.

    Names from a file stay as they are; any other that is taken already gets its number.
    """
    names = {number: given for number, given, _ in rows if given is not None}
    taken = set(names.values())
    for number, given, own in rows:
        if given is None:
            names[number] = f"{own} ({number})" if own in taken else own
            taken.add(own)
    return names


def _latest_resolutions(tx: Session, group_id: int) -> dict[int, Resolution]:
    rows = tx.exec(
        select(Resolution)
        .join(Question, col(Question.id) == Resolution.question_id)
        .where(Question.group_id == group_id)
        .order_by(col(Resolution.id))
    )
    return {row.question_id: row for row in rows}


def _open() -> ColumnElement[bool]:
    """Select forecasts that anybody may see: no blind ones of open rounds.

    While a blind phase lasts, nor what those beside the circle forecast since its round opened.
    """
    closed = exists().where(
        col(_TAKEN.id) == col(Forecast.round_id), col(_TAKEN.phase) == Phase.CLOSED
    )
    in_blind_phase = exists().where(
        col(_TAKEN.question_id) == col(Forecast.question_id),
        col(_TAKEN.phase) == Phase.BLIND,
        col(_TAKEN.opened_at) <= col(Forecast.made_at),
    )
    return and_(
        or_(col(Forecast.kind) != ForecastKind.BLIND, closed),
        not_(in_blind_phase),
    )


def _typed() -> ColumnElement[bool]:
    """Select what a member typed, not what was fetched: that holds what its source's crowd says."""
    about = col(Draft.about)
    return or_(about.is_(None), about.not_in((watches.FETCHED, watches.BROUGHT)))


def _public(user_id: int | None) -> ColumnElement[bool]:
    """Select marks of live questions, and the asker's own; who knows a pastcast is not told."""
    dealt = exists().where(
        col(_ASKED.id) == col(Mark.question_id), col(_ASKED.banked_id).is_not(None)
    )
    asking = select(Member.id).where(Member.user_id == user_id)
    return or_(not_(dealt), col(Mark.member_id).in_(asking))


def _told(group_id: int, user_id: int | None) -> ColumnElement[bool]:
    """Select answers of warm-ups that are over, and those of the person who asks."""
    over = exists().where(
        col(_HELD.id) == col(WarmUpAnswer.warmup_id), col(_HELD.closed_at).is_not(None)
    )
    asking = select(Member.id).where(Member.group_id == group_id, Member.user_id == user_id)
    return or_(over, col(WarmUpAnswer.member_id).in_(asking))


def _bank(tx: Session, group_id: int, where: ColumnElement[bool]) -> Rows:
    """Return banked questions of the group's own, as far as they may be told."""
    statement = sql_select(*_TOLD).where(col(Banked.group_id) == group_id, where)
    return _plain_rows(tx, statement.order_by(col(Banked.id)))


def _rows(tx: Session, table: type[SQLModel], where: ColumnElement[bool]) -> Rows:
    key = table.__table__.primary_key.columns  # type: ignore[attr-defined]
    columns = table.__table__.columns  # type: ignore[attr-defined]
    return _plain_rows(tx, sql_select(*columns).where(where).order_by(*key))


def _plain_rows(tx: Session, statement: Select[Any]) -> Rows:
    names = [str(column.key) for column in statement.selected_columns]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in _in_portions(tx, statement)]


def _in_portions(tx: Session, statement: Select[Any]) -> Iterator[Row[Any]]:
    """Yield plain rows, some at a time: a million objects would slow all threads."""
    yield from tx.connection().execute(statement.execution_options(yield_per=PORTION))


def _plain(value: Any) -> Any:
    """Return the value as JSON can hold it, infinite log scores as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime):
        return _iso(value)
    return value.isoformat() if isinstance(value, date) else value


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
