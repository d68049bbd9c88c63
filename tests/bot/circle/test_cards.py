"""The words beside the numbers: careful verdicts, and nothing that outgrows Discord's limits."""

from dataclasses import replace
from datetime import UTC, datetime

import discord
import pytest

from bot.circle import worth
from bot.circle.cards import add_movement, add_worth, circle_card
from bot.circle.rules import Circle, Voice
from bot.circle.service import Fairness, Follower, GroupCircle, RoundGain, Seating, Trusted
from bot.circle.shown import WorthShown
from bot.circle.worth import AGGREGATES, Mean

AT = datetime(2026, 11, 20, tzinfo=UTC)
LONGEST_NAME = "*" * 32


def mean(value: float, low: float, high: float, questions: int = 20) -> Mean:
    return Mean(value, (low, high), questions)


def ranked(*lows: float) -> tuple[Trusted, ...]:
    """Aggregates whose distance to the leader begins at these."""
    leader = Trusted("median", mean(0.1, 0.05, 0.15), mean(0, 0, 0))
    names = [name for name in AGGREGATES if name != "median"]
    return leader, *(
        Trusted(name, mean(0.12, 0.05, 0.2), mean(0.02, low, 0.1))
        for name, low in zip(names, lows, strict=False)
    )


VIEW = GroupCircle(
    rounds=20,
    other_rounds=0,
    resolved=20,
    questions=20,
    gain=mean(0.04, 0.01, 0.07),
    gains=(RoundGain(AT, 0.06), RoundGain(AT, -0.02), RoundGain(AT, 0.0)),
    aggregates=ranked(0.01, -0.01),
    members=mean(0.2, 0.1, 0.3),
    best_member=Trusted("Ana", mean(0.09, 0.05, 0.2), rounds=12),
    fairness=Fairness(0.4, 20, (Seating("Ana", 9, 10.0), Seating("Ben", 11, 10.0)), None, None),
    followers=(Follower("Ana", 0.05, 20), Follower("Ben", 0.9, 1)),
    spread_left=0.6,
)


def field(view: GroupCircle, name: str) -> str:
    embed = circle_card(view, None).embed
    assert embed is not None
    return next(str(one.value) for one in embed.fields if one.name == name)


@pytest.mark.parametrize(
    ("gain", "verdict"),
    [
        (mean(0.04, 0.01, 0.07), "**Yes**, and it is hardly luck. Circle gain **+0.040**"),
        (mean(0.04, -0.01, 0.07), "It looks so, but it may be luck."),
        (mean(-0.04, -0.07, 0.01), "Not so far; it may be luck."),
        (mean(-0.04, -0.07, -0.01), "**No**: so far it made us worse"),
        (mean(0.04, 0.01, 0.07, questions=9), "Too early to say. Circle gain **+0.040**"),
    ],
)
def test_it_is_said_how_sure_the_gain_is(gain: Mean, verdict: str) -> None:
    said = field(replace(VIEW, gain=gain), "Does the circle help us?")

    assert said.startswith(verdict)
    assert "helped in 1 of 3 and hurt in 1" in said


@pytest.mark.parametrize(
    ("aggregates", "verdict"),
    [
        (ranked(0.01, 0.01), "The **median**: the others are behind by more than luck explains."),
        (ranked(-0.01, -0.01), "leads, but all of them are too close to call"),
        (ranked(0.01, -0.01), "behind by more than luck explains: mean of odds. The others"),
    ],
)
def test_it_is_said_how_far_ahead_the_best_aggregate_is(
    aggregates: tuple[Trusted, ...], verdict: str
) -> None:
    said = field(replace(VIEW, aggregates=aggregates), "Which number should we trust?")

    assert verdict in said
    assert "0.200 the members, on average" in said
    assert "0.090 Ana, the best member (in 12 of 20 rounds)" in said


