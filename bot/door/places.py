"""Where in a server the bot may speak."""

import discord


def speaking_place(guild: discord.Guild, *, besides: int | None = None) -> int | None:
    """Return a channel in which the bot may write, the server's system channel first.

    None if there is no such channel `besides` the one that is left out.
    """
    for channel in (guild.system_channel, *guild.text_channels):
        if channel is None or channel.id == besides:
            continue
        allowed = channel.permissions_for(guild.me)
        if allowed.view_channel and allowed.send_messages:
            return channel.id
    return None
