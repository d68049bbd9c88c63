"""A question and its scores as one member asks for them. Never touches Discord."""

from dataclasses import dataclass, replace

from bot.answers.card_words import words_of
from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.core.unit import Caller, Desk, row_id
from bot.questions import service as questions_service
from bot.questions.read_model import (
    QuestionCard,
    ResolutionCard,
    ScoreLine,
    read_question,
    read_resolution,
)
from storage import forecasts, groups, questions

NO_SCORES = "There is nothing to tell: this question has never had an outcome."


@dataclass(frozen=True)
class OwnScore:
    """A question's outcome with the scores of all, and beside them the caller's own.

    `others` counts those who are compared with the caller; `better` and `level` are how many of
    them did worse and as well. `forecast` tells whether the caller forecast it at all,
    `knew` whether they knew a pastcast, so that nothing of theirs counts.
    """

    card: ResolutionCard
    line: ScoreLine | None
    forecast: bool
    others: int = 0
    better: int = 0
    level: int = 0
    knew: bool = False


def show(desk: Desk, caller: Caller, question_id: int) -> OwnScore:
    """Return what a settled question earned the caller, beside everybody else."""
    with desk.db.read() as tx:
        question = questions_service.require(tx, caller.group_id, question_id)
        shown = read_resolution(tx, keys.resolution(question_id))
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        mine = row_id(me) if me is not None else 0
        forecast = bool(mine and forecasts.of_member(tx, question_id, mine))
        knew = question.banked_id is not None and mine in questions.marked(tx, question_id)
    if shown is None:
        raise StaleRefusal(NO_SCORES)
    return replace(place(shown, mine, forecast=forecast), knew=knew)


def read_whole(desk: Desk, caller: Caller, at: Key) -> QuestionCard:
    """Return a question of the caller's group, as its card has it."""
    with desk.db.read() as tx:
        questions_service.require(tx, caller.group_id, at.id)
        shown = read_question(tx, at)
    if shown is None:
        raise StaleRefusal(NO_SCORES)
    return shown


def place(shown: ResolutionCard, member: int, *, forecast: bool) -> OwnScore:
    """Compare a member's score with those of the others, as they are said."""
    line = next((one for one in shown.lines if one.member == member), None)
    if line is None or line.headline is None:
        return OwnScore(shown, line, forecast)
    say = words_of(shown.asked).say_score
    own = say(line.headline, shown.asked)
    others = [one.headline for one in shown.lines if one is not line and one.headline is not None]
    level = [score for score in others if say(score, shown.asked) == own]
    worse = [score for score in others if score > line.headline and score not in level]
    return OwnScore(shown, line, forecast, len(others), len(worse), len(level))
