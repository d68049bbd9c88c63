"""Checks what the bot may do in the channels where its groups are served."""

from collections.abc import Sequence

import discord

from bot.core.refusals import say_count
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from bot.door.needed import FOR_CARDS, FOR_EVENTS, FOR_THREADS, missing
from storage.chosen_places import Places, awake_places

SUBJECT = "permissions"
MOST_GROUPS = 20


async def find(site: Site) -> Sequence[Finding]:
    """Say which permission is missing where, for the first groups."""
    if site.token is None:
        return [unused(SUBJECT, "not checked: there is no token")]
    if site.application is None:
        return [unused(SUBJECT, "not checked: Discord did not answer")]
    if site.application.status != 200:
        return [unused(SUBJECT, "not checked: Discord did not accept the token")]
    found = await site.read(lambda database: awake_places(database, MOST_GROUPS))
    if not found or not found[1]:
        return [unused(SUBJECT, "not checked: the bot serves no group yet")]
    groups, total = found
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(site.token)
        wrong = [finding for one in groups for finding in await _find_in(client, one)]
    if wrong:
        return wrong
    more = f", of {total:,} in all" if total > len(groups) else ""
    return [ok(SUBJECT, f"all that is needed in {say_count(len(groups), 'group')}{more}")]


async def _find_in(client: discord.Client, places: Places) -> list[Finding]:
    try:
        guild = await client.fetch_guild(places.group_id, with_counts=False)
        channels = {channel.id: channel for channel in await guild.fetch_channels()}
        me = await guild.fetch_member(client.user.id if client.user else 0)
    except (discord.Forbidden, discord.NotFound):
        said = f"the bot is not in {places.name} any more. Invite it again with `dojo invite`."
        return [mend(SUBJECT, said)]
    if not channels:
        return [mend(SUBJECT, f"{places.name} has no channel that the bot can see.")]
    return [
        finding
        for channel_id in places.channels
        if (finding := _judge(places, channel_id, channels.get(channel_id), me)) is not None
    ]


def _judge(
    places: Places, channel_id: int, channel: discord.abc.GuildChannel | None, me: discord.Member
) -> Finding | None:
    if channel is None:
        # A thread is in no list of channels; whether it is one is not worth another request.
        return None if places.threads else _gone(places, channel_id)
    wanted = (
        *FOR_CARDS,
        *(FOR_EVENTS if places.events else ()),
        *(FOR_THREADS if places.threads else ()),
    )
    lacking = missing(channel.permissions_for(me), wanted)
    if not lacking:
        return None
    where = f"in {places.name}, #{channel.name}"
    return mend(SUBJECT, f"{where}, the bot lacks {', '.join(lacking)}. Allow its role that.")


def _gone(places: Places, channel_id: int) -> Finding:
    said = (
        f"in {places.name} the channel {channel_id} is gone or hidden from the bot. Choose another "
        "one with `/settings channels`, or let the bot see it."
    )
    return mend(SUBJECT, said)
