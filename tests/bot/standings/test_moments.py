"""Only like is compared with like: turns of one round, closes, and all forecasts over time."""

import pytest

from bot.core import keys
from bot.core.unit import Desk
from bot.questions import outcomes as questions_outcomes
from bot.questions import own_score
from bot.questions.outcome_cards import details_card, resolution_card
from bot.questions.read_model import read_resolution
from bot.rounds import service as rounds_service
from bot.sessions import service as sessions_service
from bot.standings import service as standings_service
from bot.standings.query import Metric
from storage.tables import Member, Score
from tests.bot.saved_scenes import scene
from tests.bot.scenes import (
    RAIN,
    bring,
    member,
    open_lobby,
    people,
    play,
    record,
    rows,
    running,
)
from tests.conftest import Clock, caller

DAY = 24 * 3600
FACILITATOR = {"manages_events": True}
THREE = ("Ana", "Ben", "Cleo")
FOUR = (*THREE, "Dan")


def settle(desk: Desk, number: int, outcome: str = "yes") -> None:
    questions_outcomes.resolve(desk, caller("Ana", **FACILITATOR), number, outcome=outcome)


@scene
def take(desk: Desk, clock: Clock, said: dict[str, str]) -> None:
    """A session with one round in which everybody says the same all the way."""
    play(desk, clock, {name: (one, one, one) for name, one in said.items()})
    sessions_service.end(desk, caller(next(iter(said))))


def board(desk: Desk, metric: Metric, minimum: int = 1) -> dict[str, float]:
    """Plain means, before anything is pulled towards 0."""
    shown = standings_service.show_leaderboard(desk, caller(), metric=metric, minimum=minimum)
    return {row.name: round(row.raw, 9) for row in shown.rows}


@pytest.fixture
@scene
def four_people(desk: Desk, clock: Clock) -> Desk:
    """Five questions: three had turns weeks before the close, one never came, all end alike."""
    for number in range(1, 6):
        bring(desk, f"Is this question number {number}?")
        take(desk, clock, dict.fromkeys(THREE, "60"))
        clock.move(21 * DAY)
        for name in FOUR:
            record(desk, name, number, "95")
        clock.move(DAY)
        settle(desk, number)
    return desk


def test_who_never_came_and_updates_last_leads_no_board(four_people: Desk) -> None:
    assert board(four_people, "edge") == dict.fromkeys(THREE, 0.0)
    assert board(four_people, "brier") == dict.fromkeys(THREE, 0.16)
    assert board(four_people, "peer") == dict.fromkeys(THREE, 0.0)
    assert board(four_people, "log").keys() == set(THREE)
    assert board(four_people, "calibration").keys() == set(THREE)


def test_all_four_are_level_where_all_that_they_said_counts(four_people: Desk) -> None:
    shown = standings_service.show_leaderboard(four_people, caller("Dan"), metric="over_time")

    assert [(row.rank, row.name, row.raw) for row in shown.rows] == [
        (1, name, pytest.approx(0, abs=1e-12)) for name in FOUR
    ]


def test_who_had_no_turn_is_told_the_closing_score_apart_from_the_others(
    four_people: Desk,
) -> None:
    with four_people.db.read() as tx:
        shown = read_resolution(tx, keys.resolution(1))

    assert shown is not None
    card = str(resolution_card(shown).layout)
    assert card.index("**0.160** Cleo · 60%") < card.index("0.003 Dan · 95% (no turn)")
    embed = details_card(own_score.show(four_people, caller("Dan"), 1)).embed
    assert embed is not None
    assert str(embed.description).startswith("You earned **0.003**. Told, not ranked")
    fields = {field.name: str(field.value) for field in embed.fields}
    assert (
        "**Ana 0.160** · blind = turn = final 60%: 0.160; close 95%: 0.003"
        in fields["Brier scores, best first"]
    )
    assert fields["Brier scores, best first"].endswith("\nDan · close 95%: 0.003")
    assert "`over_time`" in fields["Without a turn"]


def test_a_profile_says_where_somebody_had_no_turn(four_people: Desk) -> None:
    profile = standings_service.show_profile(four_people, caller("Dan"))

    assert profile is not None
    assert {line.headline for line in profile.recent} == {None}
    assert [metric for metric, _ in profile.standings] == ["over_time"]


def test_on_a_question_that_no_round_took_the_close_counts_for_everybody(
    desk: Desk, clock: Clock
) -> None:
    number = bring(desk)
    for name, said in (("Ana", "60"), ("Dan", "90")):
        clock.move(DAY)
        record(desk, name, number, said)
    clock.move(DAY)

    settle(desk, number)

    assert board(desk, "edge") == {"Ana": -0.15, "Dan": 0.15}


