"""A server on this machine that answers as the platforms do, or as they do on a bad day."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.core.settings import Settings
from bot.sources import setup
from bot.sources.client import Place


@dataclass
class Says:
    """One answer: its status, body, headers, and how long it takes."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Platforms:
    """All platforms at one address: what each path answers, and what was asked.

    Of several answers each is given once, and the last one for good.
    """

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.answers: dict[str, list[Says]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0

    def say(self, path: str, *answers: Any) -> None:
        self.answers[path] = [one if isinstance(one, Says) else Says(one) for one in answers]

    def settings(self, **more: Any) -> Settings:
        given = {f"{name}_api": self.base for name in ("manifold", "metaculus", "polymarket")}
        return Settings(_env_file=None, **given, kalshi_api=f"{self.base}/trade-api/v2", **more)

    def places(self, **more: Any) -> dict[str, Place]:
        return setup.places(self.settings(**more))

    def answer(self, path: str) -> Says:
        self.asked.append(path)
        waiting = self.answers.get(path, [Says({"error": "no such thing"}, 404)])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def platforms() -> Iterator[Platforms]:
    """Serve until the block ends."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                said = served.answer(self.path)
                served.headers.append(dict(self.headers))
                served.at_once += 1
                served.most_at_once = max(served.most_at_once, served.at_once)
            time.sleep(said.seconds)
            with lock:
                served.at_once -= 1
            try:
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said.bytes)))
                self.end_headers()
                self.wfile.write(said.bytes)
            except OSError:  # the client has gone, as it may
                return

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Platforms(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()
