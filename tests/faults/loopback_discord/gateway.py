"""The websocket side: who is connected, what they are told, how they come back after a break.

A session outlives its connection, as with Discord: what happens while the bot is away is kept and
sent when it resumes. JSON only, without compression; the launcher asks the bot for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections import Counter, deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import Guild, Json, Member, World

HEARTBEAT = 41.25  # seconds, as with Discord
KEPT_FOR_RESUMING = 1000
INVALID_SHARD = 4010
GUILDS, GUILD_MEMBERS = 1 << 0, 1 << 1
# Events that Discord sends only to a bot that asked for them; all others go to everyone.
INTENTS = {
    "GUILD_MEMBER_": GUILD_MEMBERS,
    "GUILD_SCHEDULED_EVENT_": 1 << 16,
    "GUILD_": GUILDS,
    "CHANNEL_": GUILDS,
    "VOICE_STATE_": 1 << 7,
    "MESSAGE_": 1 << 9 | 1 << 12,
}


class Op(IntEnum):
    """What a frame is for."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


@dataclass(eq=False)
class Connection:
    """One websocket, and what waits to be written to it, in order."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    waiting: asyncio.Queue[str | int] = field(default_factory=asyncio.Queue)
    silent: bool = False

    def cut(self) -> None:
        """Ends it as a failing network does, without a closing word."""
        if self.transport is not None:
            self.transport.abort()

    def close(self, code: int) -> None:
        """Ends it with one of Discord's codes, once all that waits has been written."""
        self.waiting.put_nowait(code)

    def send(self, op: Op, data: object = None) -> None:
        """Something about the connection itself; events go through the session."""
        self.waiting.put_nowait(json.dumps({"op": op, "d": data}))

    async def write(self) -> None:
        """Runs for as long as the socket does."""
        with contextlib.suppress(ConnectionError):
            while isinstance(frame := await self.waiting.get(), str):
                if not self.silent:
                    await self.socket.send_str(frame)
            await self.socket.close(code=frame)


@dataclass(eq=False)
class Session:
    """What Discord remembers of a bot that identified itself."""

    id: str
    intents: int
    connection: Connection | None
    shard: int = 0
    shards: int = 1
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=KEPT_FOR_RESUMING))
    number: int = 0

    def tell(self, event: str, data: Json) -> None:
        """Sends the event now, or when the bot is back."""
        if not self._wants(event):
            return
        self.number += 1
        # Written down at once: what it tells of may change before it is sent.
        frame = json.dumps({"op": Op.DISPATCH, "t": event, "s": self.number, "d": data})
        self.sent.append((self.number, frame))
        if self.connection is not None:
            self.connection.waiting.put_nowait(frame)

    def has(self, guild_id: int) -> bool:
        """Whether it hears of this group; of what is in no group (0) the first shard hears."""
        return (guild_id >> 22) % self.shards == self.shard

    def _wants(self, event: str) -> bool:
        needed = next((bits for start, bits in INTENTS.items() if event.startswith(start)), 0)
        return not needed or bool(self.intents & needed)


