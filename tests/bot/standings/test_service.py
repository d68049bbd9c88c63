"""Scores as they are stored, and what leaderboard and profile show; each number by hand."""

import io
import json
import math
import zipfile

import pytest

from bot import keys
from bot.data import service as data
from bot.questions import service as questions
from bot.questions.shown import read_resolution
from bot.rules import Refusal
from bot.sessions import service as sessions
from bot.sessions.rounds import service as rounds
from bot.standings import rescoring
from bot.standings import service as standings
from bot.unit import Desk
from storage.tables import Score
from tests.bot.scenes import (
    RAIN,
    SNOW,
    bring,
    open_lobby,
    open_turns,
    people,
    play,
    record,
    rows,
    running,
)
from tests.conftest import GROUP, Clock, caller

DAY = 24 * 3600
FACILITATOR = {"manages_events": True}
SAID = {"Ana": ("30", "60", "80"), "Ben": ("90", "70", "20")}


def settle(
    desk: Desk, clock: Clock, outcome: str = "yes", number: int = 1, known: str = ""
) -> None:
    clock.move(60)
    questions.resolve(desk, caller("Ana", **FACILITATOR), number, outcome=outcome, known=known)


def scored(desk: Desk, name: str) -> dict[str, float]:
    """A member's Brier scores by moment, to nine digits."""
    return {
        one.moment.value: round(one.brier, 9)
        for one in rows(desk, Score)
        if people(desk)[one.member_id] == name
    }


def headlines(desk: Desk) -> dict[str, tuple[str, float]]:
    return {
        people(desk)[one.member_id]: (one.moment.value, round(one.brier, 9))
        for one in rows(desk, Score)
        if one.headline
    }


def ask_and_settle(desk: Desk, clock: Clock, title: str, outcome: str, said: dict[str, str]) -> int:
    number = bring(desk, title)
    for name, probability in said.items():
        record(desk, name, number, probability)
    settle(desk, clock, outcome, number)
    return number


def test_every_moment_of_a_round_is_scored_and_the_turn_is_the_headline(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)

    settle(desk, clock, "yes")

    assert scored(desk, "Ana") == {"blind": 0.49, "turn": 0.16, "final": 0.04, "close": 0.04}
    assert scored(desk, "Ben") == {"blind": 0.01, "turn": 0.09, "final": 0.64, "close": 0.64}
    assert headlines(desk) == {"Ana": ("turn", 0.16), "Ben": ("turn", 0.09)}


