"""The bot as a process of its own: started, killed without warning, started again.

Only what is needed around `launch.py`; it knows nothing of what the bot does.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from operator import gt
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot.core.setting_names import PREFIX, known_names
from tests.machine import patience

from .forked import Forked
from .launch import DOJO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .loopback_discord import LoopbackDiscord

ROOT = Path(__file__).resolve().parents[2]
# On an idle machine, with much to spare; `patience` stretches them on a busy one.
SECONDS_TO_START = 15.0
SECONDS_TO_END = 5.0


def without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what only these tests read: the bot says of it that it is no setting."""
    known = known_names()
    return {
        name: value
        for name, value in environment.items()
        if name in known or not name.startswith(PREFIX)
    }


class BotProcess:
    """A running bot. As a context manager it is gone at the end, whatever happened before.

    With `forked` each is forked from a process that has loaded everything, and starts at once.
    With `shards` it is online when each of these is; one of several processes is told apart so.
    """

    def __init__(
        self,
        discord: LoopbackDiscord,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        module: str = DOJO,
        forked: bool = False,
        shards: Sequence[int] = (),
    ) -> None:
        self._shards = shards
        options = [discord.api_base, discord.gateway_url, "--module", module]
        self._arguments = [*options, "--", *arguments]
        self._environment = {**without_ours(os.environ), "PYTHONUNBUFFERED": "1", **(env or {})}
        self._output = tempfile.NamedTemporaryFile()  # noqa: SIM115 - __exit__ closes it
        self._discord = discord
        self._forked = forked
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes] | Forked:
        self._identified_before = self._identified()
        if self._forked:
            return Forked(self._arguments, ROOT, self._environment, self._output.name)
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.launch", *self._arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def _identified(self) -> list[int]:
        """How often it has come to the gateway, or each of its shards."""
        gateway = self._discord.gateway
        by_shard = [gateway.identified_by_shard[shard] for shard in self._shards]
        return by_shard or [gateway.identified]

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def output(self) -> str:
        """All that it has printed so far, over restarts."""
        self._output.flush()
        return os.pread(self._output.fileno(), 1_000_000, 0).decode(errors="replace")

    async def online(self, within: float | None = None) -> None:
        """Waits until it has come to the gateway since it was last started; says so if it ended."""
        before, limit = self._identified_before, within or patience(SECONDS_TO_START)
        await self._discord.until(
            lambda: not self.running or all(map(gt, self._identified(), before)), limit
        )
        if not self.running:
            raise RuntimeError(f"It ended by itself:\n{self.output}")

    async def ended(self, within: float | None = None) -> int:
        """Waits until it has ended by itself; returns the exit code."""
        limit = within or patience(SECONDS_TO_START)
        await self._discord.until(lambda: not self.running, limit)
        code = self._process.returncode
        assert code is not None
        return code

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing saved that wasn't saved before."""
        self._process.kill()
        self._process.wait(patience(SECONDS_TO_END))

    async def stop(self) -> int:
        """SIGTERM, as a service manager does; returns the exit code.

        Waits beside the event loop: the bot says goodbye to a Discord that runs in it.
        """
        self._process.terminate()
        return await asyncio.to_thread(self._process.wait, patience(SECONDS_TO_END))

    def restart(self) -> None:
        """Starts the same command again; it has to be down."""
        if self.running:
            raise RuntimeError("It is still running")
        self._process = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if self.running:
            self.kill()
        if failure is not None:
            sys.stderr.write(self.output)  # Where a test went wrong, pytest shows it.
        self._output.close()
