"""The pictures of rounds on options and on numbers: they can be drawn, and say what they show."""

from dataclasses import replace
from io import BytesIO

import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from bot.door import chart_style
from bot.rounds.pool_charts import PoolPicture, Spoken, pool_alt_text, pool_chart

pytestmark = pytest.mark.filterwarnings("error")

COLOURS = ("Red", "Green", "Blue")
THREE = PoolPicture(
    "Which colour will it be?",
    (
        Spoken("Ana", (0.3, 0.6, 0.1), (0.15, 0.8, 0.05)),
        Spoken("Ben", None, (0.2, 0.75, 0.05)),
        Spoken("Cleo", (0.5, 0.4, 0.1), None),
    ),
    Spoken("the group", (0.4, 0.5, 0.1), (0.17, 0.78, 0.05)),
    COLOURS,
    path=((0.4, 0.5, 0.1), (0.3, 0.6, 0.1), None, (0.2, 0.7, 0.1)),
    end=(0.17, 0.78, 0.05),
    people=3,
)
STRIKE = PoolPicture(
    "How long will the strike last?",
    (
        Spoken("Ana", (3.0, 10.0, 40.0), (5.0, 12.0, 30.0)),
        Spoken("Ben", None, (8.0, 20.0, 60.0)),
        Spoken("Cleo", (2.0, 7.0, 30.0), None),
    ),
    Spoken("the group", (2.5, 8.5, 35.0), (6.5, 16.0, 45.0)),
    unit="days",
    path=((2.5, 8.5, 35.0), (3.0, 9.0, 35.0), (4.0, 10.0, 40.0), (6.0, 12.0, 42.0)),
    end=(6.5, 16.0, 45.0),
    people=3,
)
HARD = ("\U000abcde" * 3, "$\\frac{1}{2}$", "名前" * 30, "e" + "\u0301" * 40, "<b>&amp;")


def all_alike(count: int, values: tuple[float, ...], name: str = "Member") -> tuple[Spoken, ...]:
    return tuple(Spoken(f"{name} {number}", values, values) for number in range(count))


TENTH = (0.1,) * 10
PICTURES = {
    "three options": THREE,
    "two options, one seat": replace(
        THREE,
        seats=all_alike(1, (0.0, 1.0)),
        group=Spoken("the group", None, (0.0, 1.0)),
        path=(None, (0.0, 1.0)),
        end=(0.0, 1.0),
        options=("Red", "Green"),
    ),
    "ten long options, thirty seats": replace(
        THREE,
        title="Which of the ten teams will it be? " * 9,
        seats=all_alike(30, TENTH),
        group=Spoken("the group", TENTH, TENTH),
        path=(TENTH,) * 31,
        end=TENTH,
        options=tuple(f"{HARD[number % 5]} {'x' * 50}{number}" for number in range(10)),
    ),
    "a number": STRIKE,
    "one seat that is sure": replace(
        STRIKE,
        seats=all_alike(1, (7.0, 7.0, 7.0)),
        group=Spoken("the group", None, (7.0, 7.0, 7.0)),
    ),
    "all nothing": replace(
        STRIKE,
        seats=all_alike(2, (0.0, 0.0, 0.0)),
        group=Spoken("the group", None, (0.0, 0.0, 0.0)),
    ),
    "thirty seats, large and below nothing": replace(
        STRIKE,
        seats=all_alike(30, (-1e15, 0.0, 1e15), "A member whose name is long"),
        group=Spoken("the group", (-1e15, 0.0, 1e15), (-1e15, 123456789.0, 1e15)),
        unit="thousand kilometres",
    ),
    "hard names": replace(
        STRIKE, seats=tuple(Spoken(name, (1.0, 2.0, 3.0), (1.0, 2.0, 3.0)) for name in HARD)
    ),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_every_round_gives_a_png_that_discord_and_a_phone_can_take(picture: PoolPicture) -> None:
    png = pool_chart(picture)

    image = imread(BytesIO(png))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) < 400_000
    assert image.shape[1] == 1200
    assert 350 <= image.shape[0] <= 2600


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_alt_text_stays_within_its_limit(picture: PoolPicture) -> None:
    assert 0 < len(pool_alt_text(picture)) <= chart_style.ALT_TEXT_LIMIT


@pytest.mark.parametrize(
    ("low", "high"), [(2025.0, 2027.0), (8.1234e9, 8.1236e9), (-1e15, 1e15), (0.001, 0.002)]
)
def test_no_two_places_below_the_ranges_are_called_alike(
    low: float, high: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(chart_style, "to_png", lambda card: drawn.append(card) or b"")
    alike = all_alike(3, (low, (low + high) / 2, high))

    pool_chart(replace(STRIKE, seats=alike[1:], group=alike[0]))

    (area,) = [one for one in drawn[0].axes if len(one.get_xticks()) > 1]
    said = [area.xaxis.get_major_formatter()(tick) for tick in area.get_xticks()]
    assert len(set(said)) == len(said) > 1


@pytest.mark.parametrize("picture", [THREE, STRIKE], ids=["options", "number"])
def test_the_same_round_gives_the_same_bytes_and_another_one_others(picture: PoolPicture) -> None:
    changed = replace(picture, seats=picture.seats[:2])

    assert pool_chart(picture) == pool_chart(replace(picture))
    assert pool_chart(picture) != pool_chart(changed)


def test_alt_text_says_what_each_seat_gave_the_options() -> None:
    text = pool_alt_text(THREE)

    assert "“Which colour will it be?”, 3 seats. Chances of Red, Green, Blue" in text
    assert "the group blind 40%/50%/10% → final 17%/78%/5%" in text
    assert "final 17%/78%/5% (3 people, the same both times)" in text
    assert "Ben final 20%/75%/5%; Cleo blind 50%/40%/10%." in text
    assert "The group's number, turn by turn: 40%/50%/10%, 30%/60%/10%, 20%/70%/10%." in text


def test_alt_text_says_each_seat_s_range() -> None:
    text = pool_alt_text(STRIKE)

    assert "the group blind 8.5 (2.5 to 35) days → final 16 (6.5 to 45) days" in text
    assert "Ben final 20 (8 to 60) days" in text
    assert "The group's number, turn by turn: 8.5, 9, 10, 12." in text
