"""Turn a question's row into its rules' values, and back.

This is the only place where a question's state is changed.
"""

from bot.core import card_refresh
from bot.core.card_refresh import Change
from bot.core.unit import Unit, row_id
from bot.questions import inquiry_mapping
from bot.questions import rules as questions_rules
from bot.questions.rules import Progress, Step
from storage.tables import Question, QuestionState

CHANGES: dict[questions_rules.Event, Change] = {
    "offered": Change.QUESTION_OFFERED,
    "taken_up": Change.QUESTION_TAKEN_UP,
    "opened": Change.QUESTION_OPENED,
    "closed": Change.QUESTION_CLOSED,
    "close_moved": Change.QUESTION_CLOSE_MOVED,
    "settled": Change.QUESTION_SETTLED,
    "disputed": Change.QUESTION_DISPUTED,
    "marked": Change.QUESTION_MARKED,
}


def load(question: Question) -> Progress:
    """Return a question's state and close, as its rules see them."""
    return Progress(question.state.value, question.closes_at)


def save(unit: Unit, question: Question, step: Step) -> None:
    """Save what an action did to a question, and update the cards that show it."""
    after, events = step
    was = question.state
    if was.value != after.state:  # else there would be something to compare before each query
        question.state = QuestionState(after.state)
    if question.closes_at != after.closes_at or "offered" in events:
        question.closes_at = after.closes_at
        unit.wake(f"question:{row_id(question)}", after.closes_at)
    for event in events:
        card_refresh.follow(unit, CHANGES[event], question)
    inquiry_mapping.follow(unit, question, was)
