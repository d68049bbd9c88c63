"""How an outcome is entered: the row of the history, the scores, and who hears of it.

Where the group asks for it, an outcome waits as a proposal until a second person confirms it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.answers import formats, kinds
from bot.answers import mapping as answers_mapping
from bot.core import keys
from bot.core.times.result import Understood
from bot.core.unit import ActUnit, row_id
from bot.questions import inquiry_mapping, inquiry_rules
from bot.questions import mapping as questions_mapping
from bot.questions import rules as questions_rules
from bot.questions.rules import Step
from bot.scores import rescoring
from bot.scores import rules as scores_rules
from storage import forecasts, inquiries, outbox, questions
from storage.tables import Proposal, Question, Resolution

# A changed outcome is worth a message for so long.
NEWS = timedelta(days=1)
ACCEPTED, KEPT = ON_DISPUTES = "a dispute was accepted", "after a dispute, the outcome stays"


@dataclass(frozen=True)
class Resolved:
    """An outcome in words, and how many of the forecasts count."""

    title: str
    outcome: str
    known: Understood
    counted: int = 0
    forecasts: int = 0


@dataclass(frozen=True)
class Proposed:
    """An outcome in words that waits for a second person."""

    title: str
    outcome: str
    known: Understood


def enter(
    unit: ActUnit,
    question: Question,
    result: str,
    known: Understood,
    *,
    source: str = "",
    by_id: int | None = None,
) -> Resolved:
    """Enter or correct an outcome, as resolutions hold it, and compute all scores again.

    `by_id` is who entered it, where that is not the acting member.
    """
    step = questions_rules.settle(questions_mapping.load(question), result)
    save(unit, question, step, result, known.at, source=source, by_id=by_id)
    rescoring.rescore(unit, question)
    made = [row.made_at for row in forecasts.on_question(unit.tx, row_id(question))]
    counted = [
        at
        for at in made
        if scores_rules.counts(at, known_at=known.at, closes_at=question.closes_at)
    ]
    said = kinds.say_outcome(result, answers_mapping.asked(question))
    return Resolved(question.title, said, known, len(counted), len(made))


def propose(
    unit: ActUnit, question: Question, result: str, known: Understood, source: str
) -> Proposed:
    """Have an outcome wait for a second person, in the place of one that waited before."""
    question_id = row_id(question)
    _drop_proposals(unit, question_id)
    waiting = Proposal(
        question_id=question_id,
        outcome=result,
        known_at=known.at,
        said=source,
        by_id=unit.my_id,
        made_at=unit.now,
    )
    unit.tx.add(waiting)
    unit.tx.flush()
    card = keys.confirmation(question_id, row_id(waiting))
    unit.show(card, unit.group.channel_id or unit.caller.channel_id)
    _ask_later(unit, question_id)
    said = kinds.say_outcome(result, answers_mapping.asked(question))
    return Proposed(question.title, said, known)


def save(
    unit: ActUnit,
    question: Question,
    step: Step,
    outcome: str | None,
    known_at: datetime,
    *,
    source: str = "",
    comment: str = "",
    by_id: int | None = None,
) -> None:
    """Add an entry to the history of the outcome, and tell whom it concerns."""
    question_id = row_id(question)
    calls = _calls(unit, question_id, outcome)
    entered = Resolution(
        question_id=question_id,
        outcome=outcome,
        known_at=known_at,
        entered_at=unit.now,
        entered_by_id=by_id or unit.my_id,
        source=source,
        comment=comment or _on_disputes(unit.tx, question_id, outcome, known_at),
        calls=calls,
    )
    unit.tx.add(entered)
    _settle_disputes(unit.tx, question_id, entered)
    _drop_proposals(unit, question_id)
    questions_mapping.save(unit, question, step)
    _tell(unit, question_id, outcome, calls=calls)


def corrected(tx: Session, question_id: int) -> Resolution | None:
    """Return the outcome that a new one corrects, if any.

    What the new one leaves out stays as it was entered before.
    """
    latest = questions.latest_resolution(tx, question_id)
    return latest if latest is not None and latest.outcome is not None else None


def _tell(unit: ActUnit, question_id: int, outcome: str | None, *, calls: bool) -> None:
    """Post the card of the outcome; where it is there already, tell who forecast the question."""
    card = keys.resolution(question_id)
    posted = outbox.by_key(unit.tx, str(card))
    scored = outcome not in {None, formats.VOID} or questions.forecasters(unit.tx, question_id)
    if posted is not None and calls:  # an edit of the card would notify nobody
        entered = len(questions.resolutions(unit.tx, question_id))
        unit.ping(keys.new_outcome(question_id, entered), posted.channel_id, unit.now + NEWS)
    elif posted is None and scored:
        unit.show(card, unit.group.channel_id or unit.caller.channel_id)


def _calls(unit: ActUnit, question_id: int, outcome: str | None) -> bool:
    """Tell whether who forecast the question is called: once for each change, if wanted."""
    before = questions.latest_resolution(unit.tx, question_id)
    is_news = before.outcome != outcome if before is not None else outcome is not None
    return unit.group.call_forecasters and is_news


def _on_disputes(tx: Session, question_id: int, outcome: str | None, known_at: datetime) -> str:
    """Say what became of the objections that an entry answers; nothing where there were none.

    Their words stay in their own rows, so that whoever wrote them can have them taken away.
    """
    before = corrected(tx, question_id)
    if before is None or not questions.disputes(tx, question_id):
        return ""
    return ACCEPTED if (before.outcome, before.known_at) != (outcome, known_at) else KEPT


def _settle_disputes(tx: Session, question_id: int, entered: Resolution) -> None:
    """Let an entry answer the objections, or drop them where it does not."""
    tx.flush()
    if entered.comment in ON_DISPUTES:
        questions.answer_disputes(tx, question_id, row_id(entered))
    else:
        questions.drop_disputes(tx, question_id)


def _drop_proposals(unit: ActUnit, question_id: int) -> None:
    """Put away outcomes that wait for a second person: another one has taken their place."""
    for waiting in inquiries.unconfirmed(unit.tx, question_id):
        if waiting.accepted is None:
            waiting.accepted, waiting.decided_at = False, unit.now
            unit.withdraw(keys.confirmation(question_id, row_id(waiting)))


def _ask_later(unit: ActUnit, question_id: int) -> None:
    """Let the author be asked again only if nobody has confirmed the outcome in a week."""
    row = inquiries.of_question(unit.tx, question_id)
    if row is not None and row.ask_at is not None:
        inquiry_mapping.withdraw_card(unit, row)
        later = inquiry_rules.not_yet(inquiry_mapping.load(row), unit.now)
        inquiry_mapping.save(unit, row, later)
