"""A place for the bot, and members who act on what they see, without regard for a bot that dies.

They are seeded, and many at once. Each looks at the newest cards of a channel and does something
that is on the screen, mostly what moves the evening on. All that was typed into forms is kept, to
be compared with what was saved.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from storage.engine import Database
from tests.faults.launch import DOJO
from tests.faults.loopback_discord import Interaction, Message, NotAnswered, NotOnScreen
from tests.faults.loopback_discord.components import BUTTON, walk
from tests.faults.process import BotProcess
from tests.machine import patience

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from storage.shards import Shards
    from tests.faults.loopback_discord import Channel, Guild, LoopbackDiscord, Member

CARD_ANSWERS = (6, 7)  # the pressed card shows what was done
SEEN = 6  # cards that are on the screen without scrolling
PATIENCE = 0.35  # on an idle machine

# How often a button is pressed when a member sees it. What moves on comes first.
EAGERNESS = {
    "record": 30,
    "done": 12,
    "ready": 4,
    "move_on": 6,
    "more_round": 4,
    "finish": 12,
    "leave_now": 2,
    "back": 1,
    "change_question": 1,
    "to_lobby": 2,
    "start_round": 10,
    "next_round": 10,
    "join": 8,
    "take_over": 8,
    "extend": 2,
    "pause": 1,
    "resume": 8,
    "pass": 2,
    "skip": 1,
    "leave": 1,
    "end_session": 1,
    "mark": 1,
    "resolve": 1,
    "dispute": 1,
    "going": 2,
    "maybe": 1,
    "start": 2,
}
COMMANDS = (
    "question submit",
    "session start",
    "session join",
    "session next",
    "session back",
    "forecast",
    "session schedule",
    "leaderboard",
)
MANAGES = 1 << 5 | 1 << 33
SHORT_ROUNDS = {"turn": "30s", "grace": "0s", "blind": "2s", "final": "2s"}


class Place:
    """Two groups with three channels, the bot's database, and the bot."""

    OTHERS = ("Ann", "Bob", "Cat")

    def __init__(self, discord: LoopbackDiscord, folder: Path, *, new: bool = False) -> None:
        self._open(discord, f"sqlite:///{folder / 'dojo.db'}")
        for name, channels in (("Ravens", 2), ("Owls", 1)):
            self._furnish(discord.add_guild(name, new=new), channels)

    def _open(self, discord: LoopbackDiscord, url: str) -> None:
        self.discord, self.url = discord, url
        self.environment = {
            "DOJO_DISCORD_TOKEN": "a-token",
            "DOJO_DATABASE_URL": self.url,
            "DOJO_LOG_LEVEL": "INFO",
        }
        self.tables: list[tuple[Channel, list[Member]]] = []
        self.managers: list[tuple[Channel, Member]] = []

    def _furnish(self, guild: Guild, channels: int) -> None:
        host = self.discord.add_member(
            guild, self.discord.add_user(f"{guild.name} host"), permissions=MANAGES
        )
        others = [
            self.discord.add_member(guild, self.discord.add_user(f"{guild.name} {name}"))
            for name in self.OTHERS
        ]
        for number in range(channels):
            channel = self.discord.add_text_channel(guild, f"circle-{number}")
            self.tables.append((channel, [host, *others]))
        self.managers.append((channel, host))

    def bot(self, module: str = DOJO) -> BotProcess:
        return BotProcess(self.discord, "run", env=self.environment, module=module, forked=True)

    async def shorten_rounds(self) -> None:
        for channel, host in self.managers:
            await self.discord.slash(channel, host, "settings rounds", SHORT_ROUNDS)

    def messages(self) -> list[Message]:
        return [one for channel, _ in self.tables for one in self.discord.messages(channel)]


class SpreadPlace(Place):
    """A group on each shard, a PostgreSQL database, and a process for each range of shards."""

    OTHERS = ("Ann", "Bob")

    def __init__(self, discord: LoopbackDiscord, url: str, ranges: Sequence[Shards]) -> None:
        self._open(discord, url)
        self.ranges = ranges
        count = ranges[0].count
        for shard in range(count):
            name = f"Group {shard}"
            self._furnish(discord.add_guild(name, shard=shard, shards=count, new=True), 1)

    def bots(self) -> list[BotProcess]:
        return [self.bot_of(shards) for shards in self.ranges]

    def bot_of(self, shards: Shards, **how: Any) -> BotProcess:
        environment = self.environment | {"DOJO_SHARDS": str(shards)}
        how = how or {"forked": True}
        return BotProcess(self.discord, "run", env=environment, shards=list(shards.numbers), **how)


