"""The end of a question from the bank: its outcome is revealed, or stays sealed."""

from datetime import timedelta

from bot.answers.formats import VOID
from bot.core.refusals import Refusal
from bot.core.sealed import open_outcome
from bot.core.unit import Unit, row_id
from bot.questions import mapping as questions_mapping
from bot.questions import rules as questions_rules
from storage import bank
from storage.tables import Question, Resolution

# What is recorded in the same moment as the reveal was said before it.
JUST_AFTER = timedelta(microseconds=1)


def reveal(unit: Unit, question: Question) -> None:
    """Enter the sealed outcome: for those present it becomes known now.

    Where its key is gone, the question is void, and its forecasts are kept.
    """
    banked = bank.get(unit.tx, question.banked_id or 0)
    try:
        outcome = open_outcome(unit.integrations.box, banked)
    except Refusal:
        outcome = VOID
    _enter(unit, question, outcome, banked.source)


def leave_sealed(unit: Unit, question: Question) -> None:
    """Put a question away that nobody forecast, without its outcome."""
    _enter(unit, question, VOID, "")


def _enter(unit: Unit, question: Question, outcome: str, source: str) -> None:
    known = unit.now + JUST_AFTER
    unit.tx.add(
        Resolution(
            question_id=row_id(question),
            outcome=outcome,
            known_at=known,
            entered_at=unit.now,
            source=source,
        )
    )
    step = questions_rules.settle(questions_mapping.load(question), outcome)
    questions_mapping.save(unit, question, step)
