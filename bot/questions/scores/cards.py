"""How the scores of a settled question look, and in words what they mean, by kind of question."""

from bot.core.numbers import say_probability
from bot.forecasts.beliefs.rules import say_belief
from bot.message import safe, say_brier
from bot.questions.kinds.numbers.rules import say_amount
from bot.questions.kinds.rules import Asked
from bot.questions.shown import ResolutionCard, ScoreLine
from storage.tables import Moment

MOMENTS = {
    Moment.BLIND: "blind",
    Moment.TURN: "turn",
    Moment.FINAL: "final",
    Moment.CLOSE: "close",
}
BOLD = (
    "The bold number counts on the leaderboard: the forecast of one's own turn, or outside a "
    "round the last one before the close."
)
BOLD_HALVED = (
    "The bold number counts on the leaderboard, halved there to go from 0 to 1 like the others: "
    "the forecast of one's own turn, or outside a round the last one before the close."
)
BOLD_ALONE = (
    "The bold number is for the forecast of one's own turn, or outside a round the last one before "
    "the close. A distance in a unit of its own cannot count on the leaderboard."
)


def title(asked: Asked) -> str:
    """What is listed."""
    return "How far off, best first" if asked.kind == "numeric" else "Brier scores, best first"


def score_line(line: ScoreLine, asked: Asked) -> str:
    """One member's scores: the one that counts, and those of every moment."""
    details = "; ".join(
        f"{' = '.join(moments)} {safe(said)}: {_say(score, asked)}"
        for moments, said, score in _together(line, asked)
    )
    return f"**{safe(line.name)} {_say(line.headline, asked)}** · {details}"


def meaning(shown: ResolutionCard) -> str:
    """The score explained, with the best one as an example."""
    explained, bold = _explained(shown.asked)
    return f"{explained}\n{_in_words(shown.lines[0], shown)}\n{bold}"


def _say(score: float, asked: Asked) -> str:
    """A Brier score; of a number the distance, in its unit."""
    if asked.kind == "numeric":
        return safe(say_amount(score, asked.unit, digits=3))
    return say_brier(score)


def _together(line: ScoreLine, asked: Asked) -> list[tuple[list[str], str, float]]:
    """Moments with the same forecast in a row are said once: "turn = final = close 50%"."""
    runs: list[tuple[list[str], str, float]] = []
    for when, belief, score in line.briers:
        said = say_belief(belief, asked)
        if runs and runs[-1][1] == said:
            runs[-1][0].append(MOMENTS[when])
        else:
            runs.append(([MOMENTS[when]], said, score))
    return runs


def _explained(asked: Asked) -> tuple[str, str]:
    """What the score of this kind of question says, and what the bold one counts for."""
    if asked.kind == "numeric":
        unit = f", in {safe(asked.unit)}" if asked.unit else ""
        said = (
            f"How far the three numbers were from what happened{unit} (CRPS): 0 is perfect, and a "
            "range that is needlessly wide costs too. Lower is better."
        )
        return said, BOLD_ALONE
    if asked.kind == "ordered":
        said = (
            "A Brier score of options in an order compares, at each cut between two of them, the "
            "chance put below with what happened: 0 is perfect, 2 is worst, and one option off "
            "costs less than far off. Lower is better."
        )
        return said, BOLD_HALVED
    if asked.kind == "choice":
        evenly = 1 - 1 / len(asked.options)
        said = (
            "A Brier score of several options adds up the squared distances of all of them: 0 is "
            "perfect, 2 is everything on a wrong one, and the same chance for each earns "
            f"{say_brier(evenly)}. Lower is better."
        )
        return said, BOLD_HALVED
    said = (
        "A Brier score is the squared distance between the forecast and what happened: 0 is "
        "perfect, 1 is worst, and always saying 50% earns 0.250. Lower is better."
    )
    return said, BOLD


def _in_words(line: ScoreLine, shown: ResolutionCard) -> str:
    """What one score says, for somebody who has never seen one."""
    asked, name, outcome = shown.asked, safe(line.name), shown.outcome or ""
    if asked.kind == "numeric":
        said = safe(say_belief(line.headline_forecast, asked))
        earned = _say(line.headline, asked)
        return f"{name} said {said} and it came out {safe(outcome)}, so {earned}."
    if asked.has_options:
        chance = line.headline_forecast.values[asked.options.index(outcome)]
        earned = say_brier(line.headline)
        return f"{name} gave {safe(outcome)}, which it was, {say_probability(chance)}, so {earned}."
    said = say_probability(line.headline_forecast.probability or 0.0)
    how = _how_near(line.headline)
    return f"{name} said {said} and it came out {outcome}: {how}, so {say_brier(line.headline)}."


def _how_near(brier: float) -> str:
    ahead = 1 - brier**0.5
    if ahead >= 0.85:
        return "very close"
    if ahead > 0.5:
        return "on the right side"
    return "on the wrong side" if ahead < 0.5 else "no better than a coin"
