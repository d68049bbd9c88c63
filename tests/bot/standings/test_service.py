"""Scores as they are stored, and what leaderboard and profile show; each number by hand."""

import io
import json
import math
import zipfile

import pytest

import scoring
from bot.core import keys
from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.data import service as data_service
from bot.groups import service as groups_service
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.outcome_cards import resolution_card
from bot.questions.read_model import read_resolution
from bot.rounds import service as rounds_service
from bot.scores import rescoring
from bot.sessions import service as sessions_service
from bot.standings import service as standings_service
from bot.standings.query import METRICS, BoardQuery, Metric
from storage.tables import Score
from tests.bot.imported_files import bring_in_text
from tests.bot.saved_scenes import scene
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
    questions_outcomes.resolve(
        desk, caller("Ana", **FACILITATOR), number, outcome=outcome, known=known
    )


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


@scene
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

    questions_outcomes.reopen(desk, caller(**FACILITATOR), 1)

    assert void == rows(desk, Score) == []
    assert standings_service.show_leaderboard(desk, caller(), minimum=1).rows == ()


def test_after_a_reopening_a_new_outcome_scores_again(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")
    questions_outcomes.reopen(desk, caller(**FACILITATOR), 1)

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
    rounds_service.done(desk, caller("Ana"))
    for said in ("60", "90"):
        clock.move(60)
        record(desk, "Ana", 1, said)
    rounds_service.done(desk, caller("Ben"))
    rounds_service.move_on(desk, caller("Ana"))

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


@scene
def go_around_twice(desk: Desk, clock: Clock) -> int:
    """Ana says 60% in the first round on a question and 90% in the second, which is returned."""
    play(desk, clock, {"Ana": ("30", "60", "60")})
    sessions_service.end(desk, caller("Ana"))
    clock.move(DAY)
    lobby = open_lobby(desk, ("Ana",))
    sessions_service.start_round(desk, caller("Ana"), lobby)
    second = running(desk, lobby.id)
    rounds_service.move_on(desk, caller("Ana"))
    clock.move(60)
    record(desk, "Ana", 1, "90")
    rounds_service.done(desk, caller("Ana"))
    rounds_service.move_on(desk, caller("Ana"))
    return second


def test_two_rounds_on_one_question_are_scored_apart_and_count_by_their_mean(
    desk: Desk, clock: Clock
) -> None:
    second = go_around_twice(desk, clock)

    settle(desk, clock, "yes")

    turns = {one.round_id: round(one.brier, 9) for one in rows(desk, Score) if one.moment == "turn"}
    assert turns == {1: 0.16, second: 0.01}
    assert [one.moment.value for one in rows(desk, Score) if one.headline] == ["turn", "turn"]
    assert board(desk) == [(1, "Ana", 0.085, 1)]
    with desk.db.read() as tx:
        shown = read_resolution(tx, keys.resolution(1))
    assert shown is not None
    assert "**0.085** Ana · mean of 2 rounds" in str(resolution_card(shown).layout)


def test_of_two_rounds_on_one_question_a_calibration_has_the_newer_forecast(
    desk: Desk, clock: Clock
) -> None:
    go_around_twice(desk, clock)
    settle(desk, clock, "yes")

    shown = standings_service.show_calibration(desk, caller("Ana"))

    assert shown is not None
    assert shown.reading is not None
    assert [(one.said, one.count) for one in shown.reading.bins] == [(0.9, 1)]
    assert [count for *_, count in board(desk, "calibration")] == [1]


def test_the_card_of_an_outcome_tells_everybodys_scores_best_first(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")

    with desk.db.read() as tx:
        shown = read_resolution(tx, keys.resolution(1))

    assert shown is not None
    assert [
        (line.name, round(line.headline or 0, 9), [one.probability for one in line.headlines])
        for line in shown.lines
    ] == [
        ("Ben", 0.09, [0.7]),
        ("Ana", 0.16, [0.6]),
    ]


# Leaderboard


def board(
    desk: Desk, metric: Metric = "brier", minimum: int = 1, window: str = ""
) -> list[tuple[int | None, str, float, int]]:
    shown = standings_service.show_leaderboard(
        desk, caller(), metric=metric, minimum=minimum, window=window
    )
    return [(one.rank, one.name, round(one.value, 9), one.questions) for one in shown.rows]


def test_the_brier_board_is_the_mean_of_the_headline_scores(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "90", "Ben": "70", "Cleo": "50"})
    ask_and_settle(desk, clock, SNOW, "no", {"Ana": "50", "Ben": "10"})

    assert board(desk) == [
        (1, "Ben", 0.05, 2),
        (2, "Ana", 0.13, 2),
        (3, "Cleo", 0.25, 1),
    ]


def test_without_a_metric_the_edge_over_the_others_counts(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "90", "Ben": "50"})
    ask_and_settle(desk, clock, SNOW, "no", {"Ana": "50", "Ben": "80"})

    shown = standings_service.show_leaderboard(desk, caller(), minimum=2)

    assert shown.asked.metric == "edge"
    assert [row.name for row in shown.rows] == ["Ana", "Ben"]
    # Ben trails by .24 and .39; with two questions this is not shrunk away.
    assert shown.rows[0].value == -shown.rows[1].value
    assert 0 < shown.rows[0].value <= (0.24 + 0.39) / 2


