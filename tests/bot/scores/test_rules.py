"""Which of a member's forecasts are scored, and which of them are headlines."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.scores.rules import Made, RoundEnd, ScoredForecast, ScoredMoment, choose
from tests.conftest import START

ANA, BEN, CLEO = 1, 2, 3
FIRST, SECOND = 51, 52
# The rounds last an hour; the outcome becomes known a day after the first one began.
KNOWN = START + timedelta(days=1)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def update(number: int, minutes: float, member: int = ANA, round_id: int | None = None) -> Made:
    return Made(number, member, at(minutes), "update", round_id=round_id)


def blind(number: int, minutes: float, member: int = ANA, round_id: int = FIRST) -> Made:
    return Made(number, member, at(minutes), "blind", round_id=round_id)


def in_turn(number: int, minutes: float, member: int = ANA, round_id: int = FIRST) -> Made:
    return Made(number, member, at(minutes), "turn", round_id=round_id)


def late(number: int, minutes: float, member: int = ANA, round_id: int = FIRST) -> Made:
    return Made(number, member, at(minutes), "turn", late=True, round_id=round_id)


def circle(*turns: tuple[int, float], round_id: int = FIRST, closed: float | None = 60) -> RoundEnd:
    """A round that closed after an hour, with the minute at which each member's turn ended."""
    ended = tuple((member, at(minutes)) for member, minutes in turns)
    return RoundEnd(round_id, None if closed is None else at(closed), ended)


def scored(
    *made: Made,
    rounds: tuple[RoundEnd, ...] = (),
    known: datetime = KNOWN,
    closes: datetime | None = None,
) -> list[tuple[ScoredMoment, int]]:
    """Which forecasts are scored, by moment."""
    chosen = choose(made, rounds, known_at=known, closes_at=closes)
    return [(one.moment, one.forecast_id) for one in chosen]


def headlines(
    *made: Made,
    rounds: tuple[RoundEnd, ...] = (),
    known: datetime = KNOWN,
    closes: datetime | None = None,
) -> list[tuple[ScoredMoment, int]]:
    """Those that count."""
    chosen = choose(made, rounds, known_at=known, closes_at=closes)
    return [(one.moment, one.forecast_id) for one in chosen if one.headline]


def headline(
    *made: Made,
    rounds: tuple[RoundEnd, ...] = (),
    known: datetime = KNOWN,
    closes: datetime | None = None,
) -> tuple[ScoredMoment, int]:
    """The only one that counts."""
    (only,) = headlines(*made, rounds=rounds, known=known, closes=closes)
    return only


# Outside rounds


def test_without_forecasts_nothing_is_scored() -> None:
    assert choose([], [circle((ANA, 20))], known_at=KNOWN, closes_at=None) == ()


def test_outside_rounds_the_forecast_standing_at_the_close_counts() -> None:
    chosen = choose([update(1, 5), update(2, 50)], [], known_at=KNOWN, closes_at=None)

    assert chosen == (ScoredForecast(2, ANA, "close", None, headline=True),)


def test_the_order_in_which_forecasts_are_given_does_not_matter() -> None:
    assert scored(update(2, 50), update(1, 5)) == [("close", 2)]


def test_of_two_forecasts_at_the_same_moment_the_one_recorded_last_counts() -> None:
    assert scored(update(2, 5), update(1, 5)) == [("close", 2)]


def test_every_member_is_scored() -> None:
    chosen = choose([update(1, 5), update(2, 6, BEN)], [], known_at=KNOWN, closes_at=None)

    assert chosen == (
        ScoredForecast(1, ANA, "close", None, headline=True),
        ScoredForecast(2, BEN, "close", None, headline=True),
    )


# Too late to count


def test_a_forecast_made_when_the_outcome_became_known_or_after_it_does_not_count() -> None:
    made = (update(1, 5), update(2, 10), update(3, 15))

    assert scored(*made, known=at(10)) == [("close", 1)]
    assert scored(*made, known=at(10.01)) == [("close", 2)]


def test_who_forecast_only_after_the_outcome_was_known_is_not_scored() -> None:
    assert scored(update(1, 5), known=at(5)) == []


def test_a_forecast_made_after_the_close_does_not_count() -> None:
    made = (update(1, 5), update(2, 10), update(3, 15))

    assert scored(*made, closes=at(9)) == [("close", 1)]
    assert scored(*made, closes=at(10)) == [("close", 2)]


def test_an_outcome_known_before_the_close_cuts_off_what_came_between() -> None:
    assert scored(update(1, 5), update(2, 10), known=at(7), closes=at(20)) == [("close", 1)]


def test_where_no_turn_forecast_was_in_time_the_close_counts_for_everybody() -> None:
    made = (blind(1, 2), in_turn(2, 15))
    rounds = (circle((ANA, 20)),)

    assert headline(*made, rounds=rounds, known=at(10)) == ("close", 1)
    assert scored(*made, rounds=rounds, known=at(10)) == [
        ("blind", 1),
        ("final", 1),
        ("close", 1),
    ]


