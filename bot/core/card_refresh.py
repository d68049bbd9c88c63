"""The table of which cards and calendar entries follow from which change.

A card follows a change when the change can alter what the card shows, and only then. Cards that
a change posts for the first time are posted by the service that makes the change.

A card of something that is over (an earlier turn, a closed lobby, the announcement of a session
that has begun) has no buttons any more and stays as it was.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import Unit, row_id
from storage import calendars, inquiries, questions, rounds, sessions, traces, warm_ups, watches
from storage.enums import CardKind, SessionState
from storage.tables import Group, Meetup, Member, Phase, Question, Round


class Change(Enum):
    """Everything that can happen to what a card shows."""

    # A question. One action can be several: who resolves a new one also takes it up and closes it.
    QUESTION_OFFERED = auto()
    QUESTION_TAKEN_UP = auto()  # it is not only proposed any more
    QUESTION_RETITLED = auto()
    QUESTION_REWORDED = auto()  # its criteria, or the answers that it takes
    QUESTION_CLOSE_MOVED = auto()
    QUESTION_SOURCE_EDITED = auto()
    QUESTION_FILED = auto()  # under another topic
    QUESTION_CLOSED = auto()  # it takes no more forecasts
    QUESTION_OPENED = auto()  # it takes forecasts again
    QUESTION_SETTLED = auto()  # its outcome was entered, corrected or taken back
    QUESTION_DISPUTED = auto()
    QUESTION_MARKED = auto()  # "Already forecast it", or no more
    PROPOSAL_DECIDED = auto()  # or overtaken by another one
    CROWD_HEARD = auto()  # what the source says beside a round that has closed
    QUESTION_WAITS = auto()  # it waits for its outcome from now on, or no more
    QUESTION_VOTED = auto()  # for a planned session, or no more
    # A forecast.
    FORECAST_IN_ROUND = auto()
    FORECAST_FIRST = auto()  # of a member, outside a running round
    FORECAST_AGAIN = auto()  # of the same member, outside a running round
    FORECAST_AFTER_ROUND = auto()  # late, and filed under the closed round
    # A session to come.
    SESSION_PLANNED = auto()
    SESSION_EDITED = auto()
    SESSION_MOVED = auto()
    SESSION_CANCELLED = auto()  # by somebody, or because nobody started it
    SESSION_ANSWERED = auto()
    SESSION_INTEREST = auto()
    SESSION_VOTED_AHEAD = auto()  # while it is planned
    SERIES_ENDED = auto()  # no session of it comes after a date
    SESSION_CHANNEL = auto()  # it goes on in another channel
    # A live session.
    SESSION_BEGUN = auto()
    SESSION_CIRCLE = auto()  # somebody sat down, left, or came onto the call
    SESSION_HOST_AWAY = auto()  # the host left or came back: others may take over, or no more
    SESSION_HOST = auto()  # somebody else leads
    SESSION_VOTED = auto()
    SESSION_LOBBY = auto()  # the lobby of the next round opened
    SESSION_ENDED = auto()
    WARM_UP_OPENED = auto()
    WARM_UP_ANSWERED = auto()  # somebody has given more ranges, or fewer
    WARM_UP_CLOSED = auto()
    # A round.
    ROUND_BEGUN = auto()
    ROUND_MOVED = auto()  # somebody joined, left, or is ready
    ROUND_TURN = auto()  # a turn ended, or has more time
    ROUND_BLIND_OVER = auto()
    ROUND_CLOSED = auto()
    # A member, a group, and what calendars answer.
    MEMBER_FORGOTTEN = auto()  # is about to be: what goes is still there, so cards are found by it
    GROUP_SETTINGS = auto()
    CALENDAR_TROUBLE = auto()


@dataclass(frozen=True)
class About:
    """What a change happened to. `turn` counts where a round is meant, `calendar` its entry."""

    unit: Unit
    question_id: int = 0
    session_id: int = 0
    round: Round | None = None
    meetup: Meetup | None = None
    turn: int = 0
    calendar: Key | None = None
    member_id: int = 0


# How many cards of questions follow the next session; older ones say so when they change next.
MOST_INVITATIONS = 100

Follower = Callable[[About], Iterable[Key]]


def follow(
    unit: Unit,
    change: Change,
    row: Question | Round | Meetup | Group | Member | Key,
    *,
    turn: int | None = None,
) -> list[Key]:
    """Have every card edited that the change alters; return the calendar entries to compare.

    `turn` says which turn of a round changed, where that is not the newest. Calendars compare an
    entry with what they were told before (`calendars.service.follow_change` does both).
    """
    unit.tx.flush()
    about = _about(unit, row, turn)
    for follower in FOLLOWERS[change]:
        for key in follower(about):
            unit.refresh(key)
    return _entries(change, about)


def calendar_entries(unit: Unit, change: Change, row: Meetup | Group) -> list[Key]:
    """Return the calendar entries that a change can alter, without touching any card."""
    return _entries(change, _about(unit, row, None))


def current_card(row: Round) -> Key:
    """Return the card on which a round is followed right now."""
    round_id = row_id(row)
    if row.stopped_at is not None:
        return keys.stopped(round_id, row.turn_count)
    return {
        Phase.BLIND: keys.blind(round_id),
        Phase.TURNS: keys.turn(round_id, row.turn_count),
        Phase.FINAL: keys.final(round_id, row.turn_count),
        Phase.CLOSED: keys.summary(round_id),
    }[row.phase]


def last_card(row: Round, last_end: str | None) -> Key:
    """Return the last card of a closed round before its summary.

    `last_end` says how its last turn ended, if it had any.
    """
    round_id = row_id(row)
    if row.turn_count == 0:
        return keys.blind(round_id)
    if last_end in {"end", "change"} or not row.final_seconds:
        return keys.turn(round_id, row.turn_count)
    return keys.final(round_id, row.turn_count)


def calendar_entry(meetup: Meetup) -> Key:
    """Return the calendar key of a session: its series', if it has one."""
    if meetup.series_id is not None:
        return keys.calendar_series(meetup.series_id)
    return keys.calendar_session(row_id(meetup))


