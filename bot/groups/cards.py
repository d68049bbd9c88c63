"""How a group's settings and the bot's troubles look."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core import keys
from bot.core.refusals import say_count, say_duration, say_times
from bot.core.times.said import say_moment
from bot.door.messages import BLUE, PRIMARY, Message, button, card, lines
from bot.groups.offers import say_reminders
from bot.groups.read_model import Trouble
from bot.groups.service import GroupSettings


def settings_card(settings: GroupSettings) -> Message:
    """Show every setting with its value."""
    group = settings.group
    embed = card("Settings", _headline(settings), BLUE)
    rows = [
        f"Announcements: {_channel(group.channel_id) or 'where the command is typed'}",
        f"Voice channel: {_channel(group.voice_channel_id) or 'none'}",
        f"Facilitators: {_role(group.facilitator_role_id)}",
        f"Time zone: {group.timezone}{_until_chosen(group.timezone_chosen)}",
        f"Reminders: {say_reminders(group.reminder_minutes)}",
    ]
    days = say_count(group.announce_days, "day")
    called = "who forecast is mentioned" if group.call_forecasters else "nobody is mentioned"
    confirmed = "; a second person confirms each" if group.confirm_outcomes else ""
    rows += [
        f"Series: the next session is announced {days} before, at the latest",
        f"Events in Discord: {'made for each session' if group.events else 'none'}",
        f"Threads: {'one for each session' if group.threads else 'none'}",
        f"Outcomes: {called}{confirmed}",
        f"Digest of the week: {'on Monday at 09:00' if group.digest else 'none'}",
    ]
    embed.add_field(name="Group", value=lines(rows), inline=False)
    rows = [
        f"Turn: {_seconds(group.turn_seconds)}, then {_seconds(group.grace_seconds)} of grace",
        f"Turn in a pastcast: {_seconds(group.past_turn_seconds)}",
        f"Blind phase: {_seconds(group.blind_seconds, 'left out')}",
        f"Final phase: {_seconds(group.final_seconds, 'left out')}",
        (
            f"More time: {_seconds(group.extend_seconds)}, {say_times(group.extensions)} a turn by "
            "the speaker"
        ),
        f"Cues: {'read aloud' if group.spoken_cues else 'written'}",
    ]
    embed.add_field(name="Rounds", value=lines(rows), inline=False)
    if settings.troubles:
        rows = [
            f"{_place(trouble.channel_id, group.id)}: {trouble.reason} ({trouble.count} "
            f"{'given up after a week' if trouble.given_up else 'waiting'})"
            for trouble in settings.troubles
        ]
        embed.add_field(name="⚠️ Messages that I could not post", value=lines(rows), inline=False)
    change = button("panel", keys.group(group.id), "Change settings", PRIMARY)
    return Message(embed=embed, items=(change,) if settings.may_change else ())


def own_zone(name: str, now: datetime) -> str:
    """Say a member's own zone and its present time, which shows a wrong one."""
    minute = now.replace(second=0, microsecond=0)
    return (
        f"From now on I read the times that you type in {name}. There it is now "
        f"{say_moment(minute, ZoneInfo(name))}."
    )


def trouble_message(trouble: Trouble) -> Message:
    """Return the warning about a channel where the bot cannot post.

    It is posted in another channel of the group.
    """
    return Message(
        content=(
            f"⚠️ I cannot post in <#{trouble.channel_id}>: {trouble.reason} Nothing is lost; I try "
            "again as soon as that changes, and ever more rarely for a week."
        )
    )


def _headline(settings: GroupSettings) -> str:
    """Say what is missing, and where it is changed."""
    if settings.missing:
        return (
            f"**Not chosen yet:** {', '.join(settings.missing)}. `/settings panel` asks for them."
        )
    return "`/settings panel` changes them with lists to choose from."


def _place(channel_id: int, group_id: int) -> str:
    elsewhere = {group_id: "Events", 0: "Google Calendar"}  # as the outbox has them
    return elsewhere.get(channel_id, f"<#{channel_id}>")


def _seconds(seconds: int, zero: str = "none") -> str:
    return say_duration(timedelta(seconds=seconds)) if seconds else zero


def _until_chosen(chosen: bool) -> str:  # noqa: FBT001 - it is the setting
    return "" if chosen else ", until somebody chooses one"


def _channel(channel_id: int | None) -> str:
    return f"<#{channel_id}>" if channel_id else ""


def _role(role_id: int | None) -> str:
    return f"<@&{role_id}>" if role_id else "whoever has Manage Events"
