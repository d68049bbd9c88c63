"""How the scores of a settled question look, and in words what they mean."""

from bot.answers.beliefs import say_belief
from bot.answers.card_words import words_of
from bot.answers.formats import AnswerFormat
from bot.door.messages import safe
from bot.questions.read_model import ScoreLine
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


def meaning(asked: AnswerFormat) -> str:
    """Explain the score, and what the bold one counts for."""
    return "\n".join(words_of(asked).explain_score(asked))


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


def _say(score: float, asked: AnswerFormat) -> str:
    return words_of(asked).say_score(score, asked)
