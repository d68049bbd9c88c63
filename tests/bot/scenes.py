"""Short ways, through the services, to a question, a lobby, a running round, and what they left."""

from collections.abc import Sequence
from typing import TypeVar

from sqlmodel import SQLModel, select

from bot.core import card_refresh
from bot.core.keys import Key
from bot.core.unit import Desk
from bot.forecasts import service as forecasts_service
from bot.forecasts.service import Receipt
from bot.questions import service as questions_service
from bot.questions.service import Written
from bot.rounds import service as rounds_service
from bot.sessions import service as sessions_service
from bot.sessions.service import StartOptions
from storage import outbox
from storage.tables import Effect, Group, Member, Order, Phase, Round, Seat, Turn
from tests.bot.saved_scenes import scene
from tests.conftest import GROUP, Clock, caller

Row = TypeVar("Row", bound=SQLModel)

RAIN = "Will it rain in Niamey tomorrow?"
SNOW = "Will it snow in Oslo this year?"
CIRCLE = ("Ana", "Ben", "Cleo")


def wrote(
    title: str = RAIN,
    *,
    closes: str = "",
    criteria: str = "",
    source: str = "",
    answers: str = "",
) -> Written:
    return Written(title, criteria, closes, source, answers)


@scene
def bring(
    desk: Desk,
    title: str = RAIN,
    *,
    name: str = "Ana",
    closes: str = "",
    answers: str = "",
    **more: object,
) -> int:
    """A question that somebody has submitted."""
    written = wrote(title, closes=closes, answers=answers)
    return questions_service.submit(desk, caller(name, **more), written).id


def record(desk: Desk, name: str, question: int, said: str = "70", reason: str = "") -> Receipt:
    """A forecast as `/forecast` records it."""
    return forecasts_service.record(desk, caller(name), question, probability=said, reason=reason)


@scene
def open_lobby(
    desk: Desk, names: Sequence[str] = CIRCLE, wish: StartOptions | None = None, **more: object
) -> Key:
    """A live session, led by the first name, with everybody sitting down in this order."""
    wanted = wish or StartOptions(order=Order.MANUAL)
    lobby = sessions_service.start(desk, caller(names[0], **more), wanted)
    for name in names[1:]:
        sessions_service.join(desk, caller(name, **more), lobby)
    return lobby


@scene
def open_round(desk: Desk, names: Sequence[str] = CIRCLE) -> int:
    """A round in its blind phase, on the only question there is, or on a new one."""
    if not rows(desk, Round) and not questions_service.choices(desk, caller(), ""):
        bring(desk)
    lobby = open_lobby(desk, names)
    sessions_service.start_round(desk, caller(names[0]), lobby)
    return running(desk, lobby.id)


@scene
def open_turns(desk: Desk, names: Sequence[str] = CIRCLE) -> int:
    """A round whose first seat has the floor."""
    number = open_round(desk, names)
    rounds_service.move_on(desk, caller(names[0]), card(desk, number))
    return number


@scene
def finish(desk: Desk, names: Sequence[str] = CIRCLE) -> int:
    """A round that has closed, with one forecast: a round without any has no summary."""
    number = open_turns(desk, names)
    record(desk, names[0], row(desk, Round, number).question_id)
    for name in names:
        rounds_service.done(desk, caller(name))
    rounds_service.move_on(desk, caller(names[0]))
    return number


@scene
def play(desk: Desk, clock: Clock, said: dict[str, tuple[str, str, str]]) -> int:
    """A whole round: what everybody says blind, in their turn, and at the end. A minute a step."""
    names = tuple(said)
    number = open_round(desk, names)
    question = row(desk, Round, number).question_id
    for name in names:
        clock.move(20)
        record(desk, name, question, said[name][0])
    rounds_service.move_on(desk, caller(names[0]))
    for name in names:
        clock.move(60)
        record(desk, name, question, said[name][1])
        clock.move(60)
        rounds_service.done(desk, caller(name))
    for name in names:
        clock.move(20)
        record(desk, name, question, said[name][2])
    rounds_service.move_on(desk, caller(names[0]))
    return number


def running(desk: Desk, session_id: int) -> int:
    """The id of the session's newest round."""
    return max(one.id or 0 for one in rows(desk, Round) if one.session_id == session_id)


def card(desk: Desk, round_id: int) -> Key:
    """The key of the card on which a round is followed right now."""
    return card_refresh.current_card(row(desk, Round, round_id))


def phase(desk: Desk, round_id: int) -> Phase:
    return row(desk, Round, round_id).phase


def speaker(desk: Desk, round_id: int) -> str | None:
    """Who has the floor."""
    names = people(desk)
    turns = [one for one in rows(desk, Turn) if one.round_id == round_id and one.ended_at is None]
    return names[turns[0].member_id] if turns else None


def order(desk: Desk, round_id: int) -> list[str]:
    """The names of the seats in their order."""
    names = people(desk)
    seats = [seat for seat in rows(desk, Seat) if seat.round_id == round_id]
    return [names[seat.member_id] for seat in sorted(seats, key=lambda seat: seat.position)]


def people(desk: Desk) -> dict[int, str]:
    return {one.id or 0: one.name for one in rows(desk, Member)}


def member(desk: Desk, name: str) -> int:
    """The id of a member."""
    return next(number for number, known in people(desk).items() if known == name)


def rows(desk: Desk, table: type[Row]) -> list[Row]:
    """Everything in a table, oldest first."""
    with desk.db.read() as tx:
        key = table.__table__.primary_key.columns  # type: ignore[attr-defined]
        return list(tx.exec(select(table).order_by(*key)))


def row(desk: Desk, table: type[Row], number: int) -> Row:
    with desk.db.read() as tx:
        return tx.get_one(table, number)


def group(desk: Desk, number: int = GROUP) -> Group:
    return row(desk, Group, number)


def effect(desk: Desk, key: Key) -> Effect | None:
    """What the outbox knows of a message."""
    with desk.db.read() as tx:
        return outbox.by_key(tx, str(key))


def wanted(desk: Desk, key: Key) -> int:
    """How often a message was asked for."""
    found = effect(desk, key)
    return found.wanted if found else 0


def snapshot(desk: Desk) -> dict[str, list[dict[str, object]]]:
    """Everything in the database, to see that nothing has changed."""
    with desk.db.read() as tx:
        return {
            table.name: [dict(found) for found in tx.execute(table.select()).mappings()]
            for table in SQLModel.metadata.sorted_tables
        }
