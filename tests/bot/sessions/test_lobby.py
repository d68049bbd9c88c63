"""The card of a lobby: what it says first, which questions it offers, and its pages of them."""

from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, StaleRefusal
from bot.core.unit import Desk
from bot.door.messages import PRIMARY, SECONDARY, Message
from bot.questions import service as questions_service
from bot.sessions import cards as sessions_cards
from bot.sessions import service as sessions_service
from bot.sessions.read_model import Lobby, read_lobby
from bot.sessions.service import StartOptions
from storage.tables import Question, Round, Vote
from tests.bot.scenes import RAIN, SNOW, bring, open_lobby, record, row, rows
from tests.conftest import START, Clock, caller


def statements(act: Callable[[], object]) -> int:
    """How many statements something sends to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(sent)


def shown(desk: Desk, at: Key) -> Lobby:
    with desk.db.read() as tx:
        found = read_lobby(tx, at, START)
    assert found is not None
    return found


def card(desk: Desk, at: Key) -> Message:
    return sessions_cards.lobby_card(shown(desk, at))


def bring_many(desk: Desk, count: int) -> None:
    """So many open questions, put in at once: to submit thousands takes long."""
    bring(desk, "Question 1")
    with desk.db.write() as tx:
        first = tx.get_one(Question, 1)
        for number in range(2, count + 1):
            given = first.model_dump() | {"id": None, "title": f"Question {number}"}
            tx.add(Question(**given))


def labels(message: Message) -> list[str]:
    return [str(one.label) for one in message.items if hasattr(one, "label")]


def coloured(message: Message) -> list[str]:
    buttons = [one for one in message.items if hasattr(one, "style")]
    assert {one.style for one in buttons} <= {PRIMARY, SECONDARY}
    return [str(one.label) for one in buttons if one.style == PRIMARY]


def options(message: Message) -> list[str]:
    found = [one for one in message.items if hasattr(one, "options")]
    return [option.label for one in found for option in one.options]


# What comes next


def test_without_a_question_the_next_step_is_to_bring_one(desk: Desk) -> None:
    lobby = open_lobby(desk)

    message = card(desk, lobby)

    assert message.embed is not None
    assert message.embed.description == (
        "**Bring a question**, as there is none to take yet; then Ana presses **Start the round** "
        "when all are in."
    )
    assert coloured(message) == ["Bring a question"]
    assert options(message) == []


def test_alone_with_a_question_the_next_step_is_that_others_join(desk: Desk) -> None:
    bring(desk)
    lobby = open_lobby(desk, ("Ana",))

    assert coloured(card(desk, lobby)) == ["Join"]


def test_once_two_are_in_the_next_step_is_the_hosts(desk: Desk) -> None:
    bring(desk)
    lobby = open_lobby(desk, ("Ana", "Ben"))

    message = card(desk, lobby)

    assert message.embed is not None
    assert message.embed.description == (
        "**Join** and vote for a question; Ana presses **Start the round** when all are in."
    )
    assert coloured(message) == ["Start the round"]
    everything = ["Join", "Leave", "Bring a question", "Start the round", "Warm-up"]
    assert labels(message) == everything


def test_a_question_that_the_host_picked_is_in_the_first_sentence(desk: Desk) -> None:
    bring(desk)
    lobby = open_lobby(desk, wish=StartOptions(question=RAIN))

    message = card(desk, lobby)

    assert message.embed is not None
    assert f"Next is **{RAIN}**" in (message.embed.description or "")


def test_without_a_host_the_next_step_is_that_somebody_takes_over(desk: Desk) -> None:
    bring(desk)
    lobby = open_lobby(desk)
    sessions_service.leave(desk, caller("Ana"), lobby)

    message = card(desk, lobby)

    assert message.embed is not None
    assert message.embed.description == (
        "Ana has left: the next in the circle presses **Take over**."
    )
    assert coloured(message) == ["Take over"]
    assert len(labels(message)) == 5


# Which questions


def test_the_newest_question_comes_first_and_one_that_is_known_last(desk: Desk) -> None:
    rain, snow = bring(desk, RAIN), bring(desk, SNOW)
    hail = bring(desk, "Will it hail in Lima this year?")
    record(desk, "Ben", hail)
    lobby = open_lobby(desk)

    assert [one.id for one in shown(desk, lobby).choices] == [snow, rain, hail]
    [menu] = [one for one in card(desk, lobby).items if hasattr(one, "options")]
    assert menu.options[-1].description == "⚠️ Already forecast by Ben"


def test_what_somebody_knows_who_is_not_here_is_not_marked(desk: Desk) -> None:
    rain, snow = bring(desk, RAIN), bring(desk, SNOW)
    record(desk, "Dan", snow)
    lobby = open_lobby(desk)

    assert [(one.id, one.known_to) for one in shown(desk, lobby).choices] == [
        (snow, ()),
        (rain, ()),
    ]


def test_twenty_five_questions_fit_in_the_select(desk: Desk) -> None:
    bring_many(desk, 25)
    lobby = open_lobby(desk)

    assert options(card(desk, lobby)) == [f"Question {number}" for number in range(25, 0, -1)]


def test_of_more_questions_the_select_has_the_newest_and_a_way_to_the_others(desk: Desk) -> None:
    bring_many(desk, 60)
    lobby = open_lobby(desk)

    message = card(desk, lobby)

    assert options(message) == [*(f"Question {n}" for n in range(60, 36, -1)), "More questions…"]
    assert message.embed is not None
    listed = message.embed.fields[-1]
    assert listed.name == "Questions to choose from (60)"
    assert (listed.value or "").count("\n") == 5
    assert (listed.value or "").endswith("… and 55 more to vote for below")


def test_the_pages_together_have_every_question_once(desk: Desk) -> None:
    bring_many(desk, 60)
    lobby = open_lobby(desk)

    pages = [
        sessions_service.ballot(desk, caller("Ben"), keys.lobby_page(lobby, number))
        for number in range(3)
    ]

    titles = [one.title for page in pages for one in page.choices]
    assert titles == [f"Question {number}" for number in range(60, 0, -1)]
    buttons = [labels(sessions_cards.ballot_message(page)) for page in pages]
    assert buttons == [["Older"], ["Newer", "Older"], ["Newer"]]


def test_a_page_behind_the_last_is_the_last(desk: Desk) -> None:
    bring_many(desk, 60)
    lobby = open_lobby(desk)

    page = sessions_service.ballot(desk, caller("Ben"), keys.lobby_page(lobby, 99))

    assert [one.title for one in page.choices][-1] == "Question 1"


def test_a_vote_on_a_page_counts_and_the_group_sees_it_on_top(desk: Desk) -> None:
    bring_many(desk, 60)
    lobby = open_lobby(desk)
    page = keys.lobby_page(lobby, 2)

    mine = sessions_service.vote_on_page(desk, caller("Ben"), page, 3)
    sessions_service.start_round(desk, caller("Ana"), lobby)

    assert mine.mine == "Question 3"
    assert [one.question_id for one in rows(desk, Vote)] == [3]
    assert row(desk, Round, 1).question_id == 3


def test_a_question_with_a_vote_is_listed_however_old_it_is(desk: Desk) -> None:
    bring_many(desk, 60)
    lobby = open_lobby(desk)
    sessions_service.vote(desk, caller("Ben"), lobby, 3)

    message = card(desk, lobby)

    assert message.embed is not None
    assert (message.embed.fields[-1].value or "").startswith("• **1** vote · Question 3\n")


def test_who_has_no_seat_looks_at_the_pages_and_does_not_vote(desk: Desk) -> None:
    bring_many(desk, 60)
    lobby = open_lobby(desk)
    page = keys.lobby_page(lobby, 1)

    looked = sessions_service.ballot(desk, caller("Eva"), page)
    with pytest.raises(NotAllowedRefusal, match="Join first"):
        sessions_service.vote_on_page(desk, caller("Eva"), page, 3)

    assert looked.mine is None
    assert rows(desk, Vote) == []


def test_the_pages_of_a_lobby_whose_round_has_begun_are_stale(desk: Desk) -> None:
    bring_many(desk, 60)
    lobby = open_lobby(desk)
    sessions_service.start_round(desk, caller("Ana"), lobby)

    with pytest.raises(StaleRefusal):
        sessions_service.ballot(desk, caller("Ben"), keys.lobby_page(lobby, 1))


def test_a_lobby_asks_as_often_with_two_thousand_questions_as_with_thirty(
    desk: Desk, clock: Clock
) -> None:
    bring_many(desk, 30)
    lobby = open_lobby(desk)
    few = statements(lambda: shown(desk, lobby))
    with desk.db.write() as tx:
        first = tx.get_one(Question, 1)
        tx.add_all(
            Question(**first.model_dump() | {"id": None, "title": f"More {number}"})
            for number in range(2_000)
        )
    questions_service.toggle_mark(desk, caller("Ben"), keys.question(2_000))

    many = statements(lambda: shown(desk, lobby))

    assert many == few
    assert shown(desk, lobby).offered == 2_030
    assert len(shown(desk, lobby).choices) == 24
