"""Queries about sessions, RSVPs, who is in the circle, and votes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, select

from storage.due import is_awake
from storage.lists import one_of
from storage.shards import ALL, Shards
from storage.tables import Answer, Attendance, Meetup, Presence, Rsvp, SessionState, Vote

# The number of a session's first lobby; votes before the session are votes in it.
FIRST_LOBBY = 1
# Built once: every card of a round asks this, and building a statement costs more than running it.
_ATTENDANCES = (
    select(Attendance)
    .where(col(Attendance.session_id) == bindparam("of"))
    .order_by(col(Attendance.at), col(Attendance.id))
)


def get(tx: Session, group_id: int, session_id: int) -> Meetup | None:
    """Return the session, if it is this group's."""
    return tx.exec(
        select(Meetup).where(Meetup.id == session_id, Meetup.group_id == group_id)
    ).first()


def live_in_channel(tx: Session, group_id: int, channel_id: int) -> Meetup | None:
    """Return the live session of a channel, also where it has a thread there; or of a thread."""
    return tx.exec(
        select(Meetup).where(
            Meetup.group_id == group_id,
            (col(Meetup.channel_id) == channel_id) | (col(Meetup.thread_id) == channel_id),
            Meetup.state == SessionState.LIVE,
        )
    ).first()


def of_thread(tx: Session, group_id: int, thread_id: int) -> Meetup | None:
    """Return the session to which a thread belongs."""
    return tx.exec(
        select(Meetup).where(Meetup.group_id == group_id, Meetup.thread_id == thread_id)
    ).first()


def live(tx: Session, group_id: int) -> Sequence[Meetup]:
    """Return the group's live sessions, in the order in which they were made."""
    return tx.exec(
        select(Meetup)
        .where(Meetup.group_id == group_id, Meetup.state == SessionState.LIVE)
        .order_by(col(Meetup.id))
    ).all()


def in_channel(tx: Session, group_id: int, channel_id: int) -> Sequence[Meetup]:
    """Return the sessions that are planned or live in a channel."""
    states = [SessionState.SCHEDULED, SessionState.LIVE]
    return tx.exec(
        select(Meetup).where(
            Meetup.group_id == group_id,
            Meetup.channel_id == channel_id,
            col(Meetup.state).in_(states),
        )
    ).all()


def live_in_voice(tx: Session, group_id: int, voice_channel_id: int) -> Sequence[Meetup]:
    """Return the live sessions that meet in a voice channel."""
    return tx.exec(
        select(Meetup).where(
            Meetup.group_id == group_id,
            Meetup.voice_channel_id == voice_channel_id,
            Meetup.state == SessionState.LIVE,
        )
    ).all()


def listing(
    tx: Session,
    group_id: int,
    *,
    states: Collection[SessionState],
    containing: str = "",
    limit: int = 25,
) -> list[Meetup]:
    """Return the group's sessions in these states, soonest first, by words in the title.

    Those that are not announced yet are left out.
    """
    statement = select(Meetup).where(
        Meetup.group_id == group_id, col(Meetup.state).in_(list(states)), col(Meetup.announced)
    )
    if containing:
        statement = statement.where(col(Meetup.title).icontains(containing, autoescape=True))
    return list(tx.exec(statement.order_by(col(Meetup.starts_at), col(Meetup.id)).limit(limit)))


def open_lobbies(tx: Session, group_id: int) -> list[tuple[int, int]]:
    """Return session and number of each lobby where a question can be chosen."""
    rows = tx.exec(
        select(Meetup.id, Meetup.lobby).where(
            Meetup.group_id == group_id, Meetup.state == SessionState.LIVE, col(Meetup.lobby_open)
        )
    )
    return [(session_id, lobby) for session_id, lobby in rows if session_id is not None]


def planned(tx: Session, group_id: int) -> list[int]:
    """Return the group's sessions that are announced and have not begun."""
    rows = tx.exec(
        select(Meetup.id).where(
            Meetup.group_id == group_id,
            Meetup.state == SessionState.SCHEDULED,
            col(Meetup.announced),
        )
    )
    return [session_id for session_id in rows if session_id is not None]


def wanting(tx: Session, group_id: int, question_id: int) -> list[int]:
    """Return the group's planned sessions for which somebody voted for a question."""
    rows = tx.exec(
        select(Vote.session_id)
        .join(Meetup, col(Meetup.id) == col(Vote.session_id))
        .where(
            Vote.question_id == question_id,
            Meetup.group_id == group_id,
            Meetup.state == SessionState.SCHEDULED,
        )
        .distinct()
    )
    return list(rows)


