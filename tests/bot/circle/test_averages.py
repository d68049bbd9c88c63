"""What many rounds say together: means with intervals that hold, comparisons, and weights."""

import random
from datetime import UTC, datetime

import pytest

from bot.circle import averages
from bot.circle.averages import LATER, OPENING, GroupHerding
from bot.circle.rules import Circle, Voice

CLOSED = datetime(2026, 11, 20, tzinfo=UTC)


def circle(number: int, *voices: Voice, outcome: int | None = 1) -> Circle:
    return Circle(number, number, CLOSED, voices, outcome)


def three(number: int, *finals: float) -> Circle:
    return circle(number, *(Voice(at, 0.5, p, p) for at, p in enumerate(finals)))


def test_a_mean_weighs_questions_alike_and_has_no_interval_under_ten() -> None:
    found = averages.mean([(1, 0.1), (1, 0.3), (2, 0.4)])

    assert found == averages.Mean(pytest.approx(0.3), None, 2)
    assert averages.mean([]) is None


def test_a_mean_of_ten_questions_has_an_interval_around_it() -> None:
    found = averages.mean([(at, at / 10) for at in range(10)])

    assert found is not None
    assert found.interval is not None
    assert found.value == pytest.approx(0.45)
    assert found.interval[0] < found.value < found.interval[1]


def test_nobody_is_behind_under_thirty_questions() -> None:
    found = averages.compare_numbers(
        averages.earned([three(at, 0.9, 0.9, 0.1) for at in range(29)])
    )

    assert found is not None
    assert (found.questions, found.behind) == (29, ())


def test_who_is_always_worse_is_behind_from_thirty_questions_on() -> None:
    draw = random.Random(1)
    rounds = [
        three(at, 0.9 + draw.random() / 20, 0.9, 0.05 + draw.random() / 20) for at in range(30)
    ]

    found = averages.compare_numbers(averages.earned(rounds))

    assert found is not None
    assert found.questions == 30
    assert found.best not in {"mean", "members on average"}
    assert {"mean", "members on average"} <= set(found.behind)


def test_rounds_on_one_question_are_one_piece_of_evidence() -> None:
    rounds = [Circle(at, 1, CLOSED, three(at, 0.9, 0.9, 0.1).voices, outcome=1) for at in range(40)]

    found = averages.compare_numbers(averages.earned(rounds))

    assert found is not None
    assert (found.questions, found.behind) == (1, ())


def test_seats_are_compared_by_how_much_better_their_turns_were_than_the_group() -> None:
    draw = random.Random(2)

    def round_(number: int) -> Circle:
        bold, meek = 0.9 + draw.random() / 20, 0.5 + draw.random() / 20
        return circle(number, Voice(1, 0.5, bold, bold), Voice(2, 0.5, meek, meek))

    found = averages.compare_seats([round_(number) for number in range(30)])

    assert found is not None
    assert (found.best, found.behind) == (OPENING, (LATER,))


def test_who_opens_without_a_number_to_be_compared_with_is_not_replaced_by_the_second() -> None:
    rounds = [
        circle(at, Voice(1, None, 0.5, 0.5), Voice(2, None, 0.5 + at / 99, 0.5)) for at in range(30)
    ]

    assert averages.compare_seats(rounds) is None


def test_seats_cannot_be_compared_where_nobody_spoke_twice() -> None:
    assert averages.compare_seats([]) is None
    assert averages.compare_seats([circle(1, Voice(1, 0.5, 0.6, 0.6))]) is None


def test_the_opener_of_a_round_follows_nobody() -> None:
    opener, second = Voice(1, 0.8, 0.2, 0.2), Voice(2, 0.2, 0.2, 0.2)

    found = averages.herding([[opener, second], [opener]])

    assert [one.member for one in found.weights] == []


def test_a_weight_is_that_of_the_turns_after_somebody_had_spoken() -> None:
    opener = Voice(1, blind=0.8, turn=0.8, final=0.8)
    stays = Voice(2, blind=0.2, turn=0.2, final=0.2)
    follows = Voice(2, blind=0.2, turn=0.8, final=0.8)

    found = averages.herding([[opener, stays], [opener, follows]])

    (one,) = found.weights
    assert (one.member, one.weight, one.turns) == (2, pytest.approx(0.5), 2)
    assert one.interval is not None
    assert one.interval[0] < 0
    assert one.interval[1] > 1


def test_somebody_without_a_blind_forecast_is_heard_all_the_same() -> None:
    silent = Voice(1, blind=None, turn=0.8, final=0.8)
    follows = Voice(2, blind=0.2, turn=0.8, final=0.8)

    (one,) = averages.herding([[silent, follows]]).weights

    assert (one.member, one.weight, one.interval) == (2, pytest.approx(1), None)


def test_the_spread_is_told_of_three_and_more_people_only() -> None:
    two = [Voice(1, 0.1, 0.2, 0.2), Voice(2, 0.9, 0.8, 0.8)]

    assert averages.herding([two]).spread_left is None
    assert averages.herding([[*two, Voice(3, 0.5, 0.5, 0.5)]]).spread_left == pytest.approx(
        0.63093, abs=1e-4
    )
    assert averages.herding([]) == GroupHerding((), None, 0)
