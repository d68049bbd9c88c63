"""A tiny bot with one of each thing that ours relies on, to show that `loopback_discord` has it.

It keeps nothing in memory: what a button needs is in its `custom_id`, so it works after a restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import aiohttp
import discord
from discord import app_commands

if TYPE_CHECKING:
    import re

TRIES = 3
SILENT = discord.AllowedMentions.none()


class CircleButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"circle:(?P<number>\d+):say"
):
    """Opens the form. Found by the pattern of its `custom_id`, whichever process posted it."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(discord.ui.Button(label="Say", custom_id=f"circle:{number}:say"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(CircleForm(self.number))


class CircleForm(discord.ui.Modal, title="What do you say?"):
    chance: discord.ui.Label[Any] = discord.ui.Label(
        text="Probability", component=discord.ui.TextInput(max_length=5)
    )

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.chance.component, discord.ui.TextInput)
        said = self.chance.component.value
        await interaction.response.send_message(f"Recorded {said}", ephemeral=True)
        assert isinstance(interaction.channel, discord.TextChannel)
        text = f"{interaction.user.mention} says {said}"
        await post(interaction.channel, f"say-{interaction.id}", text)


async def post(channel: discord.TextChannel, key: str, text: str, **more: Any) -> discord.Message:
    """Posts once, however often the answer gets lost: the same nonce gives the same message."""
    for attempt in range(TRIES):
        try:
            return await channel.send(text, nonce=key[-25:], **more)
        except (aiohttp.ClientError, discord.DiscordServerError):
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


circle = app_commands.Group(name="circle", description="Go around", guild_only=True)


@circle.command(description="Open a circle")
async def start(
    interaction: discord.Interaction,
    title: str,
    seats: app_commands.Range[int, 1, 12] = 3,
    host: discord.Member | None = None,
) -> None:
    await interaction.response.defer(ephemeral=True)
    assert isinstance(interaction.channel, discord.TextChannel)
    view = discord.ui.View(timeout=None).add_item(CircleButton(seats))
    text = f"{title} for {seats}, with {host.mention if host else 'nobody'}"
    await post(interaction.channel, f"start-{interaction.id}", text, view=view)
    await interaction.followup.send("Opened.")


@start.autocomplete("title")
async def titles(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    known = ("Rain tomorrow", "Snow tomorrow")
    return [app_commands.Choice(name=t, value=t) for t in known if t.startswith(typed)]


@circle.command(description="Who is at the table")
async def table(interaction: discord.Interaction, voice: discord.VoiceChannel) -> None:
    names = ", ".join(member.display_name for member in voice.members)
    view = discord.ui.View(timeout=None).add_item(Pick())
    await interaction.response.send_message(f"At the table: {names}", view=view)


class Pick(discord.ui.Select[Any]):
    def __init__(self) -> None:
        options = [
            discord.SelectOption(label="Rain", value="r"),
            discord.SelectOption(label="Snow"),
        ]
        super().__init__(custom_id="pick", options=options)

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content=f"Picked {self.values[0]}", view=None)


class SampleBot(discord.Client):
    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, voice_states=True)
        super().__init__(intents=intents, allowed_mentions=SILENT)
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(circle)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(CircleButton)
        await self.tree.sync()


def main(_arguments: list[str]) -> None:
    SampleBot().run("a-token", log_level=20)
