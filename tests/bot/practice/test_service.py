"""Practice: what is dealt to whom, what counts, and that it stays with one person."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete, select

from bot.core import keys
from bot.core.encryption import Box, new_key
from bot.core.errors import RepeatedInteractionError
from bot.core.integrations import Integrations
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.practice import service as practice_service
from bot.practice.read_model import Dealt, Revealed, RunDry
from storage import bank, practice
from storage.engine import Database
from storage.tables import Banked, Group, Member, Practice, Question, QuestionKind, Sighting
from tests.bot.practice.scenes import answer, deal, fill, question_of, someone
from tests.bot.scenes import group, rows
from tests.conftest import GROUP, START, Clock, caller
from tests.machine import examples

pytestmark = pytest.mark.both_engines


def test_a_question_is_dealt_and_noted_as_seen_at_once(desk: Desk) -> None:
    fill(desk)

    dealt = deal(desk)

    (kept,) = rows(desk, Practice)
    (sighting,) = rows(desk, Sighting)
    assert (kept.id, kept.user_id, kept.dealt_at) == (dealt.id, 1, START)
    assert (sighting.user_id, sighting.banked_id) == (1, kept.banked_id)
    assert dealt.title.startswith("Will it rain on day")
    assert not dealt.waited


def test_an_open_question_is_shown_again_and_no_other_is_dealt(desk: Desk) -> None:
    fill(desk)
    first = deal(desk)

    again = deal(desk)
    after_another = practice_service.deal_another(desk, someone(), first.key)

    assert (again.id, again.waited) == (first.id, True)
    assert isinstance(after_another, Dealt)
    assert after_another.id == first.id
    assert len(rows(desk, Practice)) == 1


def test_an_answer_is_kept_with_its_outcome_and_score(desk: Desk, clock: Clock) -> None:
    fill(desk, 1, crowd=0.4)
    dealt = deal(desk)
    clock.move(60)

    revealed = answer(desk, dealt, "70%")

    (kept,) = rows(desk, Practice)
    assert (kept.probability, kept.outcome, kept.answered_at) == (0.7, 1, clock.now)
    assert kept.brier == pytest.approx(0.09)
    assert revealed.happened
    assert revealed.brier == pytest.approx(0.09)
    assert revealed.crowd == (0.4, pytest.approx(0.36))
    assert (revealed.counted, revealed.mean) == (1, pytest.approx(0.09))


def test_the_first_answer_counts_whatever_is_pressed_afterwards(desk: Desk) -> None:
    fill(desk)
    dealt = deal(desk)
    answer(desk, dealt, "70")

    again = answer(desk, dealt, "10")
    known = practice_service.know(desk, someone(), dealt.key)

    assert again.probability == 0.7
    assert isinstance(known, Revealed)
    assert [(one.probability, one.known) for one in rows(desk, Practice)] == [(0.7, False)]
    assert again.counted == 1


def test_the_same_interaction_delivered_twice_acts_once(desk: Desk) -> None:
    fill(desk)
    dealt, who = deal(desk), someone()
    practice_service.answer(desk, who, dealt.key, "70")

    with pytest.raises(RepeatedInteractionError):
        practice_service.answer(desk, who, dealt.key, "10")
    with pytest.raises(RepeatedInteractionError):
        practice_service.deal(desk, who)

    assert len(rows(desk, Practice)) == 1


def test_what_somebody_knows_does_not_count_and_another_is_dealt(desk: Desk) -> None:
    fill(desk)
    first = deal(desk)

    second = practice_service.know(desk, someone(), first.key)

    assert isinstance(second, Dealt)
    assert second.id != first.id
    with desk.db.read() as tx:
        assert practice.counted(tx, 1) == []
    with pytest.raises(StaleRefusal, match="answered this one"):
        answer(desk, first)
    once_more = practice_service.know(desk, someone(), first.key)
    assert isinstance(once_more, Dealt)
    assert once_more.id == second.id


@pytest.mark.parametrize("said", ["1", "banana", "130", "", "50/50"])
def test_what_is_no_chance_is_refused_and_the_question_stays_sealed(desk: Desk, said: str) -> None:
    fill(desk)
    dealt = deal(desk)

    with pytest.raises(Refusal):
        answer(desk, dealt, said)

    (kept,) = rows(desk, Practice)
    assert (kept.probability, kept.outcome, kept.brier, kept.answered_at) == (None,) * 4


def test_nobody_else_may_press_the_buttons_of_somebodys_practice(desk: Desk) -> None:
    fill(desk)
    dealt, before = deal(desk), rows(desk, Practice)
    acts = (
        lambda who: practice_service.answer(desk, who, dealt.key, "70"),
        lambda who: practice_service.know(desk, who, dealt.key),
        lambda who: practice_service.look(desk, who, dealt.key),
    )

    for act in acts:
        with pytest.raises(StaleRefusal, match="Type `/practice` for one of your own"):
            act(someone("Ben"))

    assert rows(desk, Practice) == before


def test_only_yes_or_no_questions_that_are_not_retired_are_dealt(desk: Desk) -> None:
    fill(desk, 1, prefix="n", kind=QuestionKind.NUMERIC, outcome="3")
    fill(desk, 1, prefix="r", retired=True)

    assert practice_service.deal(desk, someone()) == RunDry("", {})


def test_the_topic_is_kept_for_the_next_one_only_where_it_was_asked_for(desk: Desk) -> None:
    fill(desk, 2, prefix="a")
    fill(desk, 30, prefix="b", topic="space")

    first = deal(desk, topic="weather")
    answer(desk, first)
    second = practice_service.deal_another(desk, someone(), first.key)
    assert isinstance(second, Dealt)
    answer(desk, second)
    dry = practice_service.deal_another(desk, someone(), second.key)

    assert (first.topic, second.topic) == ("weather", "weather")
    assert dry == RunDry("weather", {"space": 30})
    assert not deal(desk).same_topic


def test_topics_are_offered_with_what_is_unseen(desk: Desk) -> None:
    fill(desk, 2, prefix="a")
    fill(desk, 3, prefix="b", topic="space")
    answer(desk, deal(desk, topic="weather"))

    assert practice_service.topic_choices(desk, someone(), "") == [
        ("space (3 unseen)", "space"),
        ("weather (1 unseen)", "weather"),
    ]
    assert practice_service.topic_choices(desk, someone(), " WEA") == [
        ("weather (1 unseen)", "weather")
    ]


def test_a_groups_own_bank_is_dealt_in_its_server_alone(desk: Desk) -> None:
    with desk.act(caller("Ben")):
        pass
    fill(desk, 1, group_id=GROUP)

    assert isinstance(practice_service.deal(desk, someone()), RunDry)
    assert isinstance(practice_service.deal(desk, someone(group_id=901)), RunDry)
    assert deal(desk, group_id=GROUP)


def test_what_a_group_was_dealt_is_not_dealt_in_its_server(desk: Desk) -> None:
    fill(desk, 1)
    with desk.act(caller("Ben")) as unit:
        (box,) = rows(desk, Banked)
        unit.tx.add(
            Question(
                group_id=GROUP, author_id=unit.my_id, title=box.title, banked_id=box.id,
                created_at=unit.now,
            )
        )  # fmt: skip

    assert isinstance(practice_service.deal(desk, someone(group_id=GROUP)), RunDry)
    assert deal(desk)


def test_practice_makes_nobody_a_member_of_any_group(desk: Desk) -> None:
    fill(desk)

    answer(desk, deal(desk, group_id=GROUP))

    assert rows(desk, Group) == []
    assert rows(desk, Member) == []


def test_practice_leaves_the_scores_of_a_group_alone(desk: Desk) -> None:
    with desk.act(caller()):
        pass
    fill(desk)
    before = group(desk)

    answer(desk, deal(desk, group_id=GROUP))

    assert group(desk) == before


def test_a_sealed_outcome_is_opened_for_the_reveal(database: Database, clock: Clock) -> None:
    box = Box(new_key())
    desk = Desk(database, clock, integrations=Integrations(box=box))
    fill(desk, 1, sealed=True, outcome=box.seal("no"))

    assert not answer(desk, deal(desk)).happened


def test_what_no_key_opens_is_not_dealt(database: Database, clock: Clock) -> None:
    box, other = Box(new_key()), Box(new_key())
    fill(Desk(database, clock), 2, sealed=True, outcome=box.seal("no"))

    for integrations in (Integrations(), Integrations(box=other)):
        desk = Desk(database, clock, integrations=integrations)
        assert isinstance(practice_service.deal(desk, someone()), RunDry)


def test_the_calibration_is_of_what_counts_and_of_oneself(desk: Desk) -> None:
    fill(desk, 14)
    for number in range(12):
        answer(desk, deal(desk), str(30 + number))
    answer(desk, deal(desk, "Ben"), "90", "Ben")
    practice_service.know(desk, someone(), deal(desk).key)

    shown = practice_service.calibrate(desk, someone())

    assert shown.reading is not None
    assert shown.reading.count == 12
    assert shown.has_curve
    assert shown.title == "Calibration: your practice"


def test_without_any_practice_there_is_no_calibration_yet(desk: Desk) -> None:
    assert practice_service.calibrate(desk, someone()).reading is None


ACTS = ("deal", "topic", "answer", "know", "evening")
STEPS = st.lists(
    st.tuples(st.sampled_from(["Ana", "Ben"]), st.sampled_from(ACTS), st.integers(1, 8)),
    max_size=25,
)
BOX = 8


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(15))
@given(steps=STEPS)
def test_nobody_is_dealt_what_they_have_seen(desk: Desk, steps: list[tuple[str, str, int]]) -> None:
    """Whatever two people do in turns: alone, in a server or not, and in evenings."""
    empty(desk)
    fill(desk, BOX // 2, prefix="a")
    fill(desk, BOX // 2, prefix="b", topic="space")
    seen: dict[str, set[int]] = {"Ana": set(), "Ben": set()}

    for name, act, number in steps:
        who = someone(name, GROUP if number % 2 else None)
        waiting = open_one(desk, name)
        if act == "evening":
            seen[name].add(see(desk, name, number))
        elif act == "answer" and waiting is not None:
            practice_service.answer(desk, who, keys.practice(waiting.id or 0), "40")
        else:
            shown = (
                practice_service.know(desk, who, keys.practice(waiting.id or 0))
                if act == "know" and waiting is not None
                else practice_service.deal(desk, who, "space" if act == "topic" else "")
            )
            if act != "know" and waiting is not None:
                assert isinstance(shown, Dealt)
                assert shown.id == waiting.id
            elif isinstance(shown, Dealt):
                assert question_of(desk, shown) not in seen[name]
                seen[name].add(question_of(desk, shown))
            else:
                assert shown == RunDry(shown.topic, {}) or act == "topic"


def open_one(desk: Desk, name: str) -> Practice | None:
    with desk.db.read() as tx:
        return practice.open_of(tx, caller(name).user_id)


def see(desk: Desk, name: str, number: int) -> int:
    """An evening at which somebody is dealt a question of the box; return its id."""
    with desk.db.write() as tx:
        first = tx.exec(select(Banked.id).order_by(col(Banked.id))).first() or 0
        bank.see(tx, [first + number - 1], [caller(name).user_id], START)
    return first + number - 1


def empty(desk: Desk) -> None:
    """No bank, and nobody has seen anything: hypothesis starts over in the same database."""
    with desk.db.write() as tx:
        for table in (Practice, Sighting, Banked):
            tx.exec(delete(table))
