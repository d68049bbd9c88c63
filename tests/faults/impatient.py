"""The bot, but one that ends soon where another process has its shards, for a test to see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import app
from bot.__main__ import main as dojo

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 1.0


def main(arguments: Sequence[str]) -> None:
    """Run a `dojo` command."""
    app.LONGEST_HINDRANCE = SECONDS
    dojo(arguments)
