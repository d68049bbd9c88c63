"""Platforms on a bad day, over real sockets and through the real client."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.core.errors import StartError
from bot.core.refusals import Refusal
from bot.sources import platforms as sources_platforms
from bot.sources.client import LARGEST, Place, Sources, check_base
from bot.sources.imported import Found, ImportedQuestion, SourceError
from tests.sources import payloads
from tests.sources.loopback import Platforms, Says, platforms

RAIN = "https://manifold.markets/somebody/rain"
PATH = "/v0/slug/rain"


class Naps:
    """Sleeps without sleeping, and remembers for how long."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def served() -> Iterator[Platforms]:
    with platforms() as opened:
        yield opened


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
async def sources(served: Platforms, naps: Naps) -> AsyncIterator[Sources]:
    opened = Sources(served.places(), sleep=naps, seconds=1.0)
    yield opened
    await opened.close()


async def find(sources: Sources, address: str = RAIN) -> Found:
    return await sources.find(sources_platforms.requests(address))


async def refused(sources: Sources, address: str = RAIN) -> str:
    with pytest.raises(Refusal) as caught:
        await find(sources, address)
    return str(caught.value)


async def test_a_question_is_read_through_a_socket(served: Platforms, sources: Sources) -> None:
    served.say(PATH, payloads.manifold())

    found = await find(sources)

    assert isinstance(found, ImportedQuestion)
    assert found.title == "Will it rain in Niamey before May?"
    assert served.headers[0]["Host"] == served.base.removeprefix("http://")
    assert "forecasting-dojo" in served.headers[0]["User-Agent"]


async def test_an_event_is_asked_for_where_there_is_no_market(
    served: Platforms, sources: Sources
) -> None:
    served.say("/trade-api/v2/events/KXRAIN-27MAY", payloads.kalshi_event())

    await find(sources, "https://kalshi.com/markets/kxrain/rain/kxrain-27may")

    assert served.asked == [
        "/trade-api/v2/markets/KXRAIN-27MAY",
        "/trade-api/v2/events/KXRAIN-27MAY",
    ]


async def test_metaculus_is_not_asked_without_a_token(served: Platforms, sources: Sources) -> None:
    said = await refused(sources, "https://www.metaculus.com/questions/40100/")

    assert "DOJO_METACULUS_TOKEN" in said
    assert served.asked == []


async def test_the_token_goes_to_metaculus_alone(served: Platforms, naps: Naps) -> None:
    sources = Sources(served.places(metaculus_token="sesame"), sleep=naps)
    served.say("/api/posts/40100/", payloads.metaculus())
    served.say(PATH, payloads.manifold())

    await find(sources, "https://www.metaculus.com/questions/40100/")
    await find(sources)
    await sources.close()

    assert [one.get("Authorization") for one in served.headers] == ["Token sesame", None]
    assert "sesame" not in repr(served.places(metaculus_token="sesame"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Says(b'{"x": "' + b"x" * 2 * LARGEST + b'"}'), "more than I read"),
        (Says(b"<!doctype html><p>Hello", headers={"Content-Type": "text/html"}), "cannot read"),
        (Says(b'["a list"]'), "cannot read"),
        (Says(b"[" * 100_000), "cannot read"),
        (Says(b"\xff\xfe\x00"), "cannot read"),
        (Says(gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}), "cannot read"),
        (Says({}, 401), "does not accept this bot's key"),
        (Says({}, 403), "does not let me read"),
        (Says({}, 404), "has no such question"),
        (Says({}, 418), "refused the request"),
        (Says({}, 302, {"Location": "http://169.254.169.254/"}), "sends me elsewhere"),
        (Says({}, 308, {"Location": "/v0/slug/snow"}), "sends me elsewhere"),
    ],
)
async def test_what_is_no_answer_is_refused_in_words_and_asked_once(
    served: Platforms, sources: Sources, answer: Says, words: str
) -> None:
    served.say(PATH, answer)

    assert words in await refused(sources)
    assert served.asked == [PATH]


@pytest.mark.parametrize("first", [Says({}, 500), Says({}, 503), Says({}, 429)])
async def test_trouble_that_passes_is_not_noticed(
    served: Platforms, sources: Sources, naps: Naps, first: Says
) -> None:
    served.say(PATH, first, payloads.manifold())

    await find(sources)

    assert (served.asked, naps.taken) == ([PATH, PATH], [0.5])


