"""Shows that the stand-in answers over HTTP as Discord documents it; no bot is needed for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio

from tests.faults.loopback_discord import Channel, LoopbackDiscord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Clock:
    """The server's time, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_the_same_nonce_within_the_window_gives_the_first_message_again(
    http: aiohttp.ClientSession,
) -> None:
    clock = Clock()
    async with LoopbackDiscord(clock=clock) as discord:
        circle = discord.add_text_channel(discord.add_guild())

        first = await sent(http, discord, circle, nonce="turn-1")
        clock.now += 179
        second = await sent(http, discord, circle, nonce="turn-1")

        assert second == first
        assert len(discord.messages(circle)) == 1


async def test_the_same_nonce_after_the_window_is_a_new_message(
    http: aiohttp.ClientSession,
) -> None:
    clock = Clock()
    async with LoopbackDiscord(clock=clock, nonce_window=60) as discord:
        circle = discord.add_text_channel(discord.add_guild())

        await sent(http, discord, circle, nonce="turn-1")
        clock.now += 61
        await sent(http, discord, circle, nonce="turn-1")

        assert [message.nonce for message in discord.messages(circle)] == ["turn-1", "turn-1"]


async def test_a_nonce_that_is_not_enforced_prevents_nothing(http: aiohttp.ClientSession) -> None:
    async with LoopbackDiscord() as discord:
        circle = discord.add_text_channel(discord.add_guild())

        await sent(http, discord, circle, nonce="turn-1", enforce_nonce=False)
        await sent(http, discord, circle, nonce="turn-1", enforce_nonce=False)

        assert len(discord.messages(circle)) == 2


async def test_a_message_deleted_within_the_window_is_not_posted_again(
    http: aiohttp.ClientSession,
) -> None:
    async with LoopbackDiscord() as discord:
        circle = discord.add_text_channel(discord.add_guild())
        await sent(http, discord, circle, nonce="turn-1")
        discord.delete_message(discord.messages(circle)[0])

        answer = await sent(http, discord, circle, nonce="turn-1")

        assert answer == {"message": "Unknown Message", "code": 10008}


async def test_history_pages_newest_first_and_tells_no_nonces(http: aiohttp.ClientSession) -> None:
    async with LoopbackDiscord() as discord:
        circle = discord.add_text_channel(discord.add_guild())
        ids = [(await sent(http, discord, circle, nonce=f"n{n}"))["id"] for n in range(5)]
        url = f"{discord.api_base}/channels/{circle.id}/messages"

        async def page(**query: str | int) -> list[str]:
            async with http.get(url, params=query) as response:
                messages = await response.json()
            assert all("nonce" not in message for message in messages)
            return [message["id"] for message in messages]

        assert await page(limit=2) == [ids[4], ids[3]]
        assert await page(limit=2, before=ids[3]) == [ids[2], ids[1]]
        assert await page(limit=2, after=ids[0]) == [ids[2], ids[1]]


async def test_files_are_kept_and_an_edit_keeps_those_that_it_names(
    http: aiohttp.ClientSession,
) -> None:
    async with LoopbackDiscord() as discord:
        circle = discord.add_text_channel(discord.add_guild())
        url = f"{discord.api_base}/channels/{circle.id}/messages"
        form = aiohttp.FormData()
        form.add_field("payload_json", '{"attachments": [{"id": 0, "description": "moves"}]}')
        form.add_field("files[0]", b"png", filename="chart.png")
        form.add_field("files[1]", b"csv", filename="data.csv")

        async with http.post(url, data=form) as response:
            chart, data = (await response.json())["attachments"]
        async with http.get(chart["url"]) as response:
            downloaded = await response.read()
        kept = {"attachments": [{"id": data["id"]}]}
        message = discord.messages(circle)[0]
        async with http.patch(f"{url}/{message.id}", json=kept) as response:
            left = (await response.json())["attachments"]

        assert (chart["filename"], chart["size"], chart["description"]) == ("chart.png", 3, "moves")
        assert downloaded == b"png"
        assert left == [data]
        assert discord.file(data) == b"csv"


async def test_a_scheduled_event_is_made_changed_and_taken_back(
    http: aiohttp.ClientSession,
) -> None:
    async with LoopbackDiscord() as discord:
        guild = discord.add_guild()
        url = f"{discord.api_base}/guilds/{guild.id}/scheduled-events"
        body = {"name": "Evening", "entity_type": 3, "scheduled_start_time": "2026-12-03T18:30:00Z"}

        async with http.post(url, json=body) as response:
            event = await response.json()
        async with http.patch(f"{url}/{event['id']}", json={"name": "Late evening"}) as response:
            changed = await response.json()
        names = [event["name"] for event in discord.scheduled_events(guild)]
        async with http.delete(f"{url}/{event['id']}") as response:
            deleted = response.status

        assert changed["name"] == "Late evening"
        assert names == ["Late evening"]
        assert deleted == 204
        assert discord.scheduled_events(guild) == []


async def test_a_path_with_none_for_an_id_is_refused(http: aiohttp.ClientSession) -> None:
    async with LoopbackDiscord() as discord:
        async with http.get(f"{discord.api_base}/channels/None") as response:
            answer = await response.json()

        assert (response.status, answer["code"]) == (400, 50035)


async def test_an_unknown_request_gets_discords_404_and_is_noted(
    http: aiohttp.ClientSession,
) -> None:
    async with LoopbackDiscord() as discord:
        async with http.put(f"{discord.api_base}/channels/1/pins/2") as response:
            answer = await response.json()

        assert (response.status, answer) == (404, {"message": "404: Not Found", "code": 0})
        assert [request.path for request in discord.unknown_requests] == ["/channels/1/pins/2"]


async def test_a_failure_after_doing_has_been_done_and_one_before_has_not(
    http: aiohttp.ClientSession,
) -> None:
    async with LoopbackDiscord() as discord:
        circle = discord.add_text_channel(discord.add_guild())
        discord.fail("POST", "/channels/*/messages", status=403, code=50013)
        discord.fail("POST", "/channels/*/messages", after_doing=True)

        refused = await sent(http, discord, circle)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await sent(http, discord, circle)

        assert refused["code"] == 50013
        assert len(discord.messages(circle)) == 1


async def sent(
    http: aiohttp.ClientSession,
    discord: LoopbackDiscord,
    channel: Channel,
    *,
    nonce: str | None = None,
    enforce_nonce: bool = True,
) -> dict[str, Any]:
    """Posts "Hello" as the bot would; the answer's JSON."""
    body = {"content": "Hello", "nonce": nonce, "enforce_nonce": enforce_nonce}
    url = f"{discord.api_base}/channels/{channel.id}/messages"
    async with http.post(url, json=body) as response:
        answer: dict[str, Any] = await response.json()
    return answer