def test_an_update_after_the_round_counts_at_the_close_only(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    clock.move(60)
    record(desk, "Ana", 1, "100%")

    settle(desk, clock, "yes")

    assert scored(desk, "Ana") == {"blind": 0.49, "turn": 0.16, "final": 0.04, "close": 0.0}


def test_a_correction_scores_everything_anew(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")

    settle(desk, clock, "no")

    assert scored(desk, "Ana") == {"blind": 0.09, "turn": 0.36, "final": 0.64, "close": 0.64}
    assert scored(desk, "Ben") == {"blind": 0.81, "turn": 0.49, "final": 0.04, "close": 0.04}


def test_void_and_reopened_questions_have_no_scores(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")
    settle(desk, clock, "void")
    void = rows(desk, Score)
    settle(desk, clock, "yes")

    questions.reopen(desk, caller(**FACILITATOR), 1)

    assert void == rows(desk, Score) == []
    assert standings.show_leaderboard(desk, caller(), minimum=1).rows == ()


def test_after_a_reopening_a_new_outcome_scores_again(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")
    questions.reopen(desk, caller(**FACILITATOR), 1)

    settle(desk, clock, "no")

    assert headlines(desk) == {"Ana": ("turn", 0.36), "Ben": ("turn", 0.49)}


def test_resolving_twice_alike_leaves_the_same_scores(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")
    before = headlines(desk), len(rows(desk, Score))

    settle(desk, clock, "yes")

    assert (headlines(desk), len(rows(desk, Score))) == before


def test_a_late_turn_forecast_is_the_headline(desk: Desk, clock: Clock) -> None:
    open_turns(desk, ("Ana", "Ben"))
    clock.move(60)
    rounds.done(desk, caller("Ana"))
    for said in ("60", "90"):
        clock.move(60)
        record(desk, "Ana", 1, said)
    rounds.done(desk, caller("Ben"))
    rounds.ready(desk, caller("Ana"))

    settle(desk, clock, "yes")

    assert scored(desk, "Ana") == {"turn": 0.16, "final": 0.01, "close": 0.01}
    assert headlines(desk) == {"Ana": ("turn", 0.16)}


def test_outside_rounds_the_headline_is_what_stood_at_the_close(desk: Desk, clock: Clock) -> None:
    bring(desk)
    record(desk, "Ana", 1, "60")
    clock.move(60)
    record(desk, "Ana", 1, "90")
    record(desk, "Ben", 1, "50")

    settle(desk, clock, "no")

    assert headlines(desk) == {"Ana": ("close", 0.81), "Ben": ("close", 0.25)}
    assert len(rows(desk, Score)) == 2


def test_what_was_forecast_once_the_outcome_was_known_does_not_count(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    record(desk, "Ana", 1, "60")
    clock.move(3600)
    for name in ("Ana", "Ben"):
        record(desk, name, 1, "100%")

    settle(desk, clock, "yes", known="2026-11-20 20:00")

    assert headlines(desk) == {"Ana": ("close", 0.16)}


def test_a_correction_of_when_it_was_known_brings_forecasts_back(desk: Desk, clock: Clock) -> None:
    bring(desk)
    record(desk, "Ana", 1, "60")
    clock.move(3600)
    record(desk, "Ana", 1, "90")
    settle(desk, clock, "yes", known="2026-11-20 19:30")
    before = headlines(desk)

    settle(desk, clock, "yes", known="2026-11-20 20:01")

    assert before == {"Ana": ("close", 0.16)}
    assert headlines(desk) == {"Ana": ("close", 0.01)}


def test_two_rounds_on_one_question_are_scored_apart_and_the_newer_counts(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, {"Ana": ("30", "60", "60")})
    sessions.end(desk, caller("Ana"))
    clock.move(DAY)
    lobby = open_lobby(desk, ("Ana",))
    sessions.start_round(desk, caller("Ana"), lobby)
    second = running(desk, lobby.id)
    rounds.ready(desk, caller("Ana"))
    clock.move(60)
    record(desk, "Ana", 1, "90")
    rounds.done(desk, caller("Ana"))
    rounds.ready(desk, caller("Ana"))

    settle(desk, clock, "yes")

    turns = {one.round_id: round(one.brier, 9) for one in rows(desk, Score) if one.moment == "turn"}
    assert turns == {1: 0.16, second: 0.01}
    assert headlines(desk) == {"Ana": ("turn", 0.01)}


def test_the_card_of_an_outcome_tells_everybodys_scores_best_first(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")

    with desk.db.read() as tx:
        shown = read_resolution(tx, keys.resolution(1))

    assert shown is not None
    assert [
        (line.name, round(line.headline, 9), line.headline_forecast.probability)
        for line in shown.lines
    ] == [
        ("Ben", 0.09, 0.7),
        ("Ana", 0.16, 0.6),
    ]


# Leaderboard


def board(desk: Desk, **more: int) -> list[tuple[int | None, str, float, int]]:
    shown = standings.show_leaderboard(desk, caller(), **more)
    return [(one.rank, one.name, round(one.brier, 9), one.questions) for one in shown.rows]


def test_the_leaderboard_is_the_mean_of_the_headline_scores(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "90", "Ben": "70", "Cleo": "50"})
    ask_and_settle(desk, clock, SNOW, "no", {"Ana": "50", "Ben": "10"})

    assert board(desk, minimum=1) == [
        (1, "Ben", 0.05, 2),
        (2, "Ana", 0.13, 2),
        (3, "Cleo", 0.25, 1),
    ]


def test_members_with_too_few_questions_are_listed_below_without_a_rank(
    desk: Desk, clock: Clock
) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "60", "Ben": "99"})
    ask_and_settle(desk, clock, SNOW, "yes", {"Ana": "60"})

    assert board(desk, minimum=2) == [(1, "Ana", 0.16, 2), (None, "Ben", 0.0001, 1)]
    assert [rank for rank, *_ in board(desk)] == [None, None]


def test_equal_scores_share_a_rank(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "70", "Ben": "70", "Cleo": "60"})

    assert [(rank, name) for rank, name, *_ in board(desk, minimum=1)] == [
        (1, "Ana"),
        (1, "Ben"),
        (3, "Cleo"),
    ]


def test_a_window_has_what_became_known_in_it(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "60"})
    clock.move(10 * DAY)
    ask_and_settle(desk, clock, SNOW, "yes", {"Ana": "80"})

    assert board(desk, minimum=1, days=7) == [(1, "Ana", 0.04, 1)]
    assert board(desk, minimum=1, days=30) == [(1, "Ana", 0.1, 2)]
    assert board(desk, minimum=1) == [(1, "Ana", 0.1, 2)]


def test_a_window_goes_by_the_outcome_that_counts(desk: Desk, clock: Clock) -> None:
    bring(desk)
    record(desk, "Ana", 1, "60")
    clock.move(10 * DAY)
    settle(desk, clock, "yes")

    settle(desk, clock, "yes", known="2026-11-21 12:00")

    assert board(desk, minimum=1, days=7) == []
    assert board(desk, minimum=1) == [(1, "Ana", 0.16, 1)]


def test_a_leaderboard_without_scores_says_how_it_would_be_made(desk: Desk) -> None:
    shown = standings.show_leaderboard(desk, caller(), days=7)

    assert shown == standings.Board((), standings.MINIMUM, 7, 0)


def test_the_same_data_give_the_same_intervals_around_the_mean(desk: Desk, clock: Clock) -> None:
    for number, said in enumerate(("90", "70", "40"), start=1):
        ask_and_settle(desk, clock, f"Is this question number {number}?", "yes", {"Ana": said})

    first, second = (standings.show_leaderboard(desk, caller(), minimum=1) for _ in range(2))

    row = first.rows[0]
    assert first == second
    assert row.brier == pytest.approx((0.01 + 0.09 + 0.36) / 3)
    assert 0.01 <= row.low <= row.brier <= row.high <= 0.36
    assert first.resolved == 3


# Profile


def test_a_profile_tells_what_was_made_what_waits_and_what_was_earned(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")
    ask_and_settle(desk, clock, SNOW, "no", {"Ana": "50"})
    record(desk, "Ana", bring(desk, "Will it hail in Lima this year?"))

    profile = standings.show_profile(desk, caller("Ben"), 1)

    assert profile is not None
    assert (profile.name, profile.forecasts, profile.questions, profile.pending) == ("Ana", 5, 3, 1)
    assert [(moment.value, round(mean, 9), count) for moment, mean, count in profile.means] == [
        ("blind", 0.49, 1),
        ("turn", 0.16, 1),
        ("final", 0.04, 1),
        ("close", 0.145, 2),
    ]
    assert profile.headline == pytest.approx((0.16 + 0.25) / 2)
    assert [(line.title, round(line.headline, 9)) for line in profile.recent] == [
        (SNOW, 0.25),
        (RAIN, 0.16),
    ]


def test_without_a_name_a_profile_is_ones_own(desk: Desk) -> None:
    record(desk, "Ben", bring(desk))

    profile = standings.show_profile(desk, caller("Ben"))

    assert profile is not None
    assert (profile.name, profile.forecasts, profile.headline) == ("Ben", 1, None)


def test_nobody_has_a_profile_before_the_bot_has_met_them(desk: Desk) -> None:
    bring(desk)

    assert standings.show_profile(desk, caller("Guest")) is None


def test_a_profile_shows_the_newest_five_questions(desk: Desk, clock: Clock) -> None:
    for number in range(1, 7):
        ask_and_settle(desk, clock, f"Is this question number {number}?", "yes", {"Ana": "70"})

    profile = standings.show_profile(desk, caller("Ana"))

    assert profile is not None
    assert [line.title[-2] for line in profile.recent] == ["6", "5", "4", "3", "2"]
    assert profile.headline == pytest.approx(0.09)


def test_a_refused_outcome_leaves_the_scores_alone(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")
    before = headlines(desk)

    with pytest.raises(Refusal):
        settle(desk, clock, "perhaps")

    assert headlines(desk) == before


def test_scores_are_what_forecasts_and_outcomes_derive_again(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")
    before = [(one.forecast_id, one.moment, one.brier, one.headline) for one in rows(desk, Score)]

    with desk.db.write() as tx:
        question = questions.require(tx, GROUP, 1)
        rescoring.rescore(tx, question)

    again = [(one.forecast_id, one.moment, one.brier, one.headline) for one in rows(desk, Score)]
    assert again == before


# The other scores


def test_a_turn_earns_every_score_of_a_binary_question(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)

    settle(desk, clock, "yes")

    row = next(
        one for one in rows(desk, Score) if one.headline and people(desk)[one.member_id] == "Ana"
    )
    assert row.shown == row.brier == pytest.approx(0.16)
    assert row.log == pytest.approx(-math.log(0.6))
    assert row.baseline == pytest.approx(100 * (math.log2(0.6) + 1))
    assert row.peer == pytest.approx(100 * math.log(0.6 / 0.7))
    assert (row.probability, row.outcome) == (0.6, 1)
    assert row.known_at == clock()


def test_seat_gains_add_up_from_the_blind_aggregate_to_the_last(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)

    settle(desk, clock, "yes")

    gains = [one.gain for one in rows(desk, Score) if one.moment == "turn"]
    pooled = [1 / (1 + math.sqrt((1 - p) / p * (1 - q) / q)) for p, q in ((0.3, 0.9), (0.6, 0.7))]
    assert sum(gain for gain in gains if gain is not None) == pytest.approx(
        (1 - pooled[0]) ** 2 - (1 - pooled[1]) ** 2
    )
    assert all(one.gain is None for one in rows(desk, Score) if one.moment != "turn")


def test_an_infinite_log_score_is_kept_and_exported(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "0%", "Ben": "50"})

    worst = next(one for one in rows(desk, Score) if people(desk)[one.member_id] == "Ana")
    assert (worst.log, worst.baseline, worst.peer) == (math.inf, -math.inf, -math.inf)
    with zipfile.ZipFile(io.BytesIO(data.export_group(desk.db, GROUP))) as archive:
        exported = json.loads(archive.read("everything.json"))["scores"]
    assert [one["log"] for one in exported] == ["inf", pytest.approx(math.log(2))]
