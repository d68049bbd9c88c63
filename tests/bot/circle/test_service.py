"""What a group learns about its circle, from rounds that were played; each number by hand."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot import keys
from bot.circle import service
from bot.circle.cards import circle_card, record_lines
from bot.circle.service import GroupCircle
from bot.circle.shown import read_member
from bot.delivery.catalogue import render
from bot.questions import service as questions
from bot.sessions import service as sessions
from bot.sessions.rounds import service as rounds
from bot.standings import service as standings
from bot.unit import Desk
from storage.tables import Question, QuestionKind, Round, Score
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
    rows,
)
from tests.conftest import GROUP, Clock, caller

SAID = {"Ana": ("30", "60", "80"), "Ben": ("90", "70", "20")}
AGREED = {"Ben": ("50", "60", "90"), "Ana": ("50", "70", "80")}


def by_odds(*said: float) -> float:
    odds = math.prod(p / (1 - p) for p in said) ** (1 / len(said))
    return odds / (1 + odds)


# What going around was worth if it came out yes.
GAIN = (1 - by_odds(0.3, 0.9)) ** 2 - (1 - by_odds(0.8, 0.2)) ** 2
SECOND_GAIN = 0.25 - (1 - by_odds(0.9, 0.8)) ** 2


def settle(desk: Desk, clock: Clock, round_id: int, outcome: str = "yes") -> None:
    clock.move(60)
    number = row(desk, Round, round_id).question_id
    who = caller("Ana", manages_events=True)
    questions.resolve(desk, who, number, outcome=outcome, known="")


def play_another(
    desk: Desk, clock: Clock, said: dict[str, tuple[str, str, str]], title: str = SNOW
) -> int:
    """One more evening, on a question of its own."""
    sessions.end(desk, caller(manages_events=True))
    clock.move(7 * 86400)
    bring(desk, title)
    return play(desk, clock, said)


def seen(desk: Desk, **more: Any) -> GroupCircle:
    return service.show_circle(desk, caller(**more))


def told(view: GroupCircle) -> str:
    embed = circle_card(view, None).embed
    assert embed is not None
    return "\n".join([embed.description or "", *(str(one.value) for one in embed.fields)])


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

    assert (view.rounds, view.gain, view.aggregates, view.fairness) == (0, None, (), None)
    assert "`/session start`" in told(view)


def test_before_the_outcome_there_is_who_followed_whom_and_no_gain(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)

    view = seen(desk)

    assert (view.rounds, view.resolved, view.gain, view.aggregates) == (1, 0, None, ())
    assert {one.name: one.turns for one in view.followers} == {"Ana": 1, "Ben": 1}
    assert "Gains appear when" in told(view)


def test_the_weight_is_how_far_the_turn_went_from_the_blind_forecast(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)

    weights = {one.name: one.weight for one in seen(desk).followers}

    def between(blind: float, turn: float, heard: float) -> float:
        start, end, goal = (math.log(p / (1 - p)) for p in (blind, turn, heard))
        return (end - start) / (goal - start)

    assert weights["Ana"] == pytest.approx(between(0.3, 0.6, by_odds(0.3, 0.9)))
    assert weights["Ben"] == pytest.approx(between(0.9, 0.7, 0.6))


def test_gains_and_aggregates_of_two_rounds(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID))
    settle(desk, clock, play_another(desk, clock, AGREED))

    view = seen(desk)

    assert (view.resolved, view.questions) == (2, 2)
    assert [one.gain for one in view.gains] == pytest.approx([GAIN, SECOND_GAIN])
    assert view.gain is not None
    assert view.gain.value == pytest.approx((GAIN + SECOND_GAIN) / 2)
    found = {one.name: one.brier.value for one in view.aggregates}
    assert found["mean"] == pytest.approx((0.25 + 0.15**2) / 2)
    assert found["median"] == found["mean"]
    assert found["mean of odds"] == pytest.approx((0.25 + (1 - by_odds(0.9, 0.8)) ** 2) / 2)
    assert view.members is not None
    assert view.members.value == pytest.approx((0.04 + 0.64 + 0.01 + 0.04) / 4)


def test_the_best_member_is_named_beside_the_aggregates(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID))
    settle(desk, clock, play_another(desk, clock, AGREED))

    best = seen(desk).best_member

    assert best is not None
    assert (best.name, best.rounds, best.brier.value) == ("Ana", 2, pytest.approx(0.04))


def test_each_aggregate_is_compared_with_the_leader_on_the_same_questions(
    desk: Desk, clock: Clock
) -> None:
    settle(desk, clock, play(desk, clock, SAID))
    settle(desk, clock, play_another(desk, clock, AGREED))

    leader, *others = seen(desk).aggregates

    assert leader.behind is not None
    assert leader.behind.value == 0
    for one in others:
        assert one.behind is not None
        assert one.behind.value == pytest.approx(one.brier.value - leader.brier.value)


def test_few_rounds_are_called_a_story(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID))

    text = told(seen(desk))

    assert "That is few" in text
    assert "Too early to say" in text
    assert "90%" not in text  # one question has no interval


def test_a_correction_turns_the_gain_around_and_a_void_question_has_none(
    desk: Desk, clock: Clock
) -> None:
    number = play(desk, clock, SAID)
    settle(desk, clock, number, "no")
    opposite = by_odds(0.3, 0.9) ** 2 - by_odds(0.8, 0.2) ** 2

    as_no = seen(desk)
    settle(desk, clock, number, "void")
    as_void = seen(desk)

    assert [one.gain for one in as_no.gains] == pytest.approx([opposite])
    assert (as_void.resolved, as_void.gains, as_void.rounds) == (0, (), 1)


def test_a_running_round_shows_nowhere(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID))
    before = seen(desk)
    sessions.end(desk, caller("Ana"))
    bring(desk, SNOW)
    number = open_round(desk, ("Ana", "Ben"))
    record(desk, "Ana", row(desk, Round, number).question_id, "12")

    assert seen(desk) == before


def test_another_group_sees_nothing_of_it(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID))

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
    play(desk, clock, SAID)
    play_another(desk, clock, SAID)

    fairness = seen(desk).fairness

    assert fairness is not None
    assert fairness.rounds == 2
    seats = [(one.name, one.opened, one.fair) for one in fairness.seatings]
    assert seats == [("Ana", 2, 1.0), ("Ben", 0, 1.0)]
    assert fairness.p_value == pytest.approx(0.5, abs=0.1)  # as likely as two equal coins


def test_who_passes_sits_where_they_spoke(desk: Desk) -> None:
    number = open_round(desk, ("Ana", "Ben"))
    rounds.ready(desk, caller("Ana"), card(desk, number))
    rounds.give_way(desk, caller("Ana"))
    rounds.done(desk, caller("Ben"))
    rounds.done(desk, caller("Ana"))
    rounds.ready(desk, caller("Ana"))

    fairness = seen(desk).fairness

    assert fairness is not None
    assert [(one.name, one.opened) for one in fairness.seatings] == [("Ben", 1), ("Ana", 0)]


def test_a_round_in_which_nobody_recorded_counts_for_the_order_alone(desk: Desk) -> None:
    finish(desk)

    view = seen(desk)

    assert (view.rounds, view.resolved, view.followers) == (1, 0, ())
    assert view.fairness is not None
    assert "Opened: Ana 1, Ben 0, Cleo 0 (0.3 each would be fair)" in told(view)


def test_many_rounds_take_no_more_queries_than_one(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID))
    with counted() as for_one:
        seen(desk)
    settle(desk, clock, play_another(desk, clock, AGREED))
    settle(desk, clock, play_another(desk, clock, SAID, "Will the strike end?"))

    with counted() as for_three:
        seen(desk)

    assert len(for_three) == len(for_one)


def test_the_summary_tells_how_the_forecast_moved(desk: Desk, clock: Clock) -> None:
    number = play(desk, clock, SAID)

    message = render(desk, keys.summary(number))

    assert message is not None
    assert message.embed is not None
    moved = next(one.value for one in message.embed.fields if one.name == "How the forecast moved")
    assert moved is not None
    assert "blind **66.3%** → Ana **60%** → Ben **65.2%** → final **50%**" in moved
    assert "Changed most after listening: Ana, 30% → 60%" in moved


def test_the_outcome_tells_what_the_circle_was_worth(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID), "no")

    message = render(desk, keys.resolution(1))

    assert message is not None
    assert message.embed is not None
    told = next(
        one.value for one in message.embed.fields if one.name == "What the circle was worth"
    )
    assert told is not None
    assert "Circle gain **+0.189**: going around helped" in told
    assert "Ended better than they began: 1 of 2. Ben +0.770, Ana −0.550." in told
    assert "mean of odds 0.250" in told
    assert "the members on average 0.340" in told


def test_an_outcome_without_a_circle_says_nothing_about_one(desk: Desk, clock: Clock) -> None:
    number = bring(desk)
    record(desk, "Ana", number, "70")
    clock.move(60)
    questions.resolve(desk, caller("Ana"), number, outcome="yes", known="")

    message = render(desk, keys.resolution(number))

    assert message is not None
    assert message.embed is not None
    assert "What the circle was worth" not in [one.name for one in message.embed.fields]


def test_a_profile_tells_a_members_part_in_the_circle(desk: Desk, clock: Clock) -> None:
    settle(desk, clock, play(desk, clock, SAID))
    settle(desk, clock, play_another(desk, clock, AGREED))
    gains = [one.gain for one in rows(desk, Score) if one.member_id == member(desk, "Ben")]
    mean = sum(gain for gain in gains if gain is not None) / 2

    profile = standings.show_profile(desk, caller("Ben"))

    assert profile is not None
    said = record_lines(profile.circle)
    assert f"Seat gain **{mean:+.3f}** on average (2 turns)".replace("-", "−") in said[0]
    assert "Own gain **−0.195** on average (2 rounds)" in said[1]
    assert "2 turns" in said[2]


def test_who_was_never_in_a_circle_has_no_such_lines(desk: Desk) -> None:
    record(desk, "Ana", bring(desk), "70")

    with desk.db.read() as tx:
        assert record_lines(read_member(tx, GROUP, member(desk, "Ana"))) == ()