def test_members_who_differ_by_luck_alone_are_level(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "90", "Ben": "50"})
    ask_and_settle(desk, clock, SNOW, "yes", {"Ana": "55", "Ben": "90"})

    edge, brier = (
        standings_service.show_leaderboard(desk, caller(), metric=metric, minimum=1)
        for metric in ("edge", "brier")
    )

    assert (edge.too_close, brier.too_close) == (True, True)
    assert [(row.rank, row.name, row.value) for row in edge.rows] == [(1, "Ana", 0), (1, "Ben", 0)]
    assert [row.ranks for row in edge.rows] == [(1, 2), (1, 2)]
    assert edge.more is None


def test_after_one_question_everybody_could_have_any_rank(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "90", "Ben": "50", "Cleo": "20"})

    for metric in METRICS:
        shown = standings_service.show_leaderboard(desk, caller(), metric=metric, minimum=1)
        assert {row.ranks for row in shown.rows} <= {(1, 3)}
        assert shown.too_close == bool(shown.rows)
    brier = standings_service.show_leaderboard(desk, caller(), metric="brier", minimum=1)
    assert not brier.told_apart


def test_a_board_says_about_how_many_more_questions_would_settle_it(
    desk: Desk, clock: Clock
) -> None:
    for number, (first, second) in enumerate(((90, 60), (95, 60), (60, 90), (95, 65), (90, 80))):
        said = {"Ana": str(first), "Ben": str(second)}
        ask_and_settle(desk, clock, f"Is this question number {number}?", "yes", said)

    shown = standings_service.show_leaderboard(desk, caller())

    assert shown.too_close
    assert [row.ranks for row in shown.rows] == [(1, 2), (1, 2)]
    assert shown.more is not None
    assert 1 <= shown.more <= 100


@pytest.mark.parametrize(
    ("metric", "first", "last"),
    [
        (
            "log",
            ("Ben", (math.log(1 / 0.7) + math.log(1 / 0.9)) / 2),
            ("Ana", (math.log(1 / 0.001) + math.log(1 / 0.9)) / 2),
        ),
        (
            "baseline",
            ("Ben", 50 * (math.log2(0.7) + math.log2(0.9) + 2)),
            ("Ana", 50 * (math.log2(0.001) + math.log2(0.9) + 2)),
        ),
        ("peer", ("Ben", 50 * math.log(0.7 / 0.001)), ("Ana", 50 * math.log(0.001 / 0.7))),
    ],
)
def test_one_0_percent_that_fails_counts_as_a_tenth_of_a_percent_on_boards(
    desk: Desk, clock: Clock, metric: Metric, first: tuple[str, float], last: tuple[str, float]
) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "0%", "Ben": "70"})
    ask_and_settle(desk, clock, SNOW, "no", {"Ana": "10", "Ben": "10"})

    shown = standings_service.show_leaderboard(desk, caller(), metric=metric, minimum=1)

    assert [(row.name, row.value) for row in shown.rows] == [
        (first[0], pytest.approx(first[1])),
        (last[0], pytest.approx(last[1])),
    ]


