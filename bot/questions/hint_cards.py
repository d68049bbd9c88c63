"""Hints to who brings a question: what it lacks, one line each. Nothing is refused."""

from collections.abc import Sequence

from bot.answers.card_words import words_of
from bot.questions.service import Brought

NO_CRITERIA = "It does not say how we will know: one sentence saves a dispute later."
NO_CLOSE = "It has no close date: it takes forecasts until somebody resolves it."
HOW_TO_ADD = "As it is, it can be forecast; `/question edit` adds what you like."


def hints(result: Brought) -> Sequence[str]:
    """Return a line for each thing that the question lacks and that can still be added."""
    lacking = []
    if not result.fixed:
        lacking.append(words_of(result.asked).hint(result.asked))
        lacking.append("" if result.has_criteria else NO_CRITERIA)
    lacking.append("" if result.has_close else NO_CLOSE)
    said = [f"💡 {hint}" for hint in lacking if hint]
    return [*said, HOW_TO_ADD] if said else []
