"""A simulated Discord with the real bot, and people who type and press.

The demo plays on it and the tests tell their stories on it. Everything goes through discord.py as
it would in earnest; only the network and the passing of time are simulated.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import discord
import simcord

from bot.answers.kinds import kind_of, read_kind
from bot.app import App
from bot.demo.virtual import virtual_alarms
from bot.door.messages import components_of
from storage import groups, migrate
from storage.engine import Database

MANAGER = discord.Permissions(manage_guild=True, manage_events=True)


# Seconds until simcord looks again whether the bot has come to rest; its own 0.05 made most of the
# time that a press took.
LOOK_AGAIN = 0.015


class PatientEnv(simcord.Env):
    """Simcord's environment, with as much time for the bot's start as for all else.

    Simcord itself allows five seconds.
    """

    async def _settle_internal(
        self, *, timeout: float | None = None, idle: float = LOOK_AGAIN, **more: Any
    ) -> None:
        patience = max(timeout or 0.0, self.settle_timeout)
        await super()._settle_internal(timeout=patience, idle=idle, **more)


# Seconds to wait for the bot. Timers due within them (not alarms, which wait for the virtual clock)
# would be waited for by the wall clock, so it is no longer than needed.
SETTLE_TIMEOUT = 30.0


class Stage:
    """One server with a text and a voice channel, and its people by name."""

    def __init__(
        self, env: simcord.Env, app: App, names: Sequence[str], parts: dict[str, Any]
    ) -> None:
        self.env = env
        self.app = app
        self._parts = parts
        self.guild = env.create_guild("Forecasting circle")
        self.channel = self.guild.create_text_channel("forecasting")
        self.voice = self.guild.create_voice_channel("The call")
        self.people = {name: self.add(name) for name in names}

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        database: Database,
        names: Sequence[str],
        *,
        sweep_seconds: float = 30,
        settle_timeout: float = SETTLE_TIMEOUT,
        start: datetime | None = None,
        newcomer: bool = False,
        **parts: Any,
    ) -> AsyncIterator["Stage"]:
        """Open the stage with the bot logged in; the virtual clock stands still unless moved.

        `parts` is what the app is given beside its database. A `newcomer` has only now been
        invited, and will welcome the group.
        """
        migrate.upgrade(database)
        parts["sweep_seconds"] = sweep_seconds
        parts["linger"] = 0.0  # no time passes here by itself

        async def sleep(seconds: float) -> None:
            """Sleep by the wall clock; only the story's own time ends the wait."""
            await env.external_wait(asyncio.sleep(seconds), reason="the time to look again")

        parts["sleep"] = sleep
        app = App(database, **parts)
        env = PatientEnv(app.client, check_errors=False, settle_timeout=settle_timeout)
        if start is not None:
            env.backend.clock.advance((start - env.now()).total_seconds())
        with virtual_alarms(env):
            await env.start()
            stage = cls(env, app, names, parts)
            if not newcomer:
                with database.write() as tx:
                    groups.get_or_add(tx, stage.guild.id, "Forecasting circle").welcomed = True
            try:
                await env.settle()
                yield stage
            finally:
                await stage.app.close()
                await env.shutdown()

    def add(self, name: str, *roles: simcord.RoleHandle) -> simcord.MemberActor:
        """Add a person to the server."""
        user = self.env.create_user(name.lower().replace(" ", "_"), global_name=name)
        return self.guild.add_member(user, roles=list(roles))

    def add_manager(self, name: str) -> simcord.MemberActor:
        """Add a person who may manage the server and its events."""
        role = self.guild.create_role(f"{name}'s role", permissions=MANAGER)
        self.people[name] = self.add(name, role)
        return self.people[name]

    def messages(self, channel: simcord.ChannelHandle | None = None) -> list[discord.Message]:
        """Return the channel's messages that everybody sees, oldest first."""
        return (channel or self.channel).history()

    def card(
        self, label: str | None = None, channel: simcord.ChannelHandle | None = None
    ) -> discord.Message:
        """Return the newest card, or the newest with an enabled button of this label."""
        for message in reversed(self.messages(channel)):
            if label is None or full_label(message, label):
                return message
        raise LookupError(f"No card has a button {label!r}: {self.transcript(channel)}")

    async def press(
        self, who: str, label: str, message: discord.Message | None = None
    ) -> simcord.InteractionResult:
        """Press a button as this person, on the newest card that has it."""
        seen = message or self.card(label)
        return await self.people[who].click(seen, label=full_label(seen, label) or label)

    async def more(self, who: str, label: str) -> simcord.InteractionResult:
        """Press a button behind More as this person."""
        private = await self.press(who, "More")
        return await self.answer(who, private, label)

    async def answer(
        self, who: str, asked: simcord.InteractionResult, label: str
    ) -> simcord.InteractionResult:
        """Press a button of the private message that an earlier press was answered with."""
        return await self.people[who].click(private_message(asked), label=label)

    async def finish(self, who: str) -> simcord.InteractionResult:
        """Press Done as this person, and Finish anyway where the bot asks."""
        answer = await self.press(who, "Done", self.card("Pass"))
        if answer.response is None or not answer.response.ephemeral:
            return answer
        return await self.answer(who, answer, "Finish anyway")

    async def leave(self, who: str) -> simcord.InteractionResult:
        """Leave the circle as this person, in a round or in its lobby."""
        newest = self.card()
        if "More" in labels(newest) and "Leave" not in labels(newest):
            asked = await self.more(who, "Leave")
        else:
            asked = await self.press(who, "Leave")
        return await self.answer(who, asked, "Leave")

    async def fill(
        self, who: str, form: simcord.InteractionResult, **values: Any
    ) -> simcord.InteractionResult:
        """Send a form that was shown to this person."""
        return await self.people[who].submit_modal(form, values)

    async def type(self, who: str, command: str, **options: Any) -> simcord.InteractionResult:
        """Type a slash command in the channel as this person."""
        return await self.people[who].slash(self.channel, command, **options)

    async def record(
        self, who: str, probability: str, reason: str = "", label: str = "Record forecast"
    ) -> simcord.InteractionResult:
        """Press Record forecast as this person, and fill in the form."""
        form = await self.press(who, label)
        return await self.fill(who, form, probability=probability, reason=reason)

    async def bring(
        self, who: str, title: str, answers: str = "", *, label: str | None = None, **more: str
    ) -> simcord.InteractionResult:
        """Submit a question as this person, by the command or the button of this label.

        `answers` names its kind, with its options or its unit.
        """
        asked = read_kind(answers)
        form = await (self.press(who, label) if label else self.type(who, "question submit"))
        first = await self.fill(who, form, title=title, kind=asked.kind, **more)
        return await self.detail(who, first, kind_of(asked.kind).write_details(asked))

    async def detail(
        self, who: str, first: simcord.InteractionResult, answers: str
    ) -> simcord.InteractionResult:
        """Fill in the second form of a question, where the first was answered with a button."""
        shown = first.response.message if first.response is not None else None
        offered = [one for one in labels(shown) if one.startswith("Add the ")] if shown else []
        if shown is None or not offered:
            return first
        second = await self.people[who].click(shown, label=offered[0])
        return await self.fill(who, second, answers=answers)

    async def wait(self, seconds: float) -> None:
        """Let virtual time pass."""
        await self.env.advance_time(seconds)

    async def restart(self) -> None:
        """Start a new bot on the same database, as after a sudden crash."""
        old = self.app
        if old.web is not None:  # the system closes a dead process's sockets
            await old.web.close()
        old.locks.close()  # as PostgreSQL does with a dead process's
        self.app = App(old.database, **self._parts)
        await self.env.restart_bot(self.app.client)

    def transcript(self, channel: simcord.ChannelHandle | None = None) -> str:
        """Return the channel's messages as text."""
        return "\n".join(as_text(message) for message in self.messages(channel))


