"""What a calibration says in numbers and in one sentence."""

import numpy as np
import pytest

import scoring
from bot.standings.reading import FEW, Reading, advice, read, sentence


def reading(*said: tuple[float, int, int]) -> Reading:
    """Forecasts: a probability, how often it was said, how often it then happened."""
    probabilities = [p for p, count, _ in said for _ in range(count)]
    outcomes = [int(n < happened) for _, count, happened in said for n in range(count)]
    found = read(probabilities, outcomes)
    assert found is not None
    return found


def drawn(slope: float, count: int, seed: int = 1) -> Reading:
    """Somebody whose log odds are `slope` times what they should be, in whole percent."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1.2, count)
    said = (1 / (1 + np.exp(-truth * slope))).round(2)
    happened = rng.random(count) < 1 / (1 + np.exp(-truth))
    found = read(said.tolist(), happened.astype(int).tolist())
    assert found is not None
    return found


def test_without_a_forecast_there_is_nothing_to_read() -> None:
    assert read([], []) is None
    assert "nothing to see so far" in sentence(None, "you")


@pytest.mark.parametrize("count", [1, 3, FEW - 1])
def test_a_short_record_is_said_to_be_short_and_shown(count: int) -> None:
    few = reading((0.7, count, 1))

    text = sentence(few, "you")

    plural = "" if count == 1 else "s"
    assert text.startswith(f"Only {count} forecast{plural} so far: too few to tell skill from luck")
    assert sum(one.count for one in few.bins) == count
    assert len(few.curve.x) == 1


def test_it_names_the_bin_of_most_forecasts_with_what_happened() -> None:
    text = sentence(reading((0.8, 34, 24), (0.3, 10, 3)), "you")

    assert text.startswith(
        "When you say about 80%, it happens 71% of the time; with 34 forecasts that is within luck."
    )
    assert text.endswith("All 44 forecasts together are within what luck allows.")


@pytest.mark.parametrize("count", [10, 12, 50, 60])
@pytest.mark.parametrize(("p", "says"), [(0.99, "say about 99%"), (0.01, "say about 1%")])
def test_always_saying_the_same_is_told_as_it_was_said(p: float, says: str, count: int) -> None:
    assert says in sentence(reading((p, count, 0)), "you")


def test_what_is_almost_certain_is_not_about_that() -> None:
    assert "When you say about 99.8%, it" in sentence(reading((0.998, 12, 12)), "you")
    assert "When you say about 0.2%, it" in sentence(reading((0.002, 12, 0)), "you")


def test_somebody_else_is_named() -> None:
    assert "When Ana says about 80%" in sentence(reading((0.8, 34, 24)), "Ana")


def test_many_forecasts_that_are_off_are_more_than_luck() -> None:
    text = sentence(reading((0.9, 400, 280), (0.1, 300, 90)), "you")

    assert "When you say about 90%, it happens 70% of the time" in text
    assert "with 400 forecasts that is more than luck explains" in text
    assert text.endswith("All 700 forecasts together are further off than luck explains: too sure.")


def test_advice_is_given_where_the_direction_is_clear() -> None:
    assert "nearer to 50%" in advice(reading((0.9, 400, 280), (0.1, 300, 90)))
    assert "Bolder" in advice(reading((0.6, 300, 270), (0.4, 300, 30)))
    assert advice(reading((0.8, 34, 24))) == advice(reading((0.5, 400, 320))) == advice(None) == ""


def test_underconfidence_is_said_to_be_that() -> None:
    assert "not sure enough" in sentence(reading((0.6, 300, 270), (0.4, 300, 30)), "you")


@pytest.mark.parametrize(
    ("at_40", "at_60", "says"),
    [(220, 293, "more often than said"), (107, 180, "less often than said")],
)
def test_a_lean_to_one_side_is_said(at_40: int, at_60: int, says: str) -> None:
    leaning = reading((0.4, 400, at_40), (0.6, 400, at_60))

    assert says in sentence(leaning, "you")


def test_a_lean_comes_before_a_want_of_boldness_that_would_make_it_worse() -> None:
    high = reading((0.25, 400, 25), (0.5, 400, 100), (0.75, 400, 220), (0.95, 400, 362))

    assert sentence(high, "you").endswith("than luck explains: things happen less often than said.")
    assert advice(high) == ""


def test_without_two_different_forecasts_the_direction_stays_open() -> None:
    text = sentence(reading((0.5, 400, 320)), "you")

    assert text.endswith("further off than luck explains.")


def test_certainty_that_always_came_true_is_within_luck() -> None:
    assert sentence(reading((0.0, 30, 0), (1.0, 30, 30)), "you").startswith(
        "When you say about 0%, it happens 0% of the time; with 30 forecasts that is within luck."
    )


def test_certainty_that_failed_once_is_not() -> None:
    text = sentence(reading((0.0, 30, 1), (1.0, 31, 31)), "you")

    assert "All 61 forecasts together are further off than luck explains" in text


def test_a_good_forecaster_is_mostly_told_so_and_an_overconfident_one_is_found_out() -> None:
    good = sum(drawn(1, 300, seed).lucky for seed in range(40))
    overconfident = sum(drawn(2, 300, seed).tilt == "too sure" for seed in range(40))

    assert good >= 32
    assert overconfident == 40


def test_the_numbers_are_those_of_the_scoring_package() -> None:
    said, happened = [0.2, 0.4, 0.6, 0.8] * 20, [0, 1, 0, 1] * 20

    found = read(said, happened)

    assert found is not None
    curve = scoring.corp(probabilities=said, outcomes=happened, band="simultaneous")
    assert found.curve.x == (0.2, 0.4, 0.6, 0.8)
    assert found.curve.y == tuple(curve.recalibrated.tolist())
    assert found.curve.band_low == tuple(curve.low.tolist())
    assert found.chance == scoring.calibration_skill(probabilities=said, outcomes=happened).chance
    assert found.bars == tuple(20 if at in {4, 8, 12, 16} else 0 for at in range(20))


def test_short_records_have_five_bins_and_long_ones_ten() -> None:
    said = [0.05 + at / 10 for at in range(10)]

    short, long = read(said * 4, [0, 1] * 20), read(said * 5, [0, 1] * 25)

    assert short is not None
    assert long is not None
    assert ([one.count for one in short.bins], [one.count for one in long.bins]) == (
        [8] * 5,
        [5] * 10,
    )


# Where most forecasts are, beside all together


def test_a_bin_within_luck_beside_a_record_that_is_not_is_said_to_be_the_exception() -> None:
    text = sentence(reading((0.0, 30, 1), (1.0, 31, 31)), "you")

    assert text.startswith("All 61 forecasts together are further off than luck explains")
    assert (
        ", but around 100% it happens 100% of the time; with 31 forecasts that is within luck"
        in text
    )


def test_a_bin_that_is_off_beside_a_record_within_luck_is_not_told_as_a_fault() -> None:
    mixed = reading((0.75, 20, 19), (0.25, 18, 5), (0.5, 16, 8), (0.9, 16, 14), (0.1, 16, 2))
    assert mixed.lucky
    assert not mixed.main_bin.lucky

    text = sentence(mixed, "you")

    assert text.startswith("All 86 forecasts together are within what luck allows, but around 75%")
    assert "it happens 95% of the time" in text
    assert "one record of ten" in text
    assert advice(mixed) == ""


def test_a_bin_that_is_off_the_other_way_than_the_record_is_said_to_be_that() -> None:
    mixed = reading((0.75, 200, 180), (0.95, 150, 90), (0.05, 150, 60))
    assert not mixed.lucky
    assert mixed.tilt == "too sure"
    assert not mixed.main_bin.lucky

    text = sentence(mixed, "Ana")

    assert "too sure, but around 75% it is the other way: it happens 90% of the time" in text
    assert not text.startswith("When")
    assert advice(mixed) == ""


def test_a_lean_that_the_main_bin_does_not_share_is_said_with_a_but() -> None:
    mixed = reading((0.6, 200, 150), (0.3, 190, 10), (0.4, 190, 20), (0.7, 190, 70))
    assert mixed.tilt == "things happen less often than said"

    assert ", but around 60% it is the other way" in sentence(mixed, "you")


@pytest.mark.parametrize("seed", range(60))
def test_no_two_sentences_read_as_opposites(seed: int) -> None:
    rng = np.random.default_rng(seed)
    said = rng.choice([0.05, 0.25, 0.45, 0.75, 0.95], 60, p=[0.1, 0.2, 0.2, 0.4, 0.1])
    slope = rng.choice([0.4, 1.0, 2.5])
    truth = 1 / (1 + (1 / said - 1) ** slope)
    found = read(said.tolist(), (rng.random(60) < truth).astype(int).tolist())
    assert found is not None

    text = sentence(found, "you")

    assert (found.lucky == found.main_bin.lucky and not found.opposite) == (", but " not in text)
