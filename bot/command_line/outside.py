"""`dojo doctor` and `dojo invite`: what is wrong, and how to come to a server."""

import asyncio
import base64
import binascii

import typer

from bot.app import wall_clock
from bot.command_line.opening import load_settings, read_token
from bot.core.errors import StartError
from bot.core.logs import set_up_logs
from bot.core.settings import Settings
from bot.doctor.checks import examine
from bot.doctor.findings import Verdict
from bot.doctor.site import Site
from bot.door import reach
from bot.door.needed import invitation

# An invitation needs no network; so Discord is asked for a moment only.
SECONDS_TO_ASK = 5.0


def doctor() -> None:
    """Look at everything that the bot needs, and say how to mend what is wrong."""
    settings = load_settings()
    set_up_logs("ERROR")  # the lines say it all
    if not asyncio.run(_examine(settings)):
        raise typer.Exit(1)


def invite() -> None:
    """Print the link with which somebody invites the bot to a server."""
    token = read_token(load_settings())
    print(invitation(asyncio.run(_ask_for_id(token)) or read_id(token)))


def read_id(token: str) -> int:
    """Return the bot's id, with which its token begins.

    >>> read_id("MTIzNDU2Nzg5MDEyMzQ1Njc4.made.up")
    123456789012345678
    """
    first = token.partition(".")[0]
    try:
        return int(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (binascii.Error, ValueError):
        raise StartError(
            "DOJO_DISCORD_TOKEN is no token of a bot. Copy it anew from the developer portal (Bot, "
            "Reset Token)."
        ) from None


async def _examine(settings: Settings) -> bool:
    """Print a line for each finding; return whether nothing needs mending."""
    well = True
    async for finding in examine(Site(settings, wall_clock)):
        print(finding.say(), flush=True)
        well = well and finding.verdict is not Verdict.MEND
    return well


async def _ask_for_id(token: str) -> int | None:
    """Ask Discord for the application's id: for the oldest bots it is not the id of the bot."""
    try:
        answer = await reach.ask("/applications/@me", token, SECONDS_TO_ASK)
    except reach.Unreachable:
        return None
    if answer.status == 401:
        raise StartError(reach.REFUSED)
    return int(answer.body["id"]) if answer.status == 200 else None
