"""Asks Discord a single question over HTTP, before there is a client."""

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from discord.http import Route

SECONDS = 10.0
AGENT = "DiscordBot (https://discord.com, {version}) forecasting-dojo"
REFUSED = (
    "Discord refuses DOJO_DISCORD_TOKEN. Copy the token anew from the developer portal (Bot, Reset "
    "Token)."
)

Unreachable = (aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True)
class Answer:
    """What Discord has answered: its status, its headers, and the JSON in it."""

    status: int
    headers: Mapping[str, str]
    body: Any


async def ask(path: str, token: str, seconds: float = SECONDS) -> Answer:
    """Ask Discord once; raise one of `Unreachable` if no answer comes.

    The page of a hotel or a proxy that stands in the way is no answer either.
    """
    headers = {"Authorization": f"Bot {token}", "User-Agent": _agent()}
    limit = aiohttp.ClientTimeout(total=seconds)
    async with (
        aiohttp.ClientSession(timeout=limit, headers=headers) as session,
        session.get(f"{Route.BASE}{path}") as answer,
    ):
        is_json = answer.content_type == "application/json"
        if answer.status == 200 and not is_json:
            raise aiohttp.ClientPayloadError(f"{urlsplit(Route.BASE).netloc} shows another page")
        return Answer(answer.status, answer.headers, await answer.json() if is_json else None)


def say(error: BaseException) -> str:
    """Return what an error says; one of waiting too long says nothing."""
    return str(error) or "no answer"


async def has_commands(token: str) -> bool:
    """Tell whether the bot's slash commands are in Discord: it ran before, with some database."""
    application = await ask("/applications/@me", token)
    if application.status != 200:
        return False
    commands = await ask(f"/applications/{application.body['id']}/commands", token)
    return commands.status == 200 and bool(commands.body)


def _agent() -> str:
    return AGENT.format(version=importlib.metadata.version("forecasting-dojo"))