def group_number(*said: float) -> float:
    """The geometric mean of odds."""
    odds = math.prod(one / (1 - one) for one in said) ** (1 / len(said))
    return odds / (1 + odds)


def test_the_gain_board_compares_each_turn_with_the_group_and_with_others_in_the_seat(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")

    shown = standings_service.show_leaderboard(desk, caller(), metric="gain", minimum=1)

    # Ana speaks when the group says what both said blind, Ben when Ana's turn has replaced hers.
    ana = (1 - group_number(0.3, 0.9)) ** 2 - 0.4**2
    ben = (1 - group_number(0.6, 0.9)) ** 2 - 0.3**2
    turns = {one.seat: one.turn_edge for one in rows(desk, Score) if one.moment == "turn"}
    assert turns == {1: pytest.approx(ana), 2: pytest.approx(ben)}
    # Under five turns in a seat, the average is that of all seats.
    assert {row.name: row.raw for row in shown.rows} == {
        "Ana": pytest.approx(ana - (ana + ben) / 2),
        "Ben": pytest.approx(ben - (ana + ben) / 2),
    }


def test_the_calibration_board_is_that_of_the_scoring_package(desk: Desk, clock: Clock) -> None:
    said = {"Ana": "90", "Ben": "70"}
    ask_and_settle(desk, clock, RAIN, "yes", said)
    ask_and_settle(desk, clock, SNOW, "no", said)

    shown = standings_service.show_leaderboard(desk, caller(), metric="calibration", minimum=1)

    assert {row.name: round(row.raw, 9) for row in shown.rows} == {
        name: round(scoring.calibration_skill(probabilities=[p, p], outcomes=[1, 0]).skill, 9)
        for name, p in (("Ana", 0.9), ("Ben", 0.7))
    }
    assert all(0 <= row.value < row.raw for row in shown.rows if row.raw > 0)


def test_members_with_too_few_questions_are_listed_below_without_a_rank(
    desk: Desk, clock: Clock
) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "60", "Ben": "99"})
    ask_and_settle(desk, clock, SNOW, "yes", {"Ana": "60"})

    assert board(desk, minimum=2) == [(1, "Ana", 0.16, 2), (None, "Ben", 0.0001, 1)]
    assert [rank for rank, *_ in board(desk, minimum=5)] == [None, None]


def test_equal_scores_share_a_rank(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "70", "Ben": "70", "Cleo": "60"})

    assert [(rank, name) for rank, name, *_ in board(desk)] == [(1, "Ana"), (1, "Ben"), (3, "Cleo")]


def test_a_window_of_days_has_what_became_known_in_it(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "60"})
    clock.move(10 * DAY)
    ask_and_settle(desk, clock, SNOW, "yes", {"Ana": "80"})

    assert board(desk, window="7 days") == [(1, "Ana", 0.04, 1)]
    assert board(desk, window="30 days") == [(1, "Ana", 0.1, 2)]
    assert board(desk) == [(1, "Ana", 0.1, 2)]


def test_a_window_goes_by_the_outcome_that_counts(desk: Desk, clock: Clock) -> None:
    bring(desk)
    record(desk, "Ana", 1, "60")
    clock.move(10 * DAY)
    settle(desk, clock, "yes")

    settle(desk, clock, "yes", known="2026-11-21 12:00")

    assert board(desk, window="7 days") == []
    assert board(desk) == [(1, "Ana", 0.16, 1)]


