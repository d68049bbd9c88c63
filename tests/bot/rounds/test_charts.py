"""Tests of the picture of a round and of its description in words."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from bot.answers.probabilities import Belief
from bot.circle.movement import movement
from bot.door import chart_style
from bot.rounds import chart_marks
from bot.rounds.charts import circle_alt_text, circle_chart
from bot.rounds.read_model import Summary, SummarySeat
from bot.scores.crowds import CrowdSaid
from tests.bot import legible
from tests.bot.legible import assert_drawn_legibly, assert_legible, figure_of
from tests.bot.rounds.summaries import compared, summary
from tests.bot.rounds.summaries import summary_seat as seat
from tests.machine import examples

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.slow]

HARD_NAMES = (
    "Bartholomew Featherstonehaugh-Cholmondeley III",
    "محمد بن سلمان الطويل",
    "Дмитрий Достоевский",
    "李明",
    "🔥👩‍👩‍👧🏽",
    "$x$_money^2\\",
    "\u202eAna",
    "",
)

FIVE = summary(
    "Will the central bank cut its rate before July?",
    (
        seat("Ana", 0.40, 0.45, 0.62),
        seat("Boris", 0.30, 0.38, 0.58),
        seat("Chidi", 0.70, 0.72, 0.70),
        seat("Dana", 0.55, 0.64, 0.66, late=True),
        seat("Emil", 0.20, 0.60, 0.62),
    ),
    path=(0.421, 0.431, 0.449, 0.454, 0.472, 0.561),
    compared=compared(0.421, 0.637, 5),
    end=0.637,
)


def circle(seats: list[SummarySeat]) -> Summary:
    turns = [one.turn for one in seats]
    return summary("Will it?", tuple(seats), path=(seats[0].blind if seats else None, *turns))


def same(name: str, p: float | None, *, late: bool = False) -> SummarySeat:
    return seat(name, p, p, p, late=late)


PICTURES = {
    "five seats": FIVE,
    "a title that goes on": replace(
        FIVE, about=replace(FIVE.about, question="Will at least three of the five " * 20)
    ),
    "one seat": circle([same("Ana", 0.4)]),
    "two seats": circle([same("Ana", 0.004), same("Boris", 0.9999)]),
    "thirty seats": circle(
        [same(f"Member number {k}", k / 30, late=k % 5 == 0) for k in range(30)]
    ),
    "thirty seats that agree": circle([same(f"Member {k}", 0.6) for k in range(30)]),
    "hard names": circle([same(name, 0.5) for name in HARD_NAMES]),
    "thirty hard names": circle([same(name, 0.5) for name in (HARD_NAMES * 4)[:30]]),
    "no blind forecasts": circle([seat("Ana", None, 0.4, 0.5)] * 3),
    "nobody forecast": circle([same("Ana", None), same("Boris", None)]),
    "all 0 and 1": circle([same("Ana", 0.0), same("Boris", 1.0), same("Chidi", 0.0)]),
    "no seats": circle([]),
}
CROWD = CrowdSaid("The crowd on Manifold", Belief(0.27))
PICTURES |= {
    f"{name}, with the crowd": replace(PICTURES[name], crowd=CROWD)
    for name in ("five seats", "one seat", "thirty seats", "hard names", "no blind forecasts")
}


drawn = legible.album(circle_chart, PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_every_round_gives_a_png_that_discord_and_a_phone_can_take(name: str) -> None:
    png = drawn(name).png

    image = drawn(name).pixels()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) < 450_000
    assert image.shape[1] == 1200
    assert 150 <= image.shape[0] <= 3500


@pytest.mark.parametrize("name", PICTURES)
def test_every_round_can_be_read_on_a_phone(name: str) -> None:
    assert_drawn_legibly(drawn(name))


def test_the_crowd_has_a_row_and_a_mark_of_its_own_and_is_said_in_words() -> None:
    shown = replace(FIVE, crowd=CROWD)
    card = figure_of(lambda: circle_chart(shown))
    (area,) = card.axes

    crowds = [line for line in area.lines if line.get_marker() == "^"]

    assert [list(line.get_xdata()) for line in crowds] == [[0.27]]
    assert {"o", "D", "^"} <= {
        one.get_marker() for one in chart_marks.key(shown, turns=True, path=True)
    }
    assert "The crowd on Manifold: 27%." in circle_alt_text(shown)
    assert "crowd" not in circle_alt_text(FIVE)
    assert len(figure_of(lambda: circle_chart(FIVE)).axes[0].lines) == len(area.lines) - 1


chances = st.one_of(st.none(), st.floats(0, 1))
members = st.builds(seat, st.text(max_size=40), chances, chances, chances, late=st.booleans())


@settings(max_examples=examples(25), deadline=None)
@given(st.text(max_size=200), st.lists(members, max_size=30))
def test_any_round_can_be_read_on_a_phone(title: str, seats: list[SummarySeat]) -> None:
    moved = movement("binary", [one.said for one in seats])
    shown = circle(seats)

    shown = replace(shown, about=replace(shown.about, question=title), movement=moved)

    assert_legible(lambda: circle_chart(shown))
    assert len(circle_alt_text(shown)) <= chart_style.ALT_TEXT_LIMIT


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cut_off_at_the_edge_of_the_card(name: str) -> None:
    image = drawn(name).pixels()

    edges = np.concatenate([image[:8].reshape(-1, 3), image[-8:].reshape(-1, 3)])
    sides = np.concatenate([image[:, :8].reshape(-1, 3), image[:, -8:].reshape(-1, 3)])
    brightest = max(to_rgb(chart_style.STRIPE))  # the group's row goes from edge to edge
    assert np.concatenate([edges, sides]).max() / 255 <= brightest + 1 / 255


def test_seats_make_a_picture_taller_and_nothing_in_it_smaller() -> None:
    few, many = (
        figure_of(lambda n=n: circle_chart(circle([same("Ana", 0.4)] * n))) for n in (3, 30)
    )

    assert many.get_figheight() > 2 * few.get_figheight()
    assert many.get_figwidth() == few.get_figwidth()


def grey_marks(stage: str) -> npt.NDArray[np.bool_]:
    """Where a stage's mark is bright, on a picture without colours."""
    card = chart_style.figure(60, chart_style.heading("", ""))
    area = chart_style.axes(card, 10, 10, 40, 40)
    area.set_axis_off()
    area.add_line(chart_marks.mark(stage, [0.5], [0.5]))
    grey = imread(BytesIO(chart_style.to_png(card)))[..., :3] @ [0.299, 0.587, 0.114]
    return grey > grey.mean() + 0.2


