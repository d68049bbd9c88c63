"""How the empty chairs beside a circle are said: the crowd of a question, and knowing nothing."""

from bot.answers.beliefs import say_belief
from bot.answers.card_words import words_of
from bot.answers.formats import AnswerFormat
from bot.door.messages import safe
from bot.scores.crowds import CrowdSaid, CrowdScored


def crowd_row(crowd: CrowdSaid, asked: AnswerFormat) -> str:
    """Say what a crowd said at the close of a round, and before: "The crowd on Manifold: 27%"."""
    said = f"{_who(crowd).removesuffix(',')}: **{safe(say_belief(crowd.belief, asked))}**"
    if crowd.before is None:
        return said
    return f"{said}, when the question was brought {safe(say_belief(crowd.before, asked))}"


def score_row(crowd: CrowdScored, asked: AnswerFormat) -> str:
    """Say what a crowd earned, without a rank: it met no one here. Beside it, knowing nothing."""
    say = words_of(asked).say_score
    told = f"{_who(crowd.said)} said {safe(say_belief(crowd.said.belief, asked))}"
    earned = f"-# {told}: {say(crowd.score, asked)}"
    if crowd.nothing is None:
        return earned
    return f"{earned} · knowing nothing: {say(crowd.nothing, asked)}"


def _who(crowd: CrowdSaid) -> str:
    return safe(f"{crowd.who}, when the question was brought," if crowd.brought else crowd.who)
