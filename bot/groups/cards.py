"""How a group's settings, the help and the bot's troubles look."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.refusals import say_count, say_duration, say_times
from bot.core.times.said import say_moment
from bot.door.messages import BLUE, Message, card, lines
from bot.groups.read_model import Trouble
from bot.groups.service import GroupSettings


def settings_card(settings: GroupSettings) -> Message:
    """Show every setting with its value."""
    group = settings.group
    embed = card(
        "GroupSettings",
        "Change them with `/settings …`; rounds that are running keep theirs.",
        BLUE,
    )
    rows = [
        f"Announcements: {_channel(group.channel_id) or 'where the command is typed'}",
        f"Voice channel: {_channel(group.voice_channel_id) or 'none'}",
        f"Facilitators: {_role(group.facilitator_role_id)}",
        f"Time zone: {group.timezone}",
        f"Reminders: {_reminders(group.reminder_minutes)}",
    ]
    days = say_count(group.announce_days, "day")
    rows += [
        f"Series: the next session is announced {days} before, at the latest",
        f"Events in Discord: {'made for each session' if group.events else 'none'}",
        f"Threads: {'one for each session' if group.threads else 'none'}",
    ]
    embed.add_field(name="Group", value=lines(rows), inline=False)
    rows = [
        f"Turn: {_seconds(group.turn_seconds)}, then {_seconds(group.grace_seconds)} of grace",
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
    return Message(embed=embed)


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


def help_card() -> Message:
    """Explain in one card how tonight works."""
    embed = card(
        "How tonight works",
        "We practise forecasting together. Nobody needs to prepare; every card says what happens "
        "next.",
        BLUE,
    )
    for name, text in _CHAPTERS:
        embed.add_field(name=name, value=text, inline=False)
    return Message(embed=embed)


_CHAPTERS = (
    (
        "1. Before",
        (
            "`/session schedule` plans a meetup, once or every week; **Going** says you come. "
            "Bring a question that you haven't forecast yet with `/question submit`."
        ),
    ),
    (
        "2. The lobby",
        (
            "`/session start` opens it. **Join**, vote for a question; the host presses "
            "**Start the round**."
        ),
    ),
    (
        "3. Blind forecast",
        "Everybody writes down a first guess that nobody sees until the round closes.",
    ),
    (
        "4. The circle",
        (
            "One seat at a time thinks out loud. **Record forecast** when you have a number, "
            "**Done** when you have finished, **Pass** to come back at the end. A forecast is "
            "`70`, `70%`, `0.7` or `7/10`; on options `60/30/10`; on a number low/middle/high. "
            "Anyone may update at any time."
        ),
    ),
    (
        "5. The close",
        "A last chance to update, then a summary: who said what, and how the group moved.",
    ),
    (
        "6. Later",
        (
            "`/forecast` updates until the question closes. `/question resolve` enters the "
            "outcome; then everyone gets a Brier score: 0 is perfect, 0.25 is always saying 50%. "
            "`/leaderboard`, `/calibration`, `/profile` and `/history` show how it goes, `/circle` "
            "what going around is worth."
        ),
    ),
)


def _place(channel_id: int, group_id: int) -> str:
    elsewhere = {group_id: "Events", 0: "Google Calendar"}  # as the outbox has them
    return elsewhere.get(channel_id, f"<#{channel_id}>")


def _seconds(seconds: int, zero: str = "none") -> str:
    return say_duration(timedelta(seconds=seconds)) if seconds else zero


def _channel(channel_id: int | None) -> str:
    return f"<#{channel_id}>" if channel_id else ""


def _role(role_id: int | None) -> str:
    return f"<@&{role_id}>" if role_id else "whoever has Manage Events"


def _reminders(minutes: str) -> str:
    said = [say_duration(timedelta(minutes=int(part))) for part in minutes.split(",") if part]
    return " and ".join(f"{one} before" for one in said) or "none"