def _about(
    unit: Unit, row: Question | Round | Meetup | Group | Member | Key, turn: int | None
) -> About:
    match row:
        case Question():
            return About(unit, question_id=row_id(row))
        case Round():
            number = row.turn_count if turn is None else turn
            return About(unit, row.question_id, row.session_id, round=row, turn=number)
        case Meetup():
            return About(unit, session_id=row_id(row), meetup=row)
        case Key():
            return About(unit, calendar=row)
        case Member():
            return About(unit, member_id=row_id(row))
        case _:
            return About(unit)


def _entries(change: Change, about: About) -> list[Key]:
    return [key for follower in CALENDAR_FOLLOWERS.get(change, ()) for key in follower(about)]


def _announcements(about: About) -> Iterable[Key]:
    """Return the announcements of all planned sessions.

    They list the questions that nobody has forecast yet.
    """
    return map(keys.announcement, sessions.planned(about.unit.tx, about.unit.group.id))


def _wanting(about: About) -> Iterable[Key]:
    """Return the announcements for which somebody voted for the question.

    They list it as long as it takes forecasts.
    """
    tx, group_id = about.unit.tx, about.unit.group.id
    return map(keys.announcement, sessions.wanting(tx, group_id, about.question_id))


def _lobbies(about: About) -> Iterable[Key]:
    """Return all open lobbies.

    They list each question with its close and who has forecast it.
    """
    found = sessions.open_lobbies(about.unit.tx, about.unit.group.id)
    return (keys.lobby(session_id, lobby) for session_id, lobby in found)


def _question(about: About) -> Iterable[Key]:
    return [keys.question(about.question_id)]


def _invitations(about: About) -> Iterable[Key]:
    """Return the newest cards of questions that the next session may take.

    They invite to vote for it, and hide the group's number before the first circle.
    """
    tx, group_id = about.unit.tx, about.unit.group.id
    waiting = questions.listing(tx, group_id, states=questions.PICKABLE, limit=MOST_INVITATIONS)
    return [keys.question(row_id(one)) for one in waiting]


