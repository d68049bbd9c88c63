"""What the bot needs in a server: the permissions, by Discord's own names, and the invitation."""

import discord

# By Discord's names for people; the two last ones only for a thread of each session.
NEEDED = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "create_events": "Create Events",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}
FOR_CARDS = tuple(NEEDED)[:5]
FOR_EVENTS = ("create_events",)
FOR_THREADS = tuple(NEEDED)[6:]
SCOPES = ("bot", "applications.commands")


def invitation(application_id: int) -> str:
    """Return the link with which somebody invites the bot to a server."""
    permissions = discord.Permissions(**dict.fromkeys(NEEDED, True))
    return discord.utils.oauth_url(application_id, permissions=permissions, scopes=SCOPES)


def missing(allowed: discord.Permissions, names: tuple[str, ...]) -> list[str]:
    """Return which of these permissions are not given, as people read them."""
    return [NEEDED[name] for name in names if not getattr(allowed, name)]
