"""Votes for a question before the evening. They count in the session's first lobby."""

from dataclasses import dataclass
from datetime import datetime

from bot.answers.formats import AnswerFormat
from bot.answers.probabilities import Belief
from bot.core import card_refresh
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import ActUnit, Caller, Desk, row_id
from bot.questions import service as questions_service
from storage import questions, sessions
from storage.tables import Meetup, SessionState


@dataclass(frozen=True)
class Voted:
    """A member's vote for a planned session; `counts` is False once it is taken back."""

    question: str
    session: str
    starts_at: datetime
    counts: bool
    own: Belief | None
    asked: AnswerFormat


def vote_for(desk: Desk, caller: Caller, at: Key) -> Voted:
    """Vote that the next session takes a question; the same vote again takes it back."""
    with desk.act(caller) as unit:
        question = questions_service.require(unit.tx, unit.group.id, at.id)
        meetup = _next(unit)
        own = questions_service.own_forecast(unit.tx, question, unit.my_id)
        session_id, wanted = row_id(meetup), row_id(question)
        available = questions.pickable(unit.tx, unit.group.id, session_id=session_id, now=unit.now)
        if wanted not in {one.id for one in available}:
            raise StaleRefusal("That question cannot be taken any more. Choose another one.")
        before = sessions.vote_ahead(unit.tx, session_id, unit.my_id, wanted)
        _follow(unit, meetup, {before, wanted} - {None})
        counts = before != wanted
        return Voted(question.title, meetup.title, meetup.starts_at, counts, own.belief, own.asked)


def _next(unit: ActUnit) -> Meetup:
    """Return the group's next session, or refuse."""
    planned = [SessionState.SCHEDULED]
    found = sessions.listing(unit.tx, unit.group.id, states=planned, limit=1)
    if not found:
        raise Refusal(
            "No session is planned, so there is nothing to vote for yet. `/session schedule` plans "
            "one."
        )
    return found[0]


def _follow(unit: ActUnit, meetup: Meetup, wanted: set[int | None]) -> None:
    card_refresh.follow(unit, Change.SESSION_VOTED_AHEAD, meetup)
    ids = [number for number in wanted if number is not None]
    for question in questions.by_ids(unit.tx, unit.group.id, ids).values():
        card_refresh.follow(unit, Change.QUESTION_VOTED, question)
