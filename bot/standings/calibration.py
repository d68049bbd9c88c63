"""What a calibration says: the numbers behind the picture, and the sentences beside it.

Pure: forecasts and outcomes in, values out.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import scoring
from bot.core.numbers import say_probability, say_share
from bot.core.refusals import say_count

FEW = 10  # below this, hardly anything is more than luck
ENOUGH_FOR_TENTHS = 50
LEVEL = 0.9
BARS = 20
TOO_SURE, NOT_SURE_ENOUGH = "too sure", "not sure enough"
LESS_OFTEN, MORE_OFTEN = (f"things happen {way} often than said" for way in ("less", "more"))
_ADVICE = {
    TOO_SURE: "Forecasts nearer to 50% would have done better.",
    NOT_SURE_ENOUGH: "Bolder forecasts would have done better.",
}
_ROUNDING = 1e-9
_MIDDLE = 0.05  # so near to 50% a forecast is neither bold nor timid
_LOG_ODDS_OF_75 = math.log(3)


@dataclass(frozen=True)
class Bin:
    """Forecasts of about the same size: what was said, what happened, how sure that is."""

    said: float
    happened: float
    low: float
    high: float
    count: int

    @property
    def lucky(self) -> bool:
        """Tell whether what was said lies within the interval of what happened."""
        return self.low - _ROUNDING <= self.said <= self.high + _ROUNDING


@dataclass(frozen=True)
class Curve:
    """What happened, smoothed by isotonic regression, and where luck alone would have it."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    band_x: tuple[float, ...]
    band_low: tuple[float, ...]
    band_high: tuple[float, ...]


@dataclass(frozen=True)
class CalibrationReading:
    """A calibration, how often luck looks as bad (`chance`), and the error's direction (`tilt`)."""

    count: int
    bins: tuple[Bin, ...]
    bars: tuple[int, ...]
    curve: Curve
    chance: float
    tilt: str

    @property
    def lucky(self) -> bool:
        """Tell whether all the forecasts together are within what luck allows."""
        return self.chance >= 1 - LEVEL

    @property
    def main_bin(self) -> Bin:
        """Return the bin with most forecasts; among equals the one furthest from 50%.

        It is chosen without a look at what happened: the worst of ten bins would often look bad by
        luck alone.
        """
        return max(self.bins, key=lambda one: (one.count, abs(one.said - 0.5)))

    @property
    def opposite(self) -> bool:
        """Tell whether the main bin clearly errs in the direction opposite to the tilt."""
        main = self.main_bin
        off = 0 if main.lucky else main.happened - main.said
        outward = main.said - 0.5 if abs(main.said - 0.5) > _MIDDLE else 0.0
        against = {
            TOO_SURE: off * outward,
            NOT_SURE_ENOUGH: -off * outward,
            LESS_OFTEN: off,
            MORE_OFTEN: -off,
        }
        return not self.lucky and against.get(self.tilt, 0) > 0


@dataclass(frozen=True)
class Waiting:
    """How many questions that ended early are left out, and when the next of them joins.

    `last` is when all have joined.
    """

    count: int
    next: datetime
    last: datetime


def wait(closes: Iterable[datetime]) -> Waiting | None:
    """Sum up the closes of questions that ended early; None without any."""
    found = sorted(closes)
    return Waiting(len(found), found[0], found[-1]) if found else None


def read(probabilities: Sequence[float], outcomes: Sequence[int]) -> CalibrationReading | None:
    """Measure the calibration of yes-or-no forecasts; None without any."""
    if not probabilities:
        return None
    given: dict[str, Any] = {"probabilities": probabilities, "outcomes": outcomes}
    skill = scoring.calibration_skill(**given, level=LEVEL)
    return CalibrationReading(
        len(probabilities),
        _bins(scoring.calibration_bins(**given, bins=_bin_count(probabilities), level=LEVEL)),
        tuple(scoring.calibration_bins(**given, bins=BARS).count.tolist()),
        _curve(scoring.corp(**given, level=LEVEL, band="simultaneous")),
        skill.chance,
        _tilt(skill),
    )