def test_a_season_is_a_quarter_of_the_year_where_the_group_is(desk: Desk, clock: Clock) -> None:
    away = groups_service.SettingsChange(timezone="Pacific/Auckland")
    groups_service.change(desk, caller(manages_group=True), away)
    bring(desk)
    record(desk, "Ana", 1, "60")
    clock.move(45 * DAY)

    # Already 2027 in Auckland, which is thirteen hours ahead.
    settle(desk, clock, "yes", known="2027-01-01 00:30")

    assert board(desk, window="2027 Q1") == [(1, "Ana", 0.16, 1)]
    assert board(desk, window="2026 Q4") == []
    assert board(desk, window="season") == [(1, "Ana", 0.16, 1)]


def test_a_window_of_sessions_has_the_questions_that_were_taken_in_them(
    desk: Desk, clock: Clock
) -> None:
    ask_and_settle(desk, clock, "Will it hail in Lima this year?", "no", {"Ana": "50"})
    for title, said in ((RAIN, "60"), (SNOW, "80")):
        number = bring(desk, title)
        play(desk, clock, {"Ana": (said, said, said)})
        sessions_service.end(desk, caller("Ana"))
        settle(desk, clock, "yes", number)
        clock.move(DAY)

    assert board(desk, window="1 session") == [(1, "Ana", 0.04, 1)]
    assert board(desk, window="2 sessions") == [(1, "Ana", 0.1, 2)]
    assert board(desk, "gain", window="1 session")[0][3] == 1
    assert board(desk)[0][3] == 3


def test_a_leaderboard_without_scores_is_empty(desk: Desk) -> None:
    shown = standings_service.show_leaderboard(desk, caller(), window="7 days")

    assert (shown.rows, shown.members, shown.pages, shown.resolved) == ((), 0, 1, 0)
    assert shown.mine is None


def test_an_interval_is_there_from_ten_questions_on_and_the_same_each_time(
    desk: Desk, clock: Clock
) -> None:
    said = [90, 70, 40, 80, 65, 85, 90, 75, 60]
    for number, one in enumerate(said):
        ask_and_settle(desk, clock, f"Is this question number {number}?", "yes", {"Ana": str(one)})
    nine = standings_service.show_leaderboard(desk, caller(), metric="brier")
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "75"})

    first, second = (
        standings_service.show_leaderboard(desk, caller(), metric="brier") for _ in range(2)
    )

    row, scores = first.rows[0], [(1 - one / 100) ** 2 for one in (*said, 75)]
    found = scoring.mean_interval(values=scores)
    assert math.isnan(nine.rows[0].low)
    assert repr(first) == repr(second)
    assert (row.value, row.low, row.high) == pytest.approx((found.mean, found.low, found.high))
    assert first.resolved == 10


def test_an_edge_has_an_interval_from_three_questions_on(desk: Desk, clock: Clock) -> None:
    shown = []
    for number, said in enumerate(("90", "70", "40")):
        title = f"Is this question number {number}?"
        ask_and_settle(desk, clock, title, "yes", {"Ana": said, "Ben": "60"})
        shown.append(standings_service.show_leaderboard(desk, caller(), minimum=1))

    assert [math.isnan(one.rows[0].low) for one in shown] == [True, True, False]
    edges = [0.15, 0.07, -0.2]
    raw, (row, *_) = sum(edges) / 3, shown[2].rows
    # Two people's edges mirror each other, so they vary like the edges of one: t with 2 degrees.
    spread = math.sqrt(sum((one - raw) ** 2 for one in edges) / 2 / 3)
    assert row.raw == pytest.approx(raw)
    assert (row.low, row.high) == pytest.approx(
        (raw - 2.9199856 * spread, raw + 2.9199856 * spread)
    )


def test_windows_are_offered_in_the_groups_time(desk: Desk, clock: Clock) -> None:
    bring(desk)

    assert ("This season (2026 Q4)", "2026 Q4") in standings_service.window_choices(
        desk, caller(), "sea"
    )


# Pages