class Gateway:
    """All sessions of the bot: one for each shard, or more if a test runs several processes."""

    def __init__(self, world: World, heartbeat: float = HEARTBEAT) -> None:
        self._world = world
        self._heartbeat = heartbeat
        self._sessions: dict[str, Session] = {}
        self.url = ""
        self.identified = 0
        self.identified_by_shard: Counter[int] = Counter()
        self.resumed = 0
        self.heartbeats = 0
        self.greets = asyncio.Event()  # while it is cleared, whoever comes waits
        self.greets.set()

    @property
    def connected(self) -> bool:
        return any(session.connection for session in self._sessions.values())

    def announce(self, event: str, data: Json) -> None:
        """Tells the shard of the group, or for what is in no group the first one."""
        guild_id = _guild_of(event, data)
        for session in self._sessions.values():
            if session.has(guild_id):
                session.tell(event, data)

    def drop(
        self, *, resumable: bool = True, code: int | None = None, shard: int | None = None
    ) -> None:
        """Cuts all connections, or a shard's; the bot may resume, or has to start a new session.

        With a code they are closed in form, as Discord does when it has something to say.
        """
        for session in list(self._sessions.values()):
            if shard is not None and session.shard != shard:
                continue
            if session.connection is not None and code is not None:
                session.connection.close(code)
            elif session.connection is not None:
                session.connection.cut()
                session.connection = None
            if not resumable:
                del self._sessions[session.id]

    def fall_silent(self) -> None:
        """Says nothing more on any connection that is open now, and closes none."""
        for session in self._sessions.values():
            if session.connection is not None:
                session.connection.silent = True

    def ask_to_reconnect(self) -> None:
        """Has the bot come back by a new connection, as Discord does before it moves servers."""
        for session in self._sessions.values():
            if session.connection is not None:
                session.connection.send(Op.RECONNECT)

    def invalidate(self, *, resumable: bool) -> None:
        """Declares all sessions invalid; the bot may resume them all the same, or starts anew."""
        for session in list(self._sessions.values()):
            if session.connection is not None:
                session.connection.send(Op.INVALID_SESSION, data=resumable)
            if not resumable:
                del self._sessions[session.id]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Talks to one connection until it ends, however it ends."""
        if "compress" in request.query:
            raise web.HTTPBadRequest(
                reason="Only plain JSON: start the bot with tests.faults.launch"
            )
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self.greets.wait()
        connection = Connection(socket, request.transport)
        writer = asyncio.create_task(connection.write())
        connection.send(Op.HELLO, {"heartbeat_interval": round(1000 * self._heartbeat)})
        try:
            await self._listen(connection)
        finally:
            self._forget(connection)
            writer.cancel()
        return socket

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type is WSMsgType.TEXT:
                received = json.loads(frame.data)
                self._receive(connection, received["op"], received.get("d"))

    def _forget(self, connection: Connection) -> None:
        for session in self._sessions.values():
            if session.connection is connection:
                session.connection = None

    def _forget_dead(self, shard: int) -> None:
        """Forgets sessions that nobody resumes any more: their process was killed."""
        self._sessions = {
            number: session
            for number, session in self._sessions.items()
            if session.connection is not None or session.shard != shard
        }

    def _receive(self, connection: Connection, op: int, data: Json) -> None:
        match op:
            case Op.HEARTBEAT:
                self.heartbeats += 1
                connection.send(Op.HEARTBEAT_ACK)
            case Op.IDENTIFY:
                self._identify(connection, data["intents"], *data.get("shard", (0, 1)))
            case Op.RESUME:
                self._resume(connection, data)
            case Op.REQUEST_MEMBERS:
                self._list_members(connection, data)
            case _:  # Presence and voice of the bot itself: nobody here looks at them.
                pass

    def _identify(self, connection: Connection, intents: int, shard: int, shards: int) -> None:
        if not 0 <= shard < shards:
            connection.close(INVALID_SHARD)
            return
        session = Session(secrets.token_hex(8), intents, connection, shard, shards)
        self._forget_dead(shard)
        self._sessions[session.id] = session
        self.identified += 1
        self.identified_by_shard[shard] += 1
        guilds = [guild for guild in self._world.guilds.values() if session.has(guild.id)]
        session.tell("READY", self._ready(session, guilds))
        for guild in guilds:
            if not guild.away:
                visible = [*_visible(guild, self._world.bot.id, intents)]
                session.tell("GUILD_CREATE", guild.created_payload(visible))

    def _ready(self, session: Session, guilds: list[Guild]) -> Json:
        return {
            "v": 10,
            "user": self._world.bot.payload(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "shard": [session.shard, session.shards],
            "resume_gateway_url": self.url,
            "application": {"id": str(self._world.application_id), "flags": 0},
        }

    def _resume(self, connection: Connection, data: Json) -> None:
        session = self._sessions.get(data["session_id"])
        if session is None:
            connection.send(Op.INVALID_SESSION, data=False)
            return
        session.connection = connection
        self.resumed += 1
        for number, frame in session.sent:
            if number > data["seq"]:
                connection.waiting.put_nowait(frame)
        session.tell("RESUMED", {})

    def _list_members(self, connection: Connection, data: Json) -> None:
        guild = self._world.guilds[int(data["guild_id"])]
        found = [member.payload() for member in _asked_for(guild, data)]
        session = next(s for s in self._sessions.values() if s.connection is connection)
        chunk: Json = {"guild_id": str(guild.id), "members": found, "not_found": []}
        chunk |= {"chunk_index": 0, "chunk_count": 1, "nonce": data.get("nonce")}
        session.tell("GUILD_MEMBERS_CHUNK", chunk)


def _guild_of(event: str, data: Json) -> int:
    """The group that an event is of; 0 if it is of none."""
    of_guild = event in ("GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE")
    return int(data.get("id" if of_guild else "guild_id") or 0)


def _visible(guild: Guild, bot_id: int, intents: int) -> Iterator[Member]:
    """Without the intent for members a bot sees itself and whoever is in a voice channel."""
    for member in guild.members.values():
        if intents & GUILD_MEMBERS or member.id == bot_id or member.id in guild.in_voice:
            yield member


def _asked_for(guild: Guild, data: Json) -> list[Member]:
    if "user_ids" in data:
        ids = data["user_ids"] if isinstance(data["user_ids"], list) else [data["user_ids"]]
        return [guild.members[int(i)] for i in ids if int(i) in guild.members]
    start = (data.get("query") or "").lower()
    named = [m for m in guild.members.values() if m.user.name.lower().startswith(start)]
    return named[: data.get("limit") or None]
