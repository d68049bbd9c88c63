"""Outcomes of a question: resolve, withdraw, dispute, reopen.

Each function loads, applies the rules and saves with its effects in one transaction.
"""

from dataclasses import asdict, dataclass

from sqlmodel import Session

from bot.answers import formats, kinds
from bot.answers import mapping as answers_mapping
from bot.answers.formats import AnswerFormat
from bot.core import permissions, typed_times
from bot.core.keys import Key
from bot.core.permissions import Role
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.times.result import Asks, Understood
from bot.core.typed_times import ReadTime, TimeQuestion, TypedTime
from bot.core.unit import ActUnit, Caller, Desk, row_id
from bot.questions import entry, origins
from bot.questions import mapping as questions_mapping
from bot.questions import rules as questions_rules
from bot.questions import service as questions_service
from bot.questions.entry import Proposed, Resolved
from bot.questions.rules import Step
from bot.scores import rescoring
from storage import forecasts, groups
from storage.tables import Dispute, DraftKind, Question

LONGEST_COMMENT = 300


@dataclass(frozen=True)
class Entered:
    """An outcome as typed, before any check."""

    outcome: str
    source: str = ""


@dataclass(frozen=True)
class Resolvable:
    """What the form of an outcome shows of its question.

    `known` and `source` come from an earlier outcome; without one they are None and empty.
    """

    title: str
    asked: AnswerFormat
    known: Understood | None = None
    source: str = ""


def withdraw(desk: Desk, caller: Caller, question_id: int) -> str:
    """Withdraw a question that nobody has forecast, and return its title."""
    with desk.act(caller) as unit:
        question = questions_service.require(unit.tx, unit.group.id, question_id)
        questions_service.require_author(unit, question, "withdraw")
        step = questions_rules.withdraw(questions_mapping.load(question))
        comment = "withdrawn by the author"
        entry.save(unit, question, step, formats.VOID, unit.now, comment=comment)
        return question.title


def resolve(
    desk: Desk,
    caller: Caller,
    question_id: int,
    *,
    outcome: str,
    known: str = "",
    source: str = "",
) -> Resolved | Proposed | TimeQuestion:
    """Enter or correct the outcome, and compute all scores again."""
    reading = _read_known(desk, caller, question_id, known)
    with desk.act(caller) as unit:
        return enter(unit, question_id, Entered(outcome, source), reading)


def choose_known(desk: Desk, caller: Caller, at: Key) -> Resolved | Proposed | TimeQuestion:
    """Enter an outcome that became known at the moment which the member has chosen."""
    with desk.act(caller) as unit:
        chosen = typed_times.take(unit, DraftKind.OUTCOME, at)
        if not (chosen.about or "").isdecimal():
            raise StaleRefusal("That button was about another question. Nothing happened.")
        return enter(unit, int(chosen.about or 0), Entered(**chosen.typed), chosen.moment)


def outcome_choices(desk: Desk, caller: Caller, question: str, typed: str) -> list[str]:
    """Return the outcomes of a question that match the typed text.

    An unknown question has none.
    """
    with desk.db.read() as tx:
        try:
            asked = answers_mapping.asked(questions_service.find(tx, caller.group_id, question))
        except Refusal:
            return []
    return [one for one in kinds.outcomes(asked) if typed.strip().casefold() in one.casefold()]


def check_may_resolve(desk: Desk, caller: Caller, question_id: int) -> Resolvable:
    """Return a question that the caller may resolve; refuse before a form opens."""
    with desk.db.read() as tx:
        question = questions_service.require(tx, caller.group_id, question_id)
        questions_service.require_author_before(tx, caller, question, "resolve")
        asked, corrected = answers_mapping.asked(question), entry.corrected(tx, question_id)
        if corrected is None:
            return Resolvable(question.title, asked)
    known = Understood(corrected.known_at, typed_times.zone_of(desk, caller))
    return Resolvable(question.title, asked, known, corrected.source)


