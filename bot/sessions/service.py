"""A live session: start it, sit down, vote, open rounds, leave, take over, end it.

What happens inside a round is in `rounds/service.py`, what happens before in `planning/service.py`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from bot import keys
from bot.core.times.durations import parse_duration
from bot.keys import Key
from bot.questions import service as question_service
from bot.rules import NotAllowedRefusal, Refusal, StaleRefusal
from bot.sessions import live, rules, waiting
from bot.sessions.rounds import service as rounds_service
from bot.sessions.upcoming import service as upcoming
from bot.unit import ActUnit, Caller, Desk, Unit, row_id
from storage import groups, questions, rounds, sessions
from storage.tables import Meetup, Order, Phase, Presence, QuestionState, Round, SessionState

MOST_NAMESAKES = 1000  # sessions whose titles contain what was typed
SHORTEST_TURN = timedelta(seconds=30)
LONGEST_TURN = timedelta(hours=2)


@dataclass(frozen=True)
class OnCall:
    """Somebody in a voice channel."""

    user_id: int
    name: str


@dataclass(frozen=True)
class Wish:
    """What `/session start` was given, as typed."""

    session: str = ""
    question: str = ""
    turn: str = ""
    order: Order = Order.ROTATE


def start(desk: Desk, caller: Caller, wish: Wish, on_call: Sequence[OnCall] = ()) -> Key:
    """Goes live in the caller's channel, planned or ad hoc. Returns the lobby's key."""
    with desk.act(caller) as unit:
        _refuse_second(unit, caller.channel_id)
        meetup = _planned(unit, wish.session) if wish.session else _ad_hoc(unit)
        return _go_live(unit, meetup, wish, on_call)


def start_announced(desk: Desk, caller: Caller, at: Key, on_call: Sequence[OnCall] = ()) -> Key:
    """The **Start** button on an announcement."""
    with desk.act(caller) as unit:
        _refuse_second(unit, caller.channel_id)
        meetup = _planned(unit, str(at.id))
        return _go_live(unit, meetup, Wish(order=meetup.order_mode), on_call)


def voice_channel_for(desk: Desk, caller: Caller, session: str) -> int | None:
    """The voice channel of a planned session, or else of the group."""
    with desk.db.read() as tx:
        group = groups.find(tx, caller.group_id)
        meetup = find(tx, caller.group_id, session) if session else None
    planned = meetup.voice_channel_id if meetup else None
    return planned or (group.voice_channel_id if group else None)


def voice_channel_of(desk: Desk, caller: Caller, at: Key) -> int | None:
    """The voice channel of the session that an announcement is about."""
    return voice_channel_for(desk, caller, str(at.id))


def join(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Takes a seat: in the circle, and in the round if one is running."""
    with desk.act(caller) as unit:
        meetup = _meant(unit, at)
        row = rounds_service.running(unit, meetup)
        place = sessions.attendance(unit.tx, row_id(meetup), unit.my_id)
        already = place is not None and place.presence == Presence.IN
        if already and (row is None or _has_seat(unit, row, unit.my_id)):
            raise Refusal("You are in the circle already.")
        sessions.set_presence(unit.tx, row_id(meetup), unit.my_id, Presence.IN, unit.now)
        if unit.my_id == meetup.host_id:
            meetup.host_gone = False
        if row is not None and row.phase != Phase.FINAL:
            rounds_service.join_seat(unit, row, unit.my_id)
        _did(unit, meetup)
        refresh(unit, meetup)


