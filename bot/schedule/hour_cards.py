"""How the call at the hour of a session looks."""

from bot.door.messages import SUCCESS, Message, button, safe
from bot.schedule.hour import Hour


def hour_message(shown: Hour) -> Message:
    """Return the message that asks the host, or somebody in the host's place, to start."""
    who = f"<@{shown.user_id}>" if shown.user_id else safe(shown.host)
    where = f" in <#{shown.voice_channel_id}>" if shown.voice_channel_id else ""
    text = (
        f"{who}, it is time for **{safe(shown.title)}**{where}: press **Start** when you are "
        f"there. If {safe(shown.host)} is away, a facilitator can press it."
    )
    pings = (shown.user_id,) if shown.user_id else ()
    return Message(content=text, items=(button("start", shown.at, "Start", SUCCESS),), pings=pings)
