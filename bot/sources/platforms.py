"""The table of platforms: whose an address is, and who reads an answer. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.refusals import Refusal
from bot.sources import kalshi, manifold, metaculus, polymarket
from bot.sources.imported import Found, Request
from bot.sources.payloads import Payload

UNKNOWN = (
    "I know no such address. I bring questions from Manifold, Metaculus, Polymarket and Kalshi: "
    "copy the whole address of one question there, from `https://` on. `/question submit` takes "
    "any other."
)


@dataclass(frozen=True)
class Platform:
    """One platform: its name, and its two functions.

    `headers` are needed for every request; without the key for them, `lacking` says what to do.
    """

    name: str
    request: Callable[[str], tuple[Request, ...] | None]
    read: Callable[[Payload, Request], Found]
    headers: tuple[str, ...] = ()
    lacking: str = ""


PLATFORMS = {
    manifold.SOURCE: Platform(manifold.NAME, manifold.request, manifold.read),
    metaculus.SOURCE: Platform(
        metaculus.NAME, metaculus.request, metaculus.read, metaculus.HEADERS, metaculus.LACKS_KEY
    ),
    polymarket.SOURCE: Platform(polymarket.NAME, polymarket.request, polymarket.read),
    kalshi.SOURCE: Platform(kalshi.NAME, kalshi.request, kalshi.read),
}


def requests(address: str) -> tuple[Request, ...]:
    """Return what to ask for an address, in the order in which to try it; or refuse it."""
    for platform in PLATFORMS.values():
        found = platform.request(address)
        if found is not None:
            return found
    raise Refusal(UNKNOWN)


def again(source: str, ref: str) -> Request:
    """Return what to ask to hear of a question again."""
    path, _, part = ref.partition("#")
    return Request(source, path, part, PLATFORMS[source].headers)


def read(data: Payload, asked: Request) -> Found:
    """Return what a platform has answered to a request."""
    return PLATFORMS[asked.source].read(data, asked)


def name_of(source: str) -> str:
    """Return a platform's name."""
    return PLATFORMS[source].name