def leave(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Gives up the seat; forecasts stay. When the host leaves, somebody can take over."""
    with desk.act(caller) as unit:
        meetup = _meant(unit, at)
        place = sessions.attendance(unit.tx, row_id(meetup), unit.my_id)
        is_host = unit.my_id == meetup.host_id and not meetup.host_gone
        if (place is None or place.presence != Presence.IN) and not is_host:
            raise Refusal("You are not in the circle. Press Join to take a seat.")
        sessions.set_presence(unit.tx, row_id(meetup), unit.my_id, Presence.OUT, unit.now)
        if is_host:
            meetup.host_gone = True
        row = rounds_service.running(unit, meetup)
        if row is not None:
            rounds_service.leave_seat(unit, row, unit.my_id)
        _did(unit, meetup)
        refresh(unit, meetup)


def vote(desk: Desk, caller: Caller, at: Key, question_id: int) -> None:
    """A vote for the question of the lobby; the newest counts."""
    with desk.act(caller) as unit:
        meetup = _lobby(unit, at)
        place = sessions.attendance(unit.tx, row_id(meetup), unit.my_id)
        if place is None or place.presence != Presence.IN:
            raise NotAllowedRefusal("Press Join first, then vote.")
        available = questions.pickable(
            unit.tx, unit.group.id, session_id=row_id(meetup), now=unit.now
        )
        if question_id not in {question.id for question in available}:
            raise StaleRefusal("That question cannot be taken any more. Choose another one.")
        sessions.vote(unit.tx, row_id(meetup), meetup.lobby, unit.my_id, question_id)
        _did(unit, meetup)
        unit.refresh(at)


def start_round(desk: Desk, caller: Caller, at: Key) -> None:
    """Takes the chosen question around the circle."""
    with desk.act(caller) as unit:
        meetup = _lobby(unit, at)
        live.require_lead(unit, meetup, "start the round")
        members = sessions.circle(unit.tx, row_id(meetup))
        waiting.touch(unit, meetup, unit.my_id)
        seed = secrets.randbits(31)
        question = question_service.require(unit.tx, unit.group.id, _pick(unit, meetup, seed))
        rounds_service.open_round(unit, meetup, question, members, seed)
        question.state = QuestionState.OPEN
        meetup.lobby_open = False
        meetup.picked_id = None
        unit.tx.flush()
        question_service.refresh_offers(unit)
        unit.refresh(at)
        unit.refresh(keys.question(row_id(question)))


def next_round(desk: Desk, caller: Caller, at: Key | None = None, question: str = "") -> Key:
    """Opens the lobby of the next round. Returns its key."""
    with desk.act(caller) as unit:
        meetup = live.of_round(unit, at) if at else live.here(unit)
        live.require_lead(unit, meetup, "open the next round")
        _close_round_in_the_way(unit, meetup)
        if meetup.lobby_open and not question:
            raise Refusal("The lobby of the next round is open already. Press Start the round.")
        _choose(unit, meetup, question)
        if not meetup.lobby_open:
            meetup.lobby += 1
            meetup.lobby_open = True
        key = keys.lobby(row_id(meetup), meetup.lobby)
        unit.show(key, meetup.channel_id)
        if at:
            unit.refresh(at)
        _did(unit, meetup)
        return key


def end(desk: Desk, caller: Caller, at: Key | None = None) -> Key:
    """Ends the running round, if any, and then the session. Returns the closing card's key."""
    with desk.act(caller) as unit:
        meetup = live.of_round(unit, at) if at else live.here(unit)
        live.require_lead(unit, meetup, "end the session")
        row = rounds_service.running(unit, meetup)
        if at and at.kind == rounds_service.STOPPED and (row is None or row.stopped_at is None):
            raise StaleRefusal("The round goes on already. The newest card shows what is next.")
        waiting.touch(unit, meetup, unit.my_id)
        if at:
            unit.refresh(at)
        return close(unit, meetup, row)


def close(unit: Unit, meetup: Meetup, row: Round | None) -> Key:
    """Ends a session and its running round. Returns the closing card's key."""
    if row is not None:
        quiet_since = meetup.quiet_since
        rounds_service.end_round(unit, row)
        meetup.quiet_since = quiet_since  # nobody did anything: the round was closed for them
    meetup.state = SessionState.CLOSED
    meetup.ended_at = unit.now
    if meetup.lobby_open:
        meetup.lobby_open = False
        unit.refresh(keys.lobby(row_id(meetup), meetup.lobby))
    closed = rounds.of_session(unit.tx, row_id(meetup))
    if row is None and closed:  # the summary offers a next round
        unit.refresh(keys.summary(row_id(closed[-1])))
    key = keys.evening(row_id(meetup))
    unit.show(key, meetup.channel_id)
    unit.wake(f"live:{row_id(meetup)}", None)
    upcoming.follow(unit, meetup)
    return key


def take_over(desk: Desk, caller: Caller, at: Key) -> None:
    """Leads a session whose host has left."""
    with desk.act(caller) as unit:
        meetup = live.of_card(unit, at)
        if not (meetup.host_gone or meetup.host_away):
            raise StaleRefusal("This session has a host again. Nothing changed.")
        _require_successor(unit, meetup)
        meetup.host_id = unit.my_id
        meetup.host_gone = False
        _did(unit, meetup)
        refresh(unit, meetup)


def find(tx: Session, group_id: int, typed: str) -> Meetup:
    """The session that a member chose from the list, or named by its title or number."""
    if typed.isdecimal() and len(typed) < 19:
        meetup = sessions.get(tx, group_id, int(typed))
        if meetup is not None:
            return meetup
    states = (SessionState.SCHEDULED, SessionState.LIVE)
    named = [
        meetup
        for meetup in sessions.listing(
            tx, group_id, states=states, containing=typed.strip(), limit=MOST_NAMESAKES
        )
        if meetup.title.lower() == typed.strip().lower()
    ]
    if len(named) == 1:
        return named[0]
    raise Refusal("I know no such session here. Choose it from the list, or see `/session list`.")


def _refuse_second(unit: ActUnit, channel_id: int) -> None:
    if sessions.live_in_channel(unit.tx, unit.group.id, channel_id) is not None:
        raise Refusal(
            "A session is live in this channel already. Join it, end it with `/session end`, or "
            "start yours in another channel."
        )


def _close_round_in_the_way(unit: ActUnit, meetup: Meetup) -> None:
    """Close a round in which nothing can be recorded any more; any other has to be finished."""
    row = rounds_service.running(unit, meetup)
    if row is None:
        return
    if rounds_service.takes_forecasts(unit, row):
        raise Refusal(
            "A round is running; the next one can open when it has closed. **Skip** and "
            "**Everyone's ready** on the newest card move it on."
        )
    rounds_service.end_round(unit, row)


def _planned(unit: ActUnit, typed: str) -> Meetup:
    meetup = find(unit.tx, unit.group.id, typed)
    if meetup.state != SessionState.SCHEDULED:
        raise StaleRefusal(
            f"That session is {meetup.state.value}, so it cannot be started. `/session list` shows "
            "the others."
        )
    live.require_lead(unit, meetup, "start it")
    return meetup


def _ad_hoc(unit: ActUnit) -> Meetup:
    meetup = Meetup(
        group_id=unit.group.id,
        channel_id=unit.caller.channel_id,
        voice_channel_id=unit.group.voice_channel_id,
        host_id=unit.my_id,
        title="Forecasting session",
        starts_at=unit.now,
        timezone=unit.group.timezone,
        created_at=unit.now,
    )
    unit.tx.add(meetup)
    return meetup


def _go_live(unit: ActUnit, meetup: Meetup, wish: Wish, on_call: Sequence[OnCall]) -> Key:
    meetup.state = SessionState.LIVE
    meetup.channel_id = unit.caller.channel_id
    meetup.started_at = meetup.quiet_since = meetup.waits_since = unit.now
    meetup.host_gone = meetup.host_away = False
    meetup.host_id = unit.my_id
    meetup.order_mode = wish.order
    meetup.lobby = 1
    meetup.lobby_open = True
    if wish.turn:
        meetup.turn_seconds = check_turn(parse_duration(wish.turn))
    unit.tx.flush()
    _choose(unit, meetup, wish.question)
    _seat_everyone(unit, meetup, on_call)
    key = keys.lobby(row_id(meetup), 1)
    unit.show(key, meetup.channel_id)
    upcoming.follow(unit, meetup)
    waiting.watch_round(unit, meetup, None)
    return key


def check_turn(turn: timedelta) -> int:
    """A turn's length in seconds, between half a minute and two hours."""
    if not SHORTEST_TURN <= turn <= LONGEST_TURN:
        raise Refusal("A turn lasts between 30 seconds and 2 hours, for example `10m`.")
    return round(turn.total_seconds())


def _seat_everyone(unit: ActUnit, meetup: Meetup, on_call: Sequence[OnCall]) -> None:
    session_id = row_id(meetup)
    sessions.set_presence(unit.tx, session_id, unit.my_id, Presence.IN, unit.now)
    for person in on_call:
        member = groups.member(unit.tx, unit.group.id, person.user_id, person.name)
        sessions.set_presence(unit.tx, session_id, row_id(member), Presence.IN, unit.now)


def _choose(unit: ActUnit, meetup: Meetup, typed: str) -> None:
    """The host picks: the question must be one that a round can take."""
    if not typed:
        return
    question = question_service.find(unit.tx, unit.group.id, typed)
    available = questions.pickable(unit.tx, unit.group.id, session_id=row_id(meetup), now=unit.now)
    if question.id not in {one.id for one in available}:
        raise Refusal(
            f"That question cannot be taken: it is {question.state.value}, or a round has taken it "
            "already. `/question list` shows the others."
        )
    meetup.picked_id = question.id


def _pick(unit: ActUnit, meetup: Meetup, seed: int) -> int:
    session_id = row_id(meetup)
    available = questions.pickable(unit.tx, unit.group.id, session_id=session_id, now=unit.now)
    ids = [row_id(question) for question in available]
    known = questions.already_forecast_by_present(unit.tx, session_id, ids)
    candidates = [rules.Candidate(question, len(known[question])) for question in ids]
    votes = sessions.votes(unit.tx, session_id, meetup.lobby)
    return rules.pick(candidates, votes=votes, chosen=meetup.picked_id, seed=seed)


def _meant(unit: ActUnit, at: Key | None) -> Meetup:
    return live.of_card(unit, at) if at else live.in_channel(unit)


def _lobby(unit: ActUnit, at: Key) -> Meetup:
    meetup = live.of_card(unit, at)
    if not meetup.lobby_open or at.more != (meetup.lobby,):
        raise StaleRefusal("That lobby is closed: the round has begun. Look at the newest card.")
    return meetup


def _has_seat(unit: Unit, row: Round, member_id: int) -> bool:
    return any(
        seat.member_id == member_id and seat.present for seat in rounds.seats(unit.tx, row_id(row))
    )


def _seated_order(unit: Unit, meetup: Meetup) -> list[int]:
    """Who is in the circle, in the order in which they speak next."""
    circle = sessions.circle(unit.tx, row_id(meetup))
    row = rounds.running(unit.tx, row_id(meetup))
    if row is None:
        return circle
    return [
        seat.member_id for seat in rounds.seats(unit.tx, row_id(row)) if seat.member_id in circle
    ]


def refresh(unit: Unit, meetup: Meetup) -> None:
    """Has the card edited on which the session is followed right now."""
    row = rounds.running(unit.tx, row_id(meetup))
    if row is not None:
        rounds_service.refresh_card(unit, row)
    elif meetup.lobby_open:
        unit.refresh(keys.lobby(row_id(meetup), meetup.lobby))
    else:
        closed = rounds.of_session(unit.tx, row_id(meetup))
        if closed:
            unit.refresh(keys.summary(row_id(closed[-1])))


def _did(unit: ActUnit, meetup: Meetup) -> None:
    """The asking member did something in the session."""
    waiting.touch(unit, meetup, unit.my_id)
    waiting.watch_round(unit, meetup, rounds.running(unit.tx, row_id(meetup)))


def _require_successor(unit: ActUnit, meetup: Meetup) -> None:
    """Refuses to whoever may not lead the session in the host's place."""
    seated = [one for one in _seated_order(unit, meetup) if one != meetup.host_id]
    running = rounds.running(unit.tx, row_id(meetup))
    held = waiting.is_held(unit, running)
    waits = waiting.as_live(unit, meetup, running=running is not None, held=held)
    allowed = rules.may_take_over(
        unit.my_id,
        seated=seated,
        facilitator=unit.caller.is_facilitator(unit.group),
        waited=rules.has_waited(waits, unit.now),
    )
    if not allowed:
        first = groups.names(unit.tx, seated[:1]).get(seated[0]) if seated else None
        who = f"{first} is next in the circle and" if first else "Whoever sits in the circle"
        raise NotAllowedRefusal(f"{who} can take over, or a facilitator.")