@contextlib.contextmanager
def opened(url: str) -> Iterator[Database]:
    """The bot's database, beside the bot."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


async def lobby_of(place: Place, channel: Channel, host: Member) -> Message:
    """A lobby with a question."""
    form = await place.discord.slash(channel, host, "question submit")
    await place.discord.submit_modal(form, host, {"title": "Will it rain tomorrow?"})
    await place.discord.slash(channel, host, "session start")
    return await card_with(place.discord, channel, "Start the round")


async def turn_of(place: Place, channel: Channel, host: Member) -> Message:
    """The card of a first turn, which the host has."""
    await place.discord.slash(channel, host, "settings rounds", {"blind": "0s"})
    lobby = await lobby_of(place, channel, host)
    await place.discord.click(lobby, host, label="Start the round")
    return await card_with(place.discord, channel, "Record forecast")


async def card_with(discord: LoopbackDiscord, channel: Channel, label: str) -> Message:
    """The newest card with this button, once there is one."""

    def found() -> Message | None:
        cards = discord.messages(channel)
        return next((card for card in reversed(cards) if label in card.text.splitlines()), None)

    card = await discord.until(found)
    assert card is not None
    return card


def shown(discord: LoopbackDiscord, card: Message, channel: Channel) -> str:
    """What a card says by now; nothing if it is gone."""
    return next((one.text for one in discord.messages(channel) if one.id == card.id), "")


@dataclass(frozen=True)
class Typed:
    """A forecast as it was sent off."""

    interaction: Interaction
    member: Member
    probability: float
    reason: str

    @property
    def acknowledged(self) -> bool:
        """Whether the member was told that it is recorded, by a receipt or by the card."""
        answer = self.interaction
        return answer.type in CARD_ANSWERS or _says(answer, "Recorded: ")

    @property
    def refused(self) -> bool:
        """Whether the member was told something else."""
        answer = self.interaction
        return answer.type is not None and answer.message is not None and not self.acknowledged


@dataclass
class Crowd:
    """Everybody in these channels, and what they have typed so far."""

    discord: LoopbackDiscord
    chance: random.Random
    forecasts: list[Typed] = field(default_factory=list)
    questions: list[tuple[str, Interaction]] = field(default_factory=list)
    sent: list[Interaction] = field(default_factory=list)

    async def live(self, member: Member, channel: Channel) -> None:
        """One member acts in one channel until the task is cancelled."""
        while True:
            try:
                await self._act(member, channel)
            except NotOnScreen:
                pass  # the card changed under their hands
            except NotAnswered as error:
                self.sent.append(error.interaction)
            await asyncio.sleep(self.chance.uniform(0.02, 0.15))

    async def _act(self, member: Member, channel: Channel) -> None:
        luck = self.chance.random()
        if luck < 0.05 and self.sent:
            await self._send_again()
        elif luck < 0.15:
            await self._type(member, channel)
        else:
            await self._press_something(member, channel)

    async def _send_again(self) -> None:
        """Discord delivers something once more, answered or not."""
        interaction = self.chance.choice(self.sent[-40:])
        await self.discord.redeliver(interaction, within=patience(PATIENCE))

    async def _type(self, member: Member, channel: Channel) -> None:
        command = self.chance.choice(COMMANDS)
        options: dict[str, Any] = {}
        if command == "forecast":
            await self._forecast_by_command(member, channel)
            return
        if command == "session schedule":
            options = {"when": "in 3 hours", "title": f"Evening {len(self.sent)}"}
        answer = await self._slash(channel, member, command, options)
        await self._fill_in(answer, member)

    async def _forecast_by_command(self, member: Member, channel: Channel) -> None:
        probability, reason = self._opinion()
        known = list(range(1, 1 + len(self.questions)))
        if not known:
            return
        options = {
            "question": str(self.chance.choice(known)),
            "probability": f"{probability:.2%}",
            "reason": reason,
        }
        interaction = await self._kept(
            self.discord.slash(channel, member, "forecast", options, within=patience(PATIENCE))
        )
        self.forecasts.append(Typed(interaction, member, probability, reason))

    async def _slash(
        self, channel: Channel, member: Member, command: str, options: dict[str, Any]
    ) -> Interaction:
        answer = await self.discord.slash(
            channel, member, command, options, within=patience(PATIENCE)
        )
        self.sent.append(answer)
        return answer

    async def _press_something(self, member: Member, channel: Channel) -> None:
        choices = [
            (message, component["custom_id"])
            for message in self._on_screen(member, channel)
            for component in walk(message.data["components"])
            if component["type"] == BUTTON or component.get("options")
            if "custom_id" in component  # links lead away
        ]
        if not choices:
            await self._slash(channel, member, "session start", {})
            return
        weights = [EAGERNESS.get(_action(custom_id), 1) for _, custom_id in choices]
        [(message, custom_id)] = self.chance.choices(choices, weights)
        if "=" in custom_id:
            await self._vote(message, member, custom_id)
            return
        answer = await self.discord.click(
            message, member, custom_id=custom_id, within=patience(PATIENCE)
        )
        self.sent.append(answer)
        await self._fill_in(answer, member)

    def _on_screen(self, member: Member, channel: Channel) -> list[Message]:
        """The newest cards, and the newest message that only this member sees there."""
        own = [one for one in self.discord.private_messages(member) if one.channel_id == channel.id]
        return [*self.discord.messages(channel, last=SEEN), *own[-1:]]

    async def _vote(self, message: Message, member: Member, custom_id: str) -> None:
        options = next(
            component["options"]
            for component in walk(message.data["components"])
            if component.get("custom_id") == custom_id
        )
        value = self.chance.choice(options)["value"]
        self.sent.append(
            await self.discord.select(
                message, member, [value], custom_id=custom_id, within=patience(PATIENCE)
            )
        )

    async def _fill_in(self, answer: Interaction, member: Member) -> None:
        """Sends off the form that was shown, if one was."""
        if answer.modal is None:
            return
        action = _action(answer.modal["custom_id"])
        if action == "recorded":
            await self._record(answer, member)
        elif action == "submitted":
            title = f"Will thing number {len(self.questions) + 1} of {member.user.name} happen?"
            interaction = await self._submit(answer, member, {"title": title})
            self.questions.append((title, interaction))
        elif action == "resolved":
            outcome = self.chance.choice(("yes", "no"))
            await self._submit(answer, member, {"outcome": outcome})
        elif action == "disputed":
            await self._submit(answer, member, {"reason": "I saw it differently"})

    async def _record(self, form: Interaction, member: Member) -> None:
        probability, reason = self._opinion()
        typed = {"probability": f"{probability:.2%}", "reason": reason}
        interaction = await self._submit(form, member, typed)
        self.forecasts.append(Typed(interaction, member, probability, reason))

    def _opinion(self) -> tuple[float, str]:
        return self.chance.randint(100, 9900) / 10_000, f"reason {len(self.forecasts)}"

    async def _submit(
        self, form: Interaction, member: Member, values: dict[str, Any]
    ) -> Interaction:
        return await self._kept(
            self.discord.submit_modal(form, member, values, within=patience(PATIENCE))
        )

    async def _kept(self, act: Any) -> Interaction:
        """The interaction, answered or not; it is kept for another delivery."""
        try:
            interaction = await act
        except NotAnswered as error:
            interaction = error.interaction
        self.sent.append(interaction)
        return interaction


def start_acting(
    tasks: asyncio.TaskGroup, crowd: Crowd, tables: Sequence[tuple[Channel, Sequence[Member]]]
) -> list[asyncio.Task[None]]:
    """Everybody at all the tables begins."""
    return [
        tasks.create_task(crowd.live(member, channel))
        for channel, members in tables
        for member in members
    ]


def _action(custom_id: str) -> str:
    return custom_id.replace("=", "|").partition("|")[0]


def _says(answer: Interaction, words: str) -> bool:
    shown = [answer.message, *answer.follow_ups]
    return any(words in message.content for message in shown if message is not None)
