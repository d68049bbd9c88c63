"""What the door needs of the app above it; `app.py` has it all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import discord
from discord import app_commands

from bot.core.pools import Pools
from bot.core.rates import Rates
from bot.core.unit import Desk, Person
from bot.core.watch import Watch
from bot.door.card_table import CardTable
from bot.door.messages import Message
from storage import outbox
from storage.enums import CardKind
from storage.shards import Shards

if TYPE_CHECKING:
    from collections.abc import Coroutine

    import aiohttp

Handler = Callable[..., "Coroutine[Any, Any, None]"]
# Makes a form anew, from its key and from what was typed into it before.
MakeForm = Callable[..., "Coroutine[Any, Any, discord.ui.Modal]"]
AnyCommand = app_commands.Command[Any, ..., Any] | app_commands.Group
AnyMenu = app_commands.ContextMenu


@dataclass(frozen=True)
class Action:
    """What a press does, and the kinds of keys that it may have.

    Anybody can make up a custom id, and a handler must not be handed the number of something else.
    Where the press is the sending of a form, `form` makes that form; what was refused is opened so.
    """

    handler: Handler
    kinds: Collection[CardKind]
    form: MakeForm | None = None


class RequestBudget(Protocol):
    """The budget of requests to Discord."""

    def trace(self) -> "aiohttp.TraceConfig":
        """Return what makes the HTTP client wait before each request."""


class OutboxDelivery(Protocol):
    """The outbox's way to Discord."""

    def wake(self) -> None:
        """Look into the outbox soon."""

    def answered(self, edit: outbox.Edit, shown: Message | None) -> None:
        """Note what the answer to a press has shown; None if it may have failed."""


class DiscordListener(Protocol):
    """What hears of changes in Discord other than interactions."""

    def permit(self, group_id: int, channel_id: int | None = None) -> None:
        """Hear that permissions changed."""

    def join(self, group_id: int) -> None:
        """Hear that the bot is in this server."""

    def leave(self, group_id: int) -> None:
        """Hear that the bot was removed from this server."""

    def lose(self, group_id: int, channel_id: int) -> None:
        """Hear that a channel was deleted."""

    def greet(self, shard: int | None = None) -> None:
        """Hear that the bot has connected, or one of its shards."""

    def leave_call(self, group_id: int, channel_id: int, user_id: int) -> None:
        """Hear that somebody left a voice channel."""

    def come_to_call(self, group_id: int, channel_id: int, who: Person) -> None:
        """Hear that somebody came to a voice channel."""

    def change_interest(self, group_id: int, event_id: int) -> None:
        """Hear that somebody's interest in an event changed."""


class Connection(Protocol):
    """What hears how the connection to Discord is."""

    def lost(self, shard: int | None = None) -> None:
        """Hear that it is gone."""

    def back(self, shard: int | None = None) -> None:
        """Hear that it is there again."""


class Finder(Protocol):
    """What asks other platforms for questions."""

    def find(self, requests: Sequence[Any]) -> "Coroutine[Any, Any, Any]":
        """Return what the first of these finds, or refuse in words."""


class Parts(Protocol):
    """The parts of the app that interactions are answered with."""

    desk: Desk
    slow_desk: Desk
    pools: Pools
    watch: Watch
    rates: Rates

    @property
    def commands(self) -> Sequence[AnyCommand | AnyMenu]:
        """Return all slash commands, and what stands in the menu of a message."""

    @property
    def actions(self) -> "Mapping[str, Action]":
        """Return what answers a press, by the first word of its custom id."""

    @property
    def cards(self) -> CardTable:
        """Return the table of cards."""

    @property
    def shards(self) -> Shards:
        """Return which of Discord's shards this process has."""

    @property
    def pace(self) -> RequestBudget:
        """Return the budget of requests to Discord."""

    @property
    def delivery(self) -> OutboxDelivery:
        """Return the outbox's way to Discord."""

    @property
    def changes(self) -> DiscordListener:
        """Return the part that hears what changes in Discord."""

    @property
    def gateway(self) -> Connection:
        """Return the part that hears how the connection is."""

    @property
    def sources(self) -> Finder:
        """Return what asks other platforms."""

    async def begin(self) -> None:
        """Go on where the last process stopped."""

    async def note_commands(self, ids: Mapping[str, int]) -> None:
        """Note the ids that Discord has given to the slash commands."""

    def run(
        self, work: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> "Coroutine[Any, Any, Any]":
        """Run synchronous work off the event loop."""