def due(
    tx: Session, until: datetime, shards: Shards = ALL, *, state: SessionState
) -> Sequence[tuple[int, int, datetime]]:
    """Return id, group id and time of sessions in a state, due by `until`."""
    rows = tx.exec(
        select(Meetup.id, Meetup.group_id, Meetup.remind_at).where(
            Meetup.state == state,
            col(Meetup.remind_at) <= until,
            is_awake(Meetup.group_id, shards),
        )
    )
    return [(number, group_id, at) for number, group_id, at in rows if number and at]


def rsvps(tx: Session, session_id: int) -> list[Rsvp]:
    """Return the answers to an invitation, in the order in which they came."""
    statement = select(Rsvp).where(Rsvp.session_id == session_id)
    return list(tx.exec(statement.order_by(col(Rsvp.at), col(Rsvp.id))))


def rsvps_of(tx: Session, session_ids: Collection[int]) -> dict[int, list[Rsvp]]:
    """Return the answers to each of these invitations, in the order they came."""
    found: dict[int, list[Rsvp]] = {session_id: [] for session_id in session_ids}
    statement = select(Rsvp).where(one_of(Rsvp.session_id, session_ids))
    for row in tx.exec(statement.order_by(col(Rsvp.at), col(Rsvp.id))):
        found[row.session_id].append(row)
    return found


def going(tx: Session, session_id: int) -> list[int]:
    """Return the members who said that they will come, in that order."""
    return [row.member_id for row in rsvps(tx, session_id) if row.answer == Answer.GOING]


def answer(tx: Session, session_id: int, member_id: int, said: Answer, now: datetime) -> None:
    """Save a member's newest answer."""
    rsvp = tx.exec(
        select(Rsvp).where(Rsvp.session_id == session_id, Rsvp.member_id == member_id)
    ).first()
    if rsvp is None:
        tx.add(Rsvp(session_id=session_id, member_id=member_id, answer=said, at=now))
    elif rsvp.answer != said:
        rsvp.answer = said
        rsvp.at = now


def take_back(tx: Session, session_id: int, member_id: int) -> None:
    """Delete a member's answer."""
    tx.exec(
        delete(Rsvp).where(col(Rsvp.session_id) == session_id, col(Rsvp.member_id) == member_id)
    )


def attendances(tx: Session, session_id: int) -> list[Attendance]:
    """Return all places in the circle, past, present and offered, in order."""
    return list(tx.exec(_ATTENDANCES, params={"of": session_id}))


def circle(tx: Session, session_id: int) -> list[int]:
    """Return the members in the circle, in the order in which they sat down."""
    return [row.member_id for row in attendances(tx, session_id) if row.presence == Presence.IN]


def set_presence(
    tx: Session, session_id: int, member_id: int, presence: Presence, now: datetime
) -> None:
    """Save a member's place in, beside or out of the circle."""
    row = attendance(tx, session_id, member_id)
    if row is None:
        tx.add(Attendance(session_id=session_id, member_id=member_id, presence=presence, at=now))
    elif row.presence != presence:
        row.presence = presence
        row.at = now
    tx.flush()


def attendance(tx: Session, session_id: int, member_id: int) -> Attendance | None:
    """Return a member's place in a session, if they have one."""
    return tx.exec(
        select(Attendance).where(
            Attendance.session_id == session_id, Attendance.member_id == member_id
        )
    ).first()


def votes(tx: Session, session_id: int, lobby: int) -> dict[int, int]:
    """Return the votes of one lobby: question ids by member."""
    rows = tx.exec(
        select(Vote.member_id, Vote.question_id).where(
            Vote.session_id == session_id, Vote.lobby == lobby
        )
    )
    return dict(rows.all())


def votes_ahead(tx: Session, session_id: int) -> dict[int, int]:
    """Return the votes for a session that is still planned: question ids by member.

    They are votes of its first lobby, so that they count there.
    """
    return votes(tx, session_id, FIRST_LOBBY)


def vote_ahead(tx: Session, session_id: int, member_id: int, question_id: int) -> int | None:
    """Save a member's vote for a session that is planned, or take the same one back.

    Return the question that the member wanted before.
    """
    before = votes_ahead(tx, session_id).get(member_id)
    if before == question_id:
        one = select(Vote).where(
            Vote.session_id == session_id, Vote.lobby == FIRST_LOBBY, Vote.member_id == member_id
        )
        tx.delete(tx.exec(one).one())
    else:
        vote(tx, session_id, FIRST_LOBBY, member_id, question_id)
    return before


def vote(tx: Session, session_id: int, lobby: int, member_id: int, question_id: int) -> None:
    """Save a member's newest vote in a lobby."""
    row = tx.exec(
        select(Vote).where(
            Vote.session_id == session_id, Vote.lobby == lobby, Vote.member_id == member_id
        )
    ).first()
    if row is None:
        tx.add(
            Vote(session_id=session_id, lobby=lobby, member_id=member_id, question_id=question_id)
        )
    else:
        row.question_id = question_id
