"""Who may use the bot without a group: one command, and whoever presses its buttons."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.core.refusals import Refusal
from bot.demo.stage import Stage
from bot.door.interactions import Door

SERVERS, BY_USERS = 0, 1
HERE = 5


def door(guild_id: int | None, knows: int | None) -> Door:
    """A door to an interaction in a server, where the bot is a member or not."""
    made = object.__new__(Door)
    user: Any = object.__new__(discord.Member)
    user._user = SimpleNamespace(id=7)
    client = SimpleNamespace(get_guild=lambda number: number if number == knows else None)
    made.interaction = SimpleNamespace(
        guild_id=guild_id, channel_id=6, user=user, id=99, client=client
    )
    return made


@pytest.mark.parametrize(("guild_id", "knows"), [(None, None), (HERE, None)])
def test_outside_a_server_of_the_bots_there_is_no_group(guild_id: int, knows: int) -> None:
    found = door(guild_id, knows)

    assert (found.loner.user_id, found.loner.group_id, found.loner.interaction_id) == (7, None, 99)
    with pytest.raises(Refusal, match="in a server's channel"):
        _ = found.caller


def test_in_a_server_of_the_bots_the_group_is_known() -> None:
    assert door(HERE, HERE).loner.group_id == HERE


async def test_only_practice_can_be_used_without_the_bot_in_the_server(stage: Stage) -> None:
    tree = stage.app.client.tree
    payloads = {
        one.name: one.to_dict(tree)
        for one in tree.get_commands() + tree.get_commands(type=discord.AppCommandType.message)
    }

    alone = payloads.pop("practice")
    assert alone["integration_types"] == [SERVERS, BY_USERS]
    assert alone["contexts"] == [0, 1, 2]
    assert len(payloads) > 5
    for name, payload in payloads.items():
        assert payload["integration_types"] == [SERVERS], name
        assert payload["contexts"] == [SERVERS] or payload["dm_permission"] is False, name
