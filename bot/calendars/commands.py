"""`/settings calendar-email` and `/settings calendar-feed`."""

from typing import Any

import discord
from discord import app_commands

from bot.calendars import addresses
from bot.calendars import cards as calendars_cards
from bot.calendars import service as calendars_service
from bot.core import limits
from bot.door.interactions import Door
from bot.door.parts import AnyCommand


@app_commands.command(
    name="calendar-email", description="Be invited to sessions by mail, or no longer"
)
@app_commands.describe(
    address="Where to be invited; Google mails a code there first",
    code="The six digits from that mail",
    forget="True: delete my address, and invite me no more",
)
async def calendar_email(
    interaction: discord.Interaction[Any],
    address: str | None = None,
    code: str | None = None,
    forget: bool = False,  # noqa: FBT001, FBT002 - an option of a slash command
) -> None:
    """Change, confirm or delete the caller's address, or show what is stored of it."""
    door = Door(interaction)
    if address is not None:
        door.count(limits.MAIL_CODES)
    stored = await door.do(addresses.change, addresses.AddressRequest(address, code, forget))
    await door.whisper(calendars_cards.address(stored))


@app_commands.command(
    name="calendar-feed", description="All sessions, for your calendar to subscribe to"
)
@app_commands.describe(roll="True (Manage Server): a new address; the old one stops working")
async def calendar_feed(
    interaction: discord.Interaction[Any],
    roll: bool = False,  # noqa: FBT001, FBT002 - an option of a slash command
) -> None:
    """Say where the group's calendar is."""
    door = Door(interaction)
    await door.whisper(
        calendars_cards.feed(await door.do(calendars_service.feed_address, roll=roll))
    )


SETTINGS: tuple[AnyCommand, ...] = (calendar_email, calendar_feed)
