"""The pictures of rounds on options and on numbers: they can be drawn, and say what they show."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.formats import AnswerFormat
from bot.circle.movement import movement
from bot.door import chart_style
from bot.rounds.pictures import picture_of
from bot.rounds.read_model import Summary, SummarySeat
from bot.scores.crowds import CrowdSaid
from tests.bot import legible
from tests.bot.legible import assert_drawn_legibly, assert_legible, figure_of
from tests.bot.rounds.summaries import compared, summary
from tests.bot.rounds.summaries import summary_seat as seat
from tests.machine import examples

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.slow]

COLOURS = AnswerFormat("choice", ("Red", "Green", "Blue"))
THREE = summary(
    "Which colour will it be?",
    (
        seat("Ana", (0.3, 0.6, 0.1), None, (0.15, 0.8, 0.05)),
        seat("Ben", None, None, (0.2, 0.75, 0.05)),
        seat("Cleo", (0.5, 0.4, 0.1), None, None),
    ),
    COLOURS,
    path=((0.4, 0.5, 0.1), (0.3, 0.6, 0.1), None, (0.2, 0.7, 0.1)),
    compared=compared((0.4, 0.5, 0.1), (0.17, 0.78, 0.05), 3),
    end=(0.17, 0.78, 0.05),
)
STRIKE = summary(
    "How long will the strike last?",
    (
        seat("Ana", (3.0, 10.0, 40.0), None, (5.0, 12.0, 30.0)),
        seat("Ben", None, None, (8.0, 20.0, 60.0)),
        seat("Cleo", (2.0, 7.0, 30.0), None, None),
    ),
    AnswerFormat("numeric", unit="days"),
    path=((2.5, 8.5, 35.0), (3.0, 9.0, 35.0), (4.0, 10.0, 40.0), (6.0, 12.0, 42.0)),
    compared=compared((2.5, 8.5, 35.0), (6.5, 16.0, 45.0), 3),
    end=(6.5, 16.0, 45.0),
)
HARD = ("\U000abcde" * 3, "$\\frac{1}{2}$", "名前" * 30, "e" + "\u0301" * 40, "<b>&amp;")


Values = tuple[float, ...]


def draw(shown: Summary) -> bytes:
    return picture_of(shown).draw(shown)


def describe(shown: Summary) -> str:
    return picture_of(shown).alt_text(shown)


def all_alike(count: int, values: Values, name: str = "Member") -> tuple[SummarySeat, ...]:
    return tuple(seat(f"{name} {number}", values, None, values) for number in range(count))


def of_numbers(
    seats: tuple[SummarySeat, ...], blind: Values | None, final: Values, unit: str = "days"
) -> Summary:
    """A round on a number in which these are the group's."""
    both = compared(blind, final, len(seats)) if blind else None
    asked = AnswerFormat("numeric", unit=unit)
    path = [None if one is None else one.values for one in STRIKE.movement.path]
    return summary(STRIKE.about.question, seats, asked, path=path, compared=both, end=final)


TENTH = (0.1,) * 10
LARGE = (-1e15, 123456789.0, 1e15)
PICTURES = {
    "three options": THREE,
    "two options, one seat": summary(
        "Which colour will it be?",
        all_alike(1, (0.0, 1.0)),
        AnswerFormat("choice", ("Red", "Green")),
        path=(None, (0.0, 1.0)),
        end=(0.0, 1.0),
    ),
    "ten long options, thirty seats": summary(
        "Which of the ten teams will it be? " * 9,
        all_alike(30, TENTH),
        AnswerFormat(
            "choice", tuple(f"{HARD[number % 5]} {'x' * 50}{number}" for number in range(10))
        ),
        path=(TENTH,) * 31,
        compared=compared(TENTH, TENTH, 30),
        end=TENTH,
    ),
    "a number": STRIKE,
    "one seat that is sure": of_numbers(all_alike(1, (7.0,) * 3), None, (7.0,) * 3),
    "all nothing": of_numbers(all_alike(2, (0.0,) * 3), None, (0.0,) * 3),
    "thirty seats, large and below nothing": of_numbers(
        all_alike(30, (-1e15, 0.0, 1e15), "A member whose name is long"),
        (-1e15, 0.0, 1e15),
        LARGE,
        "thousand kilometres",
    ),
    "hard names": replace(
        STRIKE,
        seats=tuple(seat(name, (1.0, 2.0, 3.0), None, (1.0, 2.0, 3.0)) for name in HARD),
    ),
}


def with_crowd(shown: Summary) -> Summary:
    """The same round, with a crowd that says what the group said at the end."""
    end = shown.movement.final
    assert end is not None
    return replace(shown, crowd=CrowdSaid("The crowd on Metaculus", end))


