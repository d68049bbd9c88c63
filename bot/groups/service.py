"""A group's settings. Only people with Manage Server change them. Never touches Discord."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.calendars.reminders import parse_reminders
from bot.core.times.durations import parse_duration
from bot.core.times.zones import parse_zone
from bot.core.unit import Caller, Desk, Unit
from bot.groups import rules as groups_rules
from bot.rounds import live_session
from bot.schedule import lifecycle
from storage import groups, outbox
from storage.tables import EffectState, Group

REMOVED = "I was removed from this server."
PLACES = ("channel_id", "voice_channel_id", "facilitator_role_id")
SWITCHES = ("spoken_cues", "events", "threads")


@dataclass(frozen=True)
class SettingsChange:
    """What a `/settings` command was given, as typed; None leaves a setting alone."""

    channel_id: int | None = None
    voice_channel_id: int | None = None
    facilitator_role_id: int | None = None
    timezone: str | None = None
    turn: str | None = None
    grace: str | None = None
    blind: str | None = None
    final: str | None = None
    extend: str | None = None
    extensions: int | None = None
    spoken_cues: bool | None = None
    reminders: str | None = None
    announce_days: int | None = None
    events: bool | None = None
    threads: bool | None = None


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


def show(desk: Desk, caller: Caller) -> GroupSettings:
    """Return the group's settings; a group without any has the defaults."""
    with desk.db.read() as tx:
        group = groups.find(tx, caller.group_id)
        troubles = tuple(
            ChannelTrouble(channel, reason, count, state == EffectState.GIVEN_UP)
            for state in (EffectState.PARKED, EffectState.GIVEN_UP)
            for channel, reason, count in outbox.parked(tx, caller.group_id, state)
        )
    return GroupSettings(group or Group(id=caller.group_id, name=caller.group_name), troubles)


def change(desk: Desk, caller: Caller, wanted: SettingsChange) -> GroupSettings:
    """Change the group's settings, and try again to send messages that were set aside.

    Rounds that are running keep theirs.
    """
    if wanted.timezone is not None:
        wanted = replace(wanted, timezone=str(parse_zone(wanted.timezone)))
    with desk.act(caller) as unit:
        unit.require_manager("change the settings")
        _apply(unit.group, wanted)
        if wanted.channel_id is not None:
            _leave_gone_channels(unit, wanted.channel_id)
        lifecycle.apply_settings(unit)
        outbox.unpark(unit.tx, unit.now, group_id=unit.group.id)
        unit.effects = True
    return show(desk, caller)


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
    for gone in outbox.gone_channels(unit.tx, unit.group.id):
        live_session.leave_channel(unit, gone, to)


def _apply(group: Group, wanted: SettingsChange) -> None:
    for name in (*PLACES, *SWITCHES):
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
    if wanted.extensions is not None:
        group.extensions = groups_rules.check_extensions(wanted.extensions)
    if wanted.announce_days is not None:
        group.announce_days = groups_rules.check_announce_days(wanted.announce_days)
    if wanted.reminders is not None:
        minutes = parse_reminders(wanted.reminders)
        group.reminder_minutes = ",".join(str(minute) for minute in minutes)
