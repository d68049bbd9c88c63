"""Threads for what takes long, apart from those of presses, alarms and delivery.

One large export or a row of pictures must not keep a press waiting. Each kind of slow work has its
own threads. The number of waiting requests is limited for each member or group, and for the whole
process, so that memory is bounded.
"""

import asyncio
import contextvars
import gc
import sys
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from bot.core.refusals import Refusal

# Python lets a thread compute this long before it gives a waiting thread its turn. A press needs
# many turns: with Python's own 5 ms it would take a second while other threads draw pictures.
SECONDS_A_TURN = 0.001
# A collection stops all threads, for as long as it looks through what was made since the last one.
# So it comes after so many objects, and seldom looks through the old ones too.
COLLECTED_AFTER = (50_000, 20, 100)
YOUNG = 1  # the generations 0 and 1
P = ParamSpec("P")
R = TypeVar("R")


class Pool:
    """Some threads, with a limit on how much work may wait for them.

    Only the event loop enters and leaves, so the counts need no lock. With `tidy`, each work's
    garbage is collected behind it.
    """

    def __init__(
        self,
        name: str,
        threads: int,
        *,
        each: int = 0,
        most: int = 0,
        too_many: str = "",
        tidy: bool = False,
    ) -> None:
        self.threads = threads
        self._tidy = tidy
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self.each = each
        self.most = most
        self._too_many = too_many
        self._places: Counter[Hashable] = Counter()

    async def run(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run synchronous work in a thread, off the event loop."""
        context = contextvars.copy_context()
        call = partial(context.run, work, *args, **kwargs)
        if self._tidy:
            call = partial(_tidied, call)
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    @contextmanager
    def place(self, who: Hashable) -> Iterator[None]:
        """Take a place while the block runs; refuse one too many."""
        if self._places[who] >= self.each:
            raise Refusal(self._too_many)
        if self._places.total() >= self.most:
            raise Refusal(
                "Many people ask me for this at the moment. Please try again in a minute."
            )
        self._places[who] += 1
        try:
            yield
        finally:
            self._places[who] -= 1
            self._places += Counter()  # drops everybody whose count is zero

    def close(self, *, drop: bool) -> None:
        """Wait for running work; waiting work is cancelled with `drop`, or else done too."""
        self._executor.shutdown(cancel_futures=drop)


def _tidied(work: Callable[[], R]) -> R:
    """Do slow work, then collect its garbage.

    Python would wait until many pictures have left theirs, and then stop everything for a tenth of
    a second; that of one picture takes some milliseconds. It is young, so what is old is not looked
    through: beside a large export that took as long as the picture. What was loaded on the way
    stays for good, so no later collection need look through it.
    """
    loaded = len(sys.modules)
    try:
        return work()
    finally:
        if len(sys.modules) > loaded:
            gc.collect()
            gc.freeze()
        else:
            gc.collect(YOUNG)


def share_fairly() -> None:
    """Let a press get its turn soon, even while other threads compute.

    What is loaded by now stays for good, so the garbage collector need not look through it again
    each time that an export has read many rows: it would stop all threads meanwhile.
    """
    sys.setswitchinterval(SECONDS_A_TURN)
    gc.set_threshold(*COLLECTED_AFTER)
    gc.collect()
    gc.freeze()


class Pools:
    """All threads of a process. Only `quick` serves presses, alarms and delivery."""

    def __init__(self) -> None:
        self.quick = Pool("service", 8)
        self.pictures = Pool(
            "picture",
            1,
            tidy=True,
            each=2,
            most=60,
            too_many="I am still drawing two pictures for you. Ask again when they are here.",
        )
        self.exports = Pool(
            "export",
            1,
            tidy=True,
            each=1,
            most=20,
            too_many=(
                "An export of this group is being made already. Ask again when it is there; it "
                "takes a minute at most."
            ),
        )
        # Drawn for the whole group, so no limit: there is no member who could try again later.
        self.cards = Pool("card", 1, tidy=True)
        self.standings = Pool("standings", 1)

    @property
    def slow(self) -> tuple[Pool, ...]:
        """Return the pools whose work may take long."""
        return self.pictures, self.exports, self.cards, self.standings

    def close(self) -> None:
        """End all threads."""
        for pool in self.slow:
            pool.close(drop=True)
        self.quick.close(drop=False)
