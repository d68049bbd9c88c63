"""What strangers can do to the web server: many connections, half a request, headers without end.

The server is a process of its own that may hold 512 files, over real sockets.
"""

import asyncio
import contextlib
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from bot.runtime.web import MOST_CONNECTIONS, WAITING_CONNECTIONS
from tests.machine import patience

pytestmark = pytest.mark.slow

FILES = 512
SECONDS_TO_ASK = 3.0
FILES_HERE = 4_096
HALF = b"GET /healthz HTTP/1.1\r\nHost: dojo\r\nX-Slow: "


@dataclass
class Server:
    """The server as somebody outside sees it."""

    port: int

    async def ask(self, path: str) -> tuple[bytes, float]:
        """The answer to a whole request over a new connection, and how long it took."""
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: dojo\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(patience(5)):
            answer = await reader.read()
        writer.close()
        return answer, time.monotonic() - began

    async def files(self) -> int:
        """How many files its process holds."""
        answer, _ = await self.ask("/files")
        return int(answer.rpartition(b"\r\n")[2])

    @contextlib.asynccontextmanager
    async def crowd(self, number: int, said: bytes) -> AsyncIterator[list[asyncio.StreamReader]]:
        """Many connections that say this and then nothing."""
        opened = [await asyncio.open_connection("127.0.0.1", self.port) for _ in range(number)]
        for _, writer in opened:
            with contextlib.suppress(ConnectionError):
                writer.write(said)
        yield [reader for reader, _ in opened]
        for _, writer in opened:
            writer.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (min(max(limits[0], FILES_HERE), limits[1]), limits[1])
    )
    command = [
        sys.executable,
        "-m",
        "tests.bot.runtime.crowded_server",
        str(FILES),
        str(SECONDS_TO_ASK),
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield Server(int(process.stdout.readline()))
    _, said = process.communicate(timeout=patience(15))
    assert "Too many open files" not in said
    assert "Traceback" not in said
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.parametrize(("number", "said"), [(400, HALF), (1_000, b"")], ids=["half", "silent"])
async def test_health_is_answered_within_a_second_beside_a_crowd(server, number, said) -> None:
    before = await server.files()

    async with server.crowd(number, said):
        for _ in range(3):
            answer, seconds = await server.ask("/healthz")
            assert answer.startswith(b"HTTP/1.1 200")
            assert seconds < patience(1)
        assert await server.files() <= before + MOST_CONNECTIONS + WAITING_CONNECTIONS

    await asyncio.sleep(0.5)
    assert await server.files() <= before + 2


async def test_half_a_request_is_given_up_even_if_it_goes_on_slowly(server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    began = time.monotonic()
    writer.write(HALF)

    with contextlib.suppress(ConnectionError):
        while not reader.at_eof() and time.monotonic() - began < SECONDS_TO_ASK + patience(5):
            writer.write(b"x")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await reader.read(1)

    assert SECONDS_TO_ASK - 0.5 < time.monotonic() - began < SECONDS_TO_ASK + patience(5)
    writer.close()


async def test_a_connection_that_is_kept_is_given_up_once_it_is_idle(server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: dojo\r\n\r\n" + HALF)

    async with asyncio.timeout(SECONDS_TO_ASK + patience(5)):
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.parametrize(
    "said",
    [
        HALF + b"x" * 1_000_000,
        b"GET /" + b"x" * 1_000_000,
        b"GET /healthz HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(50_000)),
    ],
    ids=["one header", "address", "many headers"],
)
async def test_a_megabyte_of_headers_is_refused(server, said) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(said)

    answer = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(patience(5)):
            answer = await reader.read()

    assert answer == b"" or answer.startswith(b"HTTP/1.0 400")
    assert (await server.ask("/healthz"))[0].startswith(b"HTTP/1.1 200")
    writer.close()


async def test_a_body_that_never_comes_is_not_waited_for(server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: dojo\r\nContent-Length: 1000000000\r\n\r\n")

    async with asyncio.timeout(SECONDS_TO_ASK + patience(5)):
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 200")
    writer.close()
