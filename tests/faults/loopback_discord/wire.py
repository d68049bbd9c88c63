"""Between the socket and the endpoints: reads requests, lets faults strike, writes answers.

Knows how Discord's JSON, forms, errors and rate limits look on the wire; not what they mean.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from .faults import RATE_LIMITED, Fault, FaultPlan, GlobalLimit, Refusal
from .messages import File, Files

if TYPE_CHECKING:
    from .api import Api

PREFIX = "/api/v10"
SOCKET = "/socket"
ATTACHMENTS = "/attachments"
LARGEST_BODY = 32 * 1024 * 1024


@dataclass(eq=False)
class Request:
    """One request as the bot sent it. `json` is its body, of a form the `payload_json`.

    `time` is in monotonic seconds; `status` is what was answered, None if nothing was.
    """

    method: str
    path: str
    json: Any
    time: float
    query: Mapping[str, str] = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    status: int | None = None


@dataclass(frozen=True)
class Call:
    """A request that reached its endpoint, with the ids from its path."""

    ids: Mapping[str, str]
    query: Mapping[str, str]
    json: Any
    files: Files

    def id(self, name: str) -> int:
        """The id that stands at this place of the path; the bot may have put "None" there."""
        if not self.ids[name].isdecimal():
            raise Refusal(400, 50035, f"Invalid Form Body: {self.ids[name]} is not snowflake.")
        return int(self.ids[name])


Endpoint = Callable[[Call], Any]
WebHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answer = Callable[[web.Request, Request], Awaitable[web.StreamResponse]]


class Wire:
    """The web application, the gateway's websocket included: that fails like all the rest."""

    def __init__(
        self,
        api: Api,
        gateway: WebHandler,
        faults: FaultPlan,
        files: Mapping[int, bytes],
        limit: GlobalLimit,
    ) -> None:
        self._faults = faults
        self._limit = limit
        self._files = files
        self.requests: list[Request] = []
        self.unknown_requests: list[Request] = []
        self.application = web.Application(client_max_size=LARGEST_BODY)
        self._add("GET", SOCKET, lambda request, _: gateway(request))
        self._add("GET", ATTACHMENTS + "/{channel}/{file}/{name}", self._download)
        for method, path, endpoint in api.routes():
            self._add(method, PREFIX + path, _answering(endpoint))
        self._add("*", "/{anything:.*}", self._unknown)

    def _add(self, method: str, path: str, answer: Answer) -> None:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, answer)

        self.application.router.add_route(method, path, handle)

    async def _handle(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Notes the request down, makes it wait or fail if a test wants that, else carries on."""
        noted = await self._note(request)
        if too_early := self._limit.wait(noted.path, noted.time):
            noted.status = RATE_LIMITED
            return _rate_limited(too_early, everything=True)
        await asyncio.sleep(self._faults.waiting_time(noted.method, noted.path))
        fault = self._faults.strike(noted.method, noted.path)
        response = await answer(request, noted) if fault is None or fault.after_doing else None
        if fault is not None and fault.hangs:
            await _hang(request)
        if fault is not None:
            response = _failure(fault)
        if response is None:
            return _silence(request)
        noted.status = response.status
        return response

    async def _note(self, request: web.Request) -> Request:
        path = request.path.removeprefix(PREFIX)
        body, files = await _read(request)
        noted = Request(request.method, path, body, time.monotonic(), request.query, files)
        self.requests.append(noted)
        return noted

    async def _unknown(self, _: web.Request, noted: Request) -> web.Response:
        self.unknown_requests.append(noted)
        return _json({"message": "404: Not Found", "code": 0}, 404)

    async def _download(self, request: web.Request, _: Request) -> web.Response:
        content = self._files.get(int(request.match_info["file"]))
        return web.Response(body=content or b"", status=200 if content is not None else 404)


def _answering(endpoint: Endpoint) -> Answer:
    async def answer(request: web.Request, noted: Request) -> web.StreamResponse:
        call = Call(request.match_info, request.query, noted.json, noted.files)
        try:
            return _json(endpoint(call))
        except Refusal as refusal:
            return _json({"message": refusal.message, "code": refusal.code}, refusal.status)

    return answer


async def _read(request: web.Request) -> tuple[Any, dict[int, File]]:
    """The body and the files sent with it."""
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return (json.loads(text) if text else None), {}
    body, files = None, {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(content)
        elif number := re.fullmatch(r"files\[(\d+)\]", part.name or ""):
            files[int(number[1])] = File(part.filename or "file", content)
    return body, files


def _json(content: Any, status: int = 200) -> web.Response:
    """Discord's sort of answer. discord.py parses it only if the type is exactly this one."""
    if content is None:
        return web.Response(status=204)
    body = json.dumps(content).encode()
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json"})


def _failure(fault: Fault) -> web.Response | None:
    """The answer that the fault calls for; None if there is to be no answer."""
    if fault.status is None:
        return None
    if fault.status != RATE_LIMITED:
        return _json({"message": fault.message, "code": fault.code}, fault.status)
    if fault.cloudflare:
        return _banned(fault.retry_after)
    return _rate_limited(fault.retry_after or 0.0, everything=fault.everything)


def _banned(retry_after: float | None) -> web.Response:
    """What Cloudflare, in front of Discord, answers to whom it takes for an attacker."""
    page = "<!DOCTYPE html><title>Access denied</title>error code: 1015"
    said = {} if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}
    return web.Response(text=page, status=RATE_LIMITED, content_type="text/html", headers=said)


def _rate_limited(retry_after: float, *, everything: bool) -> web.Response:
    """Of this kind of request, or of everything."""
    message = "You are being rate limited."
    body = {"message": message, "retry_after": retry_after, "global": everything}
    response = _json(body, RATE_LIMITED)
    response.headers.update(
        {
            # Without Via discord.py takes it for a ban by Cloudflare and gives up at once.
            "Via": "1.1 google",
            "Retry-After": str(max(1, round(retry_after))),
            "X-RateLimit-Scope": "global" if everything else "user",
        }
    )
    if everything:
        response.headers["X-RateLimit-Global"] = "true"
        return response
    response.headers.update(
        {
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset-After": f"{retry_after:.3f}",
            "X-RateLimit-Reset": f"{time.time() + retry_after:.3f}",
        }
    )
    return response


async def _hang(request: web.Request) -> None:
    """Says nothing until the other side has had enough."""
    while request.transport is not None:
        await asyncio.sleep(0.05)


def _silence(request: web.Request) -> web.Response:
    """Hangs up. What is returned here can't be sent any more, and aiohttp doesn't mind."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
