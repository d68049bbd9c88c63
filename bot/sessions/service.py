"""A live session: start it, sit down, vote, open rounds, leave, take over, end it.

What happens inside a round is in `rounds/service.py`, what happens before in `schedule/service.py`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core import card_refresh, keys
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.times.durations import parse_duration
from bot.core.unit import ActUnit, Caller, Desk, Person, Unit, row_id
from bot.pastcasts import dealing
from bot.questions import service as questions_service
from bot.rounds import lengths, live_session, member_options, session_mapping, session_rules
from bot.rounds import service as rounds_service
from bot.rounds.session_rules import Session
from bot.schedule import lifecycle
from bot.schedule.find import find_session
from bot.sessions import consequences
from bot.sessions import rules as sessions_rules
from bot.sessions.read_model import Ballot, read_ballot
from storage import groups, offers, outbox, rounds, sessions
from storage.enums import CardKind
from storage.offers import Offers
from storage.tables import Meetup, Order, Phase, Presence, Question, Round, SessionFormat

# One more than fit in a select, so that one sees whether there are more.
MOST_OTHERS = 26
DEALT_TONIGHT = (
    "In a pastcast the bot deals the questions, from the bank. For one of your own, leave "
    "`question` out, or start a session without `format:pastcast`."
)


@dataclass(frozen=True)
class StartOptions:
    """What a member typed after `/session start`."""

    session: str = ""
    question: str = ""
    turn: str = ""
    order: Order = Order.ROTATE
    format: SessionFormat = SessionFormat.CIRCLE
    topic: str = ""
    questions: int | None = None


@dataclass(frozen=True)
class OtherQuestions:
    """What a round can take in the place of its question, by id and title, newest first.

    Where `is_dealt`, the bot deals another one.
    """

    at: Key
    question: str
    choices: tuple[tuple[int, str], ...]
    is_dealt: bool = False


@dataclass(frozen=True)
class Call:
    """Where the host is when a session starts: the voice channel, and who is in it.

    `is_set` says that the channel is the session's or the group's; else it is just the host's.
    """

    channel_id: int | None = None
    people: tuple[Person, ...] = ()
    is_set: bool = True


@dataclass(frozen=True)
class Begun:
    """A session that has just gone live, and what its host is told.

    `voice_offer` is a voice channel that could be the group's from now on. `in_thread` says that
    the lobby waits for a thread, or has one.
    """

    lobby: Key
    voice_offer: int | None
    in_thread: bool


def start(desk: Desk, caller: Caller, wish: StartOptions, call: Call | None = None) -> Key:
    """Go live in the caller's channel, planned or ad hoc, and return the lobby's key."""
    with desk.act(caller) as unit:
        _refuse_second(unit, caller.channel_id)
        meetup = _planned(unit, wish.session) if wish.session else _ad_hoc(unit)
        return _go_live(unit, meetup, wish, call or Call())


def start_announced(desk: Desk, caller: Caller, at: Key, call: Call | None = None) -> Key:
    """Start the session of an announcement, and return the lobby's key."""
    with desk.act(caller) as unit:
        _refuse_second(unit, caller.channel_id)
        meetup = _planned(unit, str(at.id))
        return _go_live(unit, meetup, StartOptions(order=meetup.order_mode), call or Call())


def begun(desk: Desk, caller: Caller, lobby: Key, call: Call) -> Begun:
    """Return what to tell the host about the start; only a manager is offered a setting."""
    with desk.db.read() as tx:
        meetup = sessions.get(tx, caller.group_id, lobby.id)
        posted = outbox.by_key(tx, str(lobby))
    in_thread = posted is None or (meetup is not None and posted.channel_id != meetup.channel_id)
    taken = meetup is not None and not call.is_set and meetup.voice_channel_id == call.channel_id
    offer = call.channel_id if taken and caller.manages_group else None
    return Begun(lobby, offer, in_thread)


def keep_voice(desk: Desk, caller: Caller, at: Key) -> int:
    """Make a session's voice channel the group's, and return it."""
    with desk.act(caller) as unit:
        unit.require_manager("change the settings")
        meetup = sessions.get(unit.tx, unit.group.id, at.id)
        if meetup is None or meetup.voice_channel_id is None:
            raise StaleRefusal("That session has no voice channel any more. Nothing changed.")
        unit.group.voice_channel_id = meetup.voice_channel_id
        lifecycle.apply_settings(unit)
        return meetup.voice_channel_id


