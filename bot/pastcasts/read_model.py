"""What the card of a dealt question shows. Nothing of its outcome is read here."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from bot.answers import mapping as answers_mapping
from bot.answers.formats import AnswerFormat
from bot.core.keys import Key
from storage import bank
from storage.tables import Question, QuestionState


@dataclass(frozen=True)
class Dealt:
    """A question of the past: what counts, and what could be known on its day.

    `open` tells whether its round still runs.
    """

    at: Key
    title: str
    criteria: str
    background: str
    look_up: str
    as_of: date
    asked: AnswerFormat
    open: bool


def read_dealt(tx: Session, at: Key) -> Dealt | None:
    """Return the dealt question that a key names, or None if there is none."""
    question = tx.get(Question, at.id)
    if question is None or question.banked_id is None:
        return None
    banked = bank.get(tx, question.banked_id)
    return Dealt(
        at=at,
        title=question.title,
        criteria=question.criteria,
        background=banked.background,
        look_up=banked.look_up,
        as_of=banked.as_of,
        asked=answers_mapping.asked(question),
        open=question.state == QuestionState.OPEN,
    )