def _invitations_of_next(about: About) -> Iterable[Key]:
    """Return the same cards, but none for a session after the next one: they do not say it."""
    tx, group_id = about.unit.tx, about.unit.group.id
    soonest = sessions.listing(tx, group_id, states=[SessionState.SCHEDULED], limit=1)
    if about.meetup and soonest and soonest[0].starts_at < about.meetup.starts_at:
        return []
    return _invitations(about)


def _resolution(about: About) -> Iterable[Key]:
    return [keys.resolution(about.question_id)]


def _proposals(about: About) -> Iterable[Key]:
    """Return the cards of outcomes that the question's source reports."""
    made = watches.proposals(about.unit.tx, about.question_id)
    return [keys.proposal(about.question_id, row_id(one)) for one in made]


def _confirmations(about: About) -> Iterable[Key]:
    """Return the cards of outcomes that members entered and nobody has confirmed."""
    entered = inquiries.unconfirmed(about.unit.tx, about.question_id)
    return [keys.confirmation(about.question_id, row_id(one)) for one in entered]


def _source_gone(about: About) -> Iterable[Key]:
    return [keys.source_gone(about.question_id)]


def _own_summary(about: About) -> Iterable[Key]:
    return [keys.summary(row_id(about.round))]


def _rounds(about: About) -> Iterable[Key]:
    """Return the newest card of each of the question's rounds.

    It says what closes, and when.
    """
    taken = rounds.on_question(about.unit.tx, about.question_id)
    closing = [key for row in taken if row.phase == Phase.CLOSED for key in _closing(about, row)]
    return [*map(current_card, taken), *closing]


def _evenings(about: About) -> Iterable[Key]:
    """Return the closing cards of sessions that took the question.

    They list it by its title.
    """
    taken = rounds.on_question(about.unit.tx, about.question_id)
    return [keys.evening(row.session_id) for row in taken]


def _announcement(about: About) -> Iterable[Key]:
    return [keys.announcement(about.session_id)]


def _event(about: About) -> Iterable[Key]:
    return [keys.event(about.session_id)]


def _evening(about: About) -> Iterable[Key]:
    return [keys.evening(about.session_id)]


def _lobby(about: About) -> Iterable[Key]:
    """Return the session's own lobby, open or just closed."""
    meetup = about.meetup or about.unit.tx.get_one(Meetup, about.session_id)
    return [keys.lobby(about.session_id, meetup.lobby)]


def _warm_up(about: About) -> Iterable[Key]:
    found = warm_ups.of_session(about.unit.tx, about.session_id)
    return [] if found is None else [keys.warm_up(row_id(found))]


def _open_warm_up(about: About) -> Iterable[Key]:
    """Return the warm-up that still takes answers: it says who has given how many."""
    found = warm_ups.open_in(about.unit.tx, about.session_id)
    return [] if found is None else [keys.warm_up(row_id(found))]


def _summary(about: About) -> Iterable[Key]:
    """Return the summary of the session's last round, which offers the next one.

    Without a forecast there is no summary, and the card before it does.
    """
    held = rounds.of_session(about.unit.tx, about.session_id)
    return [key for row in held[-1:] if row.phase == Phase.CLOSED for key in _closing(about, row)]


def _closing(about: About, row: Round) -> Iterable[Key]:
    return keys.summary(row_id(row)), last_card(row, rounds.last_end(about.unit.tx, row_id(row)))


def _live(about: About) -> Iterable[Key]:
    """Return the session's current card: of its round, lobby or last summary."""
    row = rounds.running(about.unit.tx, about.session_id)
    if row is not None:
        return [current_card(row)]
    is_open = about.meetup is not None and about.meetup.lobby_open
    return _lobby(about) if is_open else _summary(about)


def _current(about: About) -> Iterable[Key]:
    return [current_card(about.round)] if about.round else []


def _turn(about: About) -> Iterable[Key]:
    return [keys.turn(row_id(about.round), about.turn)]


def _blind(about: About) -> Iterable[Key]:
    return [keys.blind(row_id(about.round))]


