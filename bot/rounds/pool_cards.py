"""What the summary says of a circle on a question with options or about a number."""

from bot.answers.beliefs import say_belief
from bot.answers.formats import AnswerFormat
from bot.answers.numbers import say_amount, say_number
from bot.answers.pooling import PooledForecast
from bot.answers.probabilities import Belief
from bot.circle.pooling import Compared
from bot.circle.round_cards import PathWords, ended, same_people
from bot.core.numbers import say_probability
from bot.core.refusals import say_people
from bot.door.messages import one_line, safe
from bot.rounds.read_model import Summary

_OPTION = 40
_DIGITS = 4


def moved(shown: Summary) -> str:
    """Say how the same people moved; of too few, where the group ended."""
    compared, asked = shown.movement.compared, shown.about.asked
    if compared is None:
        return ended(shown.movement, told(shown))
    if asked.kind == "numeric":
        return _middle_moved(compared, asked)
    return _likeliest_moved(compared, asked)


def told(shown: Summary) -> PathWords:
    """Choose what is said of a forecast: its middle, or the likeliest option's chance."""
    asked, final = shown.about.asked, shown.movement.final
    if asked.kind == "numeric":
        return PathWords(
            lambda belief: _amount(belief.values[1], asked), head="Middle: ", tail=" in the middle"
        )
    top = _likeliest(final) if final else 0
    name = one_line(asked.options[top], _OPTION)
    return PathWords(
        lambda belief: say_probability(belief.values[top]),
        lambda belief: belief.values[top],
        head=f"{name}: ",
        tail=f" for {name}",
    )


def pool_lines(shown: Summary) -> str:
    """The group's forecasts, blind and final, two ways each; and how far apart people are."""
    asked, moved = shown.about.asked, shown.movement
    rows = [
        f"{name} ({say_people(people)}): {_pool(pool, asked)}"
        for name, people, pool in (
            ("Blind", moved.blind_people, shown.blind_pool),
            ("Final", moved.final_people, shown.final_pool),
        )
        if pool is not None
    ]
    return "\n".join([*rows, _spread(shown)])


def _middle_moved(compared: Compared, asked: AnswerFormat) -> str:
    start, end = compared.before.values[1], compared.after.values[1]
    said, who = _amount(end, asked), same_people(compared.people)
    if _amount(start, asked) == said:
        return f"The group's middle stayed at **{said}** ({who})."
    way = "up" if end > start else "down"
    return (
        f"The group's middle moved **{way} from {_amount(start, asked)} (blind) to {said} "
        f"(final)**: {who}."
    )


def _likeliest_moved(compared: Compared, asked: AnswerFormat) -> str:
    before, after, who = compared.before, compared.after, same_people(compared.people)
    first, last = _likeliest(before), _likeliest(after)
    start, end = say_probability(before.values[last]), say_probability(after.values[last])
    name = one_line(asked.options[last], _OPTION)
    if first != last:
        earlier = one_line(asked.options[first], _OPTION)
        return (
            f"The group's likeliest answer moved **from {earlier} (blind) to {name} (final)**, "
            f"which went from {start} to {end}: {who}."
        )
    if start == end:
        return f"The group stayed with **{name}** as the likeliest answer, at {end} ({who})."
    return (
        f"The group stayed with **{name}** as the likeliest answer, from {start} (blind) to "
        f"**{end}** (final): {who}."
    )


def _likeliest(belief: Belief) -> int:
    return belief.values.index(max(belief.values))


def _pool(pool: PooledForecast, asked: AnswerFormat) -> str:
    if asked.kind == "numeric":
        mean = safe(say_belief(_rounded(dict(pool.ways)["mean"]), asked))
        return f"median {safe(say_belief(_rounded(pool.best), asked))}, mean {mean}"
    return ", ".join(f"{name} {say_belief(belief, asked)}" for name, belief in pool.ways)


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


def _amount(value: float, asked: AnswerFormat) -> str:
    return safe(say_amount(value, asked.unit, _DIGITS))


def _rounded(belief: Belief) -> Belief:
    return Belief(values=tuple(float(f"{value:.{_DIGITS}g}") for value in belief.values))
