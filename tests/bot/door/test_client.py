"""The connection to Discord: when shards may begin, and that its background work goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.door import client as client_module
from bot.door.client import DojoClient, ShardedClient
from storage.process_locks import ProcessLocks
from storage.shards import Shards

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.engine import Database

BEGIN = 0.2  # seconds instead of five


@pytest.fixture
async def app(fresh_sqlite: Database) -> AsyncIterator[App]:
    app = App(fresh_sqlite, locks=ProcessLocks(fresh_sqlite, Shards(0, 3, 8)))
    yield app
    await app.close()


async def test_of_the_shards_that_share_a_bucket_one_begins_at_a_time(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "BEGIN_SECONDS", BEGIN)
    client, loop = ShardedClient(app), asyncio.get_running_loop()
    client._at_once = 2
    since, began = loop.time(), dict[int, float]()

    async def begin(shard: int) -> None:
        await client.before_identify_hook(shard)
        began[shard] = loop.time() - since

    await asyncio.gather(*(begin(shard) for shard in range(4)))

    assert max(began[0], began[1]) < min(began[2], began[3])
    assert min(began[2], began[3]) >= BEGIN


async def test_commands_that_could_not_be_told_are_told_again_whatever_went_wrong(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "SYNC_AGAIN", 0.01)
    tried: list[str] = []

    class Client(DojoClient):
        async def _sync(self) -> float:
            tried.append("told")
            if len(tried) == 1:
                raise ValueError("the database is away")
            return 0.0

    client = Client(app)
    await client._sync_later(client._sync())

    assert len(tried) == 2
