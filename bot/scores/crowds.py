"""The empty chairs beside a circle: what the crowd said and earned, and what knowing nothing earns.

A crowd is what the forecasters of a question's source said; of a pastcast, those of its day.
"""

from dataclasses import dataclass

from sqlmodel import Session

from bot.answers import belief_mapping
from bot.answers import mapping as answers_mapping
from bot.answers.formats import AnswerFormat
from bot.answers.kind import Earned
from bot.answers.kinds import kind_of
from bot.answers.probabilities import LEVELS, Belief
from bot.core.times.said import say_day
from bot.core.unit import row_id
from bot.scores import compute as scores_compute
from storage import bank, crowds
from storage.tables import Crowd, CrowdMoment, Question, QuestionState


@dataclass(frozen=True)
class CrowdSaid:
    """What a crowd said of a question: when its round closed, and `before`, when it was brought.

    Without the one at the close, `belief` is the one of before, and `brought` is true.
    """

    who: str
    belief: Belief
    before: Belief | None = None
    brought: bool = False


@dataclass(frozen=True)
class CrowdScored:
    """What a crowd said of a question and earned, in the form of its kind; and knowing nothing.

    Of a number nobody can say what knowing nothing is.
    """

    said: CrowdSaid
    score: float
    nothing: float | None


def read(tx: Session, question: Question, round_id: int | None = None) -> CrowdSaid | None:
    """Return what the crowd said of a question, beside this round or the last; None if hidden."""
    asked = answers_mapping.asked(question)
    if question.banked_id is not None:
        return _of_its_day(tx, question)
    row, before = crowds.chosen(crowds.of_question(tx, row_id(question)), round_id)
    said = _belief(row, asked)
    if row is None or said is None:
        return None
    source = crowds.source_of(tx, row_id(question))
    who = f"The crowd on {source.capitalize()}" if source else "The crowd"
    return CrowdSaid(who, said, _belief(before, asked), brought=row.moment == CrowdMoment.IMPORT)


def read_scored(tx: Session, question: Question, outcome: str | None) -> CrowdScored | None:
    """Return what the crowd of a resolved question earned by this outcome."""
    if outcome is None or question.state != QuestionState.RESOLVED:
        return None
    said, asked = read(tx, question), answers_mapping.asked(question)
    if said is None:
        return None
    measured, nothing = kind_of(asked.kind).measure(outcome), of_nothing(asked)
    return CrowdScored(
        said,
        score(asked.kind, said.belief, measured).shown,
        None if nothing is None else score(asked.kind, nothing, measured).shown,
    )


def of_nothing(asked: AnswerFormat) -> Belief | None:
    """Return what somebody says who knows nothing; None of a number, where nobody knows what.

    That is 50%, or the same chance for each option.
    """
    kind = kind_of(asked.kind)
    if kind.own_unit:
        return None
    if kind.one_chance:
        return Belief(0.5)
    return Belief(values=(1 / len(asked.options),) * len(asked.options))


def score(kind: str, said: Belief, outcome: float) -> Earned:
    """Return what a forecast of somebody who was not there would have earned."""
    return scores_compute.earn(kind, [said], outcome)[0]


def _of_its_day(tx: Session, question: Question) -> CrowdSaid | None:
    if question.state != QuestionState.RESOLVED or question.banked_id is None:
        return None  # sealed
    banked = bank.get(tx, question.banked_id)
    who = f"The crowd of {say_day(banked.as_of)}"
    return None if banked.crowd is None else CrowdSaid(who, Belief(banked.crowd))


def fits(said: Belief, kind: str, options: int) -> bool:
    """Tell whether a forecast is one on such a question: a source may say anything."""
    if kind_of(kind).one_chance:
        return said.probability is not None
    return len(said.values) == (options or len(LEVELS))


def _belief(row: Crowd | None, asked: AnswerFormat) -> Belief | None:
    if row is None:
        return None
    said = belief_mapping.load(row.probability, row.values)
    return said if fits(said, asked.kind, len(asked.options)) else None
