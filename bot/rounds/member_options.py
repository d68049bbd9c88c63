"""What a member can do in a round beside what its card offers. Reads, decides nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from bot.core import card_refresh, permissions
from bot.core.keys import Key
from bot.core.permissions import Role
from bot.core.refusals import StaleRefusal
from bot.core.unit import Caller, Desk, row_id
from bot.questions import rules as questions_rules
from bot.rounds import live_session
from bot.rounds import mapping as rounds_mapping
from bot.rounds import rules as rounds_rules
from storage import groups, rounds
from storage.tables import Meetup, Phase, Question, Round

ROUND_OVER = "That round is over. The newest card shows what is next."


@dataclass(frozen=True)
class MemberOptions:
    """A member's part in a round: their role, and the state that counts for it.

    `at` is the round's newest card. `clock` is that of a running turn, if the member may change it.
    """

    at: Key
    leads: bool
    seated: bool
    can_join: bool
    can_take_over: bool
    clock: Literal["running", "paused"] | None = None
    extend_seconds: int = 0
    can_skip: bool = False
    can_change_question: bool = False
    undo: Literal["skip", "done"] | None = None
    question_closed: bool = False


def read_options(desk: Desk, caller: Caller, at: Key) -> MemberOptions:
    """Return what the caller can do now in the round that a card belongs to."""
    with desk.db.read() as tx:
        row = find_running(tx, caller, at)
        state, _ = rounds_rules.tick(rounds_mapping.load(tx, row), desk.clock())
        meetup = tx.get_one(Meetup, row.session_id)
        closed = not _takes_forecasts(tx, desk, row)
        return _options(row, meetup, state, actor_of(tx, caller, meetup), closed=closed)


def check_change_question(tx: Session, caller: Caller, row: Round, now: datetime) -> None:
    """Refuse who may not change a round's question, before asking for another one."""
    actor = actor_of(tx, caller, tx.get_one(Meetup, row.session_id))
    rounds_rules.change_question(rounds_mapping.load(tx, row), actor, now=now)


def find_running(tx: Session, caller: Caller, at: Key) -> Round:
    """Return the round of a card, if it is the caller's group's and still runs."""
    row = rounds.get(tx, caller.group_id, at.id)
    if row is None or row.phase == Phase.CLOSED:
        raise StaleRefusal(ROUND_OVER)
    return row


def actor_of(tx: Session, caller: Caller, meetup: Meetup) -> rounds_rules.Actor:
    """Return the caller as the rules see them; nobody the group knows has the number 0."""
    me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    leads = permissions.LEAD.allows(roles_of(tx, caller, meetup))
    return rounds_rules.Actor(0 if me is None else row_id(me), leads=leads)


def roles_of(tx: Session, caller: Caller, meetup: Meetup) -> frozenset[Role]:
    """Return what the caller is to a live session, seats aside."""
    me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    group, host = groups.get(tx, caller.group_id), live_session.host_of(meetup)
    return caller.roles(group, me.id if me else None, host=host)


def _options(
    row: Round,
    meetup: Meetup,
    state: rounds_rules.Round,
    who: rounds_rules.Actor,
    *,
    closed: bool,
) -> MemberOptions:
    member, leads = who.member, who.leads
    turn, undone = state.turn, rounds_rules.undoable(state)
    seats = {seat.member: seat.present for seat in state.seats}
    steers = turn is not None and (leads or turn.member == member)
    has_seat = member in seats
    return MemberOptions(
        at=card_refresh.current_card(row),
        leads=leads,
        seated=seats.get(member, False),
        can_join=has_seat or state.phase != "final",
        can_take_over=(meetup.host_gone or meetup.host_away) and member != meetup.host_id,
        clock=("paused" if turn.paused else "running") if turn is not None and steers else None,
        extend_seconds=row.extend_seconds,
        can_skip=leads and turn is not None,
        can_change_question=leads and rounds_rules.is_changeable(state),
        undo="skip" if undone and undone.ended_by == "skip" else "done" if undone else None,
        question_closed=closed,
    )


def _takes_forecasts(tx: Session, desk: Desk, row: Round) -> bool:
    question = tx.get_one(Question, row.question_id)
    return questions_rules.takes_forecasts(question.state.value, question.closes_at, desk.clock())
