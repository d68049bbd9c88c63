"""Nobody is dealt what they have seen, whatever happened before; the lot can be drawn again."""

import random

import pytest
from sqlmodel import select

from bot.core import keys
from bot.core.refusals import NotAllowedRefusal, Refusal
from bot.core.unit import Desk
from bot.forecasts import service as forecasts_service
from bot.pastcasts import dealing, lot
from bot.questions import outcomes as questions_outcomes
from bot.questions import read_model as questions_read_model
from bot.questions import service as questions_service
from bot.rounds import service as rounds_service
from bot.sessions import service as sessions_service
from bot.sessions.service import StartOptions
from storage import bank, exports
from storage.bank import Wanted
from storage.tables import (
    Banked,
    Order,
    Question,
    QuestionState,
    Round,
    Score,
    Seat,
    SessionFormat,
    Sighting,
)
from tests.bot.pastcast_scenes import put_in_bank
from tests.bot.scenes import open_lobby, record, row, rows, running
from tests.conftest import CAST, GROUP, Clock, caller

PAST = StartOptions(order=Order.MANUAL, format=SessionFormat.PASTCAST)
MANAGER = {"manages_group": True, "manages_events": True}


def deal(desk: Desk, names: tuple[str, ...], wish: StartOptions = PAST) -> int:
    """A pastcast whose first question is dealt; its round."""
    lobby = open_lobby(desk, names, wish)
    sessions_service.start_round(desk, caller(names[0]), lobby)
    return running(desk, lobby.id)


def seen_by(desk: Desk, name: str) -> set[int]:
    with desk.db.read() as tx:
        found = select(Sighting.banked_id).where(Sighting.user_id == caller(name).user_id)
        return set(tx.exec(found))


def test_in_any_history_nobody_is_dealt_what_they_have_seen_and_no_group_twice(
    desk: Desk, clock: Clock
) -> None:
    chance = random.Random(7)
    for number in range(24):
        put_in_bank(desk, f"event-{number}")
    dealt: list[int] = []
    while True:
        names = tuple(chance.sample(CAST, chance.randint(1, len(CAST))))
        before = {name: seen_by(desk, name) for name in names}
        if not _left_for(desk, names):
            with pytest.raises(Refusal, match="no question left that nobody here has seen"):
                deal(desk, names)
            break
        number = deal(desk, names)
        question = row(desk, Question, row(desk, Round, number).question_id)
        assert question.banked_id is not None
        assert all(question.banked_id not in seen for seen in before.values())
        assert question.banked_id not in dealt
        assert all(question.banked_id in seen_by(desk, name) for name in names)
        dealt.append(question.banked_id)
        _see_elsewhere(desk, clock, chance)
        record(desk, names[0], question.id or 0)
        sessions_service.end(desk, caller(names[0]))
    assert len(dealt) >= 5


def _left_for(desk: Desk, names: tuple[str, ...]) -> list[int]:
    """What none of them has seen and the group was never dealt, counted by hand."""
    seen = set().union(*(seen_by(desk, name) for name in names))
    asked = {one.banked_id for one in rows(desk, Question)}
    return [one.id or 0 for one in rows(desk, Banked) if one.id not in seen | asked]


def _see_elsewhere(desk: Desk, clock: Clock, chance: random.Random) -> None:
    """Somebody practises alone, in another group or in private."""
    who = caller(chance.choice(CAST))
    with desk.db.write() as tx:
        left = bank.unseen(tx, Wanted([who.user_id]))
        if left:
            bank.see(tx, [chance.choice(left)], [who.user_id], clock.now)


def test_the_stored_seed_gives_the_same_question_again(desk: Desk) -> None:
    ids = [put_in_bank(desk, f"event-{number}") for number in range(9)]

    number = deal(desk, ("Ana", "Ben"))

    held = row(desk, Round, number)
    assert row(desk, Question, held.question_id).banked_id == lot.draw(ids, held.seed)[0]


def test_a_topic_leaves_the_others_out(desk: Desk) -> None:
    put_in_bank(desk, "event-1")

    with pytest.raises(Refusal, match=r"no such topic\. It has weather"):
        open_lobby(desk, ("Ana",), StartOptions(format=SessionFormat.PASTCAST, topic="law"))
    deal(desk, ("Ana",), StartOptions(format=SessionFormat.PASTCAST, topic="Weather"))


def test_before_the_reveal_nobody_resolves_edits_marks_or_reopens_it(desk: Desk) -> None:
    put_in_bank(desk, "event-1")
    number = deal(desk, ("Ana", "Ben"))
    question = row(desk, Round, number).question_id
    leader = caller("Ana", **MANAGER)

    for deed in (
        lambda: questions_outcomes.resolve(desk, leader, question, outcome="yes"),
        lambda: questions_outcomes.withdraw(desk, leader, question),
        lambda: questions_outcomes.reopen(desk, leader, question),
        lambda: questions_service.as_written(desk, leader, question),
        lambda: questions_service.toggle_mark(desk, caller("Ben"), keys.question(question)),
    ):
        with pytest.raises(Refusal, match=r"sealed|no more forecasts"):
            deed()
    assert row(desk, Question, question).state == QuestionState.OPEN


