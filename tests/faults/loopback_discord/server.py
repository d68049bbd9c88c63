"""`LoopbackDiscord`: starts and stops the stand-in, and is what a test talks to.

What a member can do (slash, click, …) is inherited from `actors.py`; here is how a test furnishes
the place, breaks it, and looks at what the bot did.
"""

from __future__ import annotations

import asyncio
import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Self, TypeVar

from aiohttp import web

from tests.machine import patience

from .actors import PATIENCE, Actors
from .api import Api
from .faults import FaultPlan, GlobalLimit
from .gateway import HEARTBEAT, Gateway
from .interactions import Interactions
from .messages import Message, Messages, snapshots
from .wire import ATTACHMENTS, PREFIX, SOCKET, Request, Wire
from .world import TEXT, VOICE, Channel, Guild, Json, Member, Role, User, World

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

NONCE_WINDOW = 180.0
ANSWER_WITHIN = 3.0
LOOK_AGAIN = 0.01


class LoopbackDiscord(Actors):
    """A small Discord on this machine for a real bot process.

    `clock` is the server's time in Unix seconds. Ids, the window of nonces and the deadlines of
    interactions go by it, so that a test can move them. Discord says "a few minutes" of the window;
    `nonce_window` and `nonces_are_per_channel` are there because it says no more than that.
    With `requests_a_second` it refuses what comes faster, as Discord does from 50 on. It wants a
    `heartbeat` of a bot every so many seconds, and does not mind if none comes.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        nonce_window: float = NONCE_WINDOW,
        answer_within: float | None = None,
        requests_a_second: int | None = None,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self._faults = FaultPlan()
        self.world = World(clock, self._announce)
        self.gateway = Gateway(self.world, heartbeat)
        self._messages = Messages(self.world, nonce_window)
        limit = answer_within or max(ANSWER_WITHIN, patience(1))  # Discord's own, on a busy machine
        self._interactions = Interactions(self.world, self._messages, limit)
        self._api = Api(self.world, self._messages, self._interactions)
        a_second = GlobalLimit(requests_a_second)
        files = self._messages.files
        self._wire = Wire(self._api, self.gateway.serve, self._faults, files, a_second)
        self.fail, self.delay = self._faults.fail, self._faults.delay
        self.drop_gateway = self.gateway.drop

    def _announce(self, event: str, data: Json) -> None:
        self.gateway.announce(event, data)

    async def __aenter__(self) -> Self:
        application = self._wire.application
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        address = "{}:{}".format(*self._runner.addresses[0][:2])
        self.api_base = f"http://{address}{PREFIX}"
        self.gateway_url = f"ws://{address}{SOCKET}"
        self.gateway.url = self._api.socket_url = self.gateway_url
        self._messages.file_url = f"http://{address}{ATTACHMENTS}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gateway.drop(resumable=False)
        await self._runner.cleanup()

    # Furniture

    @property
    def bot(self) -> User:
        return self.world.bot

    def add_guild(
        self, name: str = "Forecasters", *, shard: int = 0, shards: int = 1, new: bool = False
    ) -> Guild:
        """A group with the bot as an administrator in it, new to it or not, on this shard."""
        return self.world.add_guild(name, shard, shards, new=new)

    def add_text_channel(self, guild: Guild, name: str = "circle") -> Channel:
        return self.world.add_channel(guild, TEXT, name)

    def add_voice_channel(self, guild: Guild, name: str = "Table") -> Channel:
        return self.world.add_channel(guild, VOICE, name)

    def delete_channel(self, channel: Channel) -> None:
        """With all that is in it; the bot gets "Unknown Channel" from now on."""
        self.world.delete_channel(channel)

    def take_away(self, guild: Guild) -> None:
        """An outage at Discord: the group is not available, though nobody has left it."""
        guild.away = True
        self.world.announce("GUILD_DELETE", {"id": str(guild.id), "unavailable": True})

    def give_back(self, guild: Guild) -> None:
        """The end of the outage: Discord tells the group anew."""
        guild.away = False
        self.world.announce_guild(guild)

    def delete_message(self, message: Message) -> None:
        """As a moderator would."""
        stored = self._messages.find(message.id)
        if stored is not None:
            self._messages.delete(stored)

    def add_role(self, guild: Guild, name: str, permissions: int = 0) -> Role:
        return self.world.add_role(guild, name, permissions)

    def add_user(self, name: str) -> User:
        return self.world.add_user(name)

    def add_member(
        self, guild: Guild, user: User, *, permissions: int = 0, roles: tuple[Role, ...] = ()
    ) -> Member:
        """Lets a user into a group; `permissions` are added to what everyone may do there."""
        return self.world.add_member(guild, user, permissions=permissions, roles=roles)

    @property
    def nonce_window(self) -> float:
        """For how long a nonce is remembered, in seconds."""
        return self._messages.nonce_window

    @nonce_window.setter
    def nonce_window(self, seconds: float) -> None:
        self._messages.nonce_window = seconds

    @property
    def answer_within(self) -> float:
        """For how long Discord waits for the first answer to an interaction, in seconds."""
        return self._interactions.answer_within

    @answer_within.setter
    def answer_within(self, seconds: float) -> None:
        self._interactions.answer_within = seconds

    @property
    def nonces_are_per_channel(self) -> bool:
        """Whether the same nonce in another channel is another message."""
        return self._messages.nonces_are_per_channel

    @nonces_are_per_channel.setter
    def nonces_are_per_channel(self, value: bool) -> None:
        self._messages.nonces_are_per_channel = value

    def post_as_bot(self, channel: Channel, content: str) -> Message:
        """A message of the bot's that was there before."""
        return Message(self._messages.create(channel, self.bot, {"content": content}, {}))

    # Observation

    @property
    def requests(self) -> list[Request]:
        """All that the bot sent, in the order of arrival."""
        return self._wire.requests

    @property
    def unknown_requests(self) -> list[Request]:
        """Those among them that this stand-in doesn't know how to answer."""
        return self._wire.unknown_requests

    def requests_to(self, method: str, path_glob: str) -> list[Request]:
        return [r for r in self.requests if r.method == method and fnmatchcase(r.path, path_glob)]

    def messages(self, channel: Channel | User, *, last: int = 0) -> list[Message]:
        """What is in a channel, or in the conversation of the bot with one person, oldest first.

        With `last` only the newest so many.
        """
        place = self.world.direct_channel(channel) if isinstance(channel, User) else channel
        return list(snapshots(self._messages.in_channel(place.id)[-last:]))

    def private_messages(self, member: Member) -> list[Message]:
        """The ephemeral messages that only this member sees."""
        return list(snapshots(self._messages.private_to(member.id)))

    def file(self, attachment: Json) -> bytes:
        """What is in an attachment of a message."""
        return self._messages.files[int(attachment["id"])]

    def scheduled_events(self, guild: Guild) -> list[Json]:
        return list(guild.events.values())

    def commands(self, guild: Guild | None = None) -> list[Json]:
        """The commands that the bot registered, for one group or for all."""
        return self._api.commands.get(guild.id if guild else None, [])

    async def online(self, within: float | None = None) -> None:
        """Waits until a bot is connected. After a restart ask the `BotProcess`: it knows which."""
        await self.until(lambda: self.gateway.connected, within or patience(10))

    async def until(self, condition: Callable[[], T], within: float | None = None) -> T:
        """Waits until the condition holds, and returns what made it true."""
        limit = within or patience(PATIENCE)
        deadline = time.monotonic() + limit
        while not (result := condition()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"Still not so after {limit:.0f} seconds")
            await asyncio.sleep(LOOK_AGAIN)
        return result

    async def quiet(self, for_seconds: float = 0.2, within: float | None = None) -> None:
        """Waits until the bot has asked for nothing for a while: it is done, as far as one sees."""
        start = time.monotonic()
        await self.until(lambda: time.monotonic() - self._last_heard(start) > for_seconds, within)

    def _last_heard(self, start: float) -> float:
        return max([start, *(request.time for request in self.requests[-1:])])