def test_turns_of_two_rounds_on_a_question_are_compared_within_each_round(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    take(desk, clock, {"Ana": "60", "Ben": "50"})
    clock.move(7 * DAY)
    second = {"Ana": "90", "Cleo": "80"}
    lobby = open_lobby(desk, tuple(second))
    sessions_service.start_round(desk, caller("Ana"), lobby)
    number = running(desk, lobby.id)
    rounds_service.move_on(desk, caller("Ana"))
    for name, said in second.items():
        clock.move(60)
        record(desk, name, 1, said)
        rounds_service.done(desk, caller(name))
    rounds_service.move_on(desk, caller("Ana"))
    clock.move(60)

    settle(desk, 1)

    edges = {
        (one.round_id, people(desk)[one.member_id]): round(one.edge, 9)
        for one in rows(desk, Score)
        if one.edge is not None
    }
    assert edges == {
        (1, "Ana"): 0.09,
        (1, "Ben"): -0.09,
        (number, "Ana"): 0.03,
        (number, "Cleo"): -0.03,
    }
    assert board(desk, "edge") == {"Ana": 0.06, "Ben": -0.09, "Cleo": -0.03}
    assert board(desk, "brier") == {"Ana": 0.085, "Ben": 0.25, "Cleo": 0.04}


def test_over_time_every_forecast_counts_for_as_long_as_it_stood_in_company(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    record(desk, "Ana", 1, "50")
    clock.move(2 * DAY)
    record(desk, "Ben", 1, "80")
    clock.move(3 * DAY)
    record(desk, "Ana", 1, "90")
    clock.move(5 * DAY)

    settle(desk, 1)

    # Two days alone, three with .25 against .04, five with .01 against .04, of ten.
    ana = (3 * (0.04 - 0.25) + 5 * (0.04 - 0.01)) / 10
    assert board(desk, "over_time") == {"Ana": round(ana, 9), "Ben": round(-ana, 9)}
    assert {one.coverage for one in rows(desk, Score)} == {0.8}


def test_who_comes_late_earns_no_more_than_the_time_that_they_were_there(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    record(desk, "Ana", 1, "50")
    clock.move(99 * DAY)
    record(desk, "Ben", 1, "100%")
    clock.move(DAY)

    settle(desk, 1)

    assert board(desk, "over_time") == {"Ana": -0.0025, "Ben": 0.0025}


def test_over_time_ends_where_the_question_closed_before_its_outcome_was_known(
    desk: Desk, clock: Clock
) -> None:
    bring(desk, closes="2026-11-30 19:00")
    record(desk, "Ana", 1, "50")
    clock.move(5 * DAY)
    record(desk, "Ben", 1, "100%")
    clock.move(95 * DAY)

    settle(desk, 1)

    assert board(desk, "over_time") == {"Ana": -0.125, "Ben": 0.125}


def test_options_count_over_time_on_the_common_scale(desk: Desk, clock: Clock) -> None:
    bring(desk, answers="red\ngreen\nblue\nblack")
    record(desk, "Ana", 1, "25/25/25/25")
    record(desk, "Ben", 1, "100/0/0/0")
    clock.move(DAY)

    settle(desk, 1, "red")

    assert board(desk, "over_time") == board(desk, "edge") == {"Ana": -0.25, "Ben": 0.25}


def test_who_was_alone_all_the_time_is_on_no_board_that_compares(desk: Desk, clock: Clock) -> None:
    bring(desk)
    record(desk, "Ana", 1, "50")
    clock.move(DAY)

    settle(desk, 1)

    assert board(desk, "over_time") == board(desk, "edge") == board(desk, "peer") == {}
    assert board(desk, "brier") == {"Ana": 0.25}


def test_a_session_window_of_over_time_has_the_questions_that_were_taken(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    take(desk, clock, {"Ana": "60", "Ben": "50"})
    clock.move(DAY)
    settle(desk, 1)
    other = bring(desk, "Is this another question?")
    for name in ("Ana", "Dan"):
        record(desk, name, other, "70")
    clock.move(DAY)
    settle(desk, other)

    shown = standings_service.show_leaderboard(
        desk, caller(), metric="over_time", window="1 session", minimum=1
    )

    assert [row.name for row in shown.rows] == ["Ana", "Ben"]


def test_moments_are_compared_on_the_questions_that_have_all_of_them(
    desk: Desk, clock: Clock
) -> None:
    for number in range(1, 11):
        bring(desk, f"Is this question number {number}?")
        play(desk, clock, {"Ana": ("50", "60", str(70 + number)), "Ben": ("50", "50", "50")})
        sessions_service.end(desk, caller("Ana"))
        clock.move(DAY)
        record(desk, "Ana", number, "90")
        settle_later(desk, clock, number)
    alone = bring(desk, RAIN)
    record(desk, "Ana", alone, "0%")
    settle_later(desk, clock, alone)

    profile = standings_service.show_profile(desk, caller("Ana"))

    assert profile is not None
    assert profile.moments.questions == 10
    found = {moment.value: mean for moment, mean in profile.moments.means}
    final = [(0.3 - number / 100) ** 2 for number in range(1, 11)]
    assert {at: round(mean.mean, 9) for at, mean in found.items()} == {
        "blind": 0.25,
        "turn": 0.16,
        "final": round(sum(final) / 10, 9),
        "close": 0.01,
    }
    assert found["final"].low < found["final"].mean < found["final"].high


def settle_later(desk: Desk, clock: Clock, number: int) -> None:
    clock.move(60)
    settle(desk, number)


def test_the_nameless_of_earlier_imports_are_nobody_on_boards(desk: Desk, clock: Clock) -> None:
    number = bring(desk)
    record(desk, "Ana", number, "60")
    record(desk, "Ben", number, "90")
    with desk.db.write() as tx:
        nobody = tx.get_one(Member, member(desk, "Ben"))
        nobody.user_id, nobody.import_name, nobody.name = None, "", "(no name)"
    clock.move(60)

    settle(desk, number)

    assert board(desk, "brier") == {"Ana": 0.16}
    assert {one.member_id for one in rows(desk, Score)} == {member(desk, "Ana")}