@pytest.mark.parametrize(
    ("p_value", "rounds", "verdict"),
    [
        (0.4, 20, "**Yes**: drawing lots would be as uneven as this in 40% of cases."),
        (0.97, 20, "more evenly than by drawing lots"),
        (0.03, 20, "**No**: drawing lots would give seats as uneven as ours in 3% of cases"),
        (0.4, 4, "Too early to say after 4 rounds."),
    ],
)
def test_fairness_is_said_in_words(p_value: float, rounds: int, verdict: str) -> None:
    found = Fairness(p_value, rounds, (Seating("Ana", 1, 2.0),), mean(-0.02, -1, 1), mean(0, -1, 1))

    said = field(replace(VIEW, fairness=found), "Is the order fair?")

    assert verdict in said
    assert "Opened: Ana 1 (2.0 each would be fair)" in said
    assert "opening **−0.020**, later seats **0.000**" in said


def test_following_is_told_in_kind_words_with_how_much_it_rests_on() -> None:
    said = field(VIEW, "Who moves towards the others?")

    assert "Ana keeps to their own view (5%, 20 turns)" in said
    assert "Ben follows the group (90%, 1 turn)" in said
    assert "60% of our blind differences are left" in said
    assert "Neither is better" in said


def test_rounds_on_other_kinds_alone_are_declined_kindly() -> None:
    view = GroupCircle(0, 3, 0, 0, None, (), (), None, None, None, (), None)

    embed = circle_card(view, None).embed

    assert embed is not None
    assert (
        "yes/no questions only, and all that went around here were of other kinds (3 rounds)"
        in str(embed.description)
    )


def big_circle(count: int) -> Circle:
    said = [
        Voice(at, blind=(at % 9 + 1) / 10, turn=(at % 7 + 2) / 10, final=0.123456, gain=-0.1)
        for at in range(count)
    ]
    return Circle(1, 1, AT, tuple(said), 1)


@pytest.mark.parametrize("count", [2, 8, 9, 30, 200])
def test_no_circle_is_too_large_for_discord(count: int) -> None:
    names = dict.fromkeys(range(count), LONGEST_NAME)
    valued, moved = worth.of_round(big_circle(count)), worth.movement(big_circle(count))
    seatings = tuple(Seating(LONGEST_NAME, at, at / 7) for at in range(count))
    view = replace(
        VIEW,
        other_rounds=1,
        best_member=Trusted(LONGEST_NAME, mean(0.09, 0.05, 0.2), rounds=12),
        fairness=Fairness(0.01, 20, seatings, mean(-0.02, -1, 1), mean(0, -1, 1)),
        followers=tuple(Follower(LONGEST_NAME, 0.3, 1000) for _ in range(count)),
        aggregates=ranked(0.01, 0.01, 0.01, 0.01, 0.01, -0.01),
    )
    embed = discord.Embed()
    assert valued is not None
    add_worth(embed, WorthShown(valued, names))
    add_movement(embed, moved, [LONGEST_NAME] * count)
    whole = circle_card(view, None).embed
    assert whole is not None

    sizes = [len(str(one.value)) for one in (*embed.fields, *whole.fields)]

    assert len(sizes) == 6
    assert max(sizes) <= 1024
    assert len(whole) <= 6000


def test_a_large_circle_tells_its_largest_steps() -> None:
    embed = discord.Embed()
    said = [Voice(at, blind=0.5, turn=0.5, final=0.5) for at in range(12)]
    said[3] = Voice(3, blind=0.5, turn=0.9, final=0.9)

    add_movement(embed, worth.movement(Circle(1, 1, AT, tuple(said))), [f"M{n}" for n in range(12)])

    assert "over 12 voices. Largest steps after the first: M3 +13 points" in str(
        embed.fields[0].value
    )


@pytest.mark.parametrize(
    ("turn", "way"),
    [
        (0.5, "50% of the way to the group's **80%**"),
        (0.8, "all the way to the group's **80%**"),
        (0.9, "beyond the group's **80%**"),
        (0.1, "away from the group's **80%**"),
    ],
)
def test_how_far_somebody_moved_is_told_from_what_they_heard(turn: float, way: str) -> None:
    embed = discord.Embed()
    said = (Voice(0, 0.8, 0.8, 0.8), Voice(1, 0.2, turn, turn))

    add_movement(embed, worth.movement(Circle(1, 1, AT, said)), ["Ana", "Ben"])

    assert f"Changed most after listening: Ben, 20% → {turn:.0%}, {way}." in str(
        embed.fields[0].value
    )
