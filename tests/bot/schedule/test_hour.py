"""The call at the hour: once, to the host, and gone as soon as it has lost its point."""

from datetime import timedelta

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal
from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.registry import CARDS
from bot.schedule import lifecycle
from bot.schedule import rules as schedule_rules
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import service as sessions_service
from storage.tables import Effect, EffectState, Meetup, SessionState
from tests.bot.saved_scenes import scene
from tests.bot.scenes import effect, row, rows
from tests.conftest import GROUP, START, Clock, caller

DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0
AT = START + timedelta(days=2)
CALL = keys.hour(1, AT)


@pytest.fixture
@scene
def planned(desk: Desk) -> Key:
    """A session in two days, with Ana as its host."""
    return schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours", "Owls")).key


def ring(desk: Desk) -> None:
    lifecycle.remind_due(desk, 1, GROUP)


def calls(desk: Desk) -> list[Effect]:
    return [one for one in rows(desk, Effect) if one.key.startswith("H")]


def is_gone(desk: Desk, key: Key = CALL) -> bool:
    found = effect(desk, key)
    return found is not None and found.gone


def test_after_the_last_reminder_the_hour_is_what_comes_next(
    desk: Desk, planned: Key, clock: Clock
) -> None:
    clock.move(2 * DAY - 15 * MINUTE)

    ring(desk)

    assert row(desk, Meetup, 1).remind_at == AT
    assert calls(desk) == []


def test_at_the_hour_the_host_is_called_once(desk: Desk, planned: Key, clock: Clock) -> None:
    clock.move(2 * DAY)

    ring(desk)
    ring(desk)

    [call] = calls(desk)
    assert call.key == str(CALL)
    assert call.expires_at == AT + timedelta(minutes=90)
    message = CARDS.render(desk, CALL)
    assert message is not None
    assert message.pings == (1,)
    assert message.content == (
        "<@1>, it is time for **Owls**: press **Start** when you are there. If Ana is away, a "
        "facilitator can press it."
    )
    assert [one.label for one in message.items] == ["Start"]  # type: ignore[union-attr]


def test_a_bot_that_was_away_at_the_hour_calls_late_but_not_when_all_would_be_over(
    desk: Desk, planned: Key, clock: Clock
) -> None:
    clock.move(2 * DAY + HOUR)
    ring(desk)
    late = len(calls(desk))

    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours", "Bats"))
    clock.move(2 * DAY + 90 * MINUTE)
    lifecycle.remind_due(desk, 2, GROUP)

    assert late == 1
    assert len(calls(desk)) == 1


def test_a_group_without_reminders_is_called_too(desk: Desk, planned: Key, clock: Clock) -> None:
    manager = caller(manages_group=True)
    groups_service.change(desk, manager, SettingsChange(reminders=""))
    clock.now = AT - timedelta(minutes=15)
    ring(desk)

    assert row(desk, Meetup, 1).remind_at == AT


def test_a_started_session_calls_nobody(desk: Desk, planned: Key, clock: Clock) -> None:
    sessions_service.start_announced(desk, caller("Ana"), planned)
    clock.move(2 * DAY)

    ring(desk)

    assert calls(desk) == []


def test_the_call_starts_the_session_and_is_gone(desk: Desk, planned: Key, clock: Clock) -> None:
    clock.move(2 * DAY)
    ring(desk)

    sessions_service.start_announced(desk, caller("Ana"), CALL)

    assert row(desk, Meetup, 1).state == SessionState.LIVE
    assert is_gone(desk)
    assert CARDS.render(desk, CALL) is None


def test_only_the_host_or_a_facilitator_starts_from_the_call(
    desk: Desk, planned: Key, clock: Clock
) -> None:
    clock.move(2 * DAY)
    ring(desk)

    with pytest.raises(NotAllowedRefusal, match="host or a facilitator"):
        sessions_service.start_announced(desk, caller("Ben"), CALL)
    sessions_service.start_announced(desk, caller("Ben", manages_events=True), CALL)

    assert row(desk, Meetup, 1).state == SessionState.LIVE


def test_the_call_of_a_cancelled_session_is_gone(desk: Desk, planned: Key, clock: Clock) -> None:
    clock.move(2 * DAY)
    ring(desk)

    schedule_service.cancel(desk, caller("Ana"), "1")

    assert is_gone(desk)


def test_a_session_that_moves_calls_again_at_its_new_hour(
    desk: Desk, planned: Key, clock: Clock
) -> None:
    clock.move(2 * DAY)
    ring(desk)
    schedule_service.edit(desk, caller("Ana"), "1", Plan("in 30 minutes"))
    moved = row(desk, Meetup, 1).starts_at

    clock.move(HOUR / 2)
    ring(desk)

    assert is_gone(desk)
    again = effect(desk, keys.hour(1, moved))
    assert again is not None
    assert (again.gone, again.state) == (False, EffectState.PENDING)


def test_a_call_that_nobody_answers_goes_when_the_session_lapses(
    desk: Desk, planned: Key, clock: Clock
) -> None:
    clock.move(2 * DAY)
    ring(desk)
    clock.move(8 * HOUR)

    ring(desk)

    assert row(desk, Meetup, 1).state == SessionState.CANCELLED
    assert is_gone(desk)


def test_a_call_whose_time_was_forged_shows_nothing(desk: Desk, planned: Key, clock: Clock) -> None:
    assert CARDS.render(desk, keys.hour(1, AT + timedelta(hours=1))) is None


def test_a_session_planned_at_its_own_start_needs_no_call() -> None:
    over = AT + timedelta(hours=1)

    assert not schedule_rules.is_hour(AT, over, planned_at=AT, now=AT)
    assert schedule_rules.is_hour(AT, over, planned_at=START, now=AT)
    assert not schedule_rules.is_hour(AT, over, planned_at=START, now=over)
