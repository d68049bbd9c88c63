"""The picture of a group's circle and its description in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from bot.circle.averages import Mean
from bot.circle.charts import group_alt_text, group_chart
from bot.circle.service import GroupCircle, RoundGain, Trust
from bot.circle.worth import AGGREGATES, MEMBERS
from bot.door import chart_style
from tests.bot import legible
from tests.bot.legible import assert_drawn_legibly, assert_legible
from tests.machine import examples

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.slow]

START = datetime(2026, 1, 1, tzinfo=UTC)


def rows(*, alike: bool = False) -> tuple[tuple[str, Mean], ...]:
    found = [
        (name, Mean(0.1 + (0 if alike else at / 100), (0.05, 0.2), 12))
        for at, name in enumerate(AGGREGATES)
    ]
    return (*found, (MEMBERS, Mean(0.21, (0.1, 0.3), 12)))


def gains(*values: float) -> tuple[RoundGain, ...]:
    return tuple(RoundGain(START + timedelta(days=7 * at), one) for at, one in enumerate(values))


def group(
    resolved: int,
    ways: tuple[tuple[str, Mean], ...],
    changes: tuple[RoundGain, ...],
    mean: Mean | None,
) -> GroupCircle:
    trust = Trust(ways, None) if ways else None
    return GroupCircle(
        resolved, 0, resolved, mean, changes, trust, None, (), (), spread_left=None, spread_rounds=0
    )


TWO = group(2, (), gains(0.1, -0.02), Mean(0.04, None, 2))
MANY = group(
    30, rows(), gains(*(np.sin(at) / 3 for at in range(30))), Mean(0.04, (-0.01, 0.09), 30)
)
PICTURES = {
    "two rounds": TWO,
    "one round": group(1, (), gains(0.02), Mean(0.02, None, 1)),
    "thirty rounds": MANY,
    "two hundred rounds": replace(MANY, gains=gains(*(np.sin(at) for at in range(200)))),
    "all gains are nothing": replace(MANY, gains=gains(0, 0, 0), gain=Mean(0.0, (0, 0), 3)),
    "nobody forecast blind": group(12, rows(), (), None),
    "all alike": replace(MANY, trust=Trust(rows(alike=True), None)),
}


drawn = legible.album(group_chart, PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_every_group_gives_a_png_that_discord_and_a_phone_can_take(name: str) -> None:
    png = drawn(name).png

    image = drawn(name).pixels()
    assert len(png) < 300_000
    assert image.shape[1] == 1200
    assert 500 <= image.shape[0] <= 2000


@pytest.mark.parametrize("name", PICTURES)
def test_every_group_can_be_read_on_a_phone(name: str) -> None:
    assert_drawn_legibly(drawn(name))


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=60), st.floats(-1, 1), st.floats(0, 1))
def test_any_group_can_be_read_on_a_phone(values: list[float], mean: float, half: float) -> None:
    found = Mean(mean, (mean - half, mean + half), len(values))
    shown = group(len(values), rows(), gains(*values), found)

    assert_legible(lambda: group_chart(shown))


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cut_off_at_the_foot_of_the_card(name: str) -> None:
    image = drawn(name).pixels()

    assert np.allclose(image[-8:] / 255, to_rgb(chart_style.CARD), atol=1 / 255)


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_alt_text_stays_within_its_limit(picture: GroupCircle) -> None:
    assert 0 < len(group_alt_text(picture)) <= chart_style.ALT_TEXT_LIMIT


def test_the_same_group_gives_the_same_bytes() -> None:
    assert group_chart(TWO) == group_chart(replace(TWO))


def test_alt_text_gives_the_story_the_scores_and_the_gains() -> None:
    text = group_alt_text(replace(MANY, gains=gains(0.1, -0.02)))

    assert "30 resolved rounds: each was worth +0.040 on average (90%: −0.010 to +0.090)." in text
    assert "mean of odds 0.100 (90% 0.050 to 0.200)" in text
    assert "Worth of the rounds in order: +0.100, −0.020." in text


def test_a_mean_of_few_rounds_is_neither_drawn_nor_said() -> None:
    text = group_alt_text(TWO)

    assert "in 1 of 2 the group's number came nearer to what happened. Too few to tell" in text
    assert "0.040" not in text
    assert group_chart(TWO) == group_chart(replace(TWO, gain=Mean(0.5, None, 2)))


def test_a_group_that_cannot_be_compared_is_told_so() -> None:
    text = group_alt_text(PICTURES["nobody forecast blind"])

    assert "in none did three people forecast both blind and at the end" in text


def test_alt_text_of_a_long_history_tells_the_newest_rounds() -> None:
    text = group_alt_text(replace(TWO, gains=gains(*[0.1] * 5, *[0.2] * 12)))

    assert "newest rounds: +0.200" in text
    assert "+0.100" not in text
