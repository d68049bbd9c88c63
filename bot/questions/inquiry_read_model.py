"""Facts for the messages that ask what happened, or to confirm it. Reads, decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.answers import mapping as answers_mapping
from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.kinds import say_outcome
from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import row_id
from bot.questions import inquiry_mapping, inquiry_rules
from storage import groups, inquiries, outbox
from storage.tables import Inquiry, Proposal, Question, QuestionState


@dataclass(frozen=True)
class Asked:
    """A closed question whose author is asked what happened.

    `user_id` is whom it mentions; `is_new` says that it was never posted, so that it may notify
    them. `again_at` is there once somebody has said that it is not known yet.
    """

    at: Key
    title: str
    author: str
    user_id: int | None
    closed_at: datetime | None
    asked: AnswerFormat = BINARY
    is_new: bool = False
    again_at: datetime | None = None


@dataclass(frozen=True)
class Unconfirmed:
    """An outcome that waits for a second person, or that somebody has declined."""

    at: Key
    title: str
    outcome: str
    known_at: datetime
    entered_by: str
    source: str
    author: str
    user_id: int | None
    is_new: bool = False
    declined_by: str = ""


@dataclass(frozen=True)
class Late:
    """A question in the weekly message to the facilitators."""

    id: int
    title: str
    closed_at: datetime | None
    author: str


@dataclass(frozen=True)
class Overdue:
    """What the facilitators are told: questions that nobody has resolved, longest closed first."""

    at: Key
    role_id: int | None
    questions: tuple[Late, ...]
    is_new: bool = False


def read_inquiry(tx: Session, at: Key) -> Asked | Unconfirmed | None:
    """Return what a message asks of the author, or to confirm; None once it is overtaken."""
    question = tx.get(Question, at.id)
    if question is None:
        return None
    if len(at.more) == 2:
        return _read_unconfirmed(tx, at, question)
    row = inquiries.of_question(tx, at.id)
    is_newest = row is not None and row.asked > 0 and at == keys.inquiry(at.id, row.asked)
    if row is None or not is_newest or question.state != QuestionState.CLOSED:
        return None
    author, user_id = _author(tx, question)
    return Asked(
        at,
        question.title,
        author,
        user_id,
        question.closes_at,
        answers_mapping.asked(question),
        _is_new(tx, at),
        row.ask_at if row.answered_at is not None else None,
    )


def read_overdue(tx: Session, at: Key) -> Overdue | None:
    """Return what the weekly message to the facilitators says by now."""
    group = groups.find(tx, at.id)
    if group is None:
        return None
    sent = outbox.by_key(tx, str(at))
    if sent is None:
        return None
    found = inquiries.of_group(tx, at.id, sent.created_at + keys.WEEK + inquiry_rules.COMES_ALONG)
    asked = inquiries.with_author(tx, [row.question_id for row, _ in found])
    late = [one for row, one in found if _is_told(row, at, has_author=row.question_id in asked)]
    names = groups.names(tx, {one.author_id for one in late if one.author_id})
    told = tuple(
        Late(row_id(one), one.title, one.closes_at, names.get(one.author_id or 0, ""))
        for one in late
    )
    return Overdue(at, group.facilitator_role_id, told, _is_new(tx, at))


def _is_told(row: Inquiry, at: Key, *, has_author: bool) -> bool:
    """Tell whether a message to the facilitators was about this question."""
    asking = inquiry_mapping.load(row, has_author=has_author)
    if asking.ask_at is None or not asking.reminded or asking.author_is_next:
        return False
    return keys.overdue_before(at.id, asking.ask_at) == at


def _read_unconfirmed(tx: Session, at: Key, question: Question) -> Unconfirmed | None:
    waiting = inquiries.proposal(tx, at.id, at.more[1])
    if waiting is None or waiting.source or at != keys.confirmation(at.id, row_id(waiting)):
        return None
    if waiting.accepted or (waiting.accepted is False and waiting.decided_by_id is None):
        return None
    who = [one for one in (waiting.by_id, waiting.decided_by_id) if one]
    names = groups.names(tx, who)
    author, user_id = _author(tx, question)
    return Unconfirmed(
        at,
        question.title,
        say_outcome(waiting.outcome, answers_mapping.asked(question)),
        waiting.known_at,
        names.get(waiting.by_id or 0, ""),
        waiting.said,
        author,
        None if _is_by_author(waiting, question) else user_id,
        _is_new(tx, at),
        names.get(waiting.decided_by_id or 0, ""),
    )


def _is_by_author(waiting: Proposal, question: Question) -> bool:
    return waiting.by_id == question.author_id


def _author(tx: Session, question: Question) -> tuple[str, int | None]:
    """Return the author's name and Discord account; imported members have none."""
    if question.author_id is None:
        return "", None
    member = groups.people(tx, [question.author_id])[question.author_id]
    return member.name, member.user_id


def _is_new(tx: Session, at: Key) -> bool:
    posted = outbox.by_key(tx, str(at))
    return posted is None or not posted.shown