@pytest.mark.parametrize(
    ("one", "other"), list(combinations(("blind", "turn", "late", "final"), 2))
)
def test_stages_are_told_apart_without_colours(one: str, other: str) -> None:
    first, second = grey_marks(one), grey_marks(other)

    assert (first ^ second).sum() > 0.15 * min(first.sum(), second.sum())


def test_the_same_round_gives_the_same_bytes() -> None:
    assert circle_chart(FIVE) == circle_chart(replace(FIVE))


@pytest.mark.slow
def test_four_threads_at_once_draw_what_one_draws_alone() -> None:
    pictures = [FIVE, PICTURES["hard names"], PICTURES["one seat"], PICTURES["all 0 and 1"]]
    alone = [circle_chart(picture) for picture in pictures]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(circle_chart, pictures * 2))

    assert together == alone * 2


def test_a_late_forecast_looks_different() -> None:
    punctual = replace(FIVE, seats=tuple(replace(one, late=False) for one in FIVE.seats))

    assert circle_chart(punctual) != circle_chart(FIVE)


def test_alt_text_says_where_the_group_went_and_what_each_seat_said() -> None:
    text = circle_alt_text(FIVE)

    assert "5 seats" in text
    assert "from 42.1% (blind) to 63.7% (5 people, the same both times)." in text
    assert "Ana blind 40% → turn 45% → final 62%" in text
    assert "Dana blind 55% → turn 64% → final 66% (late)" in text


def test_alt_text_says_the_group_s_number_turn_by_turn() -> None:
    text = circle_alt_text(FIVE)

    assert "The group's number, turn by turn: 42.1%, 43.1%, 44.9%, 45.4%, 47.2%, 56.1%." in text


def test_a_number_that_too_few_began_with_is_not_called_the_group_s_move() -> None:
    alone = replace(
        FIVE,
        movement=replace(FIVE.movement, compared=None),
        seats=(FIVE.seats[0], *(replace(one, blind=None) for one in FIVE.seats[1:])),
    )

    text = circle_alt_text(alone)

    assert "The group ended at 63.7% (5 people, 1 of them blind before)." in text
    assert "went from" not in text


def test_alt_text_says_what_is_missing() -> None:
    text = circle_alt_text(PICTURES["nobody forecast"])

    assert "Nobody recorded a forecast in the circle" in text
    assert "Ana no forecast" in text


def test_alt_text_of_a_group_that_ended_where_it_began_says_so() -> None:
    agreed = PICTURES["thirty seats that agree"]
    still = replace(agreed.movement, compared=compared(0.6, 0.6, 30))

    text = circle_alt_text(replace(agreed, movement=still))

    said = "ended at 60%, where the blind forecasts were (30 people, the same both times)"
    assert said in text


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_alt_text_stays_within_its_limit(picture: Summary) -> None:
    assert 0 < len(circle_alt_text(picture)) <= chart_style.ALT_TEXT_LIMIT