def full_label(message: discord.Message, label: str) -> str | None:
    """Return the label of an enabled button; one may go on with a count, "I'm ready (2 of 6)"."""
    return next(
        (one for one in labels(message) if one == label or one.startswith(f"{label} (")), None
    )


def private_message(result: simcord.InteractionResult) -> discord.Message:
    """Return the newest private message that a press was answered with."""
    said = [one for one in (result.response, *result.followups) if one is not None]
    return said[-1].message


def labels(message: discord.Message) -> list[str]:
    """Return the labels of a message's enabled buttons."""
    return [
        str(part.label)
        for part in components_of(message)
        if isinstance(part, discord.Button) and not part.disabled
    ]


def as_text(message: discord.Message) -> str:
    """Return a message as a person would read it aloud."""
    parts = [message.content] if message.content else []
    for embed in message.embeds:
        parts += [embed.title or "", embed.description or ""]
        parts += [f"{field.name}\n{field.value}" for field in embed.fields]
        parts += [embed.footer.text or ""]
    parts += texts(message)
    buttons = labels(message)
    if buttons:
        parts.append("  ".join(f"[{label}]" for label in buttons))
    return "\n".join(part for part in parts if part)


def texts(message: discord.Message) -> list[str]:
    """Return the texts of a message that is laid out in parts."""
    return [
        part.content for part in components_of(message) if isinstance(part, discord.TextDisplay)
    ]
