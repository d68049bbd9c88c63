"""What can be done in a round: load it, apply the rules, save it with its effects.

A button names its round and turn by the key of its card; a slash command means the round that is
running in its channel. Never touches Discord.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot import keys
from bot.keys import Key
from bot.questions import rules as question_rules
from bot.questions import service as question_service
from bot.rules import Refusal, StaleRefusal
from bot.sessions import live, waiting
from bot.sessions import rules as session_rules
from bot.sessions.rounds import rules, state
from bot.standings import rescoring
from bot.unit import ActUnit, Caller, Desk, Unit, row_id
from storage import questions, rounds
from storage.tables import Meetup, Phase, Question, Round

Action = Callable[[rules.Round, rules.Actor, datetime], rules.Step]

# A cue is worth hearing for this long after its moment.
CUE_LIFE = timedelta(seconds=25)
STOPPED = "o"
NOTHING_TO_RESUME = "The question has closed, so there is nothing left to record in this round."
CLOSED_HELPS = (
    "The host or a facilitator presses **Next round** to close it and go on to another question, "
    "or **End the session**."
)
# Who acts when time alone does.
TIME = rules.Actor(0, leads=True)


def done(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """The speaker has finished their turn."""
    turn = _turn_number(at)
    _play(desk, caller, at, lambda now, who, when: rules.done(now, who, turn=turn, now=when))


def give_way(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """The speaker passes: come back at the end, and the second time not at all."""
    turn = _turn_number(at)
    _play(desk, caller, at, lambda now, who, when: rules.give_way(now, who, turn=turn, now=when))


def extend(desk: Desk, caller: Caller, at: Key | None = None, by: timedelta | None = None) -> None:
    """More time for the running turn."""
    turn = _turn_number(at)
    _play(
        desk, caller, at, lambda now, who, when: rules.extend(now, who, by=by, turn=turn, now=when)
    )


def pause(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Stops the clock of the running turn."""
    turn = _turn_number(at)
    _play(desk, caller, at, lambda now, who, when: rules.pause(now, who, turn=turn, now=when))


