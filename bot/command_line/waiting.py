"""Waits at the start for a Discord that is away, and says so."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bot.core.errors import StartError
from bot.door import reach

# Between two tries: twice as long each time, up to this.
LONGEST_PAUSE = 30.0
# Between two lines that say what is waited for.
SECONDS_A_LINE = 60.0

Sleep = Callable[[float], Awaitable[Any]]


async def wait_for_discord(
    token: str, sleep: Sleep = asyncio.sleep, seconds: Callable[[], float] = time.monotonic
) -> None:
    """Return once Discord answers and knows the token; say once a minute what is waited for.

    Raises:
        StartError: Discord refuses the token, or to answer at all: waiting does not mend that.
    """
    pause, said_at = 1.0, None
    while (why := await _reason_to_wait(token)) is not None:
        now = seconds()
        if said_at is None or now - said_at >= SECONDS_A_LINE:
            said_at = now
            print(f"dojo: Discord cannot be reached ({why}). Waiting for it.", file=sys.stderr)
        await sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


async def _reason_to_wait(token: str) -> str | None:
    """Return why Discord cannot be used at the moment; None if it can."""
    try:
        answer = await reach.ask("/users/@me", token)
    except reach.Unreachable as error:
        return reach.say(error)
    if answer.status == 200:
        return None
    if answer.status == 401:
        raise StartError(reach.REFUSED)
    if answer.status == 429 or answer.status >= 500:
        return f"error {answer.status}"
    raise StartError(f"Discord refuses to answer (error {answer.status}). Check its status page.")
