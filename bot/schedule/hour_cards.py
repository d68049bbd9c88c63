"""How the call at the hour of a session looks."""

from bot.door.messages import SUCCESS, Message, button, safe
from bot.schedule.hour import Hour


def hour_message(shown: Hour) -> Message:
    """Return the message that asks the host, or somebody in the host's place, to start."""
    where = f" in <#{shown.voice_channel_id}>" if shown.voice_channel_id else ""
    pings = (shown.user_id,) if shown.user_id else ()
    text = (
        f"<@{shown.user_id}>, it is time for **{safe(shown.title)}**{where}: press **Start** when "
        f"you are there. If {safe(shown.host)} is away, a facilitator can press it."
        if pings
        else f"It is time for **{safe(shown.title)}**{where}: a facilitator can press **Start**."
    )
    return Message(content=text, items=(button("start", shown.at, "Start", SUCCESS),), pings=pings)
