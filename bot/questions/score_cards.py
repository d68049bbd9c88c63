"""How the scores of a settled question look, and in words what they mean."""

from bot.answers.beliefs import say_belief
from bot.answers.card_words import words_of
from bot.answers.formats import AnswerFormat
from bot.door.messages import safe
from bot.questions.read_model import ResolutionCard, ScoreLine
from storage.tables import Moment

MOMENTS = {
    Moment.BLIND: "blind",
    Moment.TURN: "turn",
    Moment.FINAL: "final",
    Moment.CLOSE: "close",
}
NO_TURN = (
    "Told, not ranked with the others: they forecast at another moment. What they said counts on "
    "the leaderboard `over_time`."
)


def score_line(line: ScoreLine, asked: AnswerFormat) -> str:
    """Say one member's scores: the one that counts in bold, and those of every moment."""
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
    """Explain the score, with the best one of a single forecast as an example."""
    explained, bold = words_of(shown.asked).explain_score(shown.asked)
    example = next((line for line in shown.lines if len(line.headlines) == 1), None)
    in_words = [_in_words(example, shown)] if example else []
    return "\n".join([explained, *in_words, bold])


def _together(line: ScoreLine, asked: AnswerFormat) -> list[tuple[list[str], str, float]]:
    """Join moments in a row that have the same forecast: "turn = final = close 50%"."""
    runs: list[tuple[list[str], str, float]] = []
    for when, belief, score in line.briers:
        said = say_belief(belief, asked)
        if runs and runs[-1][1] == said:
            runs[-1][0].append(MOMENTS[when])
        else:
            runs.append(([MOMENTS[when]], said, score))
    return runs


def _in_words(line: ScoreLine, shown: ResolutionCard) -> str:
    """Say what one score comes from, for somebody who has never seen one."""
    (belief,), score = line.headlines, line.headline or 0.0
    said = words_of(shown.asked).example(belief, shown.outcome or "", score, shown.asked)
    return f"{safe(line.name)} {said}, so {_say(score, shown.asked)}."


def _say(score: float, asked: AnswerFormat) -> str:
    return words_of(asked).say_score(score, asked)