def _dealt(about: About) -> Iterable[Key]:
    """Return the card of a question from the bank, which a member can know until the reveal."""
    return [keys.dealt(about.question_id)]


def _final(about: About) -> Iterable[Key]:
    return [keys.final(row_id(about.round), about.turn)]


def _welcome(about: About) -> Iterable[Key]:
    """Return the card that says what there is to set up, and what is set."""
    return [keys.welcome(about.unit.group.id, about.unit.group.joins)]


def _entry(about: About) -> Iterable[Key]:
    """Return the calendar entry of a session; one that began unplanned has none."""
    meetup = about.meetup
    return [calendar_entry(meetup)] if meetup and meetup.planned_at is not None else []


def _entries_ahead(about: About) -> Iterable[Key]:
    ahead = calendars.ahead(about.unit.tx, about.unit.group.id)
    return dict.fromkeys(map(calendar_entry, ahead))


def _next_announcement(about: About) -> Iterable[Key]:
    """Return the announcement of the next session, which says what waits for an outcome."""
    return _soonest(about, 1)


def _soonest_announcements(about: About) -> Iterable[Key]:
    """Return that of the next session and the one after it, of which either was the next.

    Where nothing waits for an outcome neither says so.
    """
    waits, _ = inquiries.waiting(about.unit.tx, about.unit.group.id, 0)
    return _soonest(about, 2) if waits else []


def _soonest(about: About, count: int) -> Iterable[Key]:
    tx, group_id = about.unit.tx, about.unit.group.id
    found = sessions.listing(tx, group_id, states=[SessionState.SCHEDULED], limit=count)
    return [keys.announcement(row_id(one)) for one in found]


def _inquiry(about: About) -> Iterable[Key]:
    """Return the messages that ask what happened with the question."""
    row = inquiries.of_question(about.unit.tx, about.question_id)
    if row is None or row.ask_at is None:
        return []
    asked = [keys.inquiry(about.question_id, row.asked)] if row.asked else []
    reminded = [keys.overdue_before(about.unit.group.id, row.ask_at)] if row.reminded else []
    return [*asked, *reminded]


def _announcements_of_entry(about: About) -> Iterable[Key]:
    """Return the cards that show how a calendar entry stands, or how its series goes on."""
    entry = about.calendar
    if entry is None or entry.kind == CardKind.ADDRESS:
        return []
    if entry.kind != CardKind.GOOGLE_SERIES:
        return [keys.announcement(entry.id)]
    found = calendars.of_series(about.unit.tx, entry.id)
    return [keys.announcement(row_id(one)) for one in found if one.state in calendars.AHEAD]


def _questions_of(about: About) -> Iterable[Key]:
    """Return the cards of the questions that a member had to do with."""
    for number in traces.questions(about.unit.tx, about.member_id):
        one = About(about.unit, question_id=number)
        for follower in _OF_ONE_QUESTION:
            yield from follower(one)


def _rounds_of(about: About) -> Iterable[Key]:
    """Return the newest card of each round that a member was in: what came before stays.

    A closed round without a forecast has no summary, and the card before it is the newest.
    """
    for row in traces.rounds(about.unit.tx, about.member_id):
        yield from _closing(about, row) if row.phase == Phase.CLOSED else [current_card(row)]


def _sessions_of(about: About) -> Iterable[Key]:
    """Return the cards of the sessions that a member had to do with."""
    for meetup in traces.sessions(about.unit.tx, about.member_id):
        one = About(about.unit, session_id=row_id(meetup), meetup=meetup)
        for follower in (_announcement, _lobby, _evening, _warm_up):
            yield from follower(one)


_PLAN = (_announcement, _event)
# All that may name who brought a question, decided about its outcome, or objected to it.
_OF_ONE_QUESTION = (
    *(_question, _resolution, _dealt),
    *(_proposals, _confirmations, _source_gone, _inquiry),
)