@scene
def crowd(desk: Desk, count: int) -> None:
    """Imported members on one question, the first one best; Ana has not forecast it."""
    bring(desk)
    lines = "\n".join(
        f"q,Is it so?,m{number:03},2026-01-01T00:00:00Z,{1 - number / 1000},yes,2026-02-01T00:00:00Z"
        for number in range(1, count + 1)
    )
    head = "question,title,forecaster,forecast_at,probability,outcome,resolved_at"
    bring_in_text(desk.db, desk.clock, f"{head}\n{lines}\n", GROUP)


def test_a_long_table_comes_in_pages_of_twenty(desk: Desk) -> None:
    crowd(desk, 45)

    first = standings_service.show_leaderboard(desk, caller(), metric="brier", minimum=1)
    pages = [
        standings_service.show_page_of(desk, caller(), first.asked.at(n).key()) for n in (1, 2, 3)
    ]

    assert (first.pages, first.members) == (3, 45)
    assert [len(page.rows) for page in pages] == [20, 20, 5]
    names = [row.name for page in pages for row in page.rows]
    assert names == [f"m{number:03}" for number in range(1, 46)]


def test_a_page_beyond_the_last_is_the_last(desk: Desk) -> None:
    crowd(desk, 25)
    asked = BoardQuery("brier", minimum=1, page=9)

    shown = standings_service.show_page(desk, caller(), asked)

    assert (shown.asked.page, len(shown.rows)) == (2, 5)


def test_ones_own_row_comes_along_wherever_it_is(desk: Desk, clock: Clock) -> None:
    crowd(desk, 25)
    ask_and_settle(desk, clock, SNOW, "yes", {"Ana": "0%", "Ben": "100%"})

    shown = standings_service.show_leaderboard(desk, caller("Ana"), metric="brier", minimum=1)

    assert shown.mine is not None
    row, page = shown.mine
    assert (row.rank, row.name, row.value, row.mine, page) == (27, "Ana", 1.0, True, 2)
    assert not any(one.mine for one in shown.rows)
    second = standings_service.show_page(desk, caller("Ana"), shown.asked.at(2))
    assert [one.name for one in second.rows if one.mine] == ["Ana"]


# Calibration


@scene
def other_kinds(desk: Desk, clock: Clock) -> None:
    """A question with options and one about a number, both resolved."""
    for title, answers, said, outcome in (
        ("Which colour will win?", "red\ngreen\nblue", "60/30/10", "red"),
        ("How many days?", "number in days", "10 / 25 / 60", "30"),
    ):
        number = bring(desk, title, answers=answers)
        record(desk, "Ana", number, said)
        settle(desk, clock, outcome, number)


def test_a_calibration_has_the_headline_forecasts_of_the_member(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")
    ask_and_settle(desk, clock, SNOW, "no", {"Ana": "25", "Cleo": "35"})

    mine = standings_service.show_calibration(desk, caller("Ana"))
    bens = standings_service.show_calibration(desk, caller("Ana"), 2)

    assert mine is not None
    assert bens is not None
    assert (mine.whose, bens.whose) == ("you", "Ben")
    assert mine.reading is not None
    assert [(one.said, one.happened) for one in mine.reading.bins] == [(0.25, 0.0), (0.6, 1.0)]
    assert bens.reading is not None
    assert [(one.said, one.happened) for one in bens.reading.bins] == [(0.7, 1.0)]


def test_the_groups_calibration_has_one_forecast_a_question(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "90", "Ben": "80", "Cleo": "50"})
    ask_and_settle(desk, clock, SNOW, "no", {"Ana": "10", "Cleo": "0%"})

    shown = standings_service.show_calibration(desk, caller(), group=True)

    assert shown is not None
    assert shown.reading is not None
    assert shown.reading.count == 2
    odds = (9 * 4 * 1) ** (1 / 3), (1 / 9 * 0.001 / 0.999) ** (1 / 2)
    assert [one.said for one in shown.reading.bins] == pytest.approx(
        sorted(one / (1 + one) for one in odds)
    )
    assert shown.clipped == 1


