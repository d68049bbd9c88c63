"""The picture of a group's circle and its description in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from bot.circle.charts import GainDot, GroupPicture, TrustRow, group_alt_text, group_chart
from bot.circle.worth import AGGREGATES
from bot.door import chart_style

pytestmark = pytest.mark.filterwarnings("error")

START = datetime(2026, 1, 1, tzinfo=UTC)


def rows(*, alike: bool = False) -> tuple[TrustRow, ...]:
    found = [
        TrustRow(name, 0.1 + (0 if alike else at / 100), (0.05, 0.2), "aggregate")
        for at, name in enumerate(AGGREGATES)
    ]
    found.append(TrustRow("the members on average", 0.21, (0.1, 0.3), "members"))
    return tuple(found)


def gains(*values: float) -> tuple[GainDot, ...]:
    return tuple(GainDot(START + timedelta(days=7 * at), one) for at, one in enumerate(values))


TWO = GroupPicture(2, (), gains(0.1, -0.02), mean_gain=0.04)
MANY = GroupPicture(
    30, rows(), gains(*(np.sin(at) / 3 for at in range(30))), 0.04, interval=(-0.01, 0.09)
)
PICTURES = {
    "two rounds": TWO,
    "one round": GroupPicture(1, (), gains(0.02), 0.02),
    "thirty rounds": MANY,
    "two hundred rounds": replace(MANY, gains=gains(*(np.sin(at) for at in range(200)))),
    "all gains are nothing": replace(MANY, gains=gains(0, 0, 0), mean_gain=0.0, interval=(0, 0)),
    "nobody forecast blind": GroupPicture(12, rows(), (), None),
    "all alike": replace(MANY, rows=rows(alike=True)),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_every_group_gives_a_png_that_discord_and_a_phone_can_take(picture: GroupPicture) -> None:
    png = group_chart(picture)

    image = imread(BytesIO(png))
    assert len(png) < 300_000
    assert image.shape[1] == 1200
    assert 500 <= image.shape[0] <= 1600


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_nothing_is_cut_off_at_the_foot_of_the_card(picture: GroupPicture) -> None:
    image = imread(BytesIO(group_chart(picture)))[..., :3]

    assert np.allclose(image[-8:], to_rgb(chart_style.CARD), atol=1 / 255)


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_alt_text_stays_within_its_limit(picture: GroupPicture) -> None:
    assert 0 < len(group_alt_text(picture)) <= chart_style.ALT_TEXT_LIMIT


def test_the_same_group_gives_the_same_bytes() -> None:
    assert group_chart(TWO) == group_chart(replace(TWO))


def test_alt_text_gives_the_story_the_scores_and_the_gains() -> None:
    text = group_alt_text(replace(MANY, gains=gains(0.1, -0.02)))

    assert "30 resolved rounds: circle gain +0.040 on average (90%: −0.010 to +0.090)." in text
    assert "mean of odds 0.100 (90% 0.050 to 0.200)" in text
    assert "Circle gain of the rounds in order: +0.100, −0.020." in text


def test_a_mean_of_few_rounds_is_neither_drawn_nor_said() -> None:
    text = group_alt_text(TWO)

    assert "in 1 of 2 the group's number came nearer to what happened. Too few to tell" in text
    assert "0.040" not in text
    assert group_chart(TWO) == group_chart(replace(TWO, mean_gain=0.5))


def test_a_group_that_cannot_be_compared_is_told_so() -> None:
    text = group_alt_text(PICTURES["nobody forecast blind"])

    assert "in none did three people forecast both blind and at the end" in text


def test_alt_text_of_a_long_history_tells_the_newest_rounds() -> None:
    text = group_alt_text(replace(TWO, gains=gains(*[0.1] * 5, *[0.2] * 12)))

    assert "newest rounds: +0.200" in text
    assert "+0.100" not in text