def voice_channel_for(desk: Desk, caller: Caller, session: str) -> int | None:
    """Return the voice channel of a planned session, or else of the group."""
    with desk.db.read() as tx:
        group = groups.find(tx, caller.group_id)
        meetup = find_session(tx, caller.group_id, session) if session else None
    planned = meetup.voice_channel_id if meetup else None
    return planned or (group.voice_channel_id if group else None)


def voice_channel_of(desk: Desk, caller: Caller, at: Key) -> int | None:
    """Return the voice channel of the session that an announcement is about."""
    return voice_channel_for(desk, caller, str(at.id))


def join(desk: Desk, caller: Caller, at: Key | None = None) -> bool:
    """Take a seat in the circle, and in the round if one is running.

    Returns False where the member knows the round's question, and so has no seat in it.
    """
    with desk.act(caller) as unit:
        meetup = _meant(unit, at)
        row = rounds_service.running(unit, meetup)
        place = sessions.attendance(unit.tx, row_id(meetup), unit.my_id)
        already = place is not None and place.presence == Presence.IN
        if already and (row is None or _has_seat(unit, row, unit.my_id)):
            raise Refusal("You are in the circle already.")
        sessions.set_presence(unit.tx, row_id(meetup), unit.my_id, Presence.IN, unit.now)
        seated = True
        if row is not None and row.phase != Phase.FINAL:
            seated = dealing.sit_down(unit, row)
        state = consequences.load(unit, meetup)
        consequences.save(unit, meetup, session_rules.sit_down(state, unit.my_id, now=unit.now))
        card_refresh.follow(unit, Change.SESSION_CIRCLE, meetup)
        return seated


