"""How each metric is said: its name, its meaning, and its number."""

import math
from dataclasses import dataclass

from bot.standings.query import Metric

# From how many questions on a number is shown with an interval; where there is none, it has none.
INTERVAL_FROM: dict[Metric, int] = {
    "edge": 3,
    "over_time": 3,
    "gain": 3,
    "peer": 3,
    "brier": 10,
    "log": 20,
    "baseline": 20,
}
# What knowing nothing earns, by definition: 50%, or equal shares of the options.
EMPTY_CHAIRS: dict[Metric, tuple[str, float]] = {
    "brier": ("Knowing nothing (50%, or equal shares of the options), by definition", 0.25),
    "log": ("Always saying 50%", math.log(2)),
    "baseline": ("Knowing nothing (50%, or equal shares of the options), by definition", 0.0),
}
SHRUNK: tuple[Metric, ...] = ("edge", "over_time", "gain", "calibration")
_KEPT = "Forecasts beyond 0.1% and 99.9% count as these."


@dataclass(frozen=True)
class Words:
    """A metric in words: its title, a hint of one line, its meaning, and its number's format.

    The hint stands where one chooses the metric, and first on its board.
    """

    name: str
    hint: str
    means: str
    form: str
    higher_is_better: bool


WORDS: dict[Metric, Words] = {
    "edge": Words(
        "Edge over the others",
        "better than the others on the same questions",
        "How much lower (better) your Brier score is than the others' in the same round of the "
        "same questions; higher is better, and short records are pulled towards 0.",
        "+.3f",
        higher_is_better=True,
    ),
    "over_time": Words(
        "Edge over time",
        "better than the others day by day, every update counted",
        "How much better your forecasts were than the others' from day to day until the question "
        "closed, updates and people without a turn included; higher is better, and short records "
        "are pulled towards 0.",
        "+.3f",
        higher_is_better=True,
    ),
    "brier": Words(
        "Brier score",
        "how near to what happened, alone",
        "The squared distance between forecast and outcome: 0 is perfect, and knowing nothing "
        "(50%, or the same chance for each option) earns 0.250; lower is better.",
        ".3f",
        higher_is_better=False,
    ),
    "calibration": Words(
        "Calibration",
        "what you call 80% happens 80% of the time",
        "How far your percentages are from what happens, less what luck alone would show; "
        "about 0 is well calibrated, lower is better, and short records are pulled towards 0.",
        "+.3f",
        higher_is_better=False,
    ),
    "gain": Words(
        "Gain for the circle",
        "your turn was better than the group's number before it",
        "How much better your turns were than the group's number when you took the floor, less "
        "what this seat earns on average; higher is better, and short records are pulled "
        "towards 0.",
        "+.3f",
        higher_is_better=True,
    ),
    "log": Words(
        "Log score",
        "like Brier, but hard on being sure and wrong",
        "How surprised you were by what happened: 0 is perfect, always saying 50% earns 0.69; "
        f"lower is better. {_KEPT}",
        ".2f",
        higher_is_better=False,
    ),
    "peer": Words(
        "Peer score",
        "like edge, in points of the log score",
        "Points over the others in the same round of the same questions: 0 is as good as they "
        f"were; higher is better. {_KEPT}",
        "+.1f",
        higher_is_better=True,
    ),
    "baseline": Words(
        "Baseline score",
        "points over a coin toss, up to 100",
        "Points over having no idea: 0 for 50% or the same chance for each option, 100 for "
        f"certainty that came true; higher is better. {_KEPT}",
        "+.1f",
        higher_is_better=True,
    ),
}


def say_value(metric: Metric, value: float) -> str:
    """Write a metric's number with a true minus sign; zero has no sign.

    >>> say_value("edge", 0.0213), say_value("edge", -0.0001), say_value("log", math.inf)
    ('+0.021', '0.000', '∞')
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    number = format(value, WORDS[metric].form)
    return number.replace("-", "−") if float(number) else number.lstrip("+-")


def say_interval(metric: Metric, low: float, high: float) -> str:
    """Write the 90% interval around a number; nothing where there is none."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{say_value(metric, low)} to {say_value(metric, high)}"


def say_ranks(ranks: tuple[int, int]) -> str:
    """Write the best and the worst rank that the data allow.

    >>> say_ranks((1, 4)), say_ranks((2, 2))
    ('1–4', '2')
    """
    best, worst = ranks
    return str(best) if best == worst else f"{best}–{worst}"
