"""Members' steps in a round: load it, apply the rules, save it with its effects.

A button names its round and turn by the key of its card; a slash command means the round that is
running in its channel. Never touches Discord.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core import card_refresh, keys
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import ActUnit, Caller, Desk, Unit, row_id
from bot.questions import origins, reveal
from bot.questions import rules as questions_rules
from bot.rounds import live_session, quiet
from bot.rounds import mapping as rounds_mapping
from bot.rounds import rules as rounds_rules
from bot.rounds.order import seat_order
from bot.rounds.session_rules import RoundClock
from bot.scores import rescoring
from storage import forecasts, rounds
from storage.enums import CardKind, SessionFormat
from storage.tables import Group, Meetup, Phase, Question, Round


class NoNumberYetRefusal(Refusal):
    """A speaker wants to finish without a forecast; `at` names the turn."""

    def __init__(self, at: Key) -> None:
        super().__init__("No number yet: finish anyway?")
        self.at = at


Action = Callable[[rounds_rules.Round, rounds_rules.Actor, datetime], rounds_rules.Step]

# A cue is worth hearing for this long after its moment.
CUE_LIFE = timedelta(seconds=25)
NOTHING_TO_RESUME = "The question has closed, so there is nothing left to record in this round."
CLOSED_HELPS = (
    "The host or a facilitator presses **Next round** to close it and go on to another question, "
    "or **End the session**."
)
OF_TURNS = (CardKind.TURN, CardKind.CUE)
# The actor when only time has passed.
TIME = rounds_rules.Actor(0, leads=True)


def done(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """End the speaker's turn, because they have finished."""
    turn = _turn_number(at)
    _play(desk, caller, at, lambda now, who, when: rounds_rules.done(now, who, turn=turn, now=when))


