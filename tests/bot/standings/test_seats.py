"""Gains where everybody kept one seat: what somebody earned cannot be told from their seat's."""

import pytest

from bot.core.unit import Desk
from bot.questions import outcomes as questions_outcomes
from bot.sessions import service as sessions_service
from bot.standings import cards as standings_cards
from bot.standings import service as standings_service
from bot.standings.boards import seats_compare
from bot.standings.pictures import leaderboard_picture
from bot.standings.service import Board
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring, play
from tests.conftest import Clock, caller

DAY = 86_400
TURNS = {"Ana": ("30", "60", "80"), "Ben": ("90", "70", "20"), "Cleo": ("50", "40", "45")}
SWAPPED = ("Ben", "Ana", "Cleo")


@scene
def evening(desk: Desk, clock: Clock, number: int, order: tuple[str, ...] = tuple(TURNS)) -> None:
    """A session on one question, with these people in these seats."""
    question = bring(desk, f"Is this the question number {number}?")
    play(desk, clock, {name: TURNS[name] for name in order})
    sessions_service.end(desk, caller(order[0]))
    clock.move(60)
    outcome = "yes" if number % 3 else "no"
    questions_outcomes.resolve(desk, caller("Ana", manages_events=True), question, outcome=outcome)
    clock.move(DAY)


def gains(desk: Desk, window: str = "") -> Board:
    return standings_service.show_leaderboard(
        desk, caller(), metric="gain", window=window, minimum=1
    )


def text(board: Board) -> str:
    embed = standings_cards.leaderboard_details(board).embed
    assert embed is not None
    return "\n".join([str(embed.description), *(str(field.value) for field in embed.fields)])


@pytest.mark.parametrize("rounds", [2, 6])  # a seat has an average of its own from five on
def test_where_nobody_changes_seats_the_gain_board_says_so_and_tells_no_number(
    desk: Desk, clock: Clock, rounds: int
) -> None:
    for number in range(rounds):
        evening(desk, clock, number)

    board = gains(desk)

    said = text(board)
    assert said.startswith("**Nothing to compare yet: nobody has sat in a seat")
    assert "order `rotate`" in said
    assert "oo close to call" not in said
    assert "0.0" not in said
    assert "Known to about" not in said
    assert leaderboard_picture(board) is None


def test_a_profile_tells_no_gain_where_nobody_changes_seats(desk: Desk, clock: Clock) -> None:
    for number in range(3):
        evening(desk, clock, number)
    before = standings_service.show_profile(desk, caller("Ana"))

    evening(desk, clock, 3, SWAPPED)

    after = standings_service.show_profile(desk, caller("Ana"))
    assert before is not None
    assert after is not None
    assert "gain" not in dict(before.standings)
    assert "gain" in dict(after.standings)


def test_once_two_have_sat_in_one_seat_there_is_a_board_but_not_in_a_window_before(
    desk: Desk, clock: Clock
) -> None:
    evening(desk, clock, 1, SWAPPED)
    evening(desk, clock, 2)

    assert not gains(desk).unmoved
    assert "Nothing to compare" not in text(gains(desk))
    assert gains(desk, "1 session").unmoved


def test_seats_compare_once_one_of_them_was_held_by_two() -> None:
    own = [(1, 1), (2, 2), (2, 3)]

    assert not seats_compare([])
    assert not seats_compare(own)
    assert seats_compare([*own, (1, 3)])
