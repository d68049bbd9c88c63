"""In which order the tests run: slow ones first, and what waits beside what computes.

At the end of the run all workers would wait for one that has a slow test left. And where several
workers wait for other processes at once, the cores wait with them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

Files = dict[Path, list[pytest.Item]]
# Its tests wait for other processes most of the time.
WAITING = "faults"


def begin_with_slow(items: list[pytest.Item], shares: int) -> list[pytest.Item]:
    """Put files with slow tests at the beginning of each worker's share, the slowest ones first.

    Of so many shares each has as many tests as the others; a file stays whole, for what its tests
    share.
    """
    files: Files = {}
    for one in items:
        files.setdefault(one.path, []).append(one)
    firsts = _first_files(files, shares)
    slow = {path for first in firsts for path in first}
    rest = [one for one in items if one.path not in slow]
    ordered: list[pytest.Item] = []
    for number, first in enumerate(firsts):
        size = (len(items) - len(ordered)) // (shares - number)
        mine = [one for path in first for one in files[path]]
        room = max(0, size - len(mine))
        ordered += mine + rest[:room]
        del rest[:room]
    return ordered + rest


def _first_files(files: Files, shares: int) -> list[list[Path]]:
    """With which files each share begins: one with those that wait, the others with the rest."""
    slow = sorted((-_seconds(tests), path) for path, tests in files.items() if _seconds(tests))
    waiting = [path for _, path in slow if path.parent.name == WAITING]
    working = [path for _, path in slow if path not in waiting]
    if shares == 1:
        return [waiting + working]
    return [waiting, *(working[number :: shares - 1] for number in range(shares - 1))]


def _seconds(tests: list[pytest.Item]) -> float:
    """How long the slowest of some tests takes; 0 where none is slow."""
    marks = filter(None, (one.get_closest_marker("slow") for one in tests))
    return max((mark.kwargs.get("seconds", 1) for mark in marks), default=0)
