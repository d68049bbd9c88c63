"""The web server, asked over a socket."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.core.errors import StartError
from bot.runtime import web
from bot.runtime.gateway import GatewayState, Link
from bot.runtime.health import Report, Waiting
from bot.runtime.web import Pages, WebServer, parse_bind

FEED = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
SECRET = "kJ4-secret_of_a_feed"


class Served:
    """What the server reads from."""

    def __init__(self) -> None:
        self.feeds = {SECRET: FEED}
        self.well = True
        self.asked: list[str] = []

    async def read_feed(self, secret: str) -> bytes | None:
        self.asked.append(secret)
        return self.feeds.get(secret)

    async def health(self) -> Report:
        state = GatewayState.READY if self.well else GatewayState.CONNECTING
        return Report(Link(state, 0.0, 0.0412, 0), Waiting(1, 0.25, 0))

    async def metrics(self) -> tuple[bytes, str]:
        return b"dojo_well 1.0\n", "text/plain; version=1.0.0; charset=utf-8"

    @property
    def pages(self) -> Pages:
        return Pages(self.read_feed, self.health)


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.fixture
async def client(served: Served) -> AsyncIterator[aiohttp.ClientSession]:
    server = await WebServer.open("127.0.0.1:0", served.pages)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        yield session
    await server.close()


async def test_whoever_has_the_secret_gets_the_calendar(client) -> None:
    async with client.get(f"/calendar/{SECRET}.ics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert await answer.read() == FEED


async def test_whoever_has_this_very_file_gets_nothing_new(client) -> None:
    async with client.get(f"/calendar/{SECRET}.ics") as answer:
        tag = answer.headers["ETag"]

    async with client.get(f"/calendar/{SECRET}.ics", headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304
        assert answer.headers["ETag"] == tag
        assert await answer.read() == b""


async def test_a_calendar_that_has_changed_is_sent_again(client, served) -> None:
    async with client.get(f"/calendar/{SECRET}.ics") as answer:
        tag = answer.headers["ETag"]
    served.feeds[SECRET] = FEED + b"\r\n"

    async with client.get(f"/calendar/{SECRET}.ics", headers={"If-None-Match": tag}) as answer:
        assert answer.status == 200
        assert answer.headers["ETag"] != tag


async def test_programs_that_only_look_are_served(client) -> None:
    async with client.head(f"/calendar/{SECRET}.ics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Length"] == str(len(FEED))


@pytest.mark.parametrize("secret", ["wrong", "x" * 5000, "%00", "..%2F..%2Fdojo", "' OR 1=1 --"])
async def test_whatever_is_no_secret_gets_the_same_answer(client, secret) -> None:
    async with client.get(f"/calendar/{secret}.ics") as answer:
        assert answer.status == 404
        assert await answer.text() == "There is no such calendar.\n"
        assert "ETag" not in answer.headers


async def test_a_secret_that_was_rolled_serves_no_more(client, served) -> None:
    del served.feeds[SECRET]

    async with client.get(f"/calendar/{SECRET}.ics") as answer:
        assert answer.status == 404


async def test_health_is_ok_or_not(client, served) -> None:
    async with client.get("/healthz") as answer:
        assert answer.status == 200
        assert await answer.json() == {
            "well": True,
            "database": {"well": True},
            "discord": {
                "well": True,
                "state": "ready",
                "away_seconds": 0.0,
                "latency_seconds": 0.041,
            },
            "delivery": {"well": True, "oldest_due_seconds": 0.25},
        }

    served.well = False
    async with client.get("/healthz") as answer:
        assert answer.status == 503
        assert (await answer.json())["discord"]["state"] == "connecting"


async def test_a_bot_without_discord_is_alive(client, served) -> None:
    served.well = False

    async with client.get("/livez") as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")


async def test_metrics_are_served_only_where_they_are_wanted(client, served) -> None:
    async with client.get("/metrics") as answer:
        assert answer.status == 404

    server = await WebServer.open(
        "127.0.0.1:0", Pages(served.read_feed, served.health, served.metrics)
    )
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session,
        session.get("/metrics") as answer,
    ):
        assert answer.content_type == "text/plain"
        assert await answer.read() == b"dojo_well 1.0\n"
    await server.close()


async def test_what_takes_too_long_is_to_be_asked_again(served, monkeypatch) -> None:
    monkeypatch.setattr(web, "SECONDS_TO_ANSWER", 0.05)

    async def never(_secret: str) -> bytes | None:
        await asyncio.sleep(60)
        return None

    server = await WebServer.open("127.0.0.1:0", Pages(never, served.health))
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session,
        session.get(f"/calendar/{SECRET}.ics") as answer,
    ):
        assert answer.status == 503
    await server.close()


async def test_feeds_that_hang_never_hold_more_threads_than_are_theirs(served, monkeypatch) -> None:
    """A thread cannot be stopped: who waited too long is answered, and the reading goes on."""
    monkeypatch.setattr(web, "SECONDS_TO_ANSWER", 0.05)
    free, begun = threading.Event(), []

    def hang(secret: str) -> bytes | None:
        begun.append(secret)
        free.wait(30)
        return FEED

    async def read(secret: str) -> bytes | None:
        return await asyncio.to_thread(hang, secret)

    server = await WebServer.open("127.0.0.1:0", Pages(read, served.health))
    address = f"http://127.0.0.1:{server.port}/calendar/{SECRET}.ics"
    async with aiohttp.ClientSession() as session:
        for _ in range(5):
            async with session.get(address) as answer:
                assert answer.status == 503
        assert len(begun) == web.FEEDS_AT_ONCE
        free.set()
        monkeypatch.setattr(web, "SECONDS_TO_ANSWER", 10.0)
        async with session.get(address) as answer:
            assert answer.status == 200
    await server.close()


async def test_nothing_else_is_served(client) -> None:
    async with client.get("/") as answer:
        assert answer.status == 404
    async with client.post(f"/calendar/{SECRET}.ics") as answer:
        assert answer.status == 405


async def test_no_secret_is_logged(client, caplog) -> None:
    caplog.set_level("DEBUG")

    async with client.get(f"/calendar/{SECRET}.ics") as answer:
        assert answer.status == 200

    assert SECRET not in caplog.text


async def test_no_secret_of_a_broken_request_is_logged(served, caplog) -> None:
    server = await WebServer.open("127.0.0.1:0", served.pages)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

    writer.write(f"GET /calendar/{SECRET}.ics\x00 HTTP/1.1\r\nHost: dojo\r\n\r\n".encode())
    answer = await reader.read()

    assert answer.startswith(b"HTTP/1.0 400")
    assert SECRET not in caplog.text
    writer.close()
    await server.close()


async def test_a_port_that_is_taken_is_said(served) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        bind = f"127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(StartError, match=f"DOJO_HTTP_BIND={bind} cannot be used"):
            await WebServer.open(bind, served.pages)


@pytest.mark.parametrize("host", ["dojo..example.org", "x" * 70, "dojo\x00"])
async def test_a_name_that_no_host_can_have_is_said(served, host) -> None:
    with pytest.raises(StartError, match="cannot be used: "):
        await WebServer.open(f"{host}:8080", served.pages)


@pytest.mark.parametrize(
    ("bind", "parsed"),
    [("127.0.0.1:8080", ("127.0.0.1", 8080)), ("[::1]:80", ("::1", 80)), ("dojo:0", ("dojo", 0))],
)
def test_where_to_listen_is_host_and_port(bind, parsed) -> None:
    assert parse_bind(bind) == parsed


@pytest.mark.parametrize("bind", ["", "8080", ":8080", "localhost", "localhost:http", "x:65536"])
def test_what_is_no_host_and_port_is_said(bind) -> None:
    with pytest.raises(StartError, match=r"is not host:port, for example 127\.0\.0\.1:8080"):
        parse_bind(bind)