def done_with_number(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """End the turn of a speaker who has recorded a forecast; ask all others first."""
    with desk.act(caller) as unit:
        meetup, row = running_here(unit) if at is None else _named(unit, at)
        turn = _turn_number(at)
        step = rounds_rules.done(
            rounds_mapping.load(unit.tx, row), _actor(unit, meetup), turn=turn, now=unit.now
        )
        ended = next(one.turn for one in step[1] if isinstance(one, rounds_rules.TurnEnded))
        if ended.member not in step[0].turn_in and takes_forecasts(unit, row):
            raise NoNumberYetRefusal(keys.turn(row_id(row), ended.number))
        _save(unit, meetup, row, step)


def give_way(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Pass the turn: the speaker comes back at the end, but only once."""
    turn = _turn_number(at)
    _play(
        desk,
        caller,
        at,
        lambda now, who, when: rounds_rules.give_way(now, who, turn=turn, now=when),
    )


def extend(desk: Desk, caller: Caller, at: Key | None = None, by: timedelta | None = None) -> None:
    """Give the running turn more time."""
    turn = _turn_number(at)
    _play(
        desk,
        caller,
        at,
        lambda now, who, when: rounds_rules.extend(now, who, by=by, turn=turn, now=when),
    )


def pause(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Stop the clock of the running turn."""
    turn = _turn_number(at)
    _play(
        desk, caller, at, lambda now, who, when: rounds_rules.pause(now, who, turn=turn, now=when)
    )


def resume(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Let the clock go on, or a round that was stopped."""
    with desk.act(caller) as unit:
        meetup, row = running_here(unit) if at is None else _named(unit, at)
        if row.stopped_at is not None and not takes_forecasts(unit, row):
            raise Refusal(f"{NOTHING_TO_RESUME} {CLOSED_HELPS}")
        _apply(unit, meetup, row, _resuming(at))


def skip(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Move on without the speaker."""
    turn = _turn_number(at)
    _play(desk, caller, at, lambda now, who, when: rounds_rules.skip(now, who, turn=turn, now=when))


def back(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Undo the last skip or Done."""
    # The card of the blind phase names no turn: there was none by then.
    turns = None if at is None else at.more[0] if at.more else 0
    _play(
        desk, caller, at, lambda now, who, when: rounds_rules.back(now, who, turns=turns, now=when)
    )


def ready(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """Note that the caller is ready, and go on once everybody is."""
    phase = _phase_of(at)
    _play(
        desk, caller, at, lambda now, who, when: rounds_rules.ready(now, who, phase=phase, now=when)
    )


def move_on(desk: Desk, caller: Caller, at: Key | None = None) -> None:
    """End the blind or the final phase, because the host wants it."""
    phase = _phase_of(at)
    _play(
        desk,
        caller,
        at,
        lambda now, who, when: rounds_rules.move_on(now, who, phase=phase, now=when),
    )


def expire(desk: Desk, round_id: int, group_id: int) -> None:
    """Let everything that is due by now take effect. A second call changes nothing."""
    with desk.step(group_id) as unit:
        row = rounds.get(unit.tx, group_id, round_id)
        if row is None or row.phase == Phase.CLOSED:
            unit.wake(f"round:{round_id}", None)
            return
        if not _let_time_pass(unit, row):
            # The alarm and the sweep may both call this. The card is then up to date already.
            unit.wake(f"round:{round_id}", row.next_due_at)


def _let_time_pass(unit: Unit, row: Round) -> bool:
    """Save what is due in the round by now, and tell whether anything was."""
    step = rounds_rules.tick(rounds_mapping.load(unit.tx, row), unit.now)
    if step[1]:
        keep(unit, row, step)
    return bool(step[1])


def running(unit: Unit, meetup: Meetup) -> Round | None:
    """Return the session's running round, after everything due by now has taken effect."""
    row = rounds.running(unit.tx, row_id(meetup))
    if row is None:
        return None
    _let_time_pass(unit, row)
    return None if row.phase == Phase.CLOSED else row


def join_seat(unit: Unit, row: Round, member_id: int) -> None:
    """Give a member a seat in a running round, as part of joining the session."""
    step = rounds_rules.join(rounds_mapping.load(unit.tx, row), member_id, now=unit.now)
    keep(unit, row, step)


def leave_seat(unit: Unit, row: Round, member_id: int) -> None:
    """Take a member out of a running round, as part of leaving the session."""
    now = rounds_mapping.load(unit.tx, row)
    if any(seat.member == member_id and seat.present for seat in now.seats):
        keep(unit, row, rounds_rules.leave(now, member_id, now=unit.now))


def finish_turn(unit: ActUnit, meetup: Meetup, row: Round, turn: int) -> bool:
    """End the member's own turn, as part of recording; tell whether it was running."""
    running = rounds_mapping.load(unit.tx, row).turn
    if running is None or (running.number, running.member) != (turn, unit.my_id):
        return False
    _apply(
        unit,
        meetup,
        row,
        lambda now, who, when: rounds_rules.done(now, who, turn=turn, now=when),
    )
    return True


def end_round(unit: Unit, row: Round) -> None:
    """Close a running round, as part of ending the session.

    The caller has already checked who may do that.
    """
    keep(unit, row, rounds_rules.end(rounds_mapping.load(unit.tx, row), TIME, now=unit.now))


def open_round(
    unit: ActUnit, meetup: Meetup, question: Question, members: list[int], seed: int
) -> Round:
    """Open the session's next round on a question, with these members."""
    group = unit.group
    order = seat_order(
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
        turn_seconds=meetup.turn_seconds or _usual_turn(group, meetup),
        grace_seconds=group.grace_seconds,
        blind_seconds=group.blind_seconds,
        final_seconds=group.final_seconds,
        extend_seconds=group.extend_seconds,
        extensions=group.extensions,
        opened_at=unit.now,
    )
    step = rounds_rules.open_round(order, limits=rounds_mapping.limits(row), now=unit.now)
    unit.tx.add(row)
    unit.tx.flush()
    keep(unit, row, step)
    return row


def _usual_turn(group: Group, meetup: Meetup) -> int:
    is_past = meetup.format == SessionFormat.PASTCAST
    return group.past_turn_seconds if is_past else group.turn_seconds


def drop_question(unit: ActUnit, meetup: Meetup, row: Round) -> None:
    """End a round in which nobody has spoken, as part of taking another question."""
    now = rounds_mapping.load(unit.tx, row)
    _save(unit, meetup, row, rounds_rules.change_question(now, _actor(unit, meetup), now=unit.now))


def keep(unit: Unit, row: Round, step: rounds_rules.Step) -> None:
    """Save a step of a round, with its effects and its next alarm."""
    after, events = step
    asked = keys.stopped(row_id(row), row.turn_count) if row.stopped_at is not None else None
    rounds_mapping.save(unit.tx, row, after, events, unit.now)
    if asked is not None and after.stopped_at is None:
        unit.withdraw(asked)
    meetup = unit.tx.get_one(Meetup, row.session_id)
    if not events:
        card_refresh.follow(unit, Change.ROUND_MOVED, row)
    for event in events:
        _queue(unit, meetup, row, event)
    _watch(unit, meetup, after, events)
    unit.wake(f"round:{row_id(row)}", row.next_due_at)


def takes_forecasts(unit: Unit, row: Round) -> bool:
    """Tell whether the question of a round is still open."""
    question = unit.tx.get_one(Question, row.question_id)
    return questions_rules.takes_forecasts(question.state.value, question.closes_at, unit.now)


def running_here(unit: ActUnit) -> tuple[Meetup, Round]:
    """Return the round that runs in the caller's channel, or in their only session."""
    meetup = live_session.here(unit)
    row = rounds.running(unit.tx, row_id(meetup))
    if row is None:
        raise Refusal("No round is running. `/session next` opens the next one.")
    return meetup, row


def _play(desk: Desk, caller: Caller, at: Key | None, action: Action) -> None:
    with desk.act(caller) as unit:
        meetup, row = running_here(unit) if at is None else _named(unit, at)
        _apply(unit, meetup, row, action)


def _apply(unit: ActUnit, meetup: Meetup, row: Round, action: Action) -> None:
    step = action(rounds_mapping.load(unit.tx, row), _actor(unit, meetup), unit.now)
    _save(unit, meetup, row, step)


def _save(unit: ActUnit, meetup: Meetup, row: Round, step: rounds_rules.Step) -> None:
    quiet.touch(unit, meetup, unit.my_id)
    keep(unit, row, step)


def _resuming(at: Key | None) -> Action:
    if at is not None and at.kind == CardKind.STOPPED:
        turns = at.more[0]
        return lambda now, who, when: rounds_rules.go_on(now, who, turns=turns, now=when)
    turn = _turn_number(at)
    return lambda now, who, when: rounds_rules.resume(now, who, turn=turn, now=when)


def _named(unit: ActUnit, at: Key) -> tuple[Meetup, Round]:
    row = rounds.get(unit.tx, unit.group.id, at.id)
    if row is None:
        raise StaleRefusal("This button belongs to a round that is not here. Nothing happened.")
    return unit.tx.get_one(Meetup, row.session_id), row


def _actor(unit: ActUnit, meetup: Meetup) -> rounds_rules.Actor:
    return rounds_rules.Actor(unit.my_id, leads=unit.leads(live_session.host_of(meetup)))


def _turn_number(at: Key | None) -> int | None:
    return at.more[0] if at is not None and at.kind in OF_TURNS and at.more else None


def _phase_of(at: Key | None) -> rounds_rules.Phase | None:
    phases: dict[CardKind, rounds_rules.Phase] = {
        CardKind.BLIND: "blind",
        CardKind.FINAL: "final",
    }
    return phases[at.kind] if at else None


def _queue(unit: Unit, meetup: Meetup, row: Round, event: rounds_rules.Event) -> None:
    """Queue the messages that show an event to the members."""
    round_id, channel = row_id(row), meetup.cards_in
    match event:
        case rounds_rules.TurnStarted(turn):
            unit.show(keys.turn(round_id, turn.number), channel)
        case rounds_rules.TurnEnded(turn):
            unit.withdraw(*_cues(round_id, turn, turn.extensions))
            card_refresh.follow(unit, Change.ROUND_TURN, row, turn=turn.number)
        case rounds_rules.TurnMoved(turn):
            if turn.extensions:  # what cues before the extension said is not true any more
                unit.withdraw(*_cues(round_id, turn, turn.extensions - 1))
            card_refresh.follow(unit, Change.ROUND_TURN, row, turn=turn.number)
        case rounds_rules.CueDue(turn, seconds):
            _queue_cue(unit, meetup, row, turn, seconds)
        case rounds_rules.Stopped():
            unit.show(keys.stopped(round_id, row.turn_count), channel)
        case rounds_rules.QuestionDropped():
            _finish(unit, row, held=False)
        case rounds_rules.PhaseBegan(phase):
            _queue_phase(unit, meetup, row, phase)


def _queue_phase(unit: Unit, meetup: Meetup, row: Round, phase: rounds_rules.Phase) -> None:
    round_id, channel = row_id(row), meetup.cards_in
    match phase:
        case "blind":
            unit.show(keys.blind(round_id), channel)
        case "turns":
            unit.withdraw(keys.final(round_id, row.turn_count - 1))  # of an end that was undone
            card_refresh.follow(unit, Change.ROUND_BLIND_OVER, row)
        case "final":
            unit.show(keys.final(round_id, row.turn_count), channel)
        case "closed":
            held = bool(forecasts.in_rounds(unit.tx, [round_id]))
            if held:
                unit.show(keys.summary(round_id), channel)
            _finish(unit, row, held=held)


def _queue_cue(
    unit: Unit, meetup: Meetup, row: Round, turn: rounds_rules.Turn, seconds: int
) -> None:
    """Queue a cue in the place of the one before.

    An edit notifies nobody and is not read aloud. So the cue at time, and all that are spoken, are
    new messages, and the one before is deleted.
    """
    slot = seconds if unit.group.spoken_cues or seconds == 0 else keys.SOON
    key = keys.cue(row_id(row), turn.number, slot, turn.extensions)
    others = (one for one in _cues(row_id(row), turn, turn.extensions) if one != key)
    unit.withdraw(*others)
    unit.remind(key, meetup.cards_in, _cue_until(row, turn, seconds))


def _cues(round_id: int, turn: rounds_rules.Turn, extensions: int) -> list[Key]:
    """Return the keys of all cues that a turn can have had since it was extended so often."""
    slots = (*rounds_rules.CUES, keys.SOON)
    return [keys.cue(round_id, turn.number, slot, extensions) for slot in slots]


def _cue_until(row: Round, turn: rounds_rules.Turn, seconds: int) -> datetime:
    """Return until when a cue is useful.

    "time" is useful as long as the turn can still be finished.
    """
    if seconds == 0:
        return turn.deadline + max(CUE_LIFE, timedelta(seconds=row.grace_seconds))
    return turn.deadline - timedelta(seconds=seconds) + CUE_LIFE


def _watch(
    unit: Unit, meetup: Meetup, after: rounds_rules.Round, events: tuple[rounds_rules.Event, ...]
) -> None:
    """Note whether the session waits for its host, and when to look again."""
    if after.phase == "closed" or rounds_rules.Stopped() in events:
        quiet.begin(unit, meetup)
    quiet.watch(unit, meetup, _clock(after))


def _clock(after: rounds_rules.Round) -> RoundClock:
    """Return whether a round is running, and whether its clock is stopped."""
    if after.phase == "closed":
        return "none"
    paused = after.turn is not None and after.turn.paused
    return "held" if paused or after.stopped_at is not None else "running"


def _finish(unit: Unit, row: Round, *, held: bool) -> None:
    """Count what a round that is over was worth, and have its cards say that it is.

    A question from the bank is revealed with its round, if it was `held`: somebody forecast it.
    """
    question = unit.tx.get_one(Question, row.question_id)
    if question.banked_id is not None:
        (reveal.reveal if held else reveal.leave_sealed)(unit, question)
    rescoring.rescore(unit, question)
    card_refresh.follow(unit, Change.ROUND_CLOSED, row)
    origins.look_now(unit, row.question_id)
