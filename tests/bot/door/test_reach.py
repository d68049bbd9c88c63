"""The one question to Discord before there is a client."""

from __future__ import annotations

import aiohttp.web
import pytest
from aiohttp.test_utils import TestServer
from discord.http import Route

from bot.door import reach


async def test_a_page_in_the_way_is_no_answer_of_discord_s(monkeypatch: pytest.MonkeyPatch) -> None:
    async def page(_request: aiohttp.web.Request) -> aiohttp.web.Response:
        return aiohttp.web.Response(text="<h1>Please log in</h1>", content_type="text/html")

    app = aiohttp.web.Application()
    app.router.add_get("/{path:.*}", page)
    async with TestServer(app) as server:
        monkeypatch.setattr(Route, "BASE", str(server.make_url("")).rstrip("/"))
        place = f"{server.host}:{server.port}"

        with pytest.raises(reach.Unreachable) as told:
            await reach.ask("/users/@me", "a-token")

    assert reach.say(told.value) == f"{place} shows another page"
