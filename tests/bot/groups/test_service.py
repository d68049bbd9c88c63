"""A group's settings: who may change them, what they may be, and what follows them."""

import pytest

from bot.core import keys
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Caller, Desk
from bot.groups import service as groups_service
from bot.groups.service import ChannelTrouble, GroupSettings, SettingsChange
from bot.schedule import service as schedule_service
from storage import calendars, outbox
from storage.tables import Effect, EffectState, Group, Member
from tests.bot.scenes import bring, effect, group, rows, snapshot
from tests.conftest import CHANNEL, GROUP, START, Clock, caller

HOUR = 3600


def change(desk: Desk, **wanted: object) -> GroupSettings:
    return groups_service.change(desk, caller(manages_group=True), SettingsChange(**wanted))


def test_a_group_that_has_no_settings_yet_shows_the_defaults(desk: Desk) -> None:
    shown = groups_service.show(desk, caller())

    assert (shown.group.name, shown.group.turn_seconds, shown.troubles) == ("Circle", 600, ())
    assert rows(desk, Group) == []


def test_everything_can_be_set(desk: Desk) -> None:
    shown = change(
        desk,
        channel_id=920,
        voice_channel_id=950,
        facilitator_role_id=55,
        timezone="europe/rome",
        turn="5m",
        grace="0s",
        blind="90s",
        final="1h",
        extend="1m",
        extensions=0,
        spoken_cues=True,
        reminders="15, 60 ,15",
    )

    found = group(desk)
    assert (found.channel_id, found.voice_channel_id, found.facilitator_role_id) == (920, 950, 55)
    assert (found.timezone, found.reminder_minutes) == ("Europe/Rome", "60,15")
    assert (found.turn_seconds, found.grace_seconds) == (300, 0)
    assert (found.blind_seconds, found.final_seconds) == (90, 3600)
    assert (found.extend_seconds, found.extensions, found.spoken_cues) == (60, 0, True)
    assert shown.group == found


def test_what_is_not_given_is_left_alone(desk: Desk) -> None:
    change(desk, timezone="Europe/Rome", turn="5m", spoken_cues=True, extensions=7)

    change(desk, grace="10s")

    found = group(desk)
    assert (found.timezone, found.turn_seconds, found.grace_seconds) == ("Europe/Rome", 300, 10)
    assert (found.spoken_cues, found.extensions) == (True, 7)


def test_a_switch_can_be_turned_off_again(desk: Desk) -> None:
    change(desk, spoken_cues=True, reminders="60")

    change(desk, spoken_cues=False, reminders="")

    assert (group(desk).spoken_cues, group(desk).reminder_minutes) == (False, "")


def test_what_a_group_may_not_choose_is_refused_and_nothing_is_saved(desk: Desk) -> None:
    change(desk, turn="5m")
    before = snapshot(desk)
    refused: tuple[dict[str, object], ...] = (
        {"turn": "29s"},
        {"turn": "2h1s"},
        {"grace": "11m"},
        {"blind": "61m"},
        {"final": "61m"},
        {"extend": "9s"},
        {"extend": "61m"},
        {"extensions": 21},
        {"extensions": -1},
        {"timezone": "Mars/Olympus"},
        {"timezone": ""},
        {"reminders": "0"},
        {"reminders": "soon"},
        {"reminders": "20161"},
        {"reminders": "1,2,3,4,5,6"},
        {"turn": "6m", "grace": "long"},
    )

    for wanted in refused:
        with pytest.raises(Refusal):
            change(desk, **wanted)

    assert snapshot(desk) == before


@pytest.mark.parametrize(
    "who",
    [caller("Ben"), caller("Ben", manages_events=True), caller("Ben", role_ids=frozenset({55}))],
    ids=["member", "manages events", "facilitator"],
)
def test_only_people_with_manage_server_change_settings(desk: Desk, who: Caller) -> None:
    change(desk, facilitator_role_id=55)

    with pytest.raises(NotAllowedRefusal, match="Manage Server"):
        groups_service.change(desk, who, SettingsChange(turn="5m"))

    assert group(desk).turn_seconds == 600
    assert [one.name for one in rows(desk, Member)] == ["Ana"]


def test_troubles_are_shown_and_a_change_tries_again(desk: Desk, clock: Clock) -> None:
    question = bring(desk)
    posted = effect(desk, keys.question(question))
    assert posted is not None
    assert posted.id is not None
    clock.move(1)
    with desk.db.write() as tx:
        outbox.park(tx, posted.id, trouble="I lack a permission there.", now=clock.now)

    shown = groups_service.show(desk, caller())
    change(desk, turn="5m")

    again = effect(desk, keys.question(question))
    assert shown.troubles == (ChannelTrouble(CHANNEL, "I lack a permission there.", 1),)
    assert again is not None
    assert again.retry_at == clock.now > START


