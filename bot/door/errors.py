"""From an error to what a member reads, for commands, buttons and forms.

    Refusal            said to the member as it is: what happened and what to do
      StaleRefusal       the card was overtaken
      NotAllowedRefusal  somebody else may
    StartError         said where the process is started, which then ends
    a database away    said in a sentence of `core/troubles.py`, and logged in one line
    anything else      logged with a reference, which the member is told

The refusals live in `core/refusals.py`, because rules raise them and know nothing of Discord.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands

from bot.core.errors import RepeatedInteractionError
from bot.core.refusals import Refusal
from bot.core.troubles import HALF_DONE, SAID
from storage.troubles import trouble_of

# Under this name it is noted that an interaction has saved a change.
SAVED = "saved"
ALREADY_ANSWERED = 40060
UNKNOWN_MESSAGE = 10008
UNKNOWN_INTERACTION = 10062
UNREACHABLE = (aiohttp.ClientError, OSError, discord.DiscordServerError)

KINDS = {
    discord.InteractionType.application_command: "command",
    discord.InteractionType.component: "button",
    discord.InteractionType.modal_submit: "form",
    discord.InteractionType.autocomplete: "autocomplete",
}

log = structlog.get_logger()


def reason_of(interaction: discord.Interaction[Any], error: BaseException) -> str | None:
    """Return what to tell the member, or None where nobody waits for an answer.

    An unexpected error is logged with a short reference, which the member sees too.
    """
    cause = unwrap(error)
    if isinstance(cause, RepeatedInteractionError):
        return None
    if isinstance(cause, discord.HTTPException) and cause.code in {
        ALREADY_ANSWERED,
        UNKNOWN_INTERACTION,
    }:
        log.info("interaction.answered_before", interaction=interaction.id, code=cause.code)
        return None
    if isinstance(cause, UNREACHABLE):
        log.warning("interaction.unanswered", interaction=interaction.id, error=repr(cause))
        return None
    if isinstance(cause, Refusal):
        return str(cause)
    if (trouble := trouble_of(cause)) is not None:
        log.warning("interaction.unsaved", interaction=interaction.id, database=trouble.value)
        return HALF_DONE if interaction.extras.get(SAVED) else SAID[trouble]
    reference = secrets.token_hex(3)
    log.error("interaction.failed", reference=reference, exc_info=cause)
    return (
        f"Something went wrong on my side (reference `{reference}`). What was saved is saved; "
        "please try again, and tell whoever runs the bot if it stays."
    )


def kind_of(interaction: discord.Interaction[Any]) -> str:
    """Return what the member did, in a word: command, button, form or autocomplete."""
    return KINDS.get(interaction.type, "other")


def unwrap(error: BaseException) -> BaseException:
    """Return the exception that discord.py wrapped."""
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError):
        inner = error.__cause__ or getattr(error, "original", None)
        if not isinstance(inner, BaseException):
            return error
        error = inner
    if isinstance(error, app_commands.CheckFailure):
        return Refusal("You may not use this command here. Whoever runs the server can allow it.")
    return error


async def answer_once(send: Callable[[], Awaitable[object]]) -> None:
    """Send an interaction's first answer, and once more if the connection broke.

    Discord takes only one, so the second does no harm if the first one arrived.
    """
    try:
        await send()
    except (aiohttp.ClientError, OSError):
        await send()