# In a round


def test_blind_turn_final_and_close_are_all_kept() -> None:
    made = (blind(1, 2), in_turn(2, 15), update(3, 50, round_id=FIRST), update(4, 90))

    assert scored(*made, rounds=(circle((ANA, 20)),)) == [
        ("blind", 1),
        ("turn", 2),
        ("final", 3),
        ("close", 4),
    ]


def test_the_turn_forecast_is_the_headline() -> None:
    made = (blind(1, 2), in_turn(2, 15), update(3, 50, round_id=FIRST), update(4, 90))

    assert headline(*made, rounds=(circle((ANA, 20)),)) == ("turn", 2)


def test_a_score_names_its_round_except_the_one_at_the_close() -> None:
    chosen = choose(
        [blind(1, 2), in_turn(2, 15)], [circle((ANA, 20))], known_at=KNOWN, closes_at=None
    )

    assert chosen == (
        ScoredForecast(1, ANA, "blind", FIRST),
        ScoredForecast(2, ANA, "turn", FIRST, headline=True),
        ScoredForecast(2, ANA, "final", FIRST),
        ScoredForecast(2, ANA, "close", None),
    )


def test_of_several_blind_forecasts_the_last_one_counts() -> None:
    made = (blind(1, 1), blind(2, 2))

    assert ("blind", 2) in scored(*made, rounds=(circle(),))


def test_of_several_forecasts_in_ones_turn_the_last_one_counts() -> None:
    made = (in_turn(1, 15), in_turn(2, 16), update(3, 25, round_id=FIRST))

    assert headline(*made, rounds=(circle((ANA, 20)),)) == ("turn", 2)


def test_without_a_forecast_in_ones_turn_the_first_one_after_it_counts() -> None:
    made = (blind(1, 2), late(2, 25), update(3, 30, round_id=FIRST))

    assert headline(*made, rounds=(circle((ANA, 20)),)) == ("turn", 2)


def test_a_forecast_in_ones_turn_beats_a_late_one_whichever_came_first() -> None:
    ended = (circle((ANA, 40)),)

    assert headline(late(1, 25), in_turn(2, 35), rounds=ended) == ("turn", 2)
    assert headline(in_turn(1, 35), late(2, 45), rounds=ended) == ("turn", 1)


def test_a_late_forecast_counts_although_a_skip_was_undone_after_it() -> None:
    made = (late(1, 25), update(2, 50, round_id=FIRST))

    assert headline(*made, rounds=(circle((ANA, 40)),)) == ("turn", 1)


def test_a_forecast_at_the_moment_when_a_turn_has_ended_comes_after_it() -> None:
    made = (blind(1, 2), update(2, 20, round_id=FIRST), update(3, 25, round_id=FIRST))

    assert headline(*made, rounds=(circle((ANA, 20)),)) == ("turn", 2)


def test_a_late_forecast_may_come_after_the_round_has_closed() -> None:
    made = (blind(1, 2), late(2, 90), update(3, 95))

    assert headline(*made, rounds=(circle((ANA, 20)),)) == ("turn", 2)


def test_what_was_forecast_before_ones_turn_is_no_turn_forecast() -> None:
    made = (blind(1, 2), update(2, 10, round_id=FIRST))

    assert scored(*made, rounds=(circle((ANA, 20)),)) == [
        ("blind", 1),
        ("final", 2),
        ("close", 2),
    ]
    assert headline(*made, rounds=(circle((ANA, 20)),)) == ("close", 2)


def test_who_passed_and_never_spoke_again_is_scored_by_the_first_forecast_after_the_pass() -> None:
    made = (blind(1, 2), update(2, 25, round_id=FIRST), update(3, 30, round_id=FIRST))

    assert headline(*made, rounds=(circle((ANA, 20)),)) == ("turn", 2)


def test_who_had_no_turn_has_no_headline_where_others_had_one() -> None:
    made = (blind(1, 2), update(2, 30, round_id=FIRST), in_turn(3, 15, BEN))

    rounds = (circle((BEN, 20)),)

    assert headlines(*made, rounds=rounds) == [("turn", 3)]
    assert ("close", 2) in scored(*made, rounds=rounds)


def test_who_never_came_and_updates_weeks_later_has_no_headline() -> None:
    made = (in_turn(1, 15), in_turn(2, 25, BEN), update(3, 1400, CLEO), update(4, 1400))

    assert headlines(*made, rounds=(circle((ANA, 20), (BEN, 30)),)) == [("turn", 1), ("turn", 2)]


def test_a_round_in_which_nobody_forecast_in_a_turn_leaves_the_close_for_everybody() -> None:
    made = (update(1, 5), update(2, 90, BEN))

    assert headlines(*made, rounds=(circle(),)) == [("close", 1), ("close", 2)]


