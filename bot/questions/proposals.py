"""Facts for the cards of what a source reports. Reads, decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.answers import mapping as answers_mapping
from bot.answers.kinds import say_outcome
from bot.core.keys import Key
from bot.questions import watch_rules
from bot.sources import platforms
from storage import groups, questions, watches
from storage.tables import Proposal, Question, QuestionState


@dataclass(frozen=True)
class ProposalCard:
    """An outcome that a source reports.

    `outcome` is None where the question here has no such answer. `decided` says what became of it,
    and is empty while it waits. `user` and `role` are who may decide.
    """

    at: Key
    title: str
    source: str
    said: str
    outcome: str | None
    void: bool
    known_at: datetime
    user: int | None
    role: int | None
    decided: str = ""


@dataclass(frozen=True)
class SourceGone:
    """A question that its source does not have any more."""

    at: Key
    title: str
    source: str
    link: str | None
    user: int | None
    over: bool


def read_proposal(tx: Session, at: Key) -> ProposalCard | None:
    """Return the proposal that a key names, or None if there is none."""
    question = tx.get(Question, at.id)
    proposal = tx.get(Proposal, at.more[0]) if at.more else None
    if question is None or proposal is None or proposal.question_id != at.id:
        return None
    by_hand = proposal.outcome == watch_rules.BY_HAND
    said = None if by_hand else say_outcome(proposal.outcome, answers_mapping.asked(question))
    return ProposalCard(
        at,
        question.title,
        platforms.name_of(proposal.source),
        proposal.said,
        said,
        proposal.outcome == "void",
        proposal.known_at,
        _author(tx, question),
        groups.get(tx, question.group_id).facilitator_role_id,
        _decided(tx, proposal, question),
    )


def read_gone(tx: Session, at: Key) -> SourceGone | None:
    """Return the question of a key that its source does not have any more."""
    question, watch = tx.get(Question, at.id), watches.of_question(tx, at.id)
    if question is None or watch is None:
        return None
    return SourceGone(
        at,
        question.title,
        platforms.name_of(watch.source),
        question.source_url,
        _author(tx, question),
        question.state in {QuestionState.RESOLVED, QuestionState.VOID},
    )


def _author(tx: Session, question: Question) -> int | None:
    author = question.author_id
    return groups.users(tx, [author]).get(author) if author is not None else None


def _decided(tx: Session, proposal: Proposal, question: Question) -> str:
    """Say in words what became of a proposal."""
    if proposal.decided_by_id is not None:
        name = groups.names(tx, [proposal.decided_by_id])[proposal.decided_by_id]
        return f"{'Accepted' if proposal.accepted else 'Declined'} by {name}"
    if proposal.accepted is not None:
        return "Overtaken: the source says something else now"
    if question.state not in {QuestionState.RESOLVED, QuestionState.VOID}:
        return ""
    entered = questions.latest_resolution(tx, proposal.question_id)
    if entered is None or entered.outcome is None:
        return ""
    said = say_outcome(entered.outcome, answers_mapping.asked(question))
    return f"Settled otherwise: {said}"
