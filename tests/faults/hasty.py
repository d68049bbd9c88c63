"""The bot as it is, but quicker to lose patience: no test has time for its minutes.

Nothing else about it is different, and only what waits for Discord is in a hurry.
"""

from __future__ import annotations

from functools import partialmethod
from typing import TYPE_CHECKING

from bot.__main__ import main as dojo
from bot.door import client
from bot.runtime.delivery import pace
from tests.machine import patience

if TYPE_CHECKING:
    from collections.abc import Sequence

REQUEST_SECONDS = patience(0.5)  # instead of 30
SILENT_SECONDS = patience(0.6)  # instead of 60, discord.py's own


def main(arguments: Sequence[str]) -> None:
    pace.REQUEST_TIMEOUT = REQUEST_SECONDS
    client.LONGEST_SYNC = REQUEST_SECONDS
    client.DojoClient.__init__ = partialmethod(  # type: ignore[assignment, method-assign]
        client.DojoClient.__init__, heartbeat_timeout=SILENT_SECONDS
    )
    dojo(arguments)
