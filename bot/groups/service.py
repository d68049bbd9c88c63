"""A group's settings. Only people with Manage Server change them. Never touches Discord."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.calendars.reminders import parse_reminders
from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.core.times.durations import parse_duration
from bot.core.times.zones import parse_zone
from bot.core.unit import Caller, Desk, Unit, require_manager
from bot.digest import service as digest_service
from bot.groups import read_model as groups_read_model
from bot.groups import rules as groups_rules
from bot.rounds import live_session
from bot.schedule import lifecycle
from storage import groups, outbox, outbox_channels
from storage.tables import EffectState, Group

REMOVED = "I was removed from this server."
CHANGE_SETTINGS = "change the settings"
PLACES = ("channel_id", "voice_channel_id", "facilitator_role_id")
SWITCHES = (
    *("spoken_cues", "events", "threads", "call_forecasters"),
    *("confirm_outcomes", "digest"),
)


@dataclass(frozen=True)
class SettingsChange:
    """What a `/settings` command was given, as typed; None leaves a setting alone.

    The id 0 means no channel, or no role.
    """

    channel_id: int | None = None
    voice_channel_id: int | None = None
    facilitator_role_id: int | None = None
    timezone: str | None = None
    turn: str | None = None
    grace: str | None = None
    blind: str | None = None
    final: str | None = None
    past_turn: str | None = None
    extend: str | None = None
    extensions: int | None = None
    spoken_cues: bool | None = None
    reminders: str | None = None
    announce_days: int | None = None
    events: bool | None = None
    call_forecasters: bool | None = None
    confirm_outcomes: bool | None = None
    threads: bool | None = None
    digest: bool | None = None


@dataclass(frozen=True)
class ChannelTrouble:
    """Messages that Discord would not take, in one channel."""

    channel_id: int
    reason: str
    count: int
    given_up: bool = False


@dataclass(frozen=True)
class GroupSettings:
    """A group's settings and what is wrong at the moment."""

    group: Group
    troubles: tuple[ChannelTrouble, ...]
    may_change: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the names of what nobody has chosen yet."""
        return groups_read_model.missing(self.group)


def show(desk: Desk, caller: Caller) -> GroupSettings:
    """Return the group's settings; a group without any has the defaults."""
    with desk.db.read() as tx:
        group = groups.find(tx, caller.group_id)
        troubles = tuple(
            ChannelTrouble(channel, reason, count, state == EffectState.GIVEN_UP)
            for state in (EffectState.PARKED, EffectState.GIVEN_UP)
            for channel, reason, count in outbox.parked(tx, caller.group_id, state)
        )
    group = group or Group(id=caller.group_id, name=caller.group_name)
    return GroupSettings(group, troubles, caller.manages_group)


def show_to_change(desk: Desk, caller: Caller) -> GroupSettings:
    """Return the group's settings to somebody who may change them."""
    require_manager(caller, CHANGE_SETTINGS)
    return show(desk, caller)


def change(desk: Desk, caller: Caller, wanted: SettingsChange) -> GroupSettings:
    """Change the group's settings, and try again to send messages that were set aside.

    Rounds that are running keep theirs.
    """
    if wanted.timezone is not None:
        wanted = replace(wanted, timezone=str(parse_zone(wanted.timezone)))
    with desk.act(caller) as unit:
        unit.require_manager(CHANGE_SETTINGS)
        _apply(unit.group, wanted)
        if wanted.channel_id:
            _leave_gone_channels(unit, wanted.channel_id)
        lifecycle.apply_settings(unit)
        digest_service.follow_settings(unit)
        outbox.unpark(unit.tx, unit.now, group_id=unit.group.id)
        unit.effects = True
    return show(desk, caller)


def change_from_welcome(
    desk: Desk, caller: Caller, at: Key, wanted: SettingsChange
) -> GroupSettings:
    """Change the settings by what was chosen on the card that welcomes the group."""
    with desk.db.read() as tx:
        group = groups.find(tx, caller.group_id)
    if group is None or at != keys.welcome(group.id, group.joins):
        raise StaleRefusal(
            "This card is from an earlier invitation. `/settings panel` changes the settings."
        )
    return change(desk, caller, wanted)


def welcome(desk: Desk, group_id: int, name: str, channel_id: int) -> None:
    """Tell a group what there is to set up, once for each time that the bot comes."""
    with desk.db.write() as tx:
        if groups.get_or_add(tx, group_id, name).welcomed:
            return
    with desk.step(group_id) as unit:
        if not unit.group.welcomed:
            unit.group.welcomed = True
            unit.group.joins += 1
            unit.show(keys.welcome(group_id, unit.group.joins), channel_id)


def set_timezone(desk: Desk, caller: Caller, zone: str) -> str:
    """Set the acting member's own time zone, in which their times are read."""
    name = str(parse_zone(zone))
    with desk.act(caller) as unit:
        unit.me.timezone = name
        return name


def fall_asleep(desk: Desk, group_id: int) -> None:
    """Stop all work for a group, because the bot was removed from its server."""
    with desk.db.read() as tx:
        if groups.find(tx, group_id) is None:
            return
    with desk.step(group_id) as unit:
        if unit.group.left_at is None:
            unit.group.left_at = unit.now
            unit.group.welcomed = False
            outbox.give_up(unit.tx, group_id, trouble=REMOVED, now=unit.now)


def wake_up(desk: Desk, group_ids: Collection[int]) -> None:
    """Go on with the sleeping groups among these servers, where the bot is again."""
    with desk.db.read() as tx:
        asleep = [group_id for group_id in groups.asleep(tx) if group_id in group_ids]
    for group_id in asleep:
        with desk.step(group_id) as unit:
            unit.wake_group()


def _leave_gone_channels(unit: Unit, to: int) -> None:
    """Move to this channel what was in a deleted one: sessions and their cards."""
    for gone in outbox_channels.gone_channels(unit.tx, unit.group.id):
        live_session.leave_channel(unit, gone, to)


def _apply_ids(group: Group, wanted: SettingsChange) -> None:
    for name in PLACES:
        chosen = getattr(wanted, name)
        if chosen is not None:
            setattr(group, name, chosen or None)


def _apply(group: Group, wanted: SettingsChange) -> None:
    _apply_ids(group, wanted)
    for name in SWITCHES:
        value = getattr(wanted, name)
        if value is not None:
            setattr(group, name, value)
    for name in groups_rules.LIMITS:
        typed = getattr(wanted, name)
        if typed is not None:
            length = groups_rules.check_length(name, parse_duration(typed))
            setattr(group, f"{name}_seconds", length)
    if wanted.timezone is not None:
        group.timezone = wanted.timezone
        group.timezone_chosen = True
    if wanted.extensions is not None:
        group.extensions = groups_rules.check_extensions(wanted.extensions)
    if wanted.announce_days is not None:
        group.announce_days = groups_rules.check_announce_days(wanted.announce_days)
    if wanted.reminders is not None:
        minutes = parse_reminders(wanted.reminders)
        group.reminder_minutes = ",".join(str(minute) for minute in minutes)
