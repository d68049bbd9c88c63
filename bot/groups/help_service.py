"""Where the group is right now, so that the help says what to do next. Never touches Discord."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from sqlmodel import Session

from bot.core import card_refresh, keys
from bot.core.keys import Key
from bot.core.mentions import Mentions, read_mentions
from bot.core.unit import Caller, Desk, row_id
from bot.groups import read_model as groups_read_model
from bot.rounds import live_session
from bot.schedule import rules as schedule_rules
from storage import groups, outbox, questions, rounds, sessions
from storage.tables import Answer, Group, Meetup, Member, Phase, Presence, Round, SessionState


class Step(Enum):
    """How far the group is, as far as it matters for what to do next."""

    NOTHING = auto()
    PLANNED = auto()
    LOBBY = auto()
    BLIND = auto()
    YOUR_TURN = auto()
    TURNS = auto()
    FINAL = auto()
    STOPPED = auto()
    BETWEEN = auto()


@dataclass(frozen=True)
class Card:
    """The card on which things go on: its key, its channel, and its message once it was posted."""

    at: Key
    channel_id: int
    message_id: int | None = None


@dataclass(frozen=True)
class Help:
    """What the help shows to a member.

    `until` is when the session begins, or when the turn ends. `missing` names the settings that
    nobody has chosen, for those who may choose them.
    """

    group_id: int
    step: Step
    mentions: Mentions = field(default_factory=Mentions)
    missing: tuple[str, ...] = ()
    title: str = ""
    card: Card | None = None
    until: datetime | None = None
    question_id: int | None = None
    question: str = ""
    speaker: str = ""
    seated: bool = False
    going: bool = False
    may_start: bool = False


def look(desk: Desk, caller: Caller) -> Help:
    """Return where the group is, and what the caller can do about it."""
    with desk.db.read() as tx:
        group = groups.find(tx, caller.group_id)
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        meetup = _live(tx, caller, me)
        planned = sessions.listing(tx, caller.group_id, states=(SessionState.SCHEDULED,), limit=1)
        if meetup is not None:
            return _at_live(tx, caller, meetup, me)
        if planned:
            return _at_planned(tx, caller, planned[0], me, desk.clock())
        return Help(
            caller.group_id, Step.NOTHING, read_mentions(tx), missing=_missing(caller, group)
        )


def _missing(caller: Caller, group: Group | None) -> tuple[str, ...]:
    group = group or Group(id=caller.group_id, name=caller.group_name)
    return groups_read_model.missing(group) if caller.manages_group else ()


def _live(tx: Session, caller: Caller, me: Member | None) -> Meetup | None:
    """Return the live session of this channel, else one with the caller in it, else any."""
    live = sessions.live(tx, caller.group_id)
    here = [one for one in live if one.channel_id == caller.channel_id]
    mine = [one for one in live if _is_seated(tx, one, me)]
    return next(iter((*here, *mine, *live)), None)


def _is_seated(tx: Session, meetup: Meetup, me: Member | None) -> bool:
    place = sessions.attendance(tx, row_id(meetup), row_id(me)) if me else None
    return place is not None and place.presence == Presence.IN


def _at_planned(
    tx: Session, caller: Caller, meetup: Meetup, me: Member | None, now: datetime
) -> Help:
    group = groups.get(tx, caller.group_id)
    answers = sessions.rsvps(tx, row_id(meetup))
    mine = row_id(me) if me else None
    leads = caller.is_facilitator(group) or mine == live_session.host_of(meetup)
    return Help(
        caller.group_id,
        Step.PLANNED,
        read_mentions(tx),
        missing=_missing(caller, group),
        title=meetup.title,
        card=_card(tx, keys.announcement(row_id(meetup)), meetup.channel_id),
        until=meetup.starts_at,
        going=any(one.member_id == mine and one.answer == Answer.GOING for one in answers),
        may_start=leads and now >= schedule_rules.start_offered_at(meetup.starts_at),
    )


def _at_live(tx: Session, caller: Caller, meetup: Meetup, me: Member | None) -> Help:
    row = rounds.running(tx, row_id(meetup))
    found = Help(
        caller.group_id,
        Step.LOBBY if meetup.lobby_open else Step.BETWEEN,
        read_mentions(tx),
        title=meetup.title,
        card=_card(tx, _current(tx, meetup, row), meetup.channel_id),
        seated=_is_seated(tx, meetup, me),
    )
    return found if row is None else _at_round(tx, caller, row, found, me)


def _current(tx: Session, meetup: Meetup, row: Round | None) -> Key:
    """Return the card on which the session goes on: of its round, lobby or last summary."""
    held = [row] if row else rounds.of_session(tx, row_id(meetup))
    if meetup.lobby_open or not held:
        return keys.lobby(row_id(meetup), meetup.lobby)
    return card_refresh.current_card(held[-1])


def _at_round(tx: Session, caller: Caller, row: Round, found: Help, me: Member | None) -> Help:
    question = questions.get(tx, caller.group_id, row.question_id)
    turn = next((one for one in rounds.latest_turns(tx, row_id(row)) if not one.ended_at), None)
    speaking = turn is not None and row.phase == Phase.TURNS
    mine = turn is not None and me is not None and turn.member_id == me.id
    steps = {Phase.BLIND: Step.BLIND, Phase.FINAL: Step.FINAL}
    step = steps.get(row.phase, Step.YOUR_TURN if mine else Step.TURNS)
    return Help(
        found.group_id,
        Step.STOPPED if row.stopped_at else step,
        found.mentions,
        title=found.title,
        card=found.card,
        until=turn.deadline if turn and speaking and not turn.paused else row.phase_ends_at,
        question_id=row.question_id,
        question=question.title if question else "",
        speaker=groups.names(tx, [turn.member_id])[turn.member_id] if turn and speaking else "",
        seated=found.seated,
    )


def _card(tx: Session, at: Key, channel_id: int) -> Card:
    posted = outbox.by_key(tx, str(at))
    if posted is None or posted.message_id is None:
        return Card(at, channel_id)
    return Card(at, posted.channel_id, posted.message_id)
