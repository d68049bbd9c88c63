"""Ends a command when it is told to: by SIGINT or SIGTERM, at any moment, once or often."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Seconds after the first signal from which another one means: at once.
IMPATIENT = 2.0


class _Note:
    """Notes the first signal for `until_told`, so that a migration is not torn in the middle.

    Python drops what it raises while it collects garbage, and prints that. So nothing is raised
    unless somebody who has waited for a while tells it again.
    """

    def __init__(self) -> None:
        self._told_at: float | None = None

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        now = time.monotonic()
        if self._told_at is None:
            self._told_at = now
        elif now - self._told_at > IMPATIENT:
            raise KeyboardInterrupt

    @property
    def is_told(self) -> bool:
        return self._told_at is not None


@contextlib.contextmanager
def ending_when_told() -> Iterator[None]:
    """Take signals also before the event loop runs, and ignore them while the process ends."""
    note = _Note()
    before = [signal.signal(number, note) for number in SIGNALS]
    try:
        yield
    except KeyboardInterrupt:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("Stopped.")
    finally:
        ends = signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
        for number, handler in zip(SIGNALS, before, strict=True):
            signal.signal(number, signal.SIG_IGN if ends else handler)


async def until_told(work: Awaitable[None]) -> bool:
    """Work until it is done, or until SIGINT or SIGTERM; return whether it is done."""
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(work)
    before = signal.getsignal(signal.SIGTERM)
    _hear(loop, running)
    if isinstance(before, _Note) and before.is_told:
        running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        print("Stopped.")
        return False
    finally:
        for number in SIGNALS:
            # Here, for a loop that is closed would have the next signal kill the process.
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN if running.cancelled() else before)
    return True


def _hear(loop: asyncio.AbstractEventLoop, running: asyncio.Future[None]) -> None:
    """Have the event loop take the signals; on Windows it cannot take them itself."""
    for number in SIGNALS:
        try:
            loop.add_signal_handler(number, _end, running)
        except NotImplementedError:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(_end, running))


def _end(running: asyncio.Future[None]) -> None:
    """Cancel the work, and again each second until it has ended.

    On Python 3.11 `asyncio.wait_for`, which discord.py uses, loses a cancellation that comes in the
    moment of the answer. What was lost is said again.
    """
    if not running.done():
        running.cancel()
        running.get_loop().call_later(1.0, _end, running)