def read_numbers(inside: Sequence[int]) -> scoring.HitRate | None:
    """Measure how often what happened lay within 80% intervals; None without any.

    Args:
        inside: for each number that was forecast, 1 if its interval held what happened, else 0.
    """
    if not inside:
        return None
    ones = [1] * len(inside)
    return scoring.hit_rate(lows=ones, highs=ones, outcomes=inside, level=LEVEL)


def sentence(reading: CalibrationReading | None, who: str, *, waiting: bool = False) -> str:
    """Say in plain words what the calibration means.

    Args:
        reading: the calibration, if there is one.
        who: "you", or a name.
        waiting: whether a question ended early and does not count yet.
    """
    if reading is None and waiting:
        return "No yes-or-no question counts yet, so there is nothing to see so far."
    if reading is None:
        return "No resolved yes-or-no question yet, so there is nothing to see so far."
    if reading.count < FEW:
        return (
            f"Only {say_count(reading.count, 'forecast')} so far: too few to tell skill from luck."
        )
    if reading.lucky != reading.main_bin.lucky or reading.opposite:
        return f"{_of_all(reading)}, but {_exception(reading)}."
    return f"{_of_main_bin(reading.main_bin, who)} {_of_all(reading)}."


def advice(reading: CalibrationReading | None) -> str:
    """Say what to do about it, where that is clear; else return nothing."""
    if reading is None or reading.count < FEW or reading.lucky or reading.opposite:
        return ""
    return _ADVICE.get(reading.tilt, "")


def _of_main_bin(main: Bin, who: str) -> str:
    says = "say" if who == "you" else "says"
    return f"When {who} {says} about {say_probability(main.said)}, {_happens(main)}."


def _happens(main: Bin) -> str:
    luck = "within luck" if main.lucky else "more than luck explains"
    return (
        f"it happens {say_share(main.happened)} of the time; with "
        f"{say_count(main.count, 'forecast')} that is {luck}"
    )


def _exception(reading: CalibrationReading) -> str:
    """Say how the main bin differs from what all forecasts say together."""
    main = reading.main_bin
    around = f"around {say_probability(main.said)} "
    if reading.opposite:
        return f"{around}it is the other way: {_happens(main)}"
    if main.lucky:
        return f"{around}{_happens(main)}"
    return (
        f"{around}it happens {say_share(main.happened)} of the time: with "
        f"{say_count(main.count, 'forecast')} luck brings that in one record of ten at most"
    )


def _of_all(reading: CalibrationReading) -> str:
    together = f"All {say_count(reading.count, 'forecast')} together"
    if reading.lucky:
        return f"{together} are within what luck allows"
    tilt = f": {reading.tilt}" if reading.tilt else ""
    return f"{together} are further off than luck explains{tilt}"


def _tilt(skill: scoring.CalibrationSkill) -> str:
    """Return the direction of the error; empty where it is not clear.

    The limits are NaN where the error is not known.
    """
    lean = ""
    if skill.intercept_high < 0:
        lean = LESS_OFTEN
    elif skill.intercept_low > 0:
        lean = MORE_OFTEN
    # Then 25% and 75% are off to the same side, and bolder or meeker would mend one of them only.
    if lean and abs(skill.intercept) >= abs(skill.slope - 1) * _LOG_ODDS_OF_75:
        return lean
    if skill.slope_high < 1:
        return TOO_SURE
    return NOT_SURE_ENOUGH if skill.slope_low > 1 else lean


def _bin_count(probabilities: Sequence[float]) -> int:
    """Return ten, or five for short records.

    In a short record, tenths would hold two or three forecasts each.
    """
    return 10 if len(probabilities) >= ENOUGH_FOR_TENTHS else 5


def _bins(found: scoring.CalibrationBins) -> tuple[Bin, ...]:
    columns = (found.mean_forecast, found.observed_rate, found.low, found.high, found.count)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    # A mean of 99% and nothing else is 0.9900000000000001, which would be "over 99%".
    return tuple(Bin(round(said, 12), *row) for said, *row in rows if row[-1])


def _curve(found: scoring.Corp) -> Curve:
    columns = (found.forecasts, found.recalibrated, found.band_forecasts, found.low, found.high)
    return Curve(*(tuple(column.tolist()) for column in columns))