def test_questions_of_other_kinds_are_counted_and_left_out(desk: Desk, clock: Clock) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "90"})
    other_kinds(desk, clock)

    mine = standings_service.show_calibration(desk, caller("Ana"))
    group = standings_service.show_calibration(desk, caller("Ana"), group=True)

    assert mine is not None
    assert group is not None
    assert mine.reading is not None
    assert group.reading is not None
    assert (mine.reading.count, mine.others) == (1, 1)
    assert (group.reading.count, group.others) == (1, 2)


def test_a_calibration_and_a_profile_say_how_often_80_percent_intervals_held(
    desk: Desk, clock: Clock
) -> None:
    for said, outcome in (("10/20/30", "30"), ("10/20/30", "31"), ("5/6/7", "6")):
        number = bring(
            desk, f"How many days, if {said} is not {outcome}?", answers="number in days"
        )
        record(desk, "Ana", number, said)
        settle(desk, clock, outcome, number)

    mine = standings_service.show_calibration(desk, caller("Ana"))
    profile = standings_service.show_profile(desk, caller("Ana"))

    wanted = scoring.hit_rate(lows=[10, 10, 5], highs=[30, 30, 7], outcomes=[30, 31, 6])
    assert mine is not None
    assert profile is not None
    assert mine.numbers == profile.numbers == wanted
    assert (wanted.hits, wanted.count) == (2, 3)


def test_options_count_on_the_common_scale_and_numbers_not_at_all_on_the_brier_board(
    desk: Desk, clock: Clock
) -> None:
    ask_and_settle(desk, clock, RAIN, "yes", {"Ana": "90"})
    other_kinds(desk, clock)

    scaled = 0.25 * (0.4**2 + 0.3**2 + 0.1**2) / (1 - 1 / 3)
    assert board(desk) == [(1, "Ana", round((0.01 + scaled) / 2, 9), 2)]


@pytest.mark.parametrize(
    ("answers", "said", "outcome"),
    [
        ("", "50", "yes"),
        ("red\ngreen\nblue", "100/3", "red"),
        ("red\ngreen\nblue\nblack\nwhite", "20/20/20/20/20", "white"),
    ],
)
def test_knowing_nothing_earns_a_quarter_whatever_is_asked(
    desk: Desk, clock: Clock, answers: str, said: str, outcome: str
) -> None:
    evenly = "33.34/33.33/33.33" if said == "100/3" else said
    number = bring(desk, "What will it be?", answers=answers)
    record(desk, "Ana", number, evenly)

    settle(desk, clock, outcome, number)

    ((_, _, value, _),) = board(desk)
    assert value == pytest.approx(0.25, abs=1e-4)


def test_numbers_enter_the_edge_by_how_far_off_the_others_were(desk: Desk, clock: Clock) -> None:
    number = bring(desk, "How many days?", answers="number in days")
    for name, said in (("Ana", "20/20/20"), ("Ben", "30/30/30"), ("Cleo", "50/50/50")):
        record(desk, name, number, said)

    settle(desk, clock, "10", number)

    # A point is off by its distance: 10, 20 and 40, each beside the mean of the other two.
    def edge(own: float, others: float) -> float:
        return max(-1, 0.25 * (1 - own / others))

    wanted = {"Ana": edge(10, 30), "Ben": edge(20, 25), "Cleo": edge(40, 15)}
    for metric in ("edge", "over_time"):
        shown = standings_service.show_leaderboard(desk, caller(), metric=metric, minimum=1)
        assert {row.name: row.raw for row in shown.rows} == pytest.approx(wanted)


def test_somebody_who_is_exactly_right_leaves_the_others_nothing_to_be_compared_with(
    desk: Desk, clock: Clock
) -> None:
    number = bring(desk, "How many days?", answers="number in days")
    record(desk, "Ana", number, "10/10/10")
    record(desk, "Ben", number, "30/30/30")

    settle(desk, clock, "10", number)

    assert [(name, value) for _, name, value, _ in board(desk, "edge")] == [("Ana", 0.0)]
    (ana,) = (one for one in rows(desk, Score) if one.edge is not None)
    assert ana.edge == 0.25


