"""How fast this machine is at this moment, so that a wait's limit fits a busy one too.

Tests wait for conditions. A limit only ends a wait that would never end, so it may be generous: it
is said for an idle machine, and stretched by how much longer a fixed piece of work takes here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import cache

# Starting Python and importing what the bot is built on takes about this long on an idle machine.
WORK = (sys.executable, "-c", "import discord, sqlmodel, numpy")
SECONDS_WHEN_IDLE = 1.0
# A machine that was idle a moment ago may be busy when the wait begins.
LEAST = 3.0
SLOWNESS = "TEST_SLOWNESS"
MOST = 60.0


THOROUGH = "DOJO_THOROUGH"
FULL = "DOJO_FULL"
QUICK = "DOJO_QUICK"


def examples(thorough: int) -> int:
    """Return how many examples a property is tried on: with DOJO_THOROUGH=1 all, else a quarter."""
    return thorough if os.environ.get(THOROUGH) == "1" else max(5, thorough // 4)


def is_full() -> bool:
    """Tell whether everything is tried, as in `make fulltest` and continuous integration."""
    return os.environ.get(FULL) == "1"


def engines(*, both: bool) -> tuple[str, ...]:
    """Return the engines to try a test on: SQLite, and PostgreSQL where asked for or in full."""
    return ("sqlite", "postgresql") if both or is_full() else ("sqlite",)


def workers() -> int:
    """Return how many processes share the tests: one more than cores, as some tests only wait."""
    return (os.cpu_count() or 1) + 1


def patience(seconds: float) -> float:
    """Return the limit of a wait that takes at most so many seconds on an idle machine."""
    return seconds * slowness()


@cache
def slowness() -> float:
    """Return how many times longer than on an idle machine things may take, measured once."""
    if SLOWNESS not in os.environ:  # the workers of a run inherit what it has measured
        found = min(max(LEAST, 2 * measure() / SECONDS_WHEN_IDLE), MOST)
        os.environ[SLOWNESS] = f"{found:.1f}"
    return float(os.environ[SLOWNESS])


def measure() -> float:
    """Return the seconds that the fixed piece of work takes now."""
    began = time.monotonic()
    subprocess.run(WORK, check=True, timeout=600)
    return time.monotonic() - began
