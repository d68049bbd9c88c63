"""Shows that a real bot process gets along with the stand-in, and with its failures.

Most stories share one running bot. What needs no bot is in `test_loopback_discord_http.py`.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.faults.launch import point_discord_py_at
from tests.faults.loopback_discord import (
    Channel,
    Interaction,
    LoopbackDiscord,
    Member,
    NotAnswered,
    NotOnScreen,
)
from tests.faults.process import BotProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLE = "tests.faults.sample_bot:main"
EPHEMERAL = 64


@dataclass
class Table:
    """One group with a bot in it."""

    discord: LoopbackDiscord
    bot: BotProcess
    circle: Channel
    voice: Channel
    ann: Member


@contextmanager
def seated(discord: LoopbackDiscord) -> Iterator[Table]:
    """A group with Ann in it, and the sample bot started."""
    guild = discord.add_guild("Forecasters")
    circle, voice = discord.add_text_channel(guild), discord.add_voice_channel(guild)
    ann = discord.add_member(guild, discord.add_user("Ann"), permissions=1 << 33)
    with BotProcess(discord, module=SAMPLE) as bot:
        yield Table(discord, bot, circle, voice, ann)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared() -> AsyncIterator[Table]:
    async with LoopbackDiscord() as discord:
        with seated(discord) as table:
            await table.bot.online()
            yield table
            assert not discord.unknown_requests


@pytest.fixture
def table(shared: Table) -> Table:
    """The shared one, with nothing on it from the test before."""
    for channel in (shared.circle, shared.discord.world.direct_channel(shared.ann.user)):
        for message in shared.discord.messages(channel):
            shared.discord.delete_message(message)
    shared.discord.requests.clear()
    return shared


async def test_a_subcommand_gets_its_options_and_its_answer_is_private(table: Table) -> None:
    options = {"title": "Rain tomorrow", "seats": 5, "host": table.ann}

    answer = await table.discord.slash(table.circle, table.ann, "circle start", options)
    await table.discord.until(lambda: answer.message)

    [card] = table.discord.messages(table.circle)
    [private] = table.discord.private_messages(table.ann)[-1:]
    assert answer.type == 5
    assert answer.data == {"flags": EPHEMERAL}
    assert answer.acknowledged_at is not None
    assert 0 < answer.acknowledged_at - answer.sent_at < 3
    assert card.content == f"Rain tomorrow for 5, with {table.ann.mention}"
    assert card.pings == []  # The bot allows no mentions, so nobody's phone rings.
    assert private.content == "Opened."
    assert private.ephemeral


async def test_a_button_opens_a_form_whose_content_the_bot_gets(table: Table) -> None:
    await table.discord.slash(table.circle, table.ann, "circle start", {"title": "Snow"})
    [card] = await table.discord.until(lambda: table.discord.messages(table.circle))

    pressed = await table.discord.click(card, table.ann, label="Say")
    assert pressed.modal is not None
    answer = await table.discord.submit_modal(pressed, table.ann, {"Probability": "70%"})
    await table.discord.until(lambda: len(table.discord.messages(table.circle)) == 2)

    assert pressed.modal["title"] == "What do you say?"
    assert answer.message is not None
    assert answer.message.content == "Recorded 70%"
    assert table.discord.messages(table.circle)[-1].content == f"{table.ann.mention} says 70%"


async def test_the_bot_sees_who_is_in_the_voice_channel_and_a_menu_edits_its_card(
    table: Table,
) -> None:
    table.discord.join_voice(table.ann, table.voice)
    answer = await table.discord.slash(
        table.circle, table.ann, "circle table", {"voice": table.voice}
    )
    table.discord.leave_voice(table.ann)
    assert answer.message is not None
    assert answer.message.content == "At the table: Ann"

    picked = await table.discord.select(answer.message, table.ann, ["Rain"])

    assert picked.type == 7
    [card] = table.discord.messages(table.circle)
    assert card.content == "Picked r"
    assert card.data["components"] == []


async def test_suggestions_come_while_an_option_is_typed(table: Table) -> None:
    answer = await table.discord.autocomplete(
        table.circle, table.ann, "circle start", "title", "Ra"
    )

    assert [choice["name"] for choice in answer.choices] == ["Rain tomorrow"]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("circle", {}),
        ("circle stop", {}),
        ("square start", {}),
        ("circle start", {}),
        ("circle start", {"title": "Rain", "seats": 13}),
        ("circle start", {"title": "Rain", "seats": "three"}),
        ("circle start", {"title": "Rain", "chairs": 3}),
        ("circle table", {"voice": "Table"}),
    ],
)
async def test_what_discord_would_not_let_a_member_send_is_not_sent(
    table: Table, command: str, options: dict[str, Any]
) -> None:
    with pytest.raises(NotOnScreen):
        await table.discord.slash(table.circle, table.ann, command, options)

    assert table.discord.requests == []


async def test_a_lost_reply_and_the_retry_after_it_leave_one_message(table: Table) -> None:
    fault = table.discord.fail("POST", "/channels/*/messages", after_doing=True, times=2)

    answer = await table.discord.slash(table.circle, table.ann, "circle start", {"title": "Rain"})
    await table.discord.until(lambda: answer.message)

    posts = table.discord.requests_to("POST", "/channels/*/messages")
    assert fault.struck == 2
    assert [post.status for post in posts] == [None, None, 200]
    assert len({post.json["nonce"] for post in posts}) == 1
    assert len(table.discord.messages(table.circle)) == 1


async def test_a_rate_limit_makes_the_bot_wait_and_try_again(table: Table) -> None:
    table.discord.fail("POST", "/channels/*/messages", status=429, retry_after=0.1)

    answer = await table.discord.slash(table.circle, table.ann, "circle start", {"title": "Rain"})
    await table.discord.until(lambda: answer.message)

    first, second = table.discord.requests_to("POST", "/channels/*/messages")
    assert (first.status, second.status) == (429, 200)
    assert second.time - first.time >= 0.1


async def test_an_interaction_delivered_twice_is_answered_once(table: Table) -> None:
    answer = await table.discord.slash(table.circle, table.ann, "circle start", {"title": "Rain"})
    await table.discord.until(lambda: answer.message)

    again = await table.discord.redeliver(answer)
    await table.discord.until(lambda: answer.refused)
    await table.discord.quiet(0.05)

    assert again is answer
    assert len(table.discord.messages(table.circle)) == 1
    assert [r.status for r in table.discord.requests_to("POST", "/interactions/*")] == [200, 400]


@pytest.mark.parametrize("steps", range(5))
async def test_whoever_is_called_away_at_the_moment_of_an_answer_acts_no_more(
    table: Table, steps: int
) -> None:
    """A wait that loses the cancellation would let them act until the end of time."""
    answer = await table.discord.slash(table.circle, table.ann, "circle start", {"title": "Rain"})
    await table.discord.until(lambda: answer.message)
    answer.answered.clear()
    acting = asyncio.create_task(again_and_again(table.discord, answer))
    await table.discord.until(lambda: answer.refused)

    answer.answered.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    acting.cancel()
    await asyncio.wait([acting], timeout=5)
    await table.discord.quiet()

    assert acting.cancelled()


async def again_and_again(discord: LoopbackDiscord, interaction: Interaction) -> None:
    """Delivers an interaction once more whenever it is answered, a few times."""
    for _ in range(50):
        await discord.redeliver(interaction)
        interaction.answered.clear()


async def test_what_happens_while_the_gateway_is_down_reaches_the_bot_when_it_resumes(
    table: Table,
) -> None:
    table.discord.drop_gateway()
    answer = await table.discord.slash(table.circle, table.ann, "circle start", {"title": "Rain"})

    await table.discord.until(lambda: answer.message)

    assert table.discord.gateway.resumed == 1
    assert table.discord.gateway.identified == 1


async def test_a_bot_that_is_too_slow_gets_unknown_interaction(table: Table) -> None:
    slow = table.discord.delay("POST", "/interactions/*/callback", 0.3)
    table.discord.answer_within = 0.1

    with pytest.raises(NotAnswered):
        await table.discord.slash(
            table.circle, table.ann, "circle table", {"voice": table.voice}, within=0.5
        )
    [late] = await table.discord.until(lambda: table.discord.requests_to("POST", "/interactions/*"))
    await table.discord.until(lambda: late.status)
    slow.mend()
    table.discord.answer_within = 3.0

    assert late.status == 404
    assert table.discord.messages(table.circle) == []


async def test_a_killed_bot_comes_back_and_its_old_buttons_work() -> None:
    async with LoopbackDiscord() as discord:
        with seated(discord) as table:
            await table.bot.online()
            await discord.slash(table.circle, table.ann, "circle start", {"title": "Rain"})
            [card] = await discord.until(lambda: discord.messages(table.circle))

            table.bot.kill()
            with pytest.raises(NotAnswered):
                await discord.click(card, table.ann, label="Say", within=0.1)
            table.bot.restart()
            await table.bot.online()
            answer = await discord.click(card, table.ann, label="Say")

            assert answer.modal is not None
            assert discord.gateway.identified == 2


async def test_a_bot_that_cannot_start_is_told_from_one_that_is_slow() -> None:
    async with LoopbackDiscord() as discord:
        with (
            BotProcess(discord, module="tests.faults.sample_bot:no_such_function") as bot,
            pytest.raises(RuntimeError, match="no_such_function"),
        ):
            await bot.online()


async def test_the_launcher_refuses_to_go_to_another_machine() -> None:
    with pytest.raises(SystemExit):
        point_discord_py_at("https://discord.com/api/v10", "ws://127.0.0.1/socket")
