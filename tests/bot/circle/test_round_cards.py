"""What is said of one round, and what is not: too few, other people, somebody who heard nobody."""

from datetime import UTC, datetime

import discord
import pytest

from bot.answers.probabilities import Belief
from bot.answers.wording import PathWords
from bot.answers.yes_no_words import YES
from bot.circle import worth
from bot.circle.movement import movement
from bot.circle.pooling import Said
from bot.circle.read_model import WorthShown
from bot.circle.round_cards import add_movement, add_worth, ended
from bot.circle.rules import Circle, Voice

AT = datetime(2026, 11, 20, tzinfo=UTC)
LONGEST_NAME = "*" * 32
Three = tuple[float | None, float | None, float | None]
NAMES = ("Ana", "Ben", "Cleo", "Dov", "Eva")


def seat(blind: float | None, turn: float | None, final: float | None) -> Said:
    one, other, last = (None if p is None else Belief(p) for p in (blind, turn, final))
    return one, other, last


def told_summary(*seats: Three) -> str:
    embed = discord.Embed()
    names = [*NAMES, *(f"M{at}" for at in range(len(NAMES), len(seats)))]
    add_movement(embed, movement("binary", [seat(*one) for one in seats]), names)
    return str(embed.fields[0].value) if embed.fields else ""


def told_outcome(*seats: Three, outcome: int = 1) -> str:
    embed = discord.Embed()
    voices = tuple(Voice(at, *one) for at, one in enumerate(seats))
    valued = worth.of_round(Circle(1, 1, AT, voices, outcome))
    add_worth(embed, WorthShown(valued, dict(enumerate(NAMES))) if valued else None)
    return str(embed.fields[0].value) if embed.fields else ""


def test_the_path_is_the_group_s_number_by_replacement() -> None:
    said = told_summary((0.5, 0.8, 0.8), (0.5, 0.5, 0.5), (0.5, 0.2, 0.2))

    assert said.startswith(
        "blind **50%** → Ana **61.4%** → Ben **61.4%** → Cleo **50%** → final **50%**\n"
    )
    assert "what has been said, and the blind forecasts of those still to speak" in said
    assert "Somebody without a blind forecast" not in said


def test_it_is_said_how_few_forecast_blind_and_how_the_others_come_in() -> None:
    said = told_summary((0.9, 0.9, 0.9), (None, 0.1, 0.1), (None, 0.1, 0.1))

    assert said.startswith("blind **90%** (1 person) → Ana **90%** → Ben **50%** → ")
    assert "Somebody without a blind forecast comes in with the turn." in said


def test_without_any_blind_forecast_the_path_begins_with_the_first_voice() -> None:
    said = told_summary((None, 0.9, 0.9), (None, 0.1, 0.1))

    assert said.startswith("Ana **90%** → Ben **50%** → final **50%**")


def test_nothing_is_told_of_a_round_in_which_nobody_spoke() -> None:
    assert told_summary((0.5, None, 0.5), (0.5, None, 0.5)) == ""


def test_two_people_moved_neither_together_nor_most() -> None:
    said = told_summary((0.1, 0.4, 0.4), (0.9, 0.6, 0.6))

    assert "differences" not in said
    assert "Changed most" not in said


@pytest.mark.parametrize(
    ("finals", "way"),
    [
        ((0.4, 0.5, 0.6), "they moved together"),
        ((0.01, 0.5, 0.99), "they moved apart"),
        ((0.1, 0.5, 0.9), "they stayed as far apart as they were"),
    ],
)
def test_the_spread_says_of_how_many_it_speaks(
    finals: tuple[float, float, float], way: str
) -> None:
    said = told_summary(
        *((blind, final, final) for blind, final in zip((0.1, 0.5, 0.9), finals, strict=True))
    )

    assert f"of the blind differences are left (3 people): {way}." in said


@pytest.mark.parametrize(
    ("turn", "way"),
    [
        (0.5, "50% of the way to the 80% said before"),
        (0.8, "all the way to the 80% said before"),
        (0.9, "beyond the 80% said before"),
        (0.1, "away from the 80% said before"),
    ],
)
def test_how_far_somebody_moved_is_told_from_what_they_heard(turn: float, way: str) -> None:
    still = (0.8, 0.8, 0.8)

    said = told_summary(still, still, still, (0.2, turn, turn))

    assert f"Changed most of the 3 who had heard others: Dov, 20% → {turn:.0%}, {way}." in said


def test_voices_without_a_blind_forecast_are_heard() -> None:
    loud = (None, 0.7, 0.7)

    said = told_summary(loud, loud, (0.3, 0.6, 0.6), (0.7, 0.7, 0.7), (0.7, 0.7, 0.7))

    assert "Cleo, 30% → 60%, 74% of the way to the 70% said before." in said
    assert "away from" not in said


def test_the_first_speaker_did_not_change_after_hearing_others() -> None:
    said = told_summary((0.1, 0.9, 0.9), *[(0.5, 0.6, 0.6)] * 3)

    assert "Changed most of the 3 who had heard others: Ben" in said


