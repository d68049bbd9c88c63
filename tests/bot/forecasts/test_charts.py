"""Tests of the picture of a question's history and of its description in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.probabilities import Belief
from bot.door import chart_style
from bot.forecasts.charts import history_alt_text, history_chart
from bot.forecasts.read_model import History, HistoryLine, Outcome, group_path
from storage.enums import ForecastKind
from tests.bot import legible
from tests.bot.legible import assert_drawn_legibly, assert_legible, figure_of
from tests.machine import examples

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.slow]

START = datetime(2026, 11, 20, 19, tzinfo=UTC)
COLOURS = AnswerFormat("choice", ("Red", "Green", "Blue"))
DAYS = AnswerFormat("numeric", unit="days")
HARD = ("Bartholomew Featherstonehaugh-Cholmondeley III", "محمد بن سلمان الطويل", "_李明", "", "🔥")

Said = float | tuple[float, ...]


def line(
    at: int, name: str, said: Said, kind: ForecastKind = ForecastKind.UPDATE, *, mine: bool = False
) -> HistoryLine:
    belief = Belief(values=said) if isinstance(said, tuple) else Belief(said)
    made = START + timedelta(hours=at * 5)
    return HistoryLine(name, belief, kind, False, made, "Because.", hash(name) % 10**6, mine)


def history(
    *lines: HistoryLine,
    asked: AnswerFormat = BINARY,
    outcome: Outcome | None = None,
    hidden: bool = False,
    title: str = "Will the central bank cut its rate before July?",
) -> History:
    path = () if hidden else group_path(asked.kind, lines)
    return History(title, lines, hidden, asked, path, outcome)


BLIND, TURN = ForecastKind.BLIND, ForecastKind.TURN
FOUR = (
    line(0, "Ana", 0.4, BLIND, mine=True),
    line(0, "Ben", 0.3, BLIND),
    line(0, "Cleo", 0.75, BLIND),
    line(1, "Ana", 0.45, TURN, mine=True),
    line(1, "Ben", 0.5, TURN),
    line(1, "Cleo", 0.7, TURN),
    line(1, "Dan", 0.62, TURN),
    line(9, "Ana", 0.66, mine=True),
    line(30, "Ben", 0.8),
)
MANY = tuple(line(k, f"Member {k % 30}", (k * 7 % 100) / 100, mine=k % 30 == 3) for k in range(150))
EVEN = (0.1,) * 10
PICTURES = {
    "four": history(*FOUR),
    "resolved": history(*FOUR, outcome=Outcome("yes", 1.0)),
    "void": history(*FOUR, outcome=Outcome("void", None)),
    "hidden": history(FOUR[0], hidden=True),
    "one": history(FOUR[1]),
    "thirty people": history(*MANY),
    "thirty people came out no": history(*MANY, outcome=Outcome("no", 0.0)),
    "hard names": history(*(line(k, name, 0.5) for k, name in enumerate(HARD * 3))),
    "at the ends": history(*(line(k, str(k), float(k % 2), BLIND) for k in range(6))),
    "three options": history(
        *(line(k, "ABCD"[k % 4], (0.2 + k / 40, 0.5, 0.3 - k / 40)) for k in range(12)),
        asked=COLOURS,
        outcome=Outcome("Green", 1.0),
    ),
    "ten long options": history(
        *(line(k, f"Member {k}", EVEN, mine=k == 4) for k in range(30)),
        asked=AnswerFormat("choice", tuple(f"{HARD[k % 5]} {'x' * 50}{k}" for k in range(10))),
        title="Which of the ten teams will it be? " * 9,
    ),
    "a number": history(
        *(line(k, "ABC"[k % 3], (1.0 + k, 10.0 + k * 3, 60.0)) for k in range(9)),
        asked=DAYS,
        outcome=Outcome("42 days", 42.0),
    ),
    "a huge number": history(
        line(0, "Ana", (-1e15, 123456789.0, 1e15)), line(9, "Ben", (1.0, 2.0, 3.0)), asked=DAYS
    ),
    "next to nothing": history(
        line(0, "Ana", (0.0, 0.0, 0.0)), line(1, "Ben", (0.0, 1.6e-84, 1.0)), asked=DAYS
    ),
    "numbers all alike": history(line(0, "Ana", (7.0,) * 3), asked=DAYS),
}


drawn = legible.album(history_chart, PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_every_history_gives_a_png_that_discord_and_a_phone_can_take(name: str) -> None:
    png = drawn(name).png

    image = drawn(name).pixels()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) < 400_000
    assert image.shape[1] == 1200
    assert 700 <= image.shape[0] <= 3600


@pytest.mark.parametrize("name", PICTURES)
def test_every_history_can_be_read_on_a_phone(name: str) -> None:
    assert_drawn_legibly(drawn(name))


@settings(max_examples=examples(20), deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=40), st.floats(0, 1), st.integers(0, 400), st.booleans()),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from([None, Outcome("yes", 1.0), Outcome("no", 0.0)]),
)
def test_any_history_of_chances_can_be_read_on_a_phone(
    said: list[tuple[str, float, int, bool]], outcome: Outcome | None
) -> None:
    made = sorted(said, key=lambda one: one[2])
    lines = [line(at, name, p, BLIND if blind else TURN) for name, p, at, blind in made]

    assert_legible(lambda: history_chart(history(*lines, outcome=outcome)))


@settings(max_examples=examples(20), deadline=None)
@given(
    st.lists(
        st.lists(st.floats(-1e15, 1e15), min_size=3, max_size=3).map(sorted),
        min_size=1,
        max_size=12,
    )
)
def test_any_history_of_numbers_can_be_read_on_a_phone(said: list[list[float]]) -> None:
    lines = [line(at, f"Member {at % 5}", tuple(values)) for at, values in enumerate(said)]

    assert_legible(lambda: history_chart(history(*lines, asked=DAYS)))


def test_the_same_history_gives_the_same_bytes_and_another_one_others() -> None:
    assert history_chart(history(*FOUR)) == history_chart(history(*FOUR))
    assert history_chart(history(*FOUR)) != history_chart(history(*FOUR[:-1]))


def test_members_are_told_apart_by_the_shapes_of_their_marks() -> None:
    area = figure_of(lambda: history_chart(history(*FOUR))).axes[0]

    shapes = {one.get_marker() for one in area.lines if one.get_marker() not in ("None", "")}
    assert len(shapes) == 4


def test_many_people_are_one_band_with_the_caller_s_line_and_the_group_s() -> None:
    area = figure_of(lambda: history_chart(history(*MANY))).axes[0]

    steps = [one for one in area.lines if one.get_drawstyle() == "steps-post"]
    assert len(area.collections) == 1
    assert len(steps) == 2


def test_while_forecasts_are_hidden_no_number_of_the_group_is_drawn_or_said() -> None:
    lines = tuple(replace(one, mine=False) for one in FOUR)
    area = figure_of(lambda: history_chart(history(*lines, hidden=True))).axes[0]

    assert not [one for one in area.lines if one.get_color() == chart_style.AMBER]
    assert "The group's number" not in history_alt_text(history(*lines, hidden=True))
    assert "hidden until the round closes" in history_alt_text(history(*lines, hidden=True))


def test_fewer_than_three_people_have_no_number_of_the_group() -> None:
    assert history(*FOUR[:2]).group is None
    assert history(*FOUR[:3]).group is not None


def test_alt_text_says_where_everybody_began_and_ended_and_how_it_came_out() -> None:
    text = history_alt_text(PICTURES["resolved"])

    assert "9 forecasts of 4 people. It came out yes." in text
    assert "Ana 40% → 66% (3 forecasts); Ben 30% → 80% (3 forecasts)" in text
    assert "Dan 62%." in text


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_alt_text_stays_within_its_limit(picture: History) -> None:
    assert 0 < len(history_alt_text(picture)) <= chart_style.ALT_TEXT_LIMIT
