"""A session's own thread: what waits for it, what goes into it, and what happens when it is gone."""

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.registry import CARDS
from bot.rounds import live_session
from bot.rounds import service as rounds_service
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import hosting, session_thread
from bot.sessions import service as sessions_service
from bot.sessions.service import Call, StartOptions
from storage import outbox, outbox_channels
from storage.tables import Effect, EffectState, EffectTarget, Meetup, SessionState
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring, effect, open_lobby, row, rows
from tests.conftest import CHANNEL, GROUP, Clock, caller

ANNOUNCED = 8_001
MANAGER = {"manages_group": True}


@pytest.fixture(autouse=True)
@scene
def with_threads(desk: Desk) -> None:
    """The group wants a thread for each session."""
    groups_service.change(desk, caller(**MANAGER), SettingsChange(threads=True))


@pytest.fixture
def planned(desk: Desk) -> Key:
    """A session that is announced in the channel."""
    at = schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours", "Owls")).key
    confirm(desk, at, ANNOUNCED)
    return at


def confirm(desk: Desk, at: Key, message_id: int) -> None:
    found = effect(desk, at)
    assert found is not None
    with desk.db.write() as tx:
        outbox.confirm(tx, found.id or 0, version=found.wanted, message_id=message_id)


def settle(desk: Desk, session_id: int, thread_id: int | None, why: str = "") -> None:
    """The carrier has come back with the thread, or without."""
    found = effect(desk, keys.thread(session_id))
    assert found is not None
    session_thread.settle(desk, found, session_id, thread_id, why)


def meetup(desk: Desk, number: int = 1) -> Meetup:
    return row(desk, Meetup, number)


def place(desk: Desk, at: Key) -> int | None:
    found = effect(desk, at)
    return found.channel_id if found else None


def is_pending(desk: Desk, at: Key) -> bool:
    found = effect(desk, at)
    return found is not None and found.state == EffectState.PENDING


def start(desk: Desk, at: Key) -> Key:
    return sessions_service.start_announced(desk, caller("Ana"), at)


# Before there is one


def test_a_group_that_does_not_want_threads_has_none(desk: Desk) -> None:
    groups_service.change(desk, caller(**MANAGER), SettingsChange(threads=False))

    lobby = open_lobby(desk)

    assert place(desk, lobby) == CHANNEL
    assert [one for one in rows(desk, Effect) if one.target == EffectTarget.THREAD] == []


def test_an_announced_session_starts_its_thread_from_the_announcement_and_the_lobby_waits(
    desk: Desk, planned: Key
) -> None:
    lobby = start(desk, planned)

    wanted = session_thread.read_wanted(desk, planned.id)
    assert wanted is not None
    assert (wanted.channel_id, wanted.message_id, wanted.title) == (CHANNEL, ANNOUNCED, "Owls")
    assert effect(desk, lobby) is None
    begun = sessions_service.begun(desk, caller("Ana"), lobby, Call())
    assert begun.in_thread


def test_an_unplanned_session_starts_its_thread_from_the_lobby(desk: Desk) -> None:
    lobby = open_lobby(desk)
    before = session_thread.read_wanted(desk, lobby.id)
    confirm(desk, lobby, 8_002)

    after = session_thread.read_wanted(desk, lobby.id)

    assert before is not None
    assert after is not None
    assert (before.message_id, after.message_id) == (None, 8_002)
    assert not sessions_service.begun(desk, caller("Ana"), lobby, Call()).in_thread


def test_a_session_that_starts_in_another_channel_than_its_announcement_starts_from_the_lobby(
    desk: Desk, planned: Key
) -> None:
    wish = StartOptions(session="Owls")
    lobby = sessions_service.start(desk, caller("Ana", channel_id=911), wish)

    assert place(desk, lobby) == 911


def test_a_question_picked_meanwhile_does_not_post_the_lobby_before_its_thread(
    desk: Desk, planned: Key
) -> None:
    bring(desk)
    bring(desk, "Will it snow?")
    lobby = start(desk, planned)

    sessions_service.next_round(desk, caller("Ana"), question="Will it snow?")

    assert effect(desk, lobby) is None


# Once it is there


def test_the_cards_of_the_evening_go_into_the_thread(desk: Desk, planned: Key) -> None:
    bring(desk)
    lobby = start(desk, planned)
    settle(desk, planned.id, ANNOUNCED)

    sessions_service.start_round(desk, caller("Ana"), lobby)
    rounds_service.ready(desk, caller("Ana"), keys.blind(1))
    sessions_service.end(desk, caller("Ana"))

    shown = (lobby, keys.blind(1), keys.turn(1, 1), keys.evening(planned.id))
    assert {place(desk, at) for at in shown} == {ANNOUNCED}
    assert place(desk, planned) == CHANNEL
    thread = effect(desk, keys.thread(planned.id))
    assert thread is not None
    assert (thread.state, thread.message_id) == (EffectState.DONE, ANNOUNCED)


def test_commands_work_in_the_thread_and_in_its_channel(desk: Desk, planned: Key) -> None:
    start(desk, planned)
    settle(desk, planned.id, ANNOUNCED)

    sessions_service.join(desk, caller("Ben", channel_id=ANNOUNCED))
    sessions_service.join(desk, caller("Cleo", channel_id=CHANNEL))
    sessions_service.end(desk, caller("Ana", channel_id=ANNOUNCED))

    assert meetup(desk).state == SessionState.CLOSED