FOLLOWERS: Mapping[Change, tuple[Follower, ...]] = {
    Change.QUESTION_OFFERED: (_announcements, _lobbies),
    Change.QUESTION_TAKEN_UP: (_question, _announcements),
    Change.QUESTION_RETITLED: (
        _question,
        _resolution,
        _rounds,
        _lobbies,
        _evenings,
        _announcements,
        _proposals,
        _confirmations,
        _source_gone,
        _inquiry,
    ),
    Change.QUESTION_REWORDED: (_question, _rounds, _inquiry),
    Change.QUESTION_CLOSE_MOVED: (_question, _rounds, _lobbies, _evenings),
    Change.QUESTION_SOURCE_EDITED: (_question, _source_gone),
    Change.QUESTION_FILED: (_question,),
    Change.QUESTION_CLOSED: (_question, _resolution, _rounds, _lobbies, _wanting),
    Change.QUESTION_OPENED: (_question, _resolution, _rounds, _lobbies, _wanting),
    Change.QUESTION_SETTLED: (_question, _resolution, _proposals, _source_gone),
    Change.QUESTION_DISPUTED: (_question, _resolution),
    Change.PROPOSAL_DECIDED: (_proposals,),
    Change.CROWD_HEARD: (_own_summary, _resolution),
    Change.QUESTION_MARKED: (_question, _lobbies),
    Change.QUESTION_WAITS: (_next_announcement,),
    Change.QUESTION_VOTED: (_question,),
    Change.FORECAST_IN_ROUND: (_current,),
    Change.FORECAST_FIRST: (_question, _lobbies),
    Change.FORECAST_AGAIN: (_question,),
    Change.FORECAST_AFTER_ROUND: (_evening,),
    Change.SESSION_PLANNED: (*_PLAN, _invitations_of_next, _soonest_announcements),
    Change.SESSION_EDITED: _PLAN,
    Change.SESSION_MOVED: (*_PLAN, _invitations, _soonest_announcements),
    Change.SESSION_CANCELLED: (*_PLAN, _invitations_of_next, _soonest_announcements),
    Change.SESSION_ANSWERED: (_announcement, _lobby),
    Change.SESSION_INTEREST: (_announcement,),
    Change.SESSION_VOTED_AHEAD: (_announcement,),
    Change.SERIES_ENDED: (_announcements_of_entry,),
    Change.SESSION_CHANNEL: _PLAN,
    Change.SESSION_BEGUN: (*_PLAN, _invitations_of_next, _soonest_announcements),
    Change.SESSION_CIRCLE: (_live, _open_warm_up),
    Change.SESSION_HOST_AWAY: (_live,),
    Change.SESSION_HOST: (_live, _announcement),
    Change.SESSION_VOTED: (_lobby,),
    Change.SESSION_LOBBY: (_summary, _lobby),
    Change.SESSION_ENDED: (*_PLAN, _lobby, _summary, _invitations_of_next),
    Change.WARM_UP_OPENED: (_lobby,),
    Change.WARM_UP_ANSWERED: (_open_warm_up,),
    Change.WARM_UP_CLOSED: (_warm_up,),
    Change.ROUND_BEGUN: (_question, _lobbies, _lobby),
    Change.ROUND_MOVED: (_current,),
    Change.ROUND_TURN: (_turn,),
    Change.ROUND_BLIND_OVER: (_blind,),
    Change.ROUND_CLOSED: (_blind, _turn, _final, _dealt, _question, _resolution, _lobbies),
    Change.MEMBER_FORGOTTEN: (_questions_of, _rounds_of, _sessions_of, _invitations),
    Change.GROUP_SETTINGS: (_announcements, _welcome),
    Change.CALENDAR_TROUBLE: (_announcements_of_entry,),
}

CALENDAR_FOLLOWERS: Mapping[Change, tuple[Follower, ...]] = {
    Change.SESSION_PLANNED: (_entry,),
    Change.SESSION_EDITED: (_entry,),
    Change.SESSION_MOVED: (_entry,),
    Change.SESSION_CANCELLED: (_entry,),
    Change.SESSION_CHANNEL: (_entry,),
    Change.SESSION_BEGUN: (_entry,),
    Change.SESSION_ENDED: (_entry,),
    Change.GROUP_SETTINGS: (_entries_ahead,),
}
