"""Checks the intents: the bot needs no privileged one, so none should be switched on."""

from collections.abc import Sequence

import discord

from bot.doctor.findings import Finding, ok, unused
from bot.doctor.site import Site

SUBJECT = "intents"
PRIVILEGED = {
    "Presence": ("gateway_presence", "gateway_presence_limited"),
    "Server Members": ("gateway_guild_members", "gateway_guild_members_limited"),
    "Message Content": ("gateway_message_content", "gateway_message_content_limited"),
}


async def find(site: Site) -> Sequence[Finding]:
    """Say which privileged intents are on; the bot works with and without them."""
    if site.application is None or site.application.status != 200:
        return [unused(SUBJECT, "not checked: Discord did not say")]
    flags = int(site.application.body.get("flags") or 0)
    on = [name for name, kinds in PRIVILEGED.items() if flags & _bits(kinds)]
    if on:
        said = f"{', '.join(on)} may be switched off in the developer portal: nothing here uses it"
        return [ok(SUBJECT, said)]
    return [ok(SUBJECT, "no privileged one is switched on, and none is needed")]


def _bits(kinds: tuple[str, ...]) -> int:
    return discord.ApplicationFlags(**dict.fromkeys(kinds, True)).value