def test_who_began_where_the_others_were_is_told_so() -> None:
    said = told_summary((0.5, 0.5, 0.5), (0.5, 0.7, 0.7), *[(0.5, 0.5, 0.5)] * 2)

    assert "Ben, 50% → 70%, although what was said before came to 50%, too." in said


def test_a_large_circle_tells_its_largest_steps() -> None:
    seats: list[Three] = [(0.5, 0.5, 0.5)] * 12
    seats[3] = (0.5, 0.9, 0.9)

    said = told_summary(*seats)

    assert "over 12 turns. Largest steps: Dov +4.6 points." in said


def test_a_round_that_helped_is_a_description_of_the_same_people() -> None:
    said = told_outcome((0.5, 0.8, 0.8), (0.5, 0.6, 0.6), (0.5, 0.7, 0.7), (None, 0.1, 0.1))

    assert said.startswith(
        "The circle was worth **+0.164**: the group's number came nearer to what happened, from 50% to "
        "70.7% (3 people, the same both times), and it came out yes."
    )
    assert "helped" not in said
    assert "This describes the round and is no score." in said
    assert "Nearer at the end than blind: 3 of 3. Ana +0.210, Ben +0.090, Cleo +0.160." in said


def test_one_blind_forecast_against_five_final_ones_hurt_nobody() -> None:
    said = told_outcome((0.9, 0.9, 0.9), *[(None, 0.1, 0.1)] * 4)

    assert "The group ended at 21.1% (5 people), and it came out yes." in said
    assert "too few to compare" in said
    for verdict in ("was worth", "nearer", "went away", "Nearer at the end"):
        assert verdict not in said


def test_of_several_rounds_on_a_question_it_is_said_which_one_is_told() -> None:
    embed = discord.Embed()
    valued = worth.of_round(Circle(1, 1, AT, tuple(Voice(at, 0.5, 0.6, 0.7) for at in range(3)), 1))
    assert valued is not None

    add_worth(embed, WorthShown(valued, dict(enumerate(NAMES)), rounds=2))

    assert embed.fields[0].name == "What the circle was worth (the last of 2 rounds)"


def test_what_happened_to_two_people_is_no_finding() -> None:
    assert told_outcome((0.5, 0.8, 0.8), (0.5, 0.6, 0.6)) == ""


def test_a_seat_that_moved_nothing_gained_nothing() -> None:
    said = told_outcome((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), (0.5, 0.8, 0.8))

    assert "How each turn moved the group's number: Ana 0.000, Ben 0.000, Cleo +0.101." in said


def test_aggregates_of_one_question_stand_in_a_fixed_order() -> None:
    said = told_outcome((0.5, 0.9, 0.9), (0.5, 0.2, 0.2), (0.5, 0.3, 0.3), outcome=0)

    places = [said.index(f"{name} 0.") for name in worth.AGGREGATES]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        ([(None, 0.2, 0.3)], "One person has a forecast: **30%**."),
        ([(None, None, 0.5)] * 2, "The group ended at **50%** (2 people)."),
        ([(None, None, None)], "The round is closed."),
    ],
)
def test_where_too_few_can_be_compared_the_end_is_told(seats: list[Three], said: str) -> None:
    assert ended(movement("binary", [seat(*one) for one in seats]), YES) == said


def test_a_path_of_numbers_is_told_by_their_middles() -> None:
    low, high = Belief(values=(1.0, 2.0, 3.0)), Belief(values=(7.0, 8.0, 9.0))
    embed = discord.Embed()
    told = PathWords(lambda belief: f"{belief.values[1]:g} days", head="Middle: ")

    add_movement(
        embed, movement("numeric", [(low, high, high), (low, low, high)]), ["Ana", "Ben"], told
    )

    assert str(embed.fields[0].value).startswith(
        "Middle: blind **2 days** → Ana **5 days** → Ben **5 days** → final **8 days**"
    )


def test_a_path_in_a_long_unit_is_told_short() -> None:
    low, high = Belief(values=(1.0, 2.0, 3.0)), Belief(values=(7.0, 8.0, 9.0))
    embed = discord.Embed()
    told = PathWords(lambda belief: f"{belief.values[1]:g} {'x' * 80}", head="Middle: ")

    add_movement(embed, movement("numeric", [(low, high, high)] * 8), [LONGEST_NAME] * 8, told)

    said = str(embed.fields[0].value)
    assert len(said) <= 1024
    assert said.endswith(", over 8 turns.")


@pytest.mark.parametrize("count", [2, 3, 8, 9, 30, 200])
def test_no_circle_is_too_large_for_discord(count: int) -> None:
    seats = [((at % 9 + 1) / 10, (at % 7 + 2) / 10, 0.123456) for at in range(count)]
    voices = tuple(Voice(at, *one) for at, one in enumerate(seats))
    valued = worth.of_round(Circle(1, 1, AT, voices, 1))
    embed = discord.Embed()

    add_worth(
        embed, WorthShown(valued, dict.fromkeys(range(count), LONGEST_NAME)) if valued else None
    )
    add_movement(embed, movement("binary", [seat(*one) for one in seats]), [LONGEST_NAME] * count)

    assert max(len(str(one.value)) for one in embed.fields) <= 1024