async def test_trouble_that_stays_is_said_after_the_second_try(
    served: Platforms, sources: Sources
) -> None:
    served.say(PATH, Says({}, 500))

    assert "has trouble at the moment (error 500)" in await refused(sources)
    assert served.asked == [PATH, PATH]


async def test_what_takes_too_long_is_given_up(served: Platforms, naps: Naps) -> None:
    served.say(PATH, Says(payloads.manifold(), seconds=0.6))
    sources = Sources(served.places(), sleep=naps, seconds=0.1)

    assert "did not answer within" in await refused(sources)
    await sources.close()


async def test_a_short_wait_is_obeyed(served: Platforms, sources: Sources, naps: Naps) -> None:
    served.say(PATH, Says({}, 429, {"Retry-After": "2"}), payloads.manifold())

    await find(sources)

    assert naps.taken == [2.0]


@pytest.mark.parametrize("how", ["seconds", "date"])
async def test_a_long_wait_is_said_and_the_platform_left_alone(
    served: Platforms, sources: Sources, naps: Naps, how: str
) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
    wait = {"seconds": "120", "date": later}[how]
    served.say(PATH, Says({}, 429, {"Retry-After": wait}), payloads.manifold())
    served.say("/markets/slug/rain", payloads.polymarket())

    first, again = await refused(sources), await refused(sources)
    await find(sources, "https://polymarket.com/market/rain")

    assert "asks me to wait for" in first
    assert "asks me to wait for" in again
    assert (served.asked, naps.taken) == ([PATH, "/markets/slug/rain"], [])


async def test_a_source_is_asked_one_thing_at_a_time(served: Platforms, sources: Sources) -> None:
    served.say(PATH, Says(payloads.manifold(), seconds=0.05))

    await asyncio.gather(*(find(sources) for _ in range(4)))

    assert (len(served.asked), served.most_at_once) == (4, 1)


async def test_a_server_that_is_not_there_is_said(naps: Naps) -> None:
    sources = Sources({"manifold": Place("http://127.0.0.1:1")}, sleep=naps)

    assert "cannot reach Manifold" in await refused(sources)
    await sources.close()


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["224.0.0.1"],
        ["0.0.0.0"],
        ["93.184.215.14", "10.0.0.1"],
        [],
    ],
)
async def test_a_name_that_leads_into_a_private_network_is_not_asked(
    served: Platforms, naps: Naps, addresses: list[str]
) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    port = served.base.rpartition(":")[2]
    places = {"manifold": Place(f"https://api.manifold.markets:{port}")}
    sources = Sources(places, resolve=resolve, sleep=naps)

    assert "leads into a private network" in await refused(sources)
    assert (served.asked, naps.taken) == ([], [])
    await sources.close()


async def test_the_connection_goes_to_the_address_that_was_checked(
    naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    asked = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        looked_up.append(host)
        return ["93.184.215.14"]

    async def connect(self: object, request: object) -> None:
        asked.append(request)
        raise SourceError("far enough")

    monkeypatch.setattr("httpx.AsyncHTTPTransport.handle_async_request", connect)
    sources = Sources({"manifold": Place("https://api.manifold.markets")}, resolve=resolve)

    assert await refused(sources) == "far enough"
    await sources.close()
    [request] = asked
    assert looked_up == ["api.manifold.markets"]
    assert request.url.host == "93.184.215.14"
    assert request.headers["Host"] == "api.manifold.markets"
    assert request.extensions["sni_hostname"] == "api.manifold.markets"


async def test_the_second_try_takes_another_address_of_the_same_host(
    naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["2606:2800:21f:cb07::1", "93.184.215.14"]

    async def connect(self: object, request: object) -> None:
        asked.append(request.url.host)
        raise OSError("no way there")

    monkeypatch.setattr("httpx.AsyncHTTPTransport.handle_async_request", connect)
    sources = Sources(
        {"manifold": Place("https://api.manifold.markets")}, resolve=resolve, sleep=naps
    )

    assert "cannot reach Manifold" in await refused(sources)
    await sources.close()
    assert asked == ["93.184.215.14", "2606:2800:21f:cb07::1"]


@pytest.mark.parametrize(
    "base",
    [
        "http://api.manifold.markets",
        "http://10.0.0.1",
        "http://localhost.example.org",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "api.manifold.markets",
        "https://",
    ],
)
def test_an_interface_without_encryption_is_refused_at_the_start(base: str) -> None:
    with pytest.raises(StartError, match="DOJO_MANIFOLD_API has to begin with https://"):
        check_base("manifold", base)