def test_without_resolved_questions_a_calibration_says_so(desk: Desk) -> None:
    record(desk, "Ana", bring(desk))

    shown = standings_service.show_calibration(desk, caller("Ana"))

    assert shown is not None
    assert shown.reading is None
    assert "nothing to see so far" in shown.sentence


def test_nobody_has_a_calibration_before_the_bot_has_met_them(desk: Desk) -> None:
    bring(desk)

    assert standings_service.show_calibration(desk, caller("Guest")) is None


def test_a_calibration_is_a_members_or_the_groups(desk: Desk) -> None:
    with pytest.raises(Refusal, match="Leave one of the two out"):
        standings_service.show_calibration(desk, caller(), 1, group=True)


def test_a_profile_says_the_calibration_in_a_sentence_and_every_metric_there_is(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")

    profile = standings_service.show_profile(desk, caller("Ana"))

    assert profile is not None
    assert profile.calibration.startswith("Only 1 forecast so far")
    found = {metric: row.value for metric, row in profile.standings}
    # Nobody has changed seats yet, so nothing can be said of gains.
    assert list(found) == [metric for metric in METRICS if metric != "gain"]
    assert found["brier"] == pytest.approx(0.16)
    assert found["log"] == pytest.approx(math.log(1 / 0.6))


# Profile


def test_a_profile_tells_what_was_made_what_waits_and_what_was_earned(
    desk: Desk, clock: Clock
) -> None:
    play(desk, clock, SAID)
    settle(desk, clock, "yes")
    ask_and_settle(desk, clock, SNOW, "no", {"Ana": "50"})
    record(desk, "Ana", bring(desk, "Will it hail in Lima this year?"))

    profile = standings_service.show_profile(desk, caller("Ben"), 1)

    assert profile is not None
    assert (profile.name, profile.forecasts, profile.questions, profile.pending) == ("Ana", 5, 3, 1)
    assert (profile.moments.questions, profile.moments.means) == (1, ())
    assert dict(profile.standings)["brier"].value == pytest.approx((0.16 + 0.25) / 2)
    assert [(line.title, round(line.headline or 0, 9)) for line in profile.recent] == [
        (SNOW, 0.25),
        (RAIN, 0.16),
    ]


def test_without_a_name_a_profile_is_ones_own(desk: Desk) -> None:
    record(desk, "Ben", bring(desk))

    profile = standings_service.show_profile(desk, caller("Ben"))

    assert profile is not None
    assert (profile.name, profile.forecasts, profile.standings) == ("Ben", 1, ())


def test_nobody_has_a_profile_before_the_bot_has_met_them(desk: Desk) -> None:
    bring(desk)

    assert standings_service.show_profile(desk, caller("Guest")) is None


def test_a_profile_shows_the_newest_five_questions(desk: Desk, clock: Clock) -> None:
    for number in range(1, 7):
        ask_and_settle(desk, clock, f"Is this question number {number}?", "yes", {"Ana": "70"})

    profile = standings_service.show_profile(desk, caller("Ana"))

    assert profile is not None
    assert [line.title[-2] for line in profile.recent] == ["6", "5", "4", "3", "2"]
    assert dict(profile.standings)["brier"].value == pytest.approx(0.09)


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

    with desk.step(GROUP) as unit:
        rescoring.rescore(unit, questions_service.require(unit.tx, GROUP, 1))

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


def test_gains_of_turns_add_up_from_the_blind_aggregate_to_the_last(
    desk: Desk, clock: Clock
) -> None:
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
    assert worst.log == math.inf
    assert worst.baseline == pytest.approx(100 * (math.log2(0.001) + 1))
    assert worst.peer == pytest.approx(100 * math.log(0.001 / 0.5))
    with zipfile.ZipFile(io.BytesIO(data_service.export_group(desk.db, GROUP))) as archive:
        exported = json.loads(archive.read("everything.json"))["scores"]
    assert [one["log"] for one in exported] == ["inf", pytest.approx(math.log(2))]
