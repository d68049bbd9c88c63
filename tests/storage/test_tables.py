"""The constraints that stand behind the rules: nonsense does not get into the database."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import SQLModel

from storage.engine import Database
from storage.tables import (
    Answer,
    Attendance,
    Effect,
    Forecast,
    ForecastKind,
    Group,
    Mark,
    Meetup,
    Member,
    Moment,
    Order,
    Phase,
    Presence,
    Question,
    Round,
    Rsvp,
    Score,
    Seat,
    SeatState,
    SessionState,
    Turn,
    Vote,
)

pytestmark = pytest.mark.both_engines

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_forecast(**more: object) -> Forecast:
    given = {"question_id": 1, "member_id": 1, "kind": ForecastKind.UPDATE, "made_at": NOON}
    return Forecast(**{**given, "probability": 0.7, **more})


def a_session(**more: object) -> Meetup:
    given = {"group_id": 900, "channel_id": 910, "host_id": 1, "title": "Evening"}
    moments = {"starts_at": NOON, "timezone": "UTC", "created_at": NOON}
    return Meetup(**{**given, **moments, **more})


def a_round(**more: object) -> Round:
    given = {"session_id": 1, "question_id": 1, "number": 1, "phase": Phase.BLIND, "seed": 1}
    names = ("turn", "grace", "blind", "final", "extend")
    lengths = {f"{name}_seconds": 60 for name in names}
    more = {"order_mode": Order.ROTATE, "extensions": 2, "opened_at": NOON, **more}
    return Round(**{**given, **lengths, **more})


def a_turn(number: int, **more: object) -> Turn:
    return Turn(round_id=1, number=number, member_id=1, started_at=NOON, deadline=NOON, **more)


def a_seat(**more: object) -> Seat:
    return Seat(round_id=1, member_id=1, position=0, state=SeatState.WAITING, **more)


def an_effect(**more: object) -> Effect:
    given = {"key": "q1", "group_id": 900, "channel_id": 910, "created_at": NOON}
    return Effect(**{**given, "retry_at": NOON, **more})


def a_score(**more: object) -> Score:
    given = {"group_id": 900, "question_id": 1, "member_id": 1, "forecast_id": 1}
    given |= {"known_at": NOON, "shown": 0.09, "brier": 0.09}
    return Score(**{**given, "round_id": 1, "moment": Moment.TURN, **more})


@pytest.fixture
def furnished(database: Database) -> Database:
    """A database with one of each, with id 1."""
    with database.write() as tx:
        for row in (
            Group(id=900, name="Circle"),
            Member(group_id=900, user_id=1, name="Ana"),
            Question(group_id=900, title="Will it rain?", created_at=NOON, import_key="rain"),
            a_session(),
            a_round(),
            a_forecast(),
        ):
            tx.add(row)
            tx.flush()
    return database


def save(database: Database, *rows: SQLModel) -> None:
    with database.write() as tx:
        for row in rows:
            tx.add(row)
            tx.flush()


NONSENSE: dict[str, Callable[[], SQLModel]] = {
    "a probability above 1": lambda: a_forecast(probability=1.0000001),
    "a probability below 0": lambda: a_forecast(probability=-0.1),
    "a forecast without a number": lambda: a_forecast(probability=None),
    "a forecast of two forms": lambda: a_forecast(values="[0.1, 0.9]"),
    "a forecast on no question": lambda: a_forecast(question_id=404),
    "a member who is nobody": lambda: Member(group_id=900, name="Nobody"),
    "a turn of a second": lambda: Group(id=901, name="Hasty", turn_seconds=1),
    "a grace below 0": lambda: Group(id=901, name="Hasty", grace_seconds=-1),
    "a day of blind phase": lambda: Group(id=901, name="Slow", blind_seconds=86400),
    "a day of final phase": lambda: Group(id=901, name="Slow", final_seconds=86400),
    "an extension of a second": lambda: Group(id=901, name="Hasty", extend_seconds=1),
    "21 extensions": lambda: Group(id=901, name="Slow", extensions=21),
    "a key that is too long": lambda: an_effect(key="q" * 26),
}


def is_refused(database: Database, row: SQLModel) -> bool:
    try:
        save(database, row)
    except DBAPIError:
        return True
    return False


def test_nonsense_is_refused(furnished: Database) -> None:
    accepted = [what for what, make in NONSENSE.items() if not is_refused(furnished, make())]

    assert accepted == []


WORDS = {
    "questions": ("kind", "state"),
    "sessions": ("state", "order_mode"),
    "rounds": ("phase", "order_mode"),
}


def test_a_word_that_the_design_does_not_know_is_refused(furnished: Database) -> None:
    for table, columns in WORDS.items():
        for column in columns:
            with pytest.raises(DBAPIError), furnished.write() as tx:
                tx.execute(text(f"UPDATE {table} SET {column} = 'whatever'"))


def test_a_word_of_another_list_is_refused(furnished: Database) -> None:
    with pytest.raises(StatementError):
        save(furnished, a_forecast(kind="final"))


TWICE: dict[str, Callable[[], tuple[SQLModel, SQLModel]]] = {
    "a Discord account in a group": lambda: (
        Member(group_id=900, user_id=2, name="Ben"),
        Member(group_id=900, user_id=2, name="Benjamin"),
    ),
    "an imported name in a group": lambda: (
        Member(group_id=900, import_name="gjp1", name="gjp1"),
        Member(group_id=900, import_name="gjp1", name="gjp1"),
    ),
    "an imported question in a group": lambda: (
        Question(group_id=900, title="One?", created_at=NOON, import_key="1"),
        Question(group_id=900, title="Two?", created_at=NOON, import_key="1"),
    ),
    "a mark": lambda: (
        Mark(question_id=1, member_id=1, at=NOON),
        Mark(question_id=1, member_id=1, at=NOON),
    ),
    "a live session in a channel": lambda: (
        a_session(state=SessionState.LIVE),
        a_session(state=SessionState.LIVE),
    ),
    "an answer to an invitation": lambda: (
        Rsvp(session_id=1, member_id=1, answer=Answer.GOING, at=NOON),
        Rsvp(session_id=1, member_id=1, answer=Answer.NO, at=NOON),
    ),
    "a place in the circle": lambda: (
        Attendance(session_id=1, member_id=1, presence=Presence.IN, at=NOON),
        Attendance(session_id=1, member_id=1, presence=Presence.OUT, at=NOON),
    ),
    "a vote in a lobby": lambda: (
        Vote(session_id=1, lobby=1, member_id=1, question_id=1),
        Vote(session_id=1, lobby=1, member_id=1, question_id=1),
    ),
    "a round of a session": lambda: (a_round(number=2), a_round(number=2)),
    "a seat of a member": lambda: (a_seat(), a_seat()),
    "a turn of a round": lambda: (a_turn(1, ended_at=NOON), a_turn(1, ended_at=NOON)),
    "a running turn": lambda: (a_turn(2), a_turn(3)),
    "a forecast of one interaction": lambda: (
        a_forecast(interaction_id=5),
        a_forecast(interaction_id=5),
    ),
    "a score of a forecast at a moment": lambda: (a_score(), a_score()),
    "an effect": lambda: (an_effect(), an_effect()),
}


def test_of_what_there_is_one_there_is_no_second(furnished: Database) -> None:
    accepted = []

    for what, make in TWICE.items():
        first, second = make()
        save(furnished, first)
        if not is_refused(furnished, second):
            accepted.append(what)

    assert accepted == []


def test_sessions_that_are_over_do_not_block_their_channel(furnished: Database) -> None:
    rows = [a_session(state=state) for state in SessionState]

    save(furnished, *rows)

    assert len({row.id for row in rows}) == 4


def test_the_bounds_of_a_probability_are_probabilities(furnished: Database) -> None:
    save(furnished, a_forecast(probability=0.0), a_forecast(probability=1.0))


def test_the_largest_ids_that_discord_gives_out_fit(database: Database) -> None:
    largest = 2**63 - 1

    save(
        database,
        Group(id=largest, name="Circle", channel_id=largest, facilitator_role_id=largest),
        Member(id=1, group_id=largest, user_id=largest, name="Ana"),
        a_session(group_id=largest, channel_id=largest, voice_channel_id=largest),
        an_effect(group_id=largest, channel_id=largest, message_id=largest),
    )
