"""Turn the row of who is asked what happened into its rules' values, and back."""

from bot.core import card_refresh, keys
from bot.core.card_refresh import Change
from bot.core.unit import Unit, row_id
from bot.questions import inquiry_rules
from bot.questions.inquiry_rules import Asking
from storage import inquiries
from storage.tables import Inquiry, Question, QuestionState

SETTLED = frozenset({QuestionState.RESOLVED, QuestionState.VOID})


def load(row: Inquiry, *, has_author: bool = True) -> Asking:
    """Return how somebody is asked, as the rules see it.

    `has_author` matters where the next message is chosen.
    """
    return Asking(row.ask_at, row.asked, row.reminded, row.answered_at, has_author)


def save(unit: Unit, row: Inquiry, after: Asking) -> None:
    """Save when who is asked next."""
    row.asked, row.reminded, row.answered_at = after.asked, after.reminded, after.answered_at
    if row.ask_at != after.ask_at:
        row.ask_at = after.ask_at
        unit.wake(f"inquiry:{row.question_id}", after.ask_at)


def follow(unit: Unit, question: Question, was: QuestionState) -> None:
    """Begin to ask about a question that waits for its outcome now, or stop asking."""
    waits = question.state == QuestionState.CLOSED
    if waits == (was == QuestionState.CLOSED):
        return
    row = inquiries.of_question(unit.tx, row_id(question))
    if waits and _is_asked_about(question):
        _begin(unit, question, row, was)
    elif row is not None:
        _end(unit, row)
    card_refresh.follow(unit, Change.QUESTION_WAITS, question)


def withdraw_card(unit: Unit, row: Inquiry) -> None:
    """Have the message that asks the author deleted; what it asked is overtaken."""
    if row.asked:
        unit.withdraw(keys.inquiry(row.question_id, row.asked))


def _is_asked_about(question: Question) -> bool:
    """Tell whether anybody is asked: not of what was imported, nor of what has no close."""
    brought = question.import_key is None and question.banked_id is None
    return brought and question.closes_at is not None


def _begin(unit: Unit, question: Question, row: Inquiry | None, was: QuestionState) -> None:
    if row is None:
        row = Inquiry(question_id=row_id(question))
        unit.tx.add(row)
    if question.closes_at is None:
        return
    begun = inquiry_rules.begin(
        load(row),
        closes_at=question.closes_at,
        expected_at=question.expected_at,
        now=unit.now,
        reopened=was in SETTLED,
    )
    save(unit, row, begun)


def _end(unit: Unit, row: Inquiry) -> None:
    withdraw_card(unit, row)
    if row.reminded and row.ask_at is not None:
        unit.refresh(keys.overdue_before(unit.group.id, row.ask_at))
    save(unit, row, inquiry_rules.end(load(row)))