def leave(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Give up the seat; forecasts stay. When the host leaves, somebody can take over."""
    with desk.act(caller) as unit:
        meetup = _meant(unit, at)
        place = sessions.attendance(unit.tx, row_id(meetup), unit.my_id)
        leads = unit.my_id == live_session.host_of(meetup)
        if (place is None or place.presence != Presence.IN) and not leads:
            raise Refusal("You are not in the circle. Press Join to take a seat.")
        _step_out(unit, meetup, unit.my_id)


def leave_all(unit: Unit, member_id: int) -> None:
    """Take a member out of every live session, as part of being forgotten."""
    for meetup in sessions.live(unit.tx, unit.group.id):
        place = sessions.attendance(unit.tx, row_id(meetup), member_id)
        is_there = place is not None and place.presence != Presence.OUT
        if is_there or member_id == live_session.host_of(meetup):
            _step_out(unit, meetup, member_id)


def vote(desk: Desk, caller: Caller, at: Key, question_id: int) -> None:
    """Save a vote for a question of the lobby; each member's newest vote counts."""
    with desk.act(caller) as unit:
        meetup = _lobby(unit, at)
        place = sessions.attendance(unit.tx, row_id(meetup), unit.my_id)
        if place is None or place.presence != Presence.IN:
            raise NotAllowedRefusal("Press Join first, then vote.")
        if not offers.among(unit.tx, _offers(unit, meetup), [question_id]):
            raise StaleRefusal("That question cannot be taken any more. Choose another one.")
        sessions.vote(unit.tx, row_id(meetup), meetup.lobby, unit.my_id, question_id)
        state = consequences.load(unit, meetup)
        consequences.save(unit, meetup, session_rules.act(state, unit.my_id, now=unit.now))
        card_refresh.follow(unit, Change.SESSION_VOTED, meetup)


def ballot(desk: Desk, caller: Caller, at: Key) -> Ballot:
    """Return a page of the questions of an open lobby; the key says which."""
    with desk.db.read() as tx:
        meetup = sessions.get(tx, caller.group_id, at.id)
        if meetup is None:
            raise StaleRefusal(session_rules.SESSION_OVER)
        session_rules.require_lobby(session_mapping.load(meetup), _number(at))
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        page = at.more[1] if len(at.more) > 1 else 0
        return read_ballot(tx, meetup, page, row_id(me) if me else 0, desk.clock())


def vote_on_page(desk: Desk, caller: Caller, at: Key, question_id: int) -> Ballot:
    """Save a vote given on a page of questions, and return that page."""
    vote(desk, caller, at, question_id)
    return ballot(desk, caller, at)


def start_round(desk: Desk, caller: Caller, at: Key) -> None:
    """Begin a round of the circle on the chosen question."""
    with desk.act(caller) as unit:
        meetup = _lobby(unit, at)
        live_session.require_lead(unit, meetup, "start the round")
        _begin_round(unit, meetup)


def other_questions(desk: Desk, caller: Caller, at: Key) -> OtherQuestions:
    """Return what can be taken in the place of the question of a card's round."""
    with desk.db.read() as tx:
        row = member_options.find_running(tx, caller, at)
        member_options.check_change_question(tx, caller, row, desk.clock())
        question = tx.get_one(Question, row.question_id)
        if question.banked_id is not None:
            return OtherQuestions(at, question.title, (), is_dealt=True)
        here = Offers(caller.group_id, row.session_id, desk.clock())
        found = offers.page(tx, here, first=0, size=MOST_OTHERS)
        return OtherQuestions(at, question.title, tuple((row_id(one), one.title) for one in found))


def change_question(desk: Desk, caller: Caller, at: Key | None = None, question: str = "") -> None:
    """Take another question while nobody has spoken: this one, or open the lobby again.

    What was recorded stays with the question before.
    """
    with desk.act(caller) as unit:
        meetup = live_session.of_round(unit, at) if at else live_session.here(unit)
        live_session.require_lead(unit, meetup, "change the question")
        row = rounds_service.running(unit, meetup)
        if row is None:
            raise Refusal("No round is running. `/session next` opens the next one.")
        if _is_dealt(meetup):
            _chosen(unit, meetup, question)  # refuses one that is named
            rounds_service.drop_question(unit, meetup, row)
            _deal_next(unit, meetup)
            return
        chosen = _chosen(unit, meetup, question)
        rounds_service.drop_question(unit, meetup, row)
        opened = session_rules.open_lobby(
            session_mapping.load(meetup), unit.my_id, question=chosen, now=unit.now
        )
        if chosen is None:
            consequences.save(unit, meetup, opened)
        else:
            session_mapping.save(meetup, opened[0])
            _begin_round(unit, meetup)


def next_round(desk: Desk, caller: Caller, at: Key | None = None, question: str = "") -> Key:
    """Open the lobby of the next round and return its key."""
    with desk.act(caller) as unit:
        meetup = live_session.of_round(unit, at) if at else live_session.here(unit)
        live_session.require_lead(unit, meetup, "open the next round")
        _close_round_in_the_way(unit, meetup)
        state = session_mapping.load(meetup)
        session_rules.require_new_lobby(state, picks=bool(question))
        chosen = _chosen(unit, meetup, question)
        opened = session_rules.open_lobby(state, unit.my_id, question=chosen, now=unit.now)
        consequences.save(unit, meetup, opened)
        return keys.lobby(row_id(meetup), meetup.lobby)


def next_question(desk: Desk, caller: Caller, at: Key) -> None:
    """Deal the next question of a pastcast, and begin its round with those in the circle."""
    with desk.act(caller) as unit:
        meetup = live_session.of_round(unit, at)
        live_session.require_lead(unit, meetup, "go on to the next question")
        _close_round_in_the_way(unit, meetup)
        _deal_next(unit, meetup)


def end(desk: Desk, caller: Caller, at: Key | None = None) -> Key:
    """End the running round, if any, then the session; return the last card's key."""
    with desk.act(caller) as unit:
        meetup = live_session.of_round(unit, at) if at else live_session.here(unit)
        live_session.require_lead(unit, meetup, "end the session")
        row = rounds_service.running(unit, meetup)
        if at and at.kind == CardKind.STOPPED and (row is None or row.stopped_at is None):
            raise StaleRefusal("The round goes on already. The newest card shows what is next.")
        state = consequences.load(unit, meetup)
        consequences.save(unit, meetup, session_rules.end(state, unit.my_id, now=unit.now))
        return keys.evening(row_id(meetup))


def take_over(desk: Desk, caller: Caller, at: Key) -> None:
    """Make the caller the host of a session that its host has left."""
    with desk.act(caller) as unit:
        meetup = live_session.of_card(unit, at)
        state = consequences.load(unit, meetup)
        session_rules.require_hostless(state)
        _require_successor(unit, meetup, state)
        consequences.save(unit, meetup, session_rules.take_over(state, unit.my_id, now=unit.now))


def _step_out(unit: Unit, meetup: Meetup, member_id: int) -> None:
    sessions.set_presence(unit.tx, row_id(meetup), member_id, Presence.OUT, unit.now)
    row = rounds_service.running(unit, meetup)
    if row is not None:
        rounds_service.leave_seat(unit, row, member_id)
    state = consequences.load(unit, meetup)
    consequences.save(unit, meetup, session_rules.leave(state, member_id, now=unit.now))
    card_refresh.follow(unit, Change.SESSION_CIRCLE, meetup)


def _begin_round(unit: ActUnit, meetup: Meetup) -> None:
    """Close the lobby, and take its question around the circle."""
    members = sessions.circle(unit.tx, row_id(meetup))
    seed = secrets.randbits(31)
    if _is_dealt(meetup):
        question = dealing.deal(unit, meetup, members, seed)
    else:
        question = questions_service.require(unit.tx, unit.group.id, _pick(unit, meetup, seed))
    row = rounds_service.open_round(unit, meetup, question, members, seed)
    questions_service.take_up(unit, question)
    begun = session_rules.begin_round(
        session_mapping.load(meetup), unit.my_id, lobby=meetup.lobby, now=unit.now
    )
    consequences.save(unit, meetup, begun)
    card_refresh.follow(unit, Change.ROUND_BEGUN, row)


def _is_dealt(meetup: Meetup) -> bool:
    return meetup.format == SessionFormat.PASTCAST


def _deal_next(unit: ActUnit, meetup: Meetup) -> None:
    """Begin a round on the next question, without a lobby in between."""
    state = session_mapping.load(meetup)
    if not state.lobby_open:
        state, _ = session_rules.open_lobby(state, unit.my_id, now=unit.now)
        session_mapping.save(meetup, state)
    _begin_round(unit, meetup)


def _refuse_second(unit: ActUnit, channel_id: int) -> None:
    if sessions.live_in_channel(unit.tx, unit.group.id, channel_id) is not None:
        raise Refusal(
            "A session is live in this channel already. Join it, end it with `/session end`, or "
            "start yours in another channel."
        )


def _close_round_in_the_way(unit: ActUnit, meetup: Meetup) -> None:
    """Close a round that takes no more forecasts; refuse while it still takes some."""
    row = rounds_service.running(unit, meetup)
    if row is None:
        return
    if rounds_service.takes_forecasts(unit, row):
        raise Refusal(session_rules.ROUND_RUNNING)
    rounds_service.end_round(unit, row)


def _planned(unit: ActUnit, typed: str) -> Meetup:
    meetup = find_session(unit.tx, unit.group.id, typed)
    session_rules.require_startable(session_mapping.load(meetup))
    live_session.require_lead(unit, meetup, "start it")
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


def _go_live(unit: ActUnit, meetup: Meetup, wish: StartOptions, call: Call) -> Key:
    meetup.channel_id = unit.caller.channel_id
    meetup.voice_channel_id = meetup.voice_channel_id or call.channel_id
    meetup.order_mode = wish.order
    _choose_format(unit, meetup, wish)
    turn = lengths.check_turn(parse_duration(wish.turn)) if wish.turn else None
    state, events = session_rules.start(
        session_mapping.load(meetup), unit.my_id, turn_seconds=turn, now=unit.now
    )
    session_mapping.save(meetup, state)  # its questions and its seats need its number
    unit.tx.flush()
    question = _chosen(unit, meetup, wish.question)
    _seat_everyone(unit, meetup, call.people)
    consequences.save(unit, meetup, (session_rules.pick(state, question), events))
    return keys.lobby(row_id(meetup), meetup.lobby)


def _choose_format(unit: ActUnit, meetup: Meetup, wish: StartOptions) -> None:
    """Note what kind of evening it is; refuse what only the other kind has."""
    meetup.format = wish.format
    if wish.format == SessionFormat.CIRCLE:
        if wish.topic or wish.questions:
            raise Refusal("`topic` and `questions` belong to `format:pastcast`: choose it, too.")
        return
    if wish.question:
        raise Refusal(DEALT_TONIGHT)
    if meetup.planned_at is None:
        meetup.title = "Pastcast"
    meetup.topic = dealing.check_topic(unit, wish.topic)
    meetup.deals = wish.questions


def _seat_everyone(unit: ActUnit, meetup: Meetup, on_call: Sequence[Person]) -> None:
    session_id = row_id(meetup)
    sessions.set_presence(unit.tx, session_id, unit.my_id, Presence.IN, unit.now)
    for person in on_call:
        member = groups.member(unit.tx, unit.group.id, person.user_id, person.name)
        sessions.set_presence(unit.tx, session_id, row_id(member), Presence.IN, unit.now)


def _chosen(unit: ActUnit, meetup: Meetup, typed: str) -> int | None:
    """Return the question that the host picks; refuse one that no round can take."""
    if not typed:
        return None
    if _is_dealt(meetup):
        raise Refusal(DEALT_TONIGHT)
    question = questions_service.find(unit.tx, unit.group.id, typed)
    if not offers.among(unit.tx, _offers(unit, meetup), [row_id(question)]):
        raise Refusal(
            f"That question cannot be taken: it is {question.state.value}, or a round has taken it "
            "already. `/question list` shows the others."
        )
    return row_id(question)


def _pick(unit: ActUnit, meetup: Meetup, seed: int) -> int:
    """Return the question of the next round; without votes all on offer are candidates."""
    here, session_id = _offers(unit, meetup), row_id(meetup)
    votes = sessions.votes(unit.tx, session_id, meetup.lobby)
    wanted = {*votes.values(), *([meetup.picked_id] if meetup.picked_id else [])}
    ids = sorted(offers.among(unit.tx, here, wanted))
    if ids:
        known = {one: len(who) for one, who in _known(unit, session_id, ids).items()}
    else:
        ids, known = offers.ids(unit.tx, here), offers.counts_of_known(unit.tx, here)
    candidates = [sessions_rules.Candidate(one, known.get(one, 0)) for one in ids]
    return sessions_rules.pick(candidates, votes=votes, chosen=meetup.picked_id, seed=seed)


def _known(unit: ActUnit, session_id: int, ids: Sequence[int]) -> dict[int, set[int]]:
    return offers.known_to_present(unit.tx, session_id, ids)


def _offers(unit: ActUnit, meetup: Meetup) -> Offers:
    return Offers(unit.group.id, row_id(meetup), unit.now)


def _meant(unit: ActUnit, at: Key | None) -> Meetup:
    return live_session.of_card(unit, at) if at else live_session.in_channel(unit)


def _lobby(unit: ActUnit, at: Key) -> Meetup:
    meetup = live_session.of_card(unit, at)
    session_rules.require_lobby(session_mapping.load(meetup), _number(at))
    return meetup


def _number(at: Key) -> int | None:
    """Return which lobby of its session a key names."""
    return at.more[0] if at.more else None


def _has_seat(unit: Unit, row: Round, member_id: int) -> bool:
    return any(
        seat.member_id == member_id and seat.present for seat in rounds.seats(unit.tx, row_id(row))
    )


def _seated_order(unit: Unit, meetup: Meetup) -> list[int]:
    """Return who is in the circle, in the order in which they speak next."""
    circle = sessions.circle(unit.tx, row_id(meetup))
    row = rounds.running(unit.tx, row_id(meetup))
    if row is None:
        return circle
    return [
        seat.member_id for seat in rounds.seats(unit.tx, row_id(row)) if seat.member_id in circle
    ]


def _require_successor(unit: ActUnit, meetup: Meetup, state: Session) -> None:
    """Refuse a member who may not lead the session in the host's place."""
    seated = [one for one in _seated_order(unit, meetup) if one != state.host]
    allowed = sessions_rules.may_take_over(
        unit.my_id,
        seated=seated,
        facilitator=unit.caller.is_facilitator(unit.group),
        waited=session_rules.has_waited(state, unit.now),
    )
    if not allowed:
        first = groups.names(unit.tx, seated[:1]).get(seated[0]) if seated else None
        who = f"{first} is next in the circle and" if first else "Whoever sits in the circle"
        raise NotAllowedRefusal(f"{who} can take over, or a facilitator.")