PICTURES |= {f"{name}, with the crowd": with_crowd(shown) for name, shown in PICTURES.items()}


drawn = legible.album(draw, PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_the_crowd_has_a_mark_of_its_own_where_it_is_known(name: str) -> None:
    picture = PICTURES[name]
    marks = [marker for marker in drawn(name).markers if marker == "^"]
    parts = max(len(picture.about.asked.options), 1)

    assert len(marks) == (parts if picture.crowd else 0)


@pytest.mark.parametrize("name", PICTURES)
def test_every_round_gives_a_png_that_discord_and_a_phone_can_take(name: str) -> None:
    png = drawn(name).png

    image = drawn(name).pixels()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) < 400_000
    assert image.shape[1] == 1200
    assert 350 <= image.shape[0] <= 3800


@pytest.mark.parametrize("name", PICTURES)
def test_every_round_can_be_read_on_a_phone(name: str) -> None:
    assert_drawn_legibly(drawn(name))


@st.composite
def rounds_on_options(draw_one: st.DrawFn) -> Summary:
    options = draw_one(st.lists(st.text(min_size=1, max_size=60), min_size=2, max_size=10))
    chances = st.lists(st.floats(0, 1), min_size=len(options), max_size=len(options)).map(tuple)
    return rounds_of(draw_one, chances, AnswerFormat("choice", tuple(options)))


@st.composite
def rounds_on_numbers(draw_one: st.DrawFn) -> Summary:
    amounts = st.lists(st.floats(-1e15, 1e15), min_size=3, max_size=3).map(sorted).map(tuple)
    return rounds_of(draw_one, amounts, AnswerFormat("numeric", unit="days"))


def rounds_of(
    draw_one: st.DrawFn, values: st.SearchStrategy[Values], asked: AnswerFormat
) -> Summary:
    said = st.one_of(st.none(), values)
    members = st.builds(seat, st.text(max_size=40), said, said, said)
    seats = tuple(draw_one(st.lists(members, max_size=30)))
    moved = movement(asked.kind, [one.said for one in seats])
    return replace(summary("Which will it be?", seats, asked, path=()), movement=moved)


@settings(max_examples=examples(20), deadline=None)
@given(rounds_on_options())
def test_any_round_on_options_can_be_read_on_a_phone(shown: Summary) -> None:
    assert_legible(lambda: draw(shown))


@settings(max_examples=examples(20), deadline=None)
@given(rounds_on_numbers())
def test_any_round_on_a_number_can_be_read_on_a_phone(shown: Summary) -> None:
    assert_legible(lambda: draw(shown))


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_alt_text_stays_within_its_limit(picture: Summary) -> None:
    assert 0 < len(describe(picture)) <= chart_style.ALT_TEXT_LIMIT


@pytest.mark.parametrize(
    ("low", "high"), [(2025.0, 2027.0), (8.1234e9, 8.1236e9), (-1e15, 1e15), (0.001, 0.002)]
)
def test_no_two_places_below_the_ranges_are_called_alike(low: float, high: float) -> None:
    values = (low, (low + high) / 2, high)

    card = figure_of(lambda: draw(of_numbers(all_alike(2, values), values, values)))

    (area,) = [one for one in card.axes if len(one.get_xticks()) > 1]
    said = [area.xaxis.get_major_formatter()(tick) for tick in area.get_xticks()]
    assert len(set(said)) == len(said) > 1


@pytest.mark.parametrize("picture", [THREE, STRIKE], ids=["options", "number"])
def test_the_same_round_gives_the_same_bytes_and_another_one_others(picture: Summary) -> None:
    changed = replace(picture, seats=picture.seats[:2])

    assert draw(picture) == draw(replace(picture))
    assert draw(picture) != draw(changed)


def test_alt_text_says_what_each_seat_gave_the_options() -> None:
    text = describe(THREE)

    assert "“Which colour will it be?”, 3 seats. Chances of A Red, B Green, C Blue" in text
    assert "the group blind 40%/50%/10% → final 17%/78%/5%" in text
    assert "final 17%/78%/5% (3 people, the same both times)" in text
    assert "Ben final 20%/75%/5%; Cleo blind 50%/40%/10%." in text
    assert "The group's number, turn by turn: 40%/50%/10%, 30%/60%/10%, 20%/70%/10%." in text


def test_alt_text_says_each_seat_s_range() -> None:
    text = describe(STRIKE)

    assert "the group blind 8.5 (2.5 to 35) days → final 16 (6.5 to 45) days" in text
    assert "Ben final 20 (8 to 60) days" in text
    assert "The group's number, turn by turn: 8.5, 9, 10, 12." in text
