"""The Discord door: one interaction comes in, one answer goes out.

Services run off the event loop. If one takes long, the interaction is deferred in time, and the
answer arrives in the same place.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiohttp
import discord
import structlog

from bot.core.keys import Key
from bot.core.refusals import OLD_BUTTON, Refusal, StaleRefusal, clean_text
from bot.core.unit import Caller, Desk, Unit
from bot.door.card_table import CardTable
from bot.door.custom_ids import CustomId
from bot.door.errors import answer_error, answer_once
from bot.door.messages import Message
from bot.door.parts import Handler, Parts
from storage import outbox

P = ParamSpec("P")
R = TypeVar("R")
Service = Callable[Concatenate[Desk, Caller, P], R]

# What the cards of a session take.
NEEDED = frozenset({"send_messages", "embed_links", "attach_files"})
# Discord allows three seconds; the rest is for the way there and back.
PATIENCE = 1.5
# An answer to an interaction is worth nothing after this.
ANSWER_TIMEOUT = 20


@dataclass
class _Pressed:
    """The card under a press, read in the transaction of the change.

    `edit` is the edit that the answer carries; it is counted as under way with the change itself.
    """

    at: Key
    cards: CardTable
    edit: outbox.Edit | None = None
    draw: Callable[[], Message | None] | None = None

    def close(self, unit: Unit) -> None:
        """Save the edit of the pressed card, then read what the card shows.

        In this order, what was read is at least as new as the version of the edit.
        """
        unit.refresh(self.at)
        self.edit = unit.save_refreshes()
        if self.at in unit.seen:
            self.draw = self.cards.drawing(self.at, unit.seen[self.at], pictures=False)
        else:
            self.draw = self.cards.read(
                unit.tx, self.at, unit.now, pictures=False, group_id=unit.group.id
            )


class Door:
    """One interaction: its caller, its service, its answer."""

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self.interaction = interaction
        self.app: Parts = interaction.client.app
        self._answers_with_card = False
        # One for the whole interaction: two services in a row together have no more time than one.
        self._deadline = asyncio.get_running_loop().time() + PATIENCE
        # The task of an interaction has a context of its own, so this ends with it.
        structlog.contextvars.bind_contextvars(
            group=interaction.guild_id, user=interaction.user.id, interaction=interaction.id
        )

    @property
    def caller(self) -> Caller:
        """Return the member who acts, with their server, channel and permissions."""
        asked = self.interaction
        user = asked.user
        if (
            asked.guild_id is None
            or asked.channel_id is None
            or not isinstance(user, discord.Member)
        ):
            raise Refusal("This works in a server's channel, where the group is.")
        can = asked.permissions
        return Caller(
            group_id=asked.guild_id,
            group_name=clean_text(asked.guild.name if asked.guild else ""),
            user_id=user.id,
            name=clean_text(user.display_name),
            channel_id=asked.channel_id,
            interaction_id=asked.id,
            pressed=asked.message.id if asked.message and self._answers_with_card else None,
            manages_group=can.manage_guild or can.administrator,
            manages_events=can.manage_events,
            role_ids=frozenset(role.id for role in user.roles),
        )

    def require_posting(self) -> None:
        """Refuse to go on where the bot may not post cards."""
        lacking = [
            name.replace("_", " ").title()
            for name, allowed in self.interaction.app_permissions
            if name in NEEDED and not allowed
        ]
        if lacking:
            raise Refusal(
                f"I cannot post my cards in this channel: I lack {', '.join(lacking)}. Allow me "
                "these here, or use another channel."
            )

    async def do(self, service: "Service[P, R]", /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one service function, and tell Discord if it is slow."""
        return await self._in_time(
            self.app.run(service, self.app.desk, self.caller, *args, **kwargs)
        )

    async def draw(self, service: "Service[P, R]", /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a slow service that computes or draws, in threads of its own."""
        pool, desk = self.app.pools.pictures, self.app.slow_desk
        with pool.place(self.interaction.user.id):
            return await self._in_time(pool.run(service, desk, self.caller, *args, **kwargs))

    async def pack(self, service: "Service[P, R]", /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run an export, in threads of its own and one per group."""
        pool, desk = self.app.pools.exports, self.app.slow_desk
        with pool.place(self.interaction.guild_id):
            return await self._in_time(pool.run(service, desk, self.caller, *args, **kwargs))

    async def _in_time(self, running: Coroutine[Any, Any, R]) -> R:
        """Wait for the work, and tell Discord in time if it takes longer.

        If Discord refuses to be told, the work goes on; whatever answers it then is refused too.
        """
        work = asyncio.ensure_future(running)
        left = self._deadline - asyncio.get_running_loop().time()
        done, _ = await asyncio.wait({work}, timeout=max(0, left))
        if not done and not self.interaction.response.is_done():
            with suppress(discord.DiscordException, aiohttp.ClientError, OSError):
                await answer_once(lambda: self.interaction.response.defer(ephemeral=True))
        return await work

    async def press(self, custom_id: str, values: tuple[str, ...]) -> None:
        """Answer a press on a card, a choice in a select, or a filled-in form."""
        try:
            pressed = CustomId.parse(custom_id)
            await self._handler(pressed)(self, pressed.at, values)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await answer_error(self.interaction, error)

    def _handler(self, pressed: CustomId) -> Handler:
        action = self.app.actions.get(pressed.action)
        return action.handler if action and pressed.at.kind in action.kinds else unknown_press

    async def whisper(self, text: str = "", message: Message | None = None) -> None:
        """Answer the caller alone."""
        response = self.interaction.response
        private = replace(message or Message(), pings=())
        said = replace(private, content=text or private.content)
        if response.is_done():
            await self.interaction.followup.send(ephemeral=True, **said.to_send())
            return
        # A second try uploads again: what was read once is at its end.
        await answer_once(lambda: response.send_message(ephemeral=True, **said.to_send()))

    async def replace(self, message: Message) -> None:
        """Answer a press by putting another message in the place of the pressed one.

        For what only the caller sees: no card of the group is edited like this.
        """
        if self.interaction.response.is_done():
            await self.interaction.edit_original_response(**message.to_edit())
            return
        await answer_once(lambda: self.interaction.response.edit_message(**message.to_edit()))

    async def show(self, key: Key, note: str = "") -> None:
        """Answer the caller alone with the card as it is now; a note stands above it."""
        message = await self.do(_render_for, self.app.cards, key)
        if message is None:
            raise StaleRefusal("There is nothing to show any more.")
        await self.whisper(note or message.content, message)

    async def change(
        self, at: Key, service: "Service[P, R]", /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a service, and answer by showing the pressed card as it is then.

        This saves a request to Discord: the answer is the edit.
        """
        self._answers_with_card = True
        pressed = _Pressed(at, self.app.cards)
        shown = None
        try:
            result, message = await self.do(
                _change_and_draw, pressed, lambda desk, who: service(desk, who, *args, **kwargs)
            )
            if await self._update(message):
                shown = message
        finally:
            # An answer that failed may have arrived all the same, so the card is edited once more.
            if pressed.edit is not None:
                self.app.delivery.answered(pressed.edit, shown)
        return result

    async def _update(self, message: Message | None) -> bool:
        """Edit the pressed card to show the message; tell whether it shows it now."""
        if message is None or self.interaction.response.is_done():
            await self.acknowledge()
            return False
        async with asyncio.timeout(ANSWER_TIMEOUT):
            await answer_once(
                lambda: self.interaction.response.edit_message(**message.to_edit(files=False))
            )
        return True

    async def acknowledge(self) -> None:
        """Answer a press whose change shows elsewhere."""
        if not self.interaction.response.is_done():
            await answer_once(self.interaction.response.defer)

    async def ask(self, form: discord.ui.Modal) -> None:
        """Answer with a form to fill in, which can only be the first answer."""
        if self.interaction.response.is_done():
            raise Refusal("The form came too late for Discord. Nothing is lost: try once more.")
        await answer_once(lambda: self.interaction.response.send_modal(form))


async def unknown_press(_door: Door, _at: Key, _values: tuple[str, ...]) -> None:
    """Refuse a button that this version of the bot does not know."""
    raise StaleRefusal(OLD_BUTTON)


def _render_for(desk: Desk, caller: Caller, cards: CardTable, key: Key) -> Message | None:
    return cards.render(desk, key, group_id=caller.group_id)


def _change_and_draw(
    desk: Desk, caller: Caller, pressed: _Pressed, change: Callable[[Desk, Caller], R]
) -> tuple[R, Message | None]:
    """Run the service, then draw the pressed card once the change is saved."""
    result = change(replace(desk, closing=pressed.close), caller)
    draw = pressed.draw
    if draw is not None:
        return result, draw()
    again = pressed.cards.render(desk, pressed.at, pictures=False, group_id=caller.group_id)
    return result, again


def clean_data(data: Any) -> Any:
    """Clean every text of an interaction in place."""
    if isinstance(data, str):
        return clean_text(data)
    if isinstance(data, dict):
        data.update({name: clean_data(part) for name, part in data.items()})
    elif isinstance(data, list):
        data[:] = map(clean_data, data)
    return data


def fields_of(interaction: discord.Interaction[Any]) -> dict[str, str]:
    """Return what was typed into a form, by the fields' ids.

    Forms are read from the interaction itself and not from a live object, so one that was opened
    before a restart still arrives.
    """
    found: dict[str, str] = {}

    def walk(nodes: list[dict[str, Any]]) -> None:
        for node in nodes:
            if "custom_id" in node:
                values = node.get("values")
                found[node["custom_id"]] = values[0] if values else str(node.get("value") or "")
            walk(node.get("components", []))
            if "component" in node:
                walk([node["component"]])

    data: Any = interaction.data or {}
    walk(data.get("components", []))
    return found