def resume(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Lets the clock go on, or a round that was stopped."""
    with desk.act(caller) as unit:
        meetup, row = running_here(unit) if at is None else _named(unit, at)
        if row.stopped_at is not None and not takes_forecasts(unit, row):
            raise Refusal(f"{NOTHING_TO_RESUME} {CLOSED_HELPS}")
        _apply(unit, meetup, row, _resuming(at))


def skip(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Moves on without the speaker."""
    turn = _turn_number(at)
    _play(desk, caller, at, lambda now, who, when: rules.skip(now, who, turn=turn, now=when))


def back(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Undoes a wrong skip."""
    _play(desk, caller, at, lambda now, who, when: rules.back(now, who, now=when))


def ready(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Everyone's ready: on to the next phase."""
    phases: dict[str, rules.Phase] = {"b": "blind", "f": "final"}
    phase = phases[at.kind] if at else None
    _play(desk, caller, at, lambda now, who, when: rules.ready(now, who, phase=phase, now=when))


def expire(desk: Desk, round_id: int, group_id: int) -> None:
    """Lets everything take effect that is due by now. Running it again changes nothing."""
    with desk.step(group_id) as unit:
        row = rounds.get(unit.tx, group_id, round_id)
        if row is None or row.phase == Phase.CLOSED:
            unit.wake(f"round:{round_id}", None)
            return
        step = rules.tick(state.load(unit.tx, row), unit.now)
        if step[1]:
            keep(unit, row, step)
        else:  # the alarm and the sweep may both ring: nobody needs to see the same card again
            unit.wake(f"round:{round_id}", row.next_due_at)


def running(unit: Unit, meetup: Meetup) -> Round | None:
    """The session's round that is running, once everything that is due by now has taken effect."""
    row = rounds.running(unit.tx, row_id(meetup))
    if row is None:
        return None
    step = rules.tick(state.load(unit.tx, row), unit.now)
    if step[1]:
        keep(unit, row, step)
    return None if row.phase == Phase.CLOSED else row


def join_seat(unit: Unit, row: Round, member_id: int) -> None:
    """A seat in a round that is running, as part of joining the session."""
    step = rules.join(state.load(unit.tx, row), member_id, now=unit.now)
    keep(unit, row, step)


def leave_seat(unit: Unit, row: Round, member_id: int) -> None:
    """Leaves a round that is running, as part of leaving the session."""
    now = state.load(unit.tx, row)
    if any(seat.member == member_id and seat.present for seat in now.seats):
        keep(unit, row, rules.leave(now, member_id, now=unit.now))


def end_round(unit: Unit, row: Round) -> None:
    """Closes a running round, as part of ending the session: who may has been asked there."""
    keep(unit, row, rules.end(state.load(unit.tx, row), TIME, now=unit.now))


def open_round(
    unit: ActUnit, meetup: Meetup, question: Question, members: list[int], seed: int
) -> Round:
    """Opens the session's next round on a question, with these members."""
    group = unit.group
    order = session_rules.seat_order(
        members,
        mode=meetup.order_mode.value,
        opened=rounds.opened_counts(unit.tx, group.id),
        seed=seed,
    )
    row = Round(
        session_id=row_id(meetup),
        question_id=row_id(question),
        number=len(rounds.of_session(unit.tx, row_id(meetup))) + 1,
        phase=Phase.BLIND,
        order_mode=meetup.order_mode,
        seed=seed,
        turn_seconds=meetup.turn_seconds or group.turn_seconds,
        grace_seconds=group.grace_seconds,
        blind_seconds=group.blind_seconds,
        final_seconds=group.final_seconds,
        extend_seconds=group.extend_seconds,
        extensions=group.extensions,
        opened_at=unit.now,
    )
    step = rules.open_round(order, limits=state.limits(row), now=unit.now)
    unit.tx.add(row)
    unit.tx.flush()
    keep(unit, row, step)
    return row


def keep(unit: Unit, row: Round, step: rules.Step) -> None:
    """Saves a step of a round, with its effects and its next alarm."""
    after, events = step
    stopped = current_card(row) if row.stopped_at is not None else None
    state.save(unit.tx, row, after, events, unit.now)
    meetup = unit.tx.get_one(Meetup, row.session_id)
    if not events:
        refresh_card(unit, row)
    if stopped is not None:
        unit.refresh(stopped)
    for event in events:
        _queue(unit, meetup, row, event)
    _watch(unit, meetup, after, events)
    unit.wake(f"round:{row_id(row)}", row.next_due_at)


def takes_forecasts(unit: Unit, row: Round) -> bool:
    """Tell whether the question of a round is still open."""
    question = unit.tx.get_one(Question, row.question_id)
    return question_rules.takes_forecasts(question.state.value, question.closes_at, unit.now)


def refresh_card(unit: Unit, row: Round) -> None:
    """Has the card edited on which the round is followed right now."""
    unit.refresh(current_card(row))


def current_card(row: Round) -> Key:
    """The card on which the round is followed right now."""
    round_id = row_id(row)
    if row.stopped_at is not None:
        return keys.stopped(round_id, row.turn_count)
    return {
        Phase.BLIND: keys.blind(round_id),
        Phase.TURNS: keys.turn(round_id, row.turn_count),
        Phase.FINAL: keys.final(round_id, row.turn_count),
        Phase.CLOSED: keys.summary(round_id),
    }[row.phase]


def running_here(unit: ActUnit) -> tuple[Meetup, Round]:
    """The round that is running in the caller's channel, or in the only session they lead."""
    meetup = live.here(unit)
    row = rounds.running(unit.tx, row_id(meetup))
    if row is None:
        raise Refusal("No round is running. `/session next` opens the next one.")
    return meetup, row


def _play(desk: Desk, caller: Caller, at: Key | None, action: Action) -> None:
    with desk.act(caller) as unit:
        meetup, row = running_here(unit) if at is None else _named(unit, at)
        _apply(unit, meetup, row, action)


def _apply(unit: ActUnit, meetup: Meetup, row: Round, action: Action) -> None:
    step = action(state.load(unit.tx, row), _actor(unit, meetup), unit.now)
    waiting.touch(unit, meetup, unit.my_id)
    keep(unit, row, step)


def _resuming(at: Key | None) -> Action:
    if at is not None and at.kind == STOPPED:
        turns = at.more[0]
        return lambda now, who, when: rules.go_on(now, who, turns=turns, now=when)
    turn = _turn_number(at)
    return lambda now, who, when: rules.resume(now, who, turn=turn, now=when)


def _named(unit: ActUnit, at: Key) -> tuple[Meetup, Round]:
    row = rounds.get(unit.tx, unit.group.id, at.id)
    if row is None:
        raise StaleRefusal("This button belongs to a round that is not here. Nothing happened.")
    return unit.tx.get_one(Meetup, row.session_id), row


def _actor(unit: ActUnit, meetup: Meetup) -> rules.Actor:
    host = None if meetup.host_gone else meetup.host_id
    return rules.Actor(unit.my_id, leads=unit.leads(host))


def _turn_number(at: Key | None) -> int | None:
    return at.more[0] if at is not None and at.kind == "t" and at.more else None


def _queue(unit: Unit, meetup: Meetup, row: Round, event: rules.Event) -> None:
    """The messages that make an event seen."""
    round_id, channel = row_id(row), meetup.channel_id
    match event:
        case rules.TurnStarted(turn):
            unit.show(keys.turn(round_id, turn.number), channel)
        case rules.TurnEnded(turn) | rules.TurnMoved(turn):
            unit.refresh(keys.turn(round_id, turn.number))
        case rules.CueDue(turn, seconds):
            key = keys.cue(round_id, turn.number, seconds, turn.extensions)
            unit.ping(key, channel, _cue_until(row, turn, seconds))
        case rules.Stopped():
            unit.show(keys.stopped(round_id, row.turn_count), channel)
        case rules.PhaseBegan("blind"):
            unit.show(keys.blind(round_id), channel)
        case rules.PhaseBegan("turns"):
            unit.refresh(keys.blind(round_id))
            unit.refresh(keys.final(round_id, row.turn_count - 1))
        case rules.PhaseBegan("final"):
            unit.show(keys.final(round_id, row.turn_count), channel)
        case rules.PhaseBegan("closed"):
            _queue_close(unit, meetup, row)


def _cue_until(row: Round, turn: rules.Turn, seconds: int) -> datetime:
    """Until when a cue is worth hearing; "time" is as long as the turn can still be finished."""
    if seconds == 0:
        return turn.deadline + max(CUE_LIFE, timedelta(seconds=row.grace_seconds))
    return turn.deadline - timedelta(seconds=seconds) + CUE_LIFE


def _watch(unit: Unit, meetup: Meetup, after: rules.Round, events: tuple[rules.Event, ...]) -> None:
    """Whether the session waits for its host from now on."""
    if rules.PhaseBegan("closed") in events or rules.Stopped() in events:
        waiting.begin(unit, meetup)
    held = after.stopped_at is not None or (after.turn is not None and after.turn.paused)
    waiting.watch(unit, meetup, running=after.phase != "closed", held=held)


def _queue_close(unit: Unit, meetup: Meetup, row: Round) -> None:
    unit.refresh(keys.blind(row_id(row)))
    unit.refresh(keys.final(row_id(row), row.turn_count))
    unit.show(keys.summary(row_id(row)), meetup.channel_id)
    question = questions.get(unit.tx, unit.group.id, row.question_id)
    if question is not None:
        rescoring.rescore(unit, question)
        unit.refresh(keys.question(row_id(question)))
        unit.refresh(keys.resolution(row_id(question)))
    # Elsewhere the question can be chosen again, now that no round is on it.
    question_service.refresh_lobbies(unit)
