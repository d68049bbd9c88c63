"""How a request goes wrong: because Discord refuses it, or because a test wants it to.

Nothing here carries a request out; the API asks what shall happen to the one in hand.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fnmatch import fnmatchcase

RATE_LIMITED = 429
# Discord does not count these towards its global limit; the gateway is no request at all.
EXEMPT = ("/interactions/", "/webhooks/", "/socket", "/attachments/")


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error of this server
    """Discord says no: an HTTP status with Discord's own code and sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(kw_only=True, eq=False)
class Fault:
    """What goes wrong with the next requests that fit; `struck` counts how often it has."""

    method: str
    path_glob: str
    status: int | None
    code: int
    message: str
    retry_after: float | None
    everything: bool
    cloudflare: bool
    times: int | None
    after_doing: bool
    hangs: bool
    struck: int = 0

    def strike(self, method: str, path: str) -> bool:
        """Whether it goes wrong this time; counts it when it does."""
        spent = self.times is not None and self.struck >= self.times
        if spent or not _fits(self, method, path):
            return False
        self.struck += 1
        return True

    def mend(self) -> None:
        """From now on such requests succeed again."""
        self.times = self.struck


@dataclass(kw_only=True, eq=False)
class Delay:
    """Requests that fit take this much longer before anything is done about them."""

    method: str
    path_glob: str
    seconds: float

    def mend(self) -> None:
        """From now on such requests are quick again."""
        self.seconds = 0.0


class GlobalLimit:
    """Discord's limit for everything that a bot asks, answers to interactions excepted."""

    def __init__(self, a_second: int | None) -> None:
        self._a_second = a_second
        self._taken: deque[float] = deque(maxlen=a_second)

    def wait(self, path: str, now: float) -> float:
        """How long this request comes too early; 0 if it counts and may pass."""
        if self._a_second is None or path.startswith(EXEMPT):
            return 0.0
        if len(self._taken) == self._a_second and now - self._taken[0] < 1:
            return self._taken[0] + 1 - now
        self._taken.append(now)
        return 0.0


class FaultPlan:
    """What a test has arranged to go wrong."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._delays: list[Delay] = []

    def fail(
        self,
        method: str,
        path_glob: str,
        *,
        status: int | None = None,
        code: int = 0,
        message: str = "A failure that a test has arranged",
        retry_after: float | None = 0.05,
        everything: bool = False,
        cloudflare: bool = False,
        times: int | None = 1,
        after_doing: bool = False,
        hangs: bool = False,
    ) -> Fault:
        """Let the next `times` fitting requests fail (None: all of them, until `mend`).

        Without a status the connection is closed and nothing is answered; if it `hangs`, nothing is
        answered and the connection stays open. With a status, that is the answer (429 comes with
        `retry_after` and the headers of a real rate limit; it is one of `everything`, or one by
        `cloudflare`, which answers with a page and may not say for how long). `after_doing` carries
        the request out first, so that only the answer is wrong or lost: the case in which a
        careless retry does everything twice.
        """
        fault = Fault(
            method=method,
            path_glob=path_glob,
            status=status,
            code=code,
            message=message,
            retry_after=retry_after,
            everything=everything,
            cloudflare=cloudflare,
            times=times,
            after_doing=after_doing,
            hangs=hangs,
        )
        self._faults.append(fault)
        return fault

    def delay(self, method: str, path_glob: str, seconds: float) -> Delay:
        """Let fitting requests wait before they are looked at, until the delay is mended."""
        delay = Delay(method=method, path_glob=path_glob, seconds=seconds)
        self._delays.append(delay)
        return delay

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, if any; the earliest arranged comes first."""
        return next((fault for fault in self._faults if fault.strike(method, path)), None)

    def waiting_time(self, method: str, path: str) -> float:
        """How long this request has to wait, all delays together."""
        return sum(delay.seconds for delay in self._delays if _fits(delay, method, path))


def _fits(rule: Fault | Delay, method: str, path: str) -> bool:
    return rule.method in (method, "*") and fnmatchcase(path, rule.path_glob)