def test_somebody_who_had_no_part_in_the_round_has_no_final_score_in_it() -> None:
    assert scored(update(1, -500), rounds=(circle((BEN, 20)),)) == [("close", 1)]


def test_a_forecast_from_before_the_round_stands_when_it_closes_for_who_spoke_in_it() -> None:
    assert scored(update(1, -500), rounds=(circle((ANA, 20)),)) == [("final", 1), ("close", 1)]


def test_a_forecast_at_the_moment_of_the_close_of_the_round_stands_in_it() -> None:
    made = (in_turn(1, 15), update(2, 60), update(3, 60.1))

    assert ("final", 2) in scored(*made, rounds=(circle((ANA, 20)),))


def test_a_round_that_is_still_running_has_no_final_scores() -> None:
    made = (blind(1, 2), in_turn(2, 15))

    assert scored(*made, rounds=(circle((ANA, 20), closed=None),)) == [
        ("blind", 1),
        ("turn", 2),
        ("close", 2),
    ]


# Two rounds on one question

TWICE = (
    circle((ANA, 20), (BEN, 30)),
    circle((ANA, 120), (BEN, 130), round_id=SECOND, closed=160),
)


def test_each_round_on_the_question_is_scored_and_has_a_headline() -> None:
    made = (
        blind(1, 2),
        in_turn(2, 15),
        blind(3, 102, round_id=SECOND),
        in_turn(4, 115, round_id=SECOND),
        update(5, 200),
    )

    chosen = choose(made, TWICE, known_at=KNOWN, closes_at=None)

    assert chosen == (
        ScoredForecast(1, ANA, "blind", FIRST),
        ScoredForecast(2, ANA, "turn", FIRST, headline=True),
        ScoredForecast(2, ANA, "final", FIRST),
        ScoredForecast(3, ANA, "blind", SECOND),
        ScoredForecast(4, ANA, "turn", SECOND, headline=True),
        ScoredForecast(4, ANA, "final", SECOND),
        ScoredForecast(5, ANA, "close", None),
    )


def test_who_spoke_in_the_first_round_only_keeps_that_turn_as_the_headline() -> None:
    made = (in_turn(1, 15), update(2, 150, round_id=SECOND))

    assert headline(*made, rounds=(TWICE[0], circle((BEN, 130), round_id=SECOND))) == ("turn", 1)


def test_a_forecast_of_the_second_round_is_no_late_one_of_the_first() -> None:
    made = (blind(1, 102, round_id=SECOND), in_turn(2, 115, round_id=SECOND))

    chosen = choose(made, TWICE, known_at=KNOWN, closes_at=None)

    assert [one for one in chosen if one.round_id == FIRST] == []
    assert headline(*made, rounds=TWICE) == ("turn", 2)


def test_a_turn_forecast_of_the_first_round_is_none_of_the_second() -> None:
    made = (in_turn(1, 15), late(2, 125, round_id=SECOND))

    assert headlines(*made, rounds=TWICE) == [("turn", 1), ("turn", 2)]


def test_if_the_second_round_came_too_late_the_first_one_counts() -> None:
    made = (in_turn(1, 15), in_turn(2, 115, round_id=SECOND))

    assert headline(*made, rounds=TWICE, known=at(100)) == ("turn", 1)


# Whatever was forecast


def everything() -> st.SearchStrategy[list[Made]]:
    one = st.builds(
        Made,
        id=st.integers(1, 10**6),
        member=st.sampled_from([ANA, BEN, CLEO]),
        made_at=st.integers(-60, 2000).map(at),
        kind=st.sampled_from(["blind", "turn", "update"]),
        late=st.booleans(),
        round_id=st.sampled_from([None, FIRST, SECOND]),
    )
    return st.lists(one, max_size=12, unique_by=lambda made: made.id)


@given(everything(), st.integers(-100, 2000).map(at), st.none() | st.integers(0, 2000).map(at))
def test_headlines_are_all_turns_or_all_closes_and_every_moment_has_one_score(
    made: list[Made], known: datetime, closes: datetime | None
) -> None:
    in_time = {
        one.id: one
        for one in made
        if one.made_at < known and (closes is None or one.made_at <= closes)
    }

    chosen = choose(made, TWICE, known_at=known, closes_at=closes)

    turns = [one for one in chosen if one.moment == "turn"]
    at_close = [one for one in chosen if one.moment == "close"]
    assert [one for one in chosen if one.headline] == (turns or at_close)
    assert Counter(one.member for one in at_close) == Counter(
        {one.member for one in in_time.values()}
    )
    assert all(in_time[one.forecast_id].member == one.member for one in chosen)
    moments = Counter((one.member, one.round_id, one.moment) for one in chosen)
    assert set(moments.values()) <= {1}
