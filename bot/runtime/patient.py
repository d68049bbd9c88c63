"""Work that nobody repeats by hand: while the database is away, it waits and is tried again.

Presses are not for this: whoever pressed is told, and presses again.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from storage.troubles import trouble_of

Run = Callable[..., Awaitable[Any]]

# Seconds before each next try: about ten minutes in all.
WAITS = (1, 2, 4, 8, 15, *[30] * 19)

log = structlog.get_logger()


def patient(run: Run, sleep: Callable[[float], Awaitable[Any]]) -> Run:
    """Return `run` for work that changes nothing when it is done twice."""

    async def run_patiently(work: Callable[..., Any], *args: Any) -> Any:
        for seconds in WAITS:
            try:
                return await run(work, *args)
            except Exception as error:
                trouble = trouble_of(error)
                if trouble is None:
                    raise
                log.warning("work.waits", seconds=seconds, database=trouble.value)
            await sleep(seconds)
        return await run(work, *args)

    return run_patiently
