"""Stories told through a simulated Discord.

Each must end without an error inside the bot, and with nothing asked of Discord that Discord's own
description of its API does not allow.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord.backend.errors import BackendError
from simcord.http import client as simcord_client
from simcord.http.routes import messages as message_routes
from structlog.testing import capture_logs

from bot.core.errors import RepeatedInteractionError
from bot.core.refusals import Refusal
from bot.demo.stage import Stage
from bot.door import interactions
from bot.door.custom_ids import CustomId
from bot.door.errors import ALREADY_ANSWERED, unwrap
from bot.registry import ACTIONS
from storage.engine import Database
from tests.conftest import CAST
from tests.openapi import DESCRIPTION, DiscordSpec
from tests.stories.evening import RAIN

# The type of an answer that is a form.
MODAL = 9
REMEMBERED = timedelta(minutes=3)
# What is due comes by its alarm. To sweep for it each half minute of a story would take long.
SWEEP_SECONDS = 600

OpenStage = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture(scope="session")
def discord_spec() -> DiscordSpec | None:
    """Discord's description of its API, where there is a copy of it."""
    return DiscordSpec() if DESCRIPTION.exists() else None


@pytest.fixture
def open_stage(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    discord_spec: DiscordSpec | None,
) -> OpenStage:
    """Opens a stage on a database; closing it checks that nothing went wrong."""

    let_discord_remember_nonces(monkeypatch)
    _let_discord_fail_as_it_does(monkeypatch)
    # However busy the machine is: its seconds are not those of the story.
    monkeypatch.setattr(interactions, "PATIENCE", 3600)

    @asynccontextmanager
    async def opened(database: Database, **options: Any) -> AsyncIterator[Stage]:
        options = {"sweep_seconds": SWEEP_SECONDS, "settle_timeout": 120, **options}
        with capture_logs() as logged:
            async with Stage.open(database, CAST, **options) as stage:
                yield stage
        assert [error for error in stage.env.errors if not _is_answer(error)] == []
        assert [line for line in logged if line["log_level"] in {"error", "critical"}] == []
        assert [line for line in caplog.records if line.levelno >= logging.ERROR] == []
        assert _problems(stage, discord_spec) == []
        assert _forms_lost_when_refused(stage) == []

    return opened


@pytest.fixture
async def stage(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    """A simulated Discord with five people and the bot."""
    async with open_stage(sqlite) as opened:
        yield opened


@pytest.fixture
def side(stage: Stage) -> simcord.ChannelHandle:
    """Another channel, in which the bot may speak."""
    return stage.guild.create_text_channel("side-room")


@pytest.fixture
async def circle(stage: Stage, side: simcord.ChannelHandle) -> Stage:
    """Ana has the floor, Ben is next, and nobody has forecast yet."""
    await stage.bring("Ana", RAIN)
    await stage.type("Ana", "session start", order="manual")
    await stage.press("Ben", "Join")
    await stage.press("Ana", "Start the round")
    await stage.press("Ana", "Go on")
    return stage


def _is_answer(error: BaseException) -> bool:
    """Whether a command ended early because it was refused, or had been delivered before."""
    cause = unwrap(error)
    expected = isinstance(cause, Refusal | RepeatedInteractionError)
    return expected or getattr(cause, "code", None) == ALREADY_ANSWERED


def let_discord_remember_nonces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is sent again within minutes is the one that is there; simcord forgets."""
    post = message_routes.bot_message
    posted: dict[tuple[Any, int, str], tuple[datetime, Any]] = {}

    def post_once(ctx: Any, channel_id: int) -> Any:
        assert ctx.body()["enforce_nonce"]
        name = (ctx.backend, channel_id, ctx.body()["nonce"])
        if name not in posted or discord.utils.utcnow() - posted[name][0] > REMEMBERED:
            posted[name] = (discord.utils.utcnow(), post(ctx, channel_id))
        return posted[name][1]

    monkeypatch.setattr(message_routes, "bot_message", post_once)


def _let_discord_fail_as_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord's own errors have a class of their own in discord.py, which simcord leaves out."""
    raise_for = simcord_client._raise_for

    def raise_as_discord_does(error: BackendError) -> None:
        if error.status >= 500:
            response: Any = simcord_client._FakeResponse(error.status)
            raise discord.DiscordServerError(response, error.to_json())
        raise_for(error)

    monkeypatch.setattr(simcord_client, "_raise_for", raise_as_discord_does)


def _problems(stage: Stage, spec: DiscordSpec | None) -> list[Any]:
    if spec is None:
        return []
    asked = stage.env.http_requests
    found = [(one.path, spec.problems(one.method, one.path, one.json)) for one in asked]
    found += [(one.path, _too_long(one.json)) for one in asked if isinstance(one.json, dict)]
    return [(path, problems) for path, problems in found if problems]


def _forms_lost_when_refused(stage: Stage) -> list[str]:
    """The forms that were opened and could not be opened again after a refusal."""
    bodies = [one.json for one in stage.env.http_requests if isinstance(one.json, dict)]
    opened = [body["data"]["custom_id"] for body in bodies if body.get("type") == MODAL]
    return [form for form in opened if ACTIONS[CustomId.parse(form).action].form is None]


def _too_long(body: dict[str, Any]) -> list[str]:
    """What only Discord's prose says: 6000 characters for all of an embed together."""
    embeds = [*(body.get("embeds") or ()), *((body.get("data") or {}).get("embeds") or ())]
    sizes = [len(discord.Embed.from_dict(embed)) for embed in embeds]
    return [f"an embed of {size} characters" for size in sizes if size > 6000]