@pytest.mark.parametrize("channel", [CHANNEL, ANNOUNCED])
def test_a_channel_whose_session_has_a_thread_still_has_one_live_session(
    desk: Desk, planned: Key, channel: int
) -> None:
    start(desk, planned)
    settle(desk, planned.id, ANNOUNCED)

    with pytest.raises(Refusal, match="live in this channel"):
        sessions_service.start(desk, caller("Dan", channel_id=channel), StartOptions())


def test_a_thread_that_comes_twice_posts_one_lobby(desk: Desk, planned: Key) -> None:
    lobby = start(desk, planned)

    settle(desk, planned.id, ANNOUNCED)
    settle(desk, planned.id, ANNOUNCED)

    assert meetup(desk).thread_id == ANNOUNCED
    assert [one.channel_id for one in rows(desk, Effect) if one.key == str(lobby)] == [ANNOUNCED]


# Without one


def test_without_permission_the_lobby_comes_into_the_channel_and_says_so(
    desk: Desk, planned: Key
) -> None:
    lobby = start(desk, planned)

    settle(desk, planned.id, None, "I lack Create Public Threads here.")

    message = CARDS.render(desk, lobby)
    assert message is not None
    assert message.embed is not None
    assert place(desk, lobby) == CHANNEL
    [said] = [one.value for one in message.embed.fields if one.name == "Thread"]
    assert said == (
        "I could not start one: I lack Create Public Threads here. So we stay in this channel."
    )


def test_only_the_first_lobby_says_so(desk: Desk, planned: Key) -> None:
    bring(desk)
    bring(desk, "Will it snow?")
    first = start(desk, planned)
    settle(desk, planned.id, None, "I lack Create Public Threads here.")
    sessions_service.start_round(desk, caller("Ana"), first)
    sessions_service.leave(desk, caller("Ana"))
    sessions_service.join(desk, caller("Ana"))

    second = sessions_service.next_round(desk, caller("Ana"))

    message = CARDS.render(desk, second)
    assert message is not None
    assert message.embed is not None
    assert "Thread" not in [one.name for one in message.embed.fields]


def test_a_session_in_a_place_without_threads_says_nothing(desk: Desk) -> None:
    lobby = open_lobby(desk)

    settle(desk, lobby.id, None)

    message = CARDS.render(desk, lobby)
    assert message is not None
    assert message.embed is not None
    assert "Thread" not in [one.name for one in message.embed.fields]


def test_a_session_that_ended_meanwhile_needs_no_thread(desk: Desk, planned: Key) -> None:
    lobby = start(desk, planned)
    sessions_service.end(desk, caller("Ana"))

    assert session_thread.read_wanted(desk, planned.id) is None
    settle(desk, planned.id, None)
    assert effect(desk, lobby) is None


# Once it is gone


def test_a_live_session_whose_thread_is_deleted_goes_on_in_its_channel(
    desk: Desk, planned: Key
) -> None:
    bring(desk)
    lobby = start(desk, planned)
    settle(desk, planned.id, ANNOUNCED)
    confirm(desk, lobby, 9_001)
    sessions_service.start_round(desk, caller("Ana"), lobby)
    confirm(desk, keys.blind(1), 9_002)

    hosting.lose_channel(desk, GROUP, ANNOUNCED)

    found = effect(desk, keys.blind(1))
    assert found is not None
    assert (found.channel_id, found.message_id, found.state) == (CHANNEL, None, EffectState.PENDING)
    assert meetup(desk).thread_id is None
    assert not is_pending(desk, lobby) or place(desk, lobby) == CHANNEL


def test_of_an_evening_that_is_over_nothing_comes_back_when_its_thread_is_deleted(
    desk: Desk, planned: Key
) -> None:
    start(desk, planned)
    settle(desk, planned.id, ANNOUNCED)
    sessions_service.end(desk, caller("Ana"))
    confirm(desk, keys.evening(planned.id), 9_003)

    hosting.lose_channel(desk, GROUP, ANNOUNCED)
    with desk.step(GROUP) as unit:
        unit.refresh(keys.evening(planned.id))

    found = effect(desk, keys.evening(planned.id))
    assert found is not None
    assert (found.gone, found.state) == (True, EffectState.EXPIRED)


def test_a_thread_deleted_while_the_bot_was_away_is_left_with_the_first_command(
    desk: Desk, planned: Key, clock: Clock
) -> None:
    lobby = start(desk, planned)
    settle(desk, planned.id, ANNOUNCED)
    confirm(desk, lobby, 9_001)
    sessions_service.join(desk, caller("Ben"))
    found = effect(desk, lobby)
    assert found is not None
    with desk.db.write() as tx:
        outbox.park(tx, found.id or 0, trouble=outbox_channels.CHANNEL_GONE, now=clock())

    sessions_service.join(desk, caller("Cleo"))

    assert meetup(desk).thread_id is None
    assert place(desk, lobby) == CHANNEL
    assert is_pending(desk, lobby)


def test_a_channel_that_is_left_for_another_takes_its_thread_along(
    desk: Desk, planned: Key
) -> None:
    lobby = start(desk, planned)
    settle(desk, planned.id, ANNOUNCED)
    confirm(desk, lobby, 9_001)

    with desk.step(GROUP) as unit:
        live_session.leave_channel(unit, CHANNEL, 912)

    assert (meetup(desk).channel_id, meetup(desk).thread_id) == (912, None)
    assert place(desk, lobby) == 912


def test_the_settings_say_whether_there_are_threads(desk: Desk) -> None:
    assert groups_service.show(desk, caller()).group.threads