def test_who_knows_it_records_nothing_more_and_earns_no_score(desk: Desk) -> None:
    put_in_bank(desk, "event-1")
    number = deal(desk, ("Ana", "Ben"))
    question = row(desk, Round, number).question_id
    record(desk, "Ana", question, "60")
    record(desk, "Ben", question, "99")

    dealing.know(desk, caller("Ben"), keys.dealt(question))
    with pytest.raises(Refusal, match="You know this one"):
        record(desk, "Ben", question, "99")
    sessions_service.end(desk, caller("Ana"))

    assert {one.member_id for one in rows(desk, Score)} == {1}


def test_only_the_host_goes_on_to_the_next_question(desk: Desk) -> None:
    for number in range(3):
        put_in_bank(desk, f"event-{number}")
    number = deal(desk, ("Ana", "Ben"))
    record(desk, "Ana", row(desk, Round, number).question_id)
    rounds_service.move_on(desk, caller("Ana"))
    for name in ("Ana", "Ben"):
        rounds_service.done(desk, caller(name))
    rounds_service.move_on(desk, caller("Ana"))

    with pytest.raises(NotAllowedRefusal):
        sessions_service.next_question(desk, caller("Ben"), keys.summary(number))
    sessions_service.next_question(desk, caller("Ana"), keys.summary(number))

    assert len(rows(desk, Round)) == 2


def test_dealt_questions_are_in_no_lobby_and_no_list(desk: Desk) -> None:
    put_in_bank(desk, "event-1")
    deal(desk, ("Ana", "Ben"))

    assert questions_service.listing(desk, caller("Ana")) == []
    with desk.db.read() as tx:
        assert bank.topics(tx, Wanted([caller("Eva").user_id], GROUP)) == {}


def test_who_has_seen_it_before_and_comes_late_is_in_the_circle_without_a_seat(
    desk: Desk, clock: Clock
) -> None:
    banked = put_in_bank(desk, "event-1")
    late = caller("Eva")
    with desk.db.write() as tx:
        bank.see(tx, [banked], [late.user_id], clock.now)
    clock.move(60)
    number = deal(desk, ("Ana", "Ben"))
    question = row(desk, Round, number).question_id

    assert sessions_service.join(desk, late) is False
    with pytest.raises(Refusal, match="You know this one, or were dealt it before"):
        record(desk, "Eva", question, "2")
    assert {one.member_id for one in rows(desk, Seat)} == {1, 2}


def test_what_runs_in_a_group_is_not_dealt_to_its_members_alone(desk: Desk) -> None:
    put_in_bank(desk, "event-1")
    lobby = open_lobby(desk, ("Ana", "Eva"), PAST)
    sessions_service.leave(desk, caller("Eva"), lobby)
    sessions_service.start_round(desk, caller("Ana"), lobby)

    with desk.db.read() as tx:
        assert bank.unseen(tx, Wanted([caller("Eva").user_id])) == []
        assert len(bank.unseen(tx, Wanted([77]))) == 1  # a stranger to the group


def test_the_last_one_who_knows_it_is_asked_first(desk: Desk) -> None:
    put_in_bank(desk, "event-1")
    number = deal(desk, ("Ana", "Ben"))
    question = row(desk, Round, number).question_id
    dealing.know(desk, caller("Ben"), keys.dealt(question))

    with pytest.raises(dealing.LastOneRefusal):
        dealing.know(desk, caller("Ana"), keys.dealt(question))
    dealing.know(desk, caller("Ana"), keys.dealt(question), surely=True)

    assert row(desk, Question, question).state == QuestionState.VOID


def test_what_stays_sealed_is_never_resolved_by_hand(desk: Desk) -> None:
    put_in_bank(desk, "event-1")
    put_in_bank(desk, "event-2")
    number = deal(desk, ("Ana", "Ben"))
    question = row(desk, Round, number).question_id
    record(desk, "Ana", question)
    sessions_service.change_question(desk, caller("Ana"))

    with pytest.raises(Refusal, match="stays sealed"):
        questions_outcomes.resolve(desk, caller("Ana", **MANAGER), question, outcome="yes")
    with pytest.raises(Refusal, match="stays sealed"):
        questions_outcomes.reopen(desk, caller("Ana", **MANAGER), question)


def test_who_knows_it_is_on_no_card_in_no_history_and_in_no_export_of_others(desk: Desk) -> None:
    put_in_bank(desk, "event-1")
    number = deal(desk, ("Ana", "Ben"))
    question = row(desk, Round, number).question_id
    record(desk, "Ana", question, "60")
    record(desk, "Ben", question, "99")
    dealing.know(desk, caller("Ben"), keys.dealt(question))
    sessions_service.end(desk, caller("Ana"))

    with desk.db.read() as tx:
        shown = questions_read_model.read_question(tx, keys.question(question))
        exported = exports.everything(tx, GROUP, user_id=caller("Ana").user_id)
    told = forecasts_service.show_history(desk, caller("Ana"), question)

    assert shown is not None
    assert shown.known_to == ("Ana",)
    assert {line.name for line in told.lines} == {"Ana"}
    assert exported["marks"] == []


def test_what_cannot_be_revealed_for_want_of_its_key_is_not_dealt(desk: Desk) -> None:
    number = put_in_bank(desk, "event-1")
    with desk.db.write() as tx:
        tx.get_one(Banked, number).sealed = True

    with pytest.raises(Refusal, match="no question left"):
        deal(desk, ("Ana", "Ben"))
