"""The history of an outcome, and whose scores its newest entry changed. Reads, decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.answers import mapping as answers_mapping
from bot.answers.kinds import say_outcome
from bot.core.unit import row_id
from bot.scores import rescoring
from storage import groups, inquiries, questions
from storage.tables import Dispute, Proposal, Question, Resolution

# As much as the form of a dispute takes.
LONGEST_REASON = 300


@dataclass(frozen=True)
class Entry:
    """One entry of the history: what it said, who entered it when, and why.

    `outcome` is None where the question was reopened, `before` where there was none. `confirmed_by`
    is the second person, where one was needed.
    """

    outcome: str | None
    before: str | None
    entered_at: datetime
    known_at: datetime
    entered_by: str
    source: str = ""
    comment: str = ""
    confirmed_by: str = ""


def read_history(
    tx: Session, question: Question, entered: Sequence[Resolution]
) -> tuple[Entry, ...]:
    """Return all entries of a question's outcome, newest first; `entered` are oldest first."""
    accepted = inquiries.accepted(tx, row_id(question))
    answered = questions.answered_disputes(tx, row_id(question))
    seconds = [_second(one, accepted) for one in entered]
    people = {one.entered_by_id for one in entered} | set(seconds)
    names = groups.names(tx, {one for one in people if one})
    before = [None, *entered[:-1]]
    return tuple(
        Entry(
            outcome=_say(one, question),
            before=_say(earlier, question) if earlier is not None else None,
            entered_at=one.entered_at,
            known_at=one.known_at,
            entered_by=names.get(one.entered_by_id or 0, ""),
            source=one.source,
            comment=_comment(one, answered),
            confirmed_by=names.get(second or 0, ""),
        )
        for one, earlier, second in reversed(list(zip(entered, before, seconds, strict=True)))
    )


def changed_scores(tx: Session, question: Question, entered: Sequence[Resolution]) -> int | None:
    """Count whose score the newest entry changed; None for a first outcome.

    It is derived from forecasts and history like the scores themselves.
    """
    if len(entered) < 2:
        return None
    now, before = (rescoring.headlines(tx, question, one) for one in (entered[-1], entered[-2]))
    return sum(now.get(member) != before.get(member) for member in {*now, *before})


def _comment(entry: Resolution, answered: Sequence[Dispute]) -> str:
    """Return an entry's comment, with the words of the objections that it answered."""
    said = (one.reason for one in answered if one.answered_by_id == entry.id)
    quoted = " / ".join(" ".join(words.split()) for words in said if words)[:LONGEST_REASON]
    return f"{entry.comment}: {quoted}" if quoted else entry.comment


def _second(entry: Resolution, accepted: Sequence[Proposal]) -> int | None:
    """Return who confirmed an entry that waited for a second person."""
    found = (
        one.decided_by_id
        for one in accepted
        if not one.source and one.decided_at == entry.entered_at
    )
    return next(found, None)


def _say(entry: Resolution, question: Question) -> str | None:
    if entry.outcome is None:
        return None
    return say_outcome(entry.outcome, answers_mapping.asked(question))
