"""What a member can do in a round beside what its card offers. Reads, decides nothing."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from bot.core import card_refresh
from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.core.unit import Caller, Desk, row_id
from bot.questions import rules as questions_rules
from bot.rounds import live_session
from bot.rounds import mapping as rounds_mapping
from bot.rounds import rules as rounds_rules
from storage import groups, rounds
from storage.tables import Group, Meetup, Phase, Question, Round

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
    hostless: bool
    clock: Literal["running", "paused"] | None = None
    extend_seconds: int = 0
    can_skip: bool = False
    can_change_question: bool = False
    undo: Literal["skip", "done"] | None = None
    question_closed: bool = False


def read_options(desk: Desk, caller: Caller, at: Key) -> MemberOptions:
    """Return what the caller can do now in the round that a card belongs to."""
    with desk.db.read() as tx:
        row = rounds.get(tx, caller.group_id, at.id)
        if row is None or row.phase == Phase.CLOSED:
            raise StaleRefusal(ROUND_OVER)
        state, _ = rounds_rules.tick(rounds_mapping.load(tx, row), desk.clock())
        group, meetup = groups.get(tx, caller.group_id), tx.get_one(Meetup, row.session_id)
        me = groups.member_of_user(tx, group.id, caller.user_id)
        member = None if me is None else row_id(me)
        leads = _leads(caller, group, meetup, member)
        closed = not _takes_forecasts(tx, desk, row)
        return _options(row, meetup, state, member, leads=leads, closed=closed)


def _options(
    row: Round,
    meetup: Meetup,
    state: rounds_rules.Round,
    member: int | None,
    *,
    leads: bool,
    closed: bool,
) -> MemberOptions:
    turn, undone = state.turn, rounds_rules.undoable(state)
    seats = {seat.member: seat.present for seat in state.seats}
    steers = turn is not None and (leads or turn.member == member)
    has_seat = member in seats
    return MemberOptions(
        at=card_refresh.current_card(row),
        leads=leads,
        seated=seats.get(member, False) if member is not None else False,
        can_join=has_seat or state.phase != "final",
        hostless=meetup.host_gone or meetup.host_away,
        clock=("paused" if turn.paused else "running") if turn is not None and steers else None,
        extend_seconds=row.extend_seconds,
        can_skip=leads and turn is not None,
        can_change_question=leads and rounds_rules.is_changeable(state),
        undo="skip" if undone and undone.ended_by == "skip" else "done" if undone else None,
        question_closed=closed,
    )


def _leads(caller: Caller, group: Group, meetup: Meetup, member: int | None) -> bool:
    is_host = member is not None and member == live_session.host_of(meetup)
    return is_host or caller.is_facilitator(group)


def _takes_forecasts(tx: Session, desk: Desk, row: Round) -> bool:
    question = tx.get_one(Question, row.question_id)
    return questions_rules.takes_forecasts(question.state.value, question.closes_at, desk.clock())
