"""What a group learns about its circle, from rounds that were played; each number by hand."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.circle import service as circle_service
from bot.circle.averages import Mean
from bot.circle.cards import circle_details, record_lines
from bot.circle.read_model import read_member
from bot.circle.service import GroupCircle
from bot.core import keys
from bot.core.numbers import say_probability
from bot.core.unit import Desk
from bot.questions import outcome_cards, own_score
from bot.questions import outcomes as questions_outcomes
from bot.registry import CARDS
from bot.rounds import service as rounds_service
from bot.rounds import summaries
from bot.rounds.summary_cards import details_card
from bot.sessions import service as sessions_service
from storage.tables import Question, QuestionKind, Round
from tests.bot.saved_scenes import scene
from tests.bot.scenes import (
    SNOW,
    bring,
    card,
    finish,
    member,
    open_round,
    play,
    record,
    row,
)
from tests.conftest import GROUP, Clock, caller

SAID = {"Ana": ("30", "60", "80"), "Ben": ("90", "70", "20"), "Cleo": ("40", "50", "50")}
AGREED = {"Ben": ("50", "60", "90"), "Cleo": ("50", "50", "60"), "Ana": ("50", "70", "80")}
TWO = {"Ana": ("30", "60", "80"), "Ben": ("90", "70", "20")}


def by_odds(*said: float) -> float:
    odds = math.prod(p / (1 - p) for p in said) ** (1 / len(said))
    return odds / (1 + odds)


# What going around was worth if it came out yes.
GAIN = (1 - by_odds(0.3, 0.9, 0.4)) ** 2 - (1 - by_odds(0.8, 0.2, 0.5)) ** 2
SECOND_GAIN = 0.25 - (1 - by_odds(0.9, 0.6, 0.8)) ** 2


def settle(desk: Desk, clock: Clock, round_id: int, outcome: str = "yes") -> None:
    clock.move(60)
    number = row(desk, Round, round_id).question_id
    who = caller("Ana", manages_events=True)
    questions_outcomes.resolve(desk, who, number, outcome=outcome, known="")


def play_another(
    desk: Desk, clock: Clock, said: dict[str, tuple[str, str, str]], title: str = SNOW
) -> int:
    """One more evening, on a question of its own."""
    sessions_service.end(desk, caller(manages_events=True))
    clock.move(7 * 86400)
    bring(desk, title)
    return play(desk, clock, said)


@scene
def one_round(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID))


@scene
def two_rounds(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID))
    settle(desk, clock, play_another(desk, clock, AGREED))


@scene
def five_rounds(desk: Desk, clock: Clock) -> None:
    """As many as it takes to tell who listens; nothing is resolved."""
    play(desk, clock, SAID)
    for at in range(4):
        play_another(desk, clock, SAID, f"Will it rain on day {at}?")


def seen(desk: Desk, **more: Any) -> GroupCircle:
    return circle_service.show_circle(desk, caller(**more))


def told(view: GroupCircle) -> str:
    embed = circle_details(view).embed
    assert embed is not None
    return "\n".join([embed.description or "", *(str(one.value) for one in embed.fields)])


def outcome_details(desk: Desk) -> dict[str, str]:
    """What somebody reads who presses Details on the outcome of the first question."""
    embed = outcome_cards.details_card(own_score.show(desk, caller("Ana"), 1)).embed
    assert embed is not None
    return {str(one.name): str(one.value) for one in embed.fields}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def test_a_group_without_rounds_is_told_how_to_get_some(desk: Desk) -> None:
    view = seen(desk)

    assert (view.rounds, view.gain, view.trust, view.fairness) == (0, None, None, None)
    assert "`/session start`" in told(view)


def test_before_the_outcome_and_five_turns_there_is_no_word_about_anybody(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)

    view = seen(desk)

    assert (view.rounds, view.resolved, view.gain, view.trust) == (1, 0, None, None)
    assert (view.followers, sorted(view.quiet)) == ((), [("Ben", 1), ("Cleo", 1)])
    assert "What they were worth appears when" in told(view)
    assert "It takes five turns after others. So far: Cleo 1, Ben 1." in told(view)
    assert "Always opened, so there is nothing to compare yet: Ana." in told(view)


def test_the_weight_is_how_far_the_turns_went_to_what_was_said_before(
    desk: Desk, clock: Clock
) -> None:
    five_rounds(desk, clock)

    weights = {one.name: one.weight for one in seen(desk).followers}

    def between(blind: float, turn: float, heard: float) -> float:
        start, end, goal = (math.log(p / (1 - p)) for p in (blind, turn, heard))
        return (end - start) / (goal - start)

    assert weights == {
        "Ben": pytest.approx(between(0.9, 0.7, 0.6)),
        "Cleo": pytest.approx(between(0.4, 0.5, by_odds(0.6, 0.7))),
    }


def test_gains_and_aggregates_of_two_rounds(desk: Desk, clock: Clock) -> None:
    two_rounds(desk, clock)

    view = seen(desk)

    assert view.resolved == 2
    assert [one.gain for one in view.gains] == pytest.approx([GAIN, SECOND_GAIN])
    assert view.gain == Mean(pytest.approx((GAIN + SECOND_GAIN) / 2), None, 2)
    assert view.trust is not None
    found = {name: one.value for name, one in view.trust.rows}
    assert found["mean"] == pytest.approx((0.25 + (1 - 2.3 / 3) ** 2) / 2)
    assert found["median"] == pytest.approx((0.25 + 0.04) / 2)
    first, second = by_odds(0.8, 0.2, 0.5), by_odds(0.9, 0.6, 0.8)
    assert found["mean of odds"] == pytest.approx(((1 - first) ** 2 + (1 - second) ** 2) / 2)
    briers = (0.04 + 0.64 + 0.25, 0.01 + 0.16 + 0.04)
    assert found["members on average"] == pytest.approx(sum(briers) / 6)


def test_a_round_of_two_people_has_no_gain_and_judges_no_aggregate(
    desk: Desk, clock: Clock
) -> None:
    settle(desk, clock, play(desk, clock, TWO))

    view = seen(desk)

    assert (view.rounds, view.resolved, view.gains, view.trust) == (1, 0, (), None)


def test_few_rounds_get_no_verdict_and_no_mean(desk: Desk, clock: Clock) -> None:
    one_round(desk, clock)

    text = told(seen(desk))

    assert (
        "it takes ten questions on which three or more forecast both blind and at the end (1 so"
        in text
    )
    assert "shown from ten questions on (1 so far), and judged from 30 on" in text
    assert "90%" not in text


def test_a_correction_turns_the_gain_around_and_a_void_question_has_none(
    desk: Desk, clock: Clock
) -> None:
    number = play(desk, clock, SAID)
    settle(desk, clock, number, "no")
    opposite = by_odds(0.3, 0.9, 0.4) ** 2 - by_odds(0.8, 0.2, 0.5) ** 2

    as_no = seen(desk)
    settle(desk, clock, number, "void")
    as_void = seen(desk)

    assert [one.gain for one in as_no.gains] == pytest.approx([opposite])
    assert (as_void.resolved, as_void.gains, as_void.rounds) == (0, (), 1)


def test_a_running_round_shows_nowhere(desk: Desk, clock: Clock) -> None:
    one_round(desk, clock)
    before = seen(desk)
    sessions_service.end(desk, caller("Ana"))
    bring(desk, SNOW)
    number = open_round(desk, ("Ana", "Ben"))
    record(desk, "Ana", row(desk, Round, number).question_id, "12")

    assert seen(desk) == before


def test_another_group_sees_nothing_of_it(desk: Desk, clock: Clock) -> None:
    one_round(desk, clock)

    view = seen(desk, group_id=GROUP + 1)

    assert (view.rounds, view.resolved, view.followers, view.fairness) == (0, 0, (), None)


def test_other_kinds_of_questions_are_declined_kindly(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    with desk.db.write() as tx:
        tx.get_one(Question, 1).kind = QuestionKind.NUMERIC

    view = seen(desk)

    assert (view.rounds, view.other_rounds) == (0, 1)
    assert view.fairness is not None  # who opened does not depend on what was asked
    assert "So far this looks at yes/no questions only" in told(view)


def test_who_opened_is_beside_a_fair_share(desk: Desk, clock: Clock) -> None:
    play(desk, clock, TWO)
    play_another(desk, clock, TWO)

    fairness = seen(desk).fairness

    assert fairness is not None
    assert fairness.rounds == 2
    seats = [(one.name, one.opened, one.fair) for one in fairness.seatings]
    assert seats == [("Ana", 2, 1.0), ("Ben", 0, 1.0)]
    assert fairness.seats is None  # nothing is resolved


def test_who_passes_sits_where_they_spoke(desk: Desk) -> None:
    number = open_round(desk, ("Ana", "Ben"))
    rounds_service.move_on(desk, caller("Ana"), card(desk, number))
    rounds_service.give_way(desk, caller("Ana"))
    rounds_service.done(desk, caller("Ben"))
    rounds_service.done(desk, caller("Ana"))
    rounds_service.move_on(desk, caller("Ana"))

    fairness = seen(desk).fairness

    assert fairness is not None
    assert [(one.name, one.opened) for one in fairness.seatings] == [("Ben", 1), ("Ana", 0)]


def test_a_round_in_which_nobody_recorded_counts_for_the_order_alone(desk: Desk) -> None:
    finish(desk)

    view = seen(desk)

    assert (view.rounds, view.resolved, view.followers) == (1, 0, ())
    assert view.fairness is not None
    assert "Who opened, in 1 round of two or more: Ana 1, Ben 0, Cleo 0 (0.3 each" in told(view)


def test_many_rounds_take_no_more_queries_than_one(desk: Desk, clock: Clock) -> None:
    one_round(desk, clock)
    with counted() as for_one:
        seen(desk)
    settle(desk, clock, play_another(desk, clock, AGREED))
    settle(desk, clock, play_another(desk, clock, SAID, "Will the strike end?"))

    with counted() as for_three:
        seen(desk)

    assert len(for_three) == len(for_one)


def test_the_summary_tells_how_the_forecast_moved(desk: Desk, clock: Clock) -> None:
    number = play(desk, clock, SAID)

    message = CARDS.render(desk, keys.summary(number))

    assert message is not None
    assert message.layout is not None
    asked, _ = summaries.show(desk, caller("Dan"), keys.summary(number))
    details = details_card(asked).embed
    assert details is not None
    path = [by_odds(0.3, 0.9, 0.4), by_odds(0.6, 0.9, 0.4), by_odds(0.6, 0.7, 0.4)]
    start, first, second = (say_probability(p) for p in path)
    moved = next(one.value for one in details.fields if one.name == "How the forecast moved")
    assert moved is not None
    assert f"blind **{start}** → Ana **{first}** → Ben **{second}** → Cleo **60.3%** → " in moved
    assert "Changed most" not in moved  # two had heard somebody
    assert message.layout.texts()[0].startswith(
        f"The group moved **down from {start} blind to 50%** (the same 3 people).\n"
    )
    assert message.picture is not None
    assert f"The group's number, turn by turn: {start}, {first}, {second}, 60.3%." in (
        message.picture.alt
    )


def test_the_outcome_tells_what_the_circle_was_worth(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID), "no")

    fields = outcome_details(desk)
    told = fields["What the circle was worth"]
    gain = by_odds(0.3, 0.9, 0.4) ** 2 - 0.25
    assert (
        f"The circle was worth **+{gain:.3f}**: the group's number came nearer to what happened"
        in told
    )
    assert "Nearer at the end than blind: 1 of 3. Ana −0.550, Ben +0.770, Cleo −0.090." in told
    assert "mean of odds 0.250" in told
    assert "the members on average 0.310" in told


def test_an_outcome_without_a_circle_says_nothing_about_one(desk: Desk, clock: Clock) -> None:
    number = bring(desk)
    record(desk, "Ana", number, "70")
    clock.move(60)
    questions_outcomes.resolve(desk, caller("Ana"), number, outcome="yes", known="")

    assert "What the circle was worth" not in outcome_details(desk)


def test_a_member_s_part_in_the_circle_is_read_with_what_it_rests_on(
    desk: Desk, clock: Clock
) -> None:
    two_rounds(desk, clock)

    with desk.db.read() as tx:
        record = read_member(tx, GROUP, member(desk, "Ben"))

    assert record.own == Mean(pytest.approx((0.01 - 0.64 + 0.25 - 0.01) / 2), None, 2)
    assert record.turns == 1  # in the second round, Ben spoke first
    assert record_lines(record) == (
        "Blind to final is told from ten resolved questions on (2 so far).",
        "Listening is told from five turns after others on (1 so far).",
    )


def test_of_who_always_opened_profile_and_group_say_that_there_is_nothing_to_compare(
    desk: Desk, clock: Clock
) -> None:
    five_rounds(desk, clock)

    with desk.db.read() as tx:
        record = read_member(tx, GROUP, member(desk, "Ana"))
    view = seen(desk)

    assert view.openers == ("Ana",)
    assert view.quiet == ()
    assert "Always opened, so there is nothing to compare yet: Ana." in told(view)
    (said,) = record_lines(record)
    assert said.startswith(
        "Listening is told from five turns after others on. So far each turn opened"
    )


def test_nobody_who_spoke_is_left_out_without_a_word(desk: Desk, clock: Clock) -> None:
    number = open_round(desk, ("Ana", "Ben"))
    question = row(desk, Round, number).question_id
    rounds_service.move_on(desk, caller("Ana"), card(desk, number))
    for name in ("Ana", "Ben"):  # nothing blind
        record(desk, name, question, "60")
        rounds_service.done(desk, caller(name))
    rounds_service.move_on(desk, caller("Ana"))

    view = seen(desk)

    assert (view.openers, view.alike) == (("Ana",), ("Ben",))
    assert "No blind forecast that differs from what they had heard: Ben." in told(view)


def test_who_was_never_in_a_circle_has_no_such_lines(desk: Desk) -> None:
    record(desk, "Ana", bring(desk), "70")

    with desk.db.read() as tx:
        assert record_lines(read_member(tx, GROUP, member(desk, "Ana"))) == ()
