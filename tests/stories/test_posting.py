"""Where the bot may not post, it says so before anybody counts on a card."""

import discord

from bot.demo.stage import Stage


async def test_a_session_is_not_started_where_the_cards_cannot_be_posted(stage: Stage) -> None:
    me = stage.app.client.get_guild(stage.guild.id).me
    silent = stage.guild.create_text_channel(
        "silent", overwrites={me: discord.PermissionOverwrite(send_messages=False)}
    )

    answer = await stage.people["Ana"].slash(silent, "session start")

    assert answer.response.ephemeral
    assert "I lack Send Messages" in answer.response.content
    assert silent.history() == []
