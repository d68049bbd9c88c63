"""As many statements for a long evening as for a short one, and nobody left out of a list."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from bot.core import keys
from bot.core.unit import Desk
from bot.data import service as data_service
from bot.forecasts import service as forecasts_service
from bot.groups import service as groups_service
from bot.questions import service as questions_service
from bot.registry import CARDS
from bot.schedule import lifecycle
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import service as sessions_service
from storage.tables import Answer, Effect, Member, Question, Round, Rsvp
from tests.bot.scenes import bring, play, record
from tests.conftest import GROUP, Clock, caller


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of all engines while the block lasts."""
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


READS: dict[str, Callable[[Desk], object]] = {
    "history": lambda desk: forecasts_service.show_history(desk, caller("Ana"), 1),
    "question list": lambda desk: questions_service.listing(desk, caller("Ana"), None),
    "question choices": lambda desk: questions_service.choices(desk, caller("Ana"), ""),
    "session list": lambda desk: schedule_service.listing(desk, caller("Ana")),
    "settings": lambda desk: groups_service.show(desk, caller("Ana")),
    "export": lambda desk: data_service.export_group(desk.db, GROUP),
    "question card": lambda desk: CARDS.render(desk, keys.question(1)),
    "evening card": lambda desk: CARDS.render(desk, keys.evening(1)),
    "summary": lambda desk: CARDS.render(desk, keys.summary(1)),
}


@pytest.mark.parametrize("what", READS)
def test_more_rows_take_no_more_statements(desk: Desk, clock: Clock, what: str) -> None:
    play(desk, clock, {"Ana": ("30", "50", "60"), "Ben": ("40", "70", "80")})
    sessions_service.end(desk, caller("Ana"))
    few = statements(desk, what)

    for number in range(6):
        bring(desk, f"Question number {number}?")
        schedule_service.schedule(desk, caller("Ana"), Plan(f"in {number + 30} hours"))
        for name in ("Ana", "Ben", "Cleo"):
            clock.move(1)
            record(desk, name, 1, "55")

    assert statements(desk, what) == few


def statements(desk: Desk, what: str) -> int:
    READS[what](desk)
    with counted() as said:
        READS[what](desk)
    return len(said)


def test_an_evening_of_many_rounds_takes_no_more_statements(desk: Desk, clock: Clock) -> None:
    play(desk, clock, {"Ana": ("30", "50", "60"), "Ben": ("40", "70", "80")})
    sessions_service.end(desk, caller("Ana"))
    few = evening_statements(desk)
    with desk.db.write() as tx:
        first = tx.get_one(Round, 1).model_dump()
        for number in range(2, 8):
            tx.add(Question(group_id=GROUP, title=f"No {number}?", created_at=clock.now))
            tx.flush()
            tx.add(Round(**{**first, "id": number, "number": number, "question_id": number}))

    assert evening_statements(desk) == few


def evening_statements(desk: Desk) -> int:
    with counted() as said, desk.db.read() as tx:
        CARDS.read(tx, keys.evening(1), desk.clock())
    return len(said)


def test_the_lobby_offers_the_newest_of_many_questions(desk: Desk, clock: Clock) -> None:
    for number in range(1, 32):
        bring(desk, f"Question number {number}?")
    sessions_service.start(desk, caller("Ana"), sessions_service.StartOptions())

    card = CARDS.render(desk, keys.lobby(1, 1))

    assert card is not None
    offered = card.items[-1]
    labels = [option.label for option in offered.options]
    newest = [f"Question number {number}?" for number in range(31, 7, -1)]
    assert labels == [*newest, "More questions…"]
    assert offered.options[-1].description == "7 more, in private"


def test_a_reminder_mentions_everybody_once_over_several_messages(desk: Desk, clock: Clock) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours"))
    with desk.db.write() as tx:
        people = [Member(group_id=GROUP, user_id=10**18 + n, name=f"N{n}") for n in range(121)]
        tx.add_all(people)
        tx.flush()
        tx.add_all(
            Rsvp(session_id=1, member_id=one.id, answer=Answer.GOING, at=clock.now)
            for one in people
        )
    clock.now += timedelta(hours=24, seconds=1)

    lifecycle.remind_due(desk, 1, GROUP)
    lifecycle.remind_due(desk, 1, GROUP)

    with desk.db.read() as tx:
        reminders = tx.exec(select(Effect).where(Effect.key.like("m%"))).all()
    cards = [CARDS.render(desk, keys.Key.parse(one.key)) for one in reminders]
    mentioned = [user for card in cards if card for user in card.pings]
    assert sorted(mentioned) == [1, *(10**18 + n for n in range(121))]
    assert all(len(card.content) <= 2000 for card in cards if card)
    assert all(len(one.key) <= 25 for one in reminders)
    assert all(f"<@{user}>" in card.content for card in cards if card for user in card.pings)
