"""Selects of words, channels and roles on a card. What is chosen already is shown."""

from collections.abc import Sequence

import discord

from bot.core.keys import Key
from bot.door.components import AnySelect
from bot.door.custom_ids import SELECT, CustomId
from bot.door.messages import OPTION_LIMIT, cut


def word_select(
    action: str, at: Key, placeholder: str, options: Sequence[tuple[str, str]], chosen: str | None
) -> AnySelect:
    """Return a select of at most 25 options, each a value and what is shown for it."""
    return discord.ui.Select(
        custom_id=str(CustomId(action, at, SELECT)),
        placeholder=placeholder,
        options=[
            discord.SelectOption(
                label=cut(label, OPTION_LIMIT), value=value, default=value == chosen
            )
            for value, label in options
        ],
    )


def channel_select(
    action: str,
    at: Key,
    placeholder: str,
    kinds: Sequence[discord.ChannelType],
    chosen: int | None,
) -> AnySelect:
    """Return a select of the server's channels of some kinds; one can choose none."""
    return discord.ui.ChannelSelect(
        custom_id=str(CustomId(action, at, SELECT)),
        channel_types=list(kinds),
        placeholder=placeholder,
        min_values=0,
        default_values=_default(chosen, discord.SelectDefaultValueType.channel),
    )


def role_select(action: str, at: Key, placeholder: str, chosen: int | None) -> AnySelect:
    """Return a select of the server's roles; one can choose none."""
    return discord.ui.RoleSelect(
        custom_id=str(CustomId(action, at, SELECT)),
        placeholder=placeholder,
        min_values=0,
        default_values=_default(chosen, discord.SelectDefaultValueType.role),
    )


def _default(
    chosen: int | None, kind: discord.SelectDefaultValueType
) -> list[discord.SelectDefaultValue]:
    return [discord.SelectDefaultValue(id=chosen, type=kind)] if chosen else []
