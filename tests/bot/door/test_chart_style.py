"""Tests of the look that all pictures share: lettering, palette and the PNG itself."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from struct import unpack

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.door import chart_style
from tests.machine import examples

pytestmark = pytest.mark.filterwarnings("error")

NO_FONT_HAS_THIS = "\U000abcde"


def card_with(*texts: str, bold: bool = False) -> bytes:
    head = chart_style.heading("A title", "A sentence.")
    card = chart_style.figure(head.height + 30 * len(texts) + 20, head)
    for at, text in enumerate(texts):
        chart_style.write(card, chart_style.MARGIN, head.height + 30 * at, text, bold=bold)
    return chart_style.to_png(card)


def luminance(color: str) -> float:
    return float(np.array([0.2126, 0.7152, 0.0722]) @ linear(color))


PALETTE = {name: getattr(chart_style, name) for name in ("INK", "BLUE", "AMBER", "GREEN", "PINK")}
# How colours look without one kind of cones (Machado, Oliveira and Fernandes 2009).
SIGHTS = {
    "all cones": np.eye(3),
    "without the first": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "without the second": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "without the third": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip


def linear(color: str) -> npt.NDArray[np.float64]:
    part = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Where a colour is among those that look equally far apart (CIE L*a*b*)."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = to_xyz @ np.clip(light, 0, 1) / np.array([0.9505, 1, 1.089])
    fx, fy, fz = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def test_a_card_becomes_a_png_of_1200_pixels_across() -> None:
    png = card_with("Ana")

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert unpack(">I", png[16:20]) == (1200,)


def test_the_same_card_gives_the_same_bytes_and_they_name_no_software_and_no_time() -> None:
    first, second = card_with("Ana"), card_with("Ana")

    assert first == second
    assert not any(chunk in first for chunk in (b"tEXt", b"iTXt", b"tIME"))


def test_drawing_leaves_the_settings_that_all_threads_share_as_they_were() -> None:
    before = dict(mpl.rcParams)

    card_with("Ana", "李明", "محمد")

    assert dict(mpl.rcParams) == before


@pytest.mark.slow
def test_four_threads_at_once_draw_what_one_draws_alone() -> None:
    texts = ["Ana", "Дмитрий", "محمد", "李明 🔥"]
    alone = [card_with(text) for text in texts]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(card_with, texts * 4))

    assert together == alone * 4


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5), st.booleans())
def test_any_text_at_all_is_drawn_without_a_warning(texts: list[str], bold: bool) -> None:
    png = card_with(*texts, bold=bold)

    assert png.startswith(b"\x89PNG")


@given(st.text(max_size=30), st.booleans())
@settings(deadline=None)
def test_cleaning_a_text_twice_changes_nothing_more(text: str, bold: bool) -> None:
    once = chart_style.clean(text, bold=bold)

    assert chart_style.clean(once, bold=bold) == once


@pytest.mark.parametrize("name", ["Zoë", "Ελένη", "Дмитрий", "محمد", "Łukasz $x^2$ _ \\frac"])
def test_names_in_scripts_that_the_font_has_stay_as_they_are(name: str) -> None:
    assert chart_style.clean(name) == name


def test_a_character_that_no_font_has_becomes_one_neutral_sign() -> None:
    assert chart_style.clean(f"Ana {NO_FONT_HAS_THIS}") == "Ana •"


def test_letters_in_fancy_dress_are_drawn_or_become_plain_ones() -> None:
    assert chart_style.clean("Ａｎａ") in ("Ａｎａ", "Ana")


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("A\u202enA\u2069", "AnA"),
        ("Ana\u200b\ufe0f", "Ana"),
        ("  Ana \n\t Lee ", "Ana Lee"),
        ("1\ufe0f\u20e3", "1"),
    ],
)
def test_what_turns_or_hides_letters_is_left_out(written: str, drawn: str) -> None:
    assert chart_style.clean(written).rstrip("\u20e3") == drawn


def test_a_tower_of_accents_is_cut_down() -> None:
    tower = "q" + "\u0302" * 40

    assert len(chart_style.clean(tower)) <= 4


def test_a_name_of_which_nothing_can_be_drawn_is_called_something_else() -> None:
    assert chart_style.readable(NO_FONT_HAS_THIS * 3, otherwise="seat 3") == "seat 3"
    assert chart_style.readable("", otherwise="seat 3") == "seat 3"
    assert chart_style.readable("Ana", otherwise="seat 3") == "Ana"


@pytest.mark.parametrize("name", ["Bartholomew Featherstonehaugh III", "محمد بن سلمان الطويل"])
@pytest.mark.parametrize("bold", [False, True])
def test_a_long_name_is_cut_to_the_room_it_has(name: str, bold: bool) -> None:
    short = chart_style.shorten(name, 80, bold=bold)

    assert short.endswith("…")
    assert 40 < chart_style.text_width(short, bold=bold) <= 80


def test_a_short_name_is_not_cut() -> None:
    assert chart_style.shorten("Ana", 80) == "Ana"


def test_lines_break_between_words_and_lose_none() -> None:
    sentence = "The group went from 42% to 61%, and everyone who spoke late moved the least."

    lines = chart_style.wrap(sentence, 200, lines=9)

    assert " ".join(lines) == sentence
    assert all(chart_style.text_width(line) <= 200 for line in lines)


def test_text_beyond_the_last_line_ends_in_an_ellipsis() -> None:
    lines = chart_style.wrap("word " * 100, 200, lines=2)

    assert len(lines) == 2
    assert lines[1].endswith("…")


def test_a_word_longer_than_a_line_is_broken() -> None:
    lines = chart_style.wrap("x" * 90, 200, lines=9)

    assert "".join(lines) == "x" * 90
    assert len(lines) > 1


@pytest.mark.parametrize("color", [*PALETTE.values(), chart_style.MUTED])
@pytest.mark.parametrize("ground", [chart_style.CARD, chart_style.STRIPE])
def test_lettering_stands_out_from_its_ground_as_wcag_asks(color: str, ground: str) -> None:
    contrast = (luminance(color) + 0.05) / (luminance(ground) + 0.05)

    assert contrast >= 4.5


@pytest.mark.parametrize("sight", SIGHTS.values(), ids=SIGHTS.keys())
@pytest.mark.parametrize(("one", "other"), list(combinations(PALETTE, 2)))
def test_colours_are_told_apart_by_the_colour_blind(
    one: str, other: str, sight: npt.NDArray[np.float64]
) -> None:
    first, second = (lab(sight @ linear(PALETTE[name])) for name in (one, other))

    assert np.linalg.norm(first - second) > 15


def test_alt_text_is_one_line_within_discords_limit() -> None:
    text = chart_style.alt_text("one\ntwo\u202e " + "three " * 1000)

    assert text.startswith("one two three")
    assert len(text) <= 1000
    assert text.endswith("…")
