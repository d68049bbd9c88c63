"""What the summary says of a circle on a question with options or about a number."""

from bot.core.numbers import say_probability
from bot.forecasts.beliefs.rules import say_belief
from bot.forecasts.rules import Belief
from bot.message import one_line, safe
from bot.questions.kinds.numbers.rules import say_amount, say_number
from bot.questions.kinds.rules import Asked
from bot.sessions.rounds.pooling import Pool
from bot.sessions.rounds.shown import Summary

_OPTION = 40
_DIGITS = 4


def moved(shown: Summary) -> str:
    """What going around did, in one sentence."""
    before, after, asked = shown.blind_pool, shown.final_pool, shown.about.asked
    if before is None or after is None:
        return "The round is closed."
    if asked.kind == "numeric":
        return _middle_moved(before.best, after.best, asked)
    return _likeliest_moved(before.best, after.best, asked)


def pool_lines(shown: Summary) -> str:
    """The group's forecasts, blind and final, two ways each; and how far apart people are."""
    asked = shown.about.asked
    rows = [
        f"{name}: {_pool(pool, asked)}"
        for name, pool in (("Blind", shown.blind_pool), ("Final", shown.final_pool))
        if pool is not None
    ]
    return "\n".join([*rows, _spread(shown)])


def _middle_moved(before: Belief, after: Belief, asked: Asked) -> str:
    start, end = before.values[1], after.values[1]
    said = _amount(end, asked)
    if _amount(start, asked) == said:
        return f"The circle stayed at **{said}** in the middle."
    way = "up" if end > start else "down"
    return (
        f"The circle moved the group's middle **{way} from {_amount(start, asked)} (blind) to "
        f"{said} (final)**."
    )


def _likeliest_moved(before: Belief, after: Belief, asked: Asked) -> str:
    first, last = _likeliest(before), _likeliest(after)
    start, end = say_probability(before.values[last]), say_probability(after.values[last])
    name = one_line(asked.options[last], _OPTION)
    if first != last:
        earlier = one_line(asked.options[first], _OPTION)
        return (
            f"The circle moved the group's likeliest answer **from {earlier} (blind) to {name} "
            f"(final)**, which went from {start} to {end}."
        )
    if start == end:
        return f"The circle stayed with **{name}** as the likeliest answer, at {end}."
    return (
        f"The circle stayed with **{name}** as the likeliest answer, from {start} (blind) to "
        f"**{end}** (final)."
    )


def _likeliest(belief: Belief) -> int:
    return belief.values.index(max(belief.values))


def _pool(pool: Pool, asked: Asked) -> str:
    if asked.kind == "numeric":
        mean = safe(say_belief(_rounded(pool.mean), asked))
        return f"median {safe(say_belief(_rounded(pool.best), asked))}, mean {mean}"
    return f"mean of odds {_chances(pool.best)}, mean {_chances(pool.mean)}"


def _spread(shown: Summary) -> str:
    finals = [seat.said[2] for seat in shown.seats if seat.said[2] is not None]
    asked = shown.about.asked
    if asked.kind == "numeric":
        middles = [belief.values[1] for belief in finals]
        return (
            f"Middles at the end: {say_number(min(middles), _DIGITS)} to "
            f"{_amount(max(middles), asked)}."
        )
    assert shown.final_pool is not None  # noqa: S101 - somebody has forecast
    top = _likeliest(shown.final_pool.best)
    given = [belief.values[top] for belief in finals]
    name = one_line(asked.options[top], _OPTION)
    low, high = say_probability(min(given)), say_probability(max(given))
    return f"Spread at the end on {name}: {low} to {high}."


def _amount(value: float, asked: Asked) -> str:
    return safe(say_amount(value, asked.unit, _DIGITS))


def _rounded(belief: Belief) -> Belief:
    return Belief(values=tuple(float(f"{value:.{_DIGITS}g}") for value in belief.values))


def _chances(belief: Belief) -> str:
    return "/".join(say_probability(value).removesuffix("%") for value in belief.values) + "%"
