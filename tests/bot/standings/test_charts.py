"""Tests of the leaderboard and calibration pictures and of their descriptions in words."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import BytesIO
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from bot.circle.read_model import MemberRecord
from bot.door import chart_style
from bot.standings import calibration as standings_calibration
from bot.standings.board_charts import leaderboard_alt_text, leaderboard_chart
from bot.standings.by_moment import Moments, ProfileLine
from bot.standings.calibration import Bin, CalibrationReading, Curve
from bot.standings.charts import calibration_alt_text, calibration_chart
from bot.standings.metrics import WORDS
from bot.standings.profile_charts import profile_alt_text, profile_chart
from bot.standings.query import BoardQuery, Metric, Window
from bot.standings.service import Board, BoardRow, Calibration, Profile
from scoring import MeanInterval
from storage.enums import Moment
from tests.bot import legible
from tests.bot.legible import assert_drawn_legibly, assert_legible, figure_of
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


def row(name: str, rank: int | None, value: float, *, spread: float = 0.03) -> BoardRow:
    return BoardRow(rank, name, value, value - spread, value + spread, 12 if rank else 3)


def board(*rows: BoardRow, metric: Metric = "brier") -> Board:
    return Board(BoardQuery(metric), rows, 1, len(rows), None, 30)


BRIER = board(row("Ana", 1, 0.142), row("Boris", 2, 0.171), row("Chidi", None, 0.31, spread=0.3))
MANY = tuple(row(f"Member number {k}", k, 0.1 + k / 100) for k in range(1, 28))
EDGE = replace(BRIER, asked=BoardQuery("edge"))

BOARDS = {
    "two ranked and one not": BRIER,
    "ten ranked and five not": board(*MANY[:10], *(replace(r, rank=None) for r in MANY[10:15])),
    "more than twenty": board(*MANY),
    "one member": board(row("Ana", 1, 0.25, spread=0.0)),
    "nobody ranked": board(row("Ana", None, 0.2), row("Boris", None, 0.3)),
    "nobody": board(),
    "no intervals": board(row("Ana", 1, 0.02, spread=nan), metric="edge"),
    "all 0": board(*(row(name, 1, 0.0, spread=nan) for name in "abc"), metric="edge"),
    "all 1": board(*(row(name, 1, 1.0) for name in "abc")),
    "hard names": board(*(row(name, 1, 0.01) for name in HARD_NAMES), metric="edge"),
    "infinite and missing": board(
        row("Ana", 1, 0.5),
        BoardRow(2, "Boris", inf, 0.6, inf, 1234),
        BoardRow(3, "Chidi", nan, nan, nan, 1),
        BoardRow(None, "Dana", -inf, nan, nan, 1),
        metric="log",
    ),
    "only infinite": board(BoardRow(1, "Ana", inf, nan, nan, 1), metric="log"),
    "with the crowd": replace(BRIER, crowd=row("The crowd of that day", None, 0.05)),
    "the longest words": Board(
        BoardQuery("over_time", Window("sessions", 999), page=12, past=True),
        MANY[:20], 99, 1980, None, 30, too_close=True,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Worded(Calibration):
    """A calibration with a sentence of its own, as no reading need have it."""

    words: str = "Well calibrated: what Ana called 70% happened 70% of the time."

    @property
    def sentence(self) -> str:
        return self.words


POINTS = (0.05, 0.35, 0.7, 0.95)
READ = CalibrationReading(
    count=80,
    bins=tuple(Bin(p, p, p / 2, (1 + p) / 2, 20) for p in POINTS),
    bars=(20, 0, 0, 20, 0, 0, 0, 20, 0, 20),
    curve=Curve(POINTS, POINTS, POINTS, (0.0, 0.2, 0.6, 0.8), (0.2, 0.5, 0.85, 1.0)),
    chance=0.5,
    tilt="",
)
GOOD = Worded("Ana", of_group=False, reading=READ, others=0)


def reading(**more: object) -> Worded:
    return replace(GOOD, reading=replace(READ, **more))  # type: ignore[arg-type]


def at_one_point(p: float, rate: float, count: int) -> Worded:
    return reading(
        bins=(Bin(p, rate, max(rate - 0.3, 0), min(rate + 0.3, 1), count),),
        curve=Curve((p,), (rate,), (p,), (max(p - 0.2, 0),), (min(p + 0.2, 1),)),
        bars=tuple(count if k == min(int(p * 10), 9) else 0 for k in range(10)),
        count=count,
    )


CALIBRATIONS = {
    "good": GOOD,
    "all at 50%": at_one_point(0.5, 0.5, 12),
    "all at 0%": at_one_point(0.0, 0.0, 3),
    "all at 100%": at_one_point(1.0, 1.0, 3000),
    "at 0% and 100%": reading(
        bins=(Bin(0, 0, 0, 0.2, 9), Bin(1, 1, 0.8, 1, 9)),
        curve=replace(READ.curve, x=(0, 1), y=(0, 1)),
    ),
    "nothing resolved": reading(count=0, bins=(), bars=(0,), curve=Curve((), (), (), (), ())),
    "no histogram": reading(bars=()),
    "hard names": replace(GOOD, whose=" ".join(HARD_NAMES), words=" ".join(HARD_NAMES)),
    "a long sentence": replace(GOOD, whose="Calibration " * 20, words="Because. " * 90),
}


def profile(*recent: ProfileLine, means: bool = False, mine: bool = True) -> Profile:
    moments = tuple((moment, MeanInterval(0.2, 0.1, 0.3, 12)) for moment in Moment)
    return Profile(
        "Bartholomew Featherstonehaugh-Cholmondeley III", 40, 20, 2,
        (("brier", BRIER.rows[0]),) if means else (),
        Moments(12, moments) if means else Moments(0, ()),
        "", recent, MemberRecord(None, None, 0), mine=mine,
    )  # fmt: skip


def answered(title: str, brier: float, *, counts: bool = True) -> ProfileLine:
    return ProfileLine(title, ((Moment.CLOSE, brier),), brier if counts else None)


THREE = tuple(answered(f"Question {k}?", (k / 5) ** 2, counts=k < 3) for k in (1, 2, 3))
PROFILES = {
    "with means": profile(*THREE, means=True),
    "three questions": profile(*THREE),
    "one question of somebody else": profile(answered("Will it?", 1.0), mine=False),
    "long titles": profile(*(answered("Will the central bank " * 9, k / 4) for k in range(5))),
    "hard titles": profile(*(answered(name, 0.25) for name in HARD_NAMES)),
}


drawn_board = legible.album(leaderboard_chart, BOARDS)


drawn_calibration = legible.album(calibration_chart, CALIBRATIONS)


def assert_sound(picture: legible.Drawn) -> None:
    """Check a PNG: the right size, and nothing bright at its edges, so nothing cut off."""
    png, image = picture.png, picture.pixels()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) < 300_000
    assert image.shape[1] == 1200
    assert 180 <= image.shape[0] <= 2400
    sides = np.concatenate([image[:, :8].reshape(-1, 3), image[:, -8:].reshape(-1, 3)])
    edges = np.concatenate([sides, image[:8].reshape(-1, 3), image[-8:].reshape(-1, 3)])
    quiet = [to_rgb(color) for color in (chart_style.CARD, chart_style.STRIPE, chart_style.GRID)]
    brightest = max(max(color) for color in quiet)
    assert edges.max() / 255 <= brightest + 1 / 255


@pytest.mark.parametrize("name", BOARDS)
def test_every_leaderboard_gives_a_sound_png(name: str) -> None:
    assert_sound(drawn_board(name))


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_every_calibration_gives_a_sound_png(name: str) -> None:
    assert_sound(drawn_calibration(name))


@pytest.mark.parametrize("name", BOARDS)
def test_every_leaderboard_can_be_read_on_a_phone(name: str) -> None:
    assert_drawn_legibly(drawn_board(name))


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_every_calibration_can_be_read_on_a_phone(name: str) -> None:
    assert_drawn_legibly(drawn_calibration(name))


@pytest.mark.parametrize("picture", PROFILES.values(), ids=PROFILES.keys())
def test_every_profile_can_be_read_on_a_phone(picture: Profile) -> None:
    assert_legible(lambda: profile_chart(picture))
    assert 0 < len(profile_alt_text(picture)) <= chart_style.ALT_TEXT_LIMIT


numbers = st.floats(allow_nan=True, allow_infinity=True, width=32)


@st.composite
def rows_of_boards(draw: st.DrawFn) -> BoardRow:
    low, high = sorted(draw(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))))
    ranks = draw(st.one_of(st.none(), st.tuples(st.integers(1, 999), st.integers(1, 999))))
    rank = draw(st.one_of(st.none(), st.integers(1, 999)))
    name, value, raw = draw(st.text(max_size=40)), draw(numbers), draw(numbers)
    return BoardRow(rank, name, value, low, high, 12, raw, ranks)


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(rows_of_boards(), max_size=25), st.sampled_from(sorted(WORDS)), st.booleans())
def test_any_leaderboard_can_be_read_on_a_phone(
    rows: list[BoardRow], metric: Metric, too_close: bool
) -> None:
    shown = replace(board(*rows, metric=metric), too_close=too_close)

    assert_legible(lambda: leaderboard_chart(shown))


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=80))
def test_any_calibration_can_be_read_on_a_phone(made: list[tuple[float, int]]) -> None:
    read = standings_calibration.read([p for p, _ in made], [came for _, came in made])
    shown = Calibration("you", of_group=False, reading=read, others=0)

    assert_legible(lambda: calibration_chart(shown))


def test_nine_forecasts_have_no_curve_and_no_dots_but_the_number_that_is_missing() -> None:
    few, enough = (
        Calibration(
            "you", of_group=False, reading=standings_calibration.read([0.7] * n, [1] * n), others=0
        )
        for n in (9, 10)
    )

    assert "With 1 more resolved forecast there will be a curve." in calibration_alt_text(few)
    assert "Forecast and how often it happened" not in calibration_alt_text(few)
    assert len(figure_of(lambda: calibration_chart(few)).axes) == 1
    assert len(figure_of(lambda: calibration_chart(enough)).axes) == 2


def test_alt_text_of_a_profile_gives_the_means_and_the_newest_scores() -> None:
    text = profile_alt_text(PROFILES["with means"])

    assert "all 12 questions 0.142 (90% 0.112 to 0.172)" in text
    assert "Question 1? 0.040" in text
    assert "Question 3? 0.360 (no turn)" in text


def test_what_a_calibration_comes_to_is_drawn_to_its_last_word_under_the_longest_name() -> None:
    told = (
        f"When {'W' * 32} says about 75%, it happens 60% of the time; with 1,326 forecasts that is "
        "more than luck explains. All 13,000 forecasts together are further off than luck "
        "explains: things happen less often than"
    )

    said, meant = (replace(GOOD, words=f"{told} {word}.") for word in ("said", "meant"))

    assert calibration_chart(said) != calibration_chart(meant)


def test_the_same_standings_give_the_same_bytes() -> None:
    assert leaderboard_chart(BRIER) == leaderboard_chart(replace(BRIER))
    assert calibration_chart(GOOD) == calibration_chart(replace(GOOD))


@pytest.mark.slow
def test_four_threads_at_once_draw_what_one_draws_alone() -> None:
    boards = [BRIER, EDGE, BOARDS["hard names"], BOARDS["nobody"]]
    alone = [leaderboard_chart(board) for board in boards], calibration_chart(GOOD)

    with ThreadPoolExecutor(4) as pool:
        curves = [pool.submit(calibration_chart, GOOD) for _ in range(4)]
        together = list(pool.map(leaderboard_chart, boards * 2))

    assert together == alone[0] * 2
    assert {curve.result() for curve in curves} == {alone[1]}


def test_rows_are_drawn_best_first_whatever_their_order() -> None:
    backwards = replace(BRIER, rows=BRIER.rows[::-1])

    assert leaderboard_chart(backwards) == leaderboard_chart(BRIER)


def test_a_row_beyond_twenty_changes_only_the_number_of_those_left_out() -> None:
    fewer, more = (leaderboard_chart(board(*MANY[:n])) for n in (21, 22))

    differs = np.any(imread(BytesIO(fewer)) != imread(BytesIO(more)), axis=(1, 2))
    assert differs.any()
    assert np.flatnonzero(differs).min() > 0.9 * len(differs)


def test_an_unranked_member_with_a_wild_number_does_not_squeeze_the_others() -> None:
    wild = replace(BRIER, rows=(*BRIER.rows[:2], replace(BRIER.rows[2], value=0.9, high=0.99)))
    wilder = replace(BRIER, rows=(*BRIER.rows[:2], replace(BRIER.rows[2], value=0.8, high=0.9)))

    first, second = (imread(BytesIO(leaderboard_chart(board))) for board in (wild, wilder))
    ranked = first.shape[0] // 2
    assert np.array_equal(first[:ranked], second[:ranked])


def test_alt_text_of_a_leaderboard_gives_rank_value_interval_and_count() -> None:
    text = leaderboard_alt_text(BRIER)

    assert "lower is better" in text
    assert "1. Ana 0.142 (12 questions, 90% interval 0.112 to 0.172)" in text
    assert "unranked Chidi 0.310 (3 questions" in text


def test_alt_text_of_a_long_leaderboard_says_how_many_more_there_are() -> None:
    assert "and 22 more" in leaderboard_alt_text(BOARDS["more than twenty"])


def test_alt_text_writes_signed_and_infinite_scores_plainly() -> None:
    signed = replace(EDGE, rows=(row("Ana", 1, 0.021), row("Boris", 2, -0.013)))

    assert "Ana +0.021" in leaderboard_alt_text(signed)
    assert "Boris −0.013" in leaderboard_alt_text(signed)
    assert "Ana 0.000" in leaderboard_alt_text(replace(EDGE, rows=(row("Ana", 1, -0.0001),)))
    assert "Boris ∞" in leaderboard_alt_text(BOARDS["infinite and missing"])


def test_alt_text_of_a_calibration_gives_the_reading_and_the_bins() -> None:
    text = calibration_alt_text(GOOD)

    assert "80 resolved forecasts" in text
    assert GOOD.sentence in text
    assert "70% → 70% (20)" in text


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS.keys())
def test_alt_text_of_leaderboards_stays_within_its_limit(board: Board) -> None:
    assert 0 < len(leaderboard_alt_text(board)) <= chart_style.ALT_TEXT_LIMIT


@pytest.mark.parametrize("picture", CALIBRATIONS.values(), ids=CALIBRATIONS.keys())
def test_alt_text_of_calibrations_stays_within_its_limit(picture: Calibration) -> None:
    assert 0 < len(calibration_alt_text(picture)) <= chart_style.ALT_TEXT_LIMIT
