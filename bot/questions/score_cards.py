"""How the scores of a settled question look, and in words what they mean, by kind of question."""

from bot.answers.beliefs import say_belief
from bot.answers.formats import AnswerFormat
from bot.answers.numbers import say_amount
from bot.core.numbers import say_probability
from bot.door.messages import safe, say_brier
from bot.questions.read_model import ResolutionCard, ScoreLine
from storage.tables import Moment

MOMENTS = {
    Moment.BLIND: "blind",
    Moment.TURN: "turn",
    Moment.FINAL: "final",
    Moment.CLOSE: "close",
}
COUNTS = "the forecast of one's own turn, or where no round took the question the last one."
BOLD = f"The bold number counts on the leaderboard: {COUNTS}"
BOLD_SCALED = (
    "The bold number counts on the leaderboard, scaled there so that the same chance for each "
    f"option earns 0.250, as 50% does on a yes/no question: {COUNTS}"
)
BOLD_ALONE = (
    f"The bold number is for {COUNTS} On the leaderboards `edge` and `over_time` it counts beside "
    "the others' distances; the other metrics leave it out."
)
NO_TURN = (
    "Told, not ranked with the others: they forecast at another moment. What they said counts on "
    "the leaderboard `over_time`."
)


def title(asked: AnswerFormat) -> str:
    """What is listed."""
    return "How far off, best first" if asked.kind == "numeric" else "Brier scores, best first"


def score_line(line: ScoreLine, asked: AnswerFormat) -> str:
    """One member's scores: the one that counts in bold, and those of every moment."""
    details = "; ".join(
        f"{' = '.join(moments)} {safe(said)}: {_say(score, asked)}"
        for moments, said, score in _together(line, asked)
    )
    name = safe(line.name)
    return f"{name} · {details}" if line.headline is None else _bold(name, line, asked) + details


def _bold(name: str, line: ScoreLine, asked: AnswerFormat) -> str:
    rounds = len(line.headlines)
    mean = f" (mean of {rounds} rounds)" if rounds > 1 else ""
    return f"**{name} {_say(line.headline or 0.0, asked)}**{mean} · "


def meaning(shown: ResolutionCard) -> str:
    """The score explained, with the best one of a single forecast as an example."""
    explained, bold = _explained(shown.asked)
    example = next((line for line in shown.lines if len(line.headlines) == 1), None)
    in_words = [_in_words(example, shown)] if example else []
    return "\n".join([explained, *in_words, bold])


def _say(score: float, asked: AnswerFormat) -> str:
    """A Brier score; of a number the distance, in its unit."""
    if asked.kind == "numeric":
        return safe(say_amount(score, asked.unit, digits=3))
    return say_brier(score)


def _together(line: ScoreLine, asked: AnswerFormat) -> list[tuple[list[str], str, float]]:
    """Moments with the same forecast in a row are said once: "turn = final = close 50%"."""
    runs: list[tuple[list[str], str, float]] = []
    for when, belief, score in line.briers:
        said = say_belief(belief, asked)
        if runs and runs[-1][1] == said:
            runs[-1][0].append(MOMENTS[when])
        else:
            runs.append(([MOMENTS[when]], said, score))
    return runs


def _explained(asked: AnswerFormat) -> tuple[str, str]:
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
        return said, BOLD_SCALED
    if asked.kind == "choice":
        evenly = 1 - 1 / len(asked.options)
        said = (
            "A Brier score of several options adds up the squared distances of all of them: 0 is "
            "perfect, 2 is everything on a wrong one, and the same chance for each earns "
            f"{say_brier(evenly)}. Lower is better."
        )
        return said, BOLD_SCALED
    said = (
        "A Brier score is the squared distance between the forecast and what happened: 0 is "
        "perfect, 1 is worst, and always saying 50% earns 0.250. Lower is better."
    )
    return said, BOLD


def _in_words(line: ScoreLine, shown: ResolutionCard) -> str:
    """What one score says, for somebody who has never seen one."""
    asked, name, outcome = shown.asked, safe(line.name), shown.outcome or ""
    (belief,), score = line.headlines, line.headline or 0.0
    earned = _say(score, asked)
    if asked.kind == "numeric":
        said = safe(say_belief(belief, asked))
        return f"{name} said {said} and it came out {safe(outcome)}, so {earned}."
    if asked.has_options:
        chance = say_probability(belief.values[asked.options.index(outcome)])
        return f"{name} gave {safe(outcome)}, which it was, {chance}, so {earned}."
    said = say_probability(belief.probability or 0.0)
    return f"{name} said {said} and it came out {outcome}: {_how_near(score)}, so {earned}."


def _how_near(brier: float) -> str:
    ahead = 1 - brier**0.5
    if ahead >= 0.85:
        return "very close"
    if ahead > 0.5:
        return "on the right side"
    return "on the wrong side" if ahead < 0.5 else "no better than a coin"