def reopen(desk: Desk, caller: Caller, question_id: int) -> str:
    """Remove the outcome and its scores, so that the question can take forecasts again."""
    with desk.act(caller) as unit:
        question = questions_service.require(unit.tx, unit.group.id, question_id)
        permissions.REOPEN.require(unit.roles())
        questions_service.require_unsealed(question)
        if question.banked_id is not None:
            raise Refusal("Everybody knows how this one came out, so it takes no more forecasts.")
        step = questions_rules.reopen(questions_mapping.load(question), unit.now)
        entry.save(unit, question, step, None, unit.now, comment="reopened")
        rescoring.rescore(unit, question)
        origins.watch_again(unit, question)
        return question.title


def dispute(desk: Desk, caller: Caller, question_id: int, reason: str) -> None:
    """Save a member's objection to the outcome; the question's cards show it."""
    with desk.act(caller) as unit:
        question = questions_service.require(unit.tx, unit.group.id, question_id)
        step = _check_disputable(unit.tx, caller, question)
        why = _comment(reason)
        if not why:
            raise Refusal("Say in a few words what is wrong with the outcome.")
        unit.tx.add(Dispute(question_id=question_id, member_id=unit.my_id, reason=why, at=unit.now))
        questions_mapping.save(unit, question, step)


def check_may_dispute(desk: Desk, caller: Caller, question_id: int) -> None:
    """Refuse a caller who cannot dispute a question, before a form opens."""
    with desk.db.read() as tx:
        _check_disputable(tx, caller, questions_service.require(tx, caller.group_id, question_id))


def _check_disputable(tx: Session, caller: Caller, question: Question) -> Step:
    step = questions_rules.dispute(questions_mapping.load(question))
    me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    forecast = me is not None and forecasts.of_member(tx, row_id(question), row_id(me))
    roles = caller.roles(groups.get(tx, caller.group_id), me.id if me else None)
    permissions.DISPUTE.require(roles | ({Role.FORECASTER} if forecast else set()))
    return step


def enter(
    unit: ActUnit, question_id: int, entered: Entered, known: ReadTime | None = None
) -> Resolved | Proposed | TimeQuestion:
    """Enter or correct the outcome; where the group asks for it, a second person confirms first.

    Without a moment it became known now, or when the outcome that it corrects did.
    """
    question = questions_service.require(unit.tx, unit.group.id, question_id)
    questions_service.require_author(unit, question, "resolve")
    asked = answers_mapping.asked(question)
    result, source = kinds.parse_outcome(entered.outcome, asked), _comment(entered.source)
    if isinstance(known, Asks):
        typed = asdict(entered)
        return typed_times.ask(unit, DraftKind.OUTCOME, typed, known, str(question_id))
    corrected = entry.corrected(unit.tx, question_id)
    before = min(corrected.known_at, unit.now) if corrected else unit.now
    known = known or Understood(before, unit.zone)
    source = source or (corrected.source if corrected else "")
    questions_rules.check_known(known.at, question.created_at, unit.now)
    if unit.group.confirm_outcomes:
        return entry.propose(unit, question, result, known, source)
    return entry.enter(unit, question, result, known, source=source)


def _read_known(desk: Desk, caller: Caller, question_id: int, known: str) -> ReadTime | None:
    """Read when the outcome became known, before anything changes; None if left out."""
    if not known.strip():
        return None
    with desk.db.read() as tx:
        opened_at = questions_service.require(tx, caller.group_id, question_id).created_at
    zone = typed_times.zone_of(desk, caller)
    return TypedTime(known, "known", zone, desk.clock(), opened_at).read()


def _comment(text: str) -> str:
    comment = text.strip()
    if len(comment) > LONGEST_COMMENT:
        raise Refusal(f"That has {len(comment)} characters; {LONGEST_COMMENT} fit. Shorten it.")
    return comment
