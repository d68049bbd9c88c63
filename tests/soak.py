"""Kills bots for a long time, while crowds use them: `make soak ARGS="--kills 300"`.

The tests are those of the suite, with more kills: one process on SQLite, and three on PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TESTS = {
    "one": "tests/faults/test_kill.py::"
    "test_a_bot_that_is_killed_again_and_again_loses_and_doubles_nothing",
    "several": "tests/faults/test_kill_shards.py::"
    "test_processes_that_are_killed_at_random_lose_and_double_nothing",
}


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    kills = str(given.kills)
    environment = {**os.environ, "DOJO_KILLS": kills, "DOJO_SHARD_KILLS": kills}
    if given.seed is not None:
        environment["DOJO_KILL_SEED"] = str(given.seed)
    chosen = [TESTS[name] for name in given.only or TESTS]
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-s", "--timeout=0", *chosen]
    return subprocess.run(command, env=environment, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make soak ARGS=…", description=__doc__)
    parser.add_argument("--kills", type=int, default=300, help="in each test (%(default)s)")
    parser.add_argument("--seed", type=int, help="repeats a run, as far as timing repeats")
    parser.add_argument(
        "--only", action="append", choices=TESTS, help="one process, or several; both without it"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