def test_a_group_that_is_asleep_has_nothing_to_deliver_and_a_command_wakes_it(
    desk: Desk, clock: Clock
) -> None:
    question = bring(desk)
    groups_service.fall_asleep(desk, GROUP)
    clock.move(30)
    with desk.db.read() as tx:
        asleep = outbox.due(tx, clock.now)

    change(desk, turn="5m")

    again = effect(desk, keys.question(question))
    assert asleep == []
    assert again is not None
    assert (again.state, again.retry_at) == (EffectState.PARKED, clock.now)
    assert group(desk).left_at is None


def test_a_group_is_welcomed_once_for_each_time_that_the_bot_comes(desk: Desk) -> None:
    for _ in range(2):
        groups_service.welcome(desk, GROUP, "Circle", CHANNEL)
    once = effect(desk, keys.welcome(GROUP, 1))
    groups_service.fall_asleep(desk, GROUP)
    groups_service.wake_up(desk, [GROUP])
    for _ in range(2):
        groups_service.welcome(desk, GROUP, "Circle", CHANNEL)

    assert once is not None
    assert (once.channel_id, once.wanted) == (CHANNEL, 1)
    assert [one.key for one in rows(desk, Effect)] == [f"i{GROUP}.1", f"i{GROUP}.2"]
    assert group(desk).name == "Circle"


def test_a_choice_on_the_welcome_changes_the_settings_and_the_card_follows(desk: Desk) -> None:
    groups_service.welcome(desk, GROUP, "Circle", CHANNEL)
    at, manager = keys.welcome(GROUP, 1), caller(manages_group=True)

    groups_service.change_from_welcome(desk, manager, at, SettingsChange(channel_id=920))
    change(desk, voice_channel_id=950)
    shown = change(desk, timezone="Europe/Rome")

    posted = effect(desk, at)
    assert group(desk).channel_id == 920
    assert posted is not None
    assert posted.wanted == 4
    assert shown.missing == ()


@pytest.mark.parametrize("number", [0, 2])
def test_the_card_of_an_earlier_invitation_or_another_group_changes_nothing(
    desk: Desk, number: int
) -> None:
    groups_service.welcome(desk, GROUP, "Circle", CHANNEL)
    before = snapshot(desk)
    manager, wanted = caller(manages_group=True), SettingsChange(channel_id=920)

    for at in (keys.welcome(GROUP, number), keys.welcome(404, 1)):
        with pytest.raises(StaleRefusal, match="/settings panel"):
            groups_service.change_from_welcome(desk, manager, at, wanted)

    assert snapshot(desk) == before


def test_only_people_with_manage_server_use_the_welcome_and_the_panel(desk: Desk) -> None:
    groups_service.welcome(desk, GROUP, "Circle", CHANNEL)
    at = keys.welcome(GROUP, 1)

    with pytest.raises(NotAllowedRefusal, match="Manage Server"):
        groups_service.change_from_welcome(desk, caller(), at, SettingsChange(turn="5m"))
    with pytest.raises(NotAllowedRefusal, match="Manage Server"):
        groups_service.show_to_change(desk, caller(manages_events=True))

    assert group(desk).turn_seconds == 600


def test_what_nobody_has_chosen_is_named_until_somebody_does(desk: Desk) -> None:
    at_first = groups_service.show(desk, caller()).missing
    change(desk, timezone="UTC")
    with_a_zone = groups_service.show(desk, caller()).missing
    change(desk, channel_id=920, voice_channel_id=950)
    with_all = groups_service.show(desk, caller()).missing
    change(desk, voice_channel_id=0)

    assert at_first == ("the channel", "the voice channel", "the time zone")
    assert with_a_zone == ("the channel", "the voice channel")
    assert with_all == ()
    assert groups_service.show(desk, caller()).missing == ("the voice channel",)
    assert group(desk).voice_channel_id is None


def test_falling_asleep_twice_keeps_the_first_moment_and_an_unknown_server_is_no_group(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    groups_service.fall_asleep(desk, GROUP)
    first = group(desk).left_at
    clock.move(30)

    groups_service.fall_asleep(desk, GROUP)
    groups_service.fall_asleep(desk, 404)
    groups_service.wake_up(desk, [404])

    assert group(desk).left_at == first == START


def test_a_group_that_is_asleep_tells_google_nothing_at_a_start(desk: Desk) -> None:
    plan = schedule_service.Plan("in 48 hours")
    schedule_service.schedule(desk, caller(), plan)
    groups_service.fall_asleep(desk, GROUP)
    with desk.db.read() as tx:
        asleep = calendars.unasked(tx)

    groups_service.wake_up(desk, [GROUP])

    with desk.db.read() as tx:
        awake = calendars.unasked(tx)
    assert (len(asleep), len(awake)) == (0, 1)
