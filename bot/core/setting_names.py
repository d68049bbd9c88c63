"""Finds names of settings that are mistyped: nobody reads them, and nothing else would say so."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

from bot.core.settings import Settings

PREFIX = "DOJO_"
# How much of a name has to be the same for it to be meant.
ALIKE = 0.6


def known_names() -> tuple[str, ...]:
    """Return the name of every setting, as it is in the environment."""
    return tuple(f"{PREFIX}{name}".upper() for name in Settings.model_fields)


def given_names() -> set[str]:
    """Return all names that could be meant for the bot, in the environment and in `.env`."""
    in_file = dotenv_values(".env") if Path(".env").is_file() else {}
    return {name for name in (*os.environ, *in_file) if name.upper().startswith(PREFIX)}


def say_unread(file: Path = Path(".env")) -> list[str]:
    """Say that `.env` is something that is not read: a folder, or a link that leads nowhere.

    Docker makes a folder where it is to mount a file that is missing. A pipe, in which managers of
    passwords write, is read.
    """
    if file.is_file() or file.is_fifo() or not os.path.lexists(file):
        return []
    kind = "a folder" if file.is_dir() else "no file"
    return [f"{file} is {kind}, and is not read. Settings come from the environment alone."]


def say_unknown(given: Iterable[str]) -> list[str]:
    """Return a sentence for each name that is no setting, with the one that is most like it.

    >>> say_unknown(["DOJO_DISCORD_TOKKEN", "DOJO_LOG_LEVEL"])
    ['DOJO_DISCORD_TOKKEN is no setting, and is not read. Did you mean DOJO_DISCORD_TOKEN?']
    >>> say_unknown(["DOJO_TOKEN"])
    ['DOJO_TOKEN is no setting, and is not read. Did you mean DOJO_DISCORD_TOKEN?']
    """
    known = known_names()
    return [_say(name, known) for name in sorted(given) if name.upper() not in known]


def _say(name: str, known: Iterable[str]) -> str:
    bare = [one.removeprefix(PREFIX) for one in known]
    close = get_close_matches(name.upper().removeprefix(PREFIX), bare, n=1, cutoff=ALIKE)
    close = close or [one for one in bare if one.endswith(f"_{name.upper().removeprefix(PREFIX)}")]
    guess = f" Did you mean {PREFIX}{close[0]}?" if close else ""
    return f"{name} is no setting, and is not read.{guess}"
