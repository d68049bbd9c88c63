"""Confirm an outcome that somebody entered, or decline it. Nobody confirms their own.

Each function loads, decides and saves with its effects in one transaction.
"""

from bot.core import keys, permissions
from bot.core.keys import Key
from bot.core.permissions import Role
from bot.core.refusals import StaleRefusal
from bot.core.times.result import Understood
from bot.core.unit import ActUnit, Caller, Desk, row_id
from bot.questions import entry
from bot.questions import service as questions_service
from bot.questions.entry import Resolved
from storage import forecasts, inquiries
from storage.tables import Proposal, Question


def accept(desk: Desk, caller: Caller, at: Key) -> Resolved:
    """Confirm an outcome that another member entered: now it counts, and scores follow."""
    with desk.act(caller) as unit:
        question, waiting = _require(unit, at)
        permissions.CONFIRM.require(_roles(unit, question, waiting))
        # Decided first, so that it is not among those which the new entry puts away.
        _decide(unit, waiting, accepted=True)
        unit.tx.flush()
        unit.withdraw(at)
        known = Understood(waiting.known_at, unit.zone)
        return entry.enter(
            unit, question, waiting.outcome, known, source=waiting.said, by_id=waiting.by_id
        )


def decline(desk: Desk, caller: Caller, at: Key) -> str:
    """Decline an outcome that waits, and return the question's title; one's own can be taken back.

    The card says who declined it.
    """
    with desk.act(caller) as unit:
        question, waiting = _require(unit, at)
        _decide(unit, waiting, accepted=False)
        unit.refresh(at)
        return question.title


def _require(unit: ActUnit, at: Key) -> tuple[Question, Proposal]:
    """Return a question and the outcome that waits; refuse who may not decide."""
    question = questions_service.require(unit.tx, unit.group.id, at.id)
    number = at.more[1] if len(at.more) == 2 else 0
    waiting = inquiries.proposal(unit.tx, row_id(question), number)
    if waiting is None or waiting.source or at != keys.confirmation(at.id, number):
        raise StaleRefusal("There is no outcome that waits here. Nothing happened.")
    if waiting.accepted is not None:
        raise StaleRefusal("Somebody has decided about this outcome already. Nothing happened.")
    permissions.DECIDE.require(_roles(unit, question, waiting))
    return question, waiting


def _roles(unit: ActUnit, question: Question, waiting: Proposal) -> frozenset[Role]:
    forecast = forecasts.of_member(unit.tx, row_id(question), unit.my_id)
    held = {Role.FORECASTER: bool(forecast), Role.ENTERED: unit.my_id == waiting.by_id}
    return unit.roles(author=question.author_id) | {role for role, holds in held.items() if holds}


def _decide(unit: ActUnit, waiting: Proposal, *, accepted: bool) -> None:
    waiting.accepted, waiting.decided_at = accepted, unit.now
    waiting.decided_by_id = unit.my_id
