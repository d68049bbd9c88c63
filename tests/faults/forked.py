"""The bot as a process that is forked from one in which everything is loaded.

Loading takes most of a start's processor time. What a start of its own shows is in `test_start.py`;
whoever only needs a bot to kill is served sooner here. It can be used like a `Popen`.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.launch", "bot.__main__", "bot.app"])


class Forked:
    """A child of the loaded process that runs a module's `main`, with its output in a file."""

    def __init__(
        self,
        arguments: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        output: str,
        module: str = "tests.faults.launch",
    ) -> None:
        given = (module, tuple(arguments), str(folder), dict(env), output)
        self._process = FORKS.Process(target=_run, args=given, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError("It is still running")
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


def _run(
    module: str, arguments: Sequence[str], folder: str, env: dict[str, str], output: str
) -> None:
    """What a start of Python would have done: its output, environment, folder and arguments."""
    file = os.open(output, os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(file, stream.fileno())
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    importlib.import_module(module).main(list(arguments))
