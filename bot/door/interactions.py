"""The Discord door: one interaction comes in, one answer goes out.

Services run off the event loop. If one takes long, the interaction is deferred in time, and the
answer arrives in the same place.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiohttp
import discord
import structlog

from bot.core import drafts, limits, logs
from bot.core.drafts import FilledForm
from bot.core.errors import RepeatedInteractionError
from bot.core.keys import Key
from bot.core.limits import Rate
from bot.core.refusals import OLD_BUTTON, Refusal, StaleRefusal, clean_text
from bot.core.unit import Caller, Desk, Loner, Unit
from bot.door import forms
from bot.door.card_table import CardTable
from bot.door.custom_ids import CustomId
from bot.door.errors import SAVED, UNKNOWN_MESSAGE, answer_once, kind_of, reason_of, unwrap
from bot.door.messages import Message
from bot.door.parts import Action, Parts
from storage import outbox
from storage.enums import CardKind
from storage.troubles import Trouble, trouble_of

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger()
Service = Callable[Concatenate[Desk, Caller, P], R]
LoneService = Callable[Concatenate[Desk, Loner, P], R]

# What the cards of a session take.
NEEDED = frozenset({"send_messages", "embed_links", "attach_files"})
# Discord allows three seconds; the rest is for the way there and back.
PATIENCE = 1.5
# An answer to an interaction is worth nothing after this.
ANSWER_TIMEOUT = 20
# Cards that are never shown to one person alone: there, a press is answered in words.
OF_THE_GROUP = frozenset(
    {
        CardKind.LOBBY,
        CardKind.WARM_UP,
        CardKind.BLIND,
        CardKind.TURN,
        CardKind.CUE,
        CardKind.FINAL,
        CardKind.STOPPED,
        CardKind.SUMMARY,
    }
)
SHOWN_THERE = "Done. The card in the channel shows it."
GONE = "Done. The card that you pressed is gone by now; the newest one in the channel shows it."


@dataclass
class _Pressed:
    """The card under a press, read in the transaction of the change.

    `edit` is the edit that the answer carries; it is counted as under way with the change itself.
    `gone` says that the answer deletes the card instead.
    """

    at: Key
    cards: CardTable
    edit: outbox.Edit | None = None
    gone: bool = False
    draw: Callable[[], Message | None] | None = None

    def close(self, unit: Unit) -> None:
        """Save the edit of the pressed card, then read what the card shows.

        In this order, what was read is at least as new as the version of the edit.
        """
        self.gone = str(self.at) in unit.withdrawn
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
        self.card_is_gone = False
        # One for the whole interaction: two services in a row together have no more time than one.
        self._deadline = asyncio.get_running_loop().time() + PATIENCE
        # The task of an interaction has a context of its own, so this ends with it.
        logs.begin(interaction.id, group=interaction.guild_id, user=interaction.user.id)

    @property
    def caller(self) -> Caller:
        """Return the member who acts, with their server, channel and permissions."""
        asked = self.interaction
        user = asked.user
        group_id = self._group_id
        if group_id is None or asked.channel_id is None or not isinstance(user, discord.Member):
            raise Refusal("This works in a server's channel, where the group is.")
        can = asked.permissions
        return Caller(
            group_id=group_id,
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

    @property
    def loner(self) -> Loner:
        """Return who acts for themselves alone, wherever they are."""
        return Loner(self.interaction.user.id, self._group_id, self.interaction.id)

    @property
    def _group_id(self) -> int | None:
        """Return the server, if the bot is a member there: people take some commands elsewhere."""
        found = self.interaction.guild_id
        return found if found is None or self.interaction.client.get_guild(found) else None

    def require_group(self) -> None:
        """Refuse to go on in a direct message, before anything is typed there."""
        _ = self.caller

    def require_posting(self, elsewhere: discord.abc.GuildChannel | None = None) -> None:
        """Refuse to go on where the bot may not post cards: here, or in another channel."""
        allowed = self.interaction.app_permissions
        if elsewhere is not None:
            allowed = elsewhere.permissions_for(elsewhere.guild.me)
        lacking = [
            name.replace("_", " ").title() for name, has in allowed if name in NEEDED and not has
        ]
        if lacking:
            place = f"<#{elsewhere.id}>" if elsewhere else "this channel"
            raise Refusal(
                f"I cannot post my cards in {place}: I lack {', '.join(lacking)}. Allow me these "
                f"{'there' if elsewhere else 'here'}, or use another channel."
            )

    @property
    def _desk(self) -> Desk:
        """Return the desk, which notes with the interaction that a change was saved."""
        desk: Desk = self.app.desk

        def note(unit: Unit) -> None:
            self.interaction.extras[SAVED] = True
            desk.saved(unit)

        return replace(desk, saved=note)

    async def do(self, service: "Service[P, R]", /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one service function, and tell Discord if it is slow.

        The change that a corrected form makes also puts away the form as it was refused.
        """
        desk, numbers = self._desk, forms.went_on_from(self.interaction)
        if numbers:
            desk = replace(desk, closing=lambda unit: drafts.put_away(unit, numbers))
        return await self._in_time(self.app.run(service, desk, self.caller, *args, **kwargs))

    async def draw(self, service: "Service[P, R]", /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a slow service that computes or draws, in threads of its own."""
        pool, desk = self.app.pools.pictures, self.app.slow_desk
        with pool.place(self.interaction.user.id):
            self.count(limits.PICTURES)
            return await self._in_time(pool.run(service, desk, self.caller, *args, **kwargs))

    async def do_alone(
        self, service: "LoneService[P, R]", /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a service for one person, who may be in no group, and tell Discord if it is slow."""
        return await self._in_time(self.app.run(service, self._desk, self.loner, *args, **kwargs))

    async def draw_alone(
        self, service: "LoneService[P, R]", /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a slow service for one person, in threads of its own."""
        pool, desk = self.app.pools.pictures, self.app.slow_desk
        with pool.place(self.interaction.user.id):
            self.count(limits.PICTURES)
            return await self._in_time(pool.run(service, desk, self.loner, *args, **kwargs))

    async def pack(self, service: "Service[P, R]", /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run an export, in threads of its own and one per group."""
        pool, desk = self.app.pools.exports, self.app.slow_desk
        with pool.place(self.interaction.guild_id):
            self.count(limits.EXPORTS)
            return await self._in_time(pool.run(service, desk, self.caller, *args, **kwargs))

    def count(self, rate: Rate) -> None:
        """Count something that costs; refuse a member who has asked for too much of it."""
        self.app.rates.take(rate, self.interaction.user.id, self.app.desk.clock())

    async def find(self, requests: Sequence[Any]) -> Any:
        """Ask another platform, and tell Discord if it is slow."""
        return await self._in_time(self.app.sources.find(requests))

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
            logs.note_key(pressed.at)
            await self._action(pressed).handler(self, pressed.at, values)
            if self.card_is_gone and not self.interaction.response.is_done():
                await self.whisper(GONE)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await self.refuse(error)

    def _action(self, pressed: CustomId) -> Action:
        action = self.app.actions.get(pressed.action)
        return action if action and pressed.at.kind in action.kinds else UNKNOWN

    async def sent(self) -> FilledForm:
        """Return the form that was sent, with what was typed in an earlier one of its kind."""
        filled = forms.filled_form(self.interaction)
        if filled is None:
            raise StaleRefusal("That was a button and no form. Nothing happened.")
        whole = await self.do(drafts.complete, filled) if filled.corrects is not None else filled
        self.note(whole)
        return whole

    def note(self, filled: FilledForm) -> None:
        """Note the form that is offered to correct if what follows is refused."""
        self.interaction.extras[forms.NOTED] = filled

    def note_typed(self, action: str, at: Key, **written: str) -> None:
        """Note what a command was typed with, as the form of `action` would send it."""
        self.note(FilledForm(str(CustomId(action, at)), written))

    async def refuse(self, error: BaseException) -> None:
        """Say privately what happened, without losing what was typed."""
        reason = reason_of(self.interaction, error)
        if reason is None:
            return
        watch = self.app.watch
        count = watch.refused if isinstance(unwrap(error), Refusal) else watch.failed
        count(kind_of(self.interaction))
        try:
            await self.whisper(message=await self._refusal(reason, trouble_of(unwrap(error))))
        except RepeatedInteractionError:
            return
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failed:
            log.warning(
                "interaction.unanswered", interaction=self.interaction.id, error=repr(failed)
            )

    async def _refusal(self, reason: str, trouble: Trouble | None) -> Message:
        """Keep a form that can be corrected; of any other give back the texts."""
        filled = forms.filled_form(self.interaction)
        if filled is None or trouble is not None:  # a database in trouble would not keep it either
            return forms.give_back(reason, forms.texts_of(self.interaction))
        try:
            await self._made_form(filled.form, filled.fields)
            return forms.offer(reason, await self._keep(filled))
        except RepeatedInteractionError:
            raise
        except Exception as failed:
            # A refusal means that the form cannot be opened any more: no correction would help.
            if not isinstance(failed, Refusal):
                log.exception("form.not_kept", exc_info=failed)
            return forms.give_back(reason, filled.texts)

    async def _keep(self, filled: FilledForm) -> int:
        pressed = CustomId.parse(filled.form)
        beside = pressed.at.id if pressed.at.kind == CardKind.DRAFT else None
        keep = self.app.run(drafts.keep, self.app.desk, self.caller, filled, beside)
        number: int = await self._in_time(keep)
        return number

    async def whisper(self, text: str = "", message: Message | None = None) -> None:
        """Answer the caller alone; a corrected form's answer takes the place of its refusal.

        In a direct message with the bot nobody else is there, so the answer may stay.
        """
        private = replace(message or Message(), pings=(), roles=())
        said = replace(private, content=text or private.content)
        if forms.corrected(self.interaction) is not None:
            await self.replace(said)
            return
        await self._send_privately(said)

    async def _send_privately(self, message: Message) -> None:
        response = self.interaction.response
        if response.is_done():
            await self.interaction.followup.send(ephemeral=True, **message.to_send())
            return
        hidden = not self.interaction.context.dm_channel
        # A second try uploads again: what was read once is at its end.
        await answer_once(lambda: response.send_message(ephemeral=hidden, **message.to_send()))

    async def _answer_in_place(self, send: Callable[[], Awaitable[object]]) -> bool:
        """Answer by way of the pressed message; tell whether it is still there.

        A cue goes when its turn is over, and a moderator may delete a card while a form is open.
        """
        try:
            await answer_once(send)
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            self.card_is_gone = True
        return not self.card_is_gone

    async def replace(self, message: Message) -> None:
        """Answer a press by putting another message in the place of the pressed one.

        For what only the caller sees: no card of the group is edited like this.
        """
        response = self.interaction.response
        later, now = self.interaction.edit_original_response, response.edit_message
        edit: Callable[..., Awaitable[object]] = later if response.is_done() else now
        if not await self._answer_in_place(lambda: edit(**message.to_edit())):
            await self._send_privately(message)

    async def reply(self, text: str = "", message: Message | None = None) -> None:
        """Answer the caller alone, in the place of the private message that was pressed."""
        if self._is_private:
            shown = message or Message()
            await self.replace(replace(shown, content=text or shown.content))
        else:
            await self.whisper(text, message)

    @property
    def _is_private(self) -> bool:
        """Tell whether the pressed message is one that only the caller sees."""
        pressed = self.interaction.message
        return pressed is not None and pressed.flags.ephemeral

    async def show(self, key: Key, note: str = "") -> None:
        """Answer the caller alone with the card as it is now; a note stands above it.

        Where it was pressed on a private message, it takes that message's place.
        """
        message = await self.do(_render_for, self.app.cards, key)
        if message is None:
            raise StaleRefusal("There is nothing to show any more.")
        await self.reply(note or message.content, message)

    @property
    def on_card(self) -> bool:
        """Tell whether the press came from a card of the group, not from a private message."""
        message = self.interaction.message
        return message is not None and not message.flags.ephemeral

    async def change(
        self, at: Key, service: "Service[P, R]", /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a service, and answer by showing the pressed card as it is then.

        This saves a request to Discord: the answer is the edit.
        """
        if self._is_private and at.kind in OF_THE_GROUP:
            done = await self.do(service, *args, **kwargs)
            await self.replace(Message(content=SHOWN_THERE))
            return done
        self._answers_with_card = True
        pressed = _Pressed(at, self.app.cards)
        shown = None
        try:
            result, message = await self.do(
                _change_and_draw, pressed, lambda desk, who: service(desk, who, *args, **kwargs)
            )
            if pressed.gone and pressed.edit is not None:
                shown = await self._take_away()
            elif await self._update(message):
                shown = message
        finally:
            # An answer that failed may have arrived all the same, so the card is edited once more.
            if pressed.edit is not None:
                self.app.delivery.answered(pressed.edit, shown)
        return result

    async def act(
        self, at: Key, said: str, service: "Service[P, R]", /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a service, and show it on the pressed card; where that is private, say it."""
        if not self._is_private:
            return await self.change(at, service, *args, **kwargs)
        done = await self.do(service, *args, **kwargs)
        await self.replace(Message(content=said))
        return done

    async def _update(self, message: Message | None) -> bool:
        """Edit the pressed card to show the message; tell whether it shows it now."""
        if message is None or self.interaction.response.is_done():
            await self.acknowledge()
            return False
        edit = self.interaction.response.edit_message
        async with asyncio.timeout(ANSWER_TIMEOUT):
            return await self._answer_in_place(lambda: edit(**message.to_edit(files=False)))

    async def _take_away(self) -> Message | None:
        """Delete the pressed card, which has nothing to show any more; None if that failed."""
        await self.acknowledge()
        with suppress(discord.HTTPException, aiohttp.ClientError, OSError):
            await self.interaction.delete_original_response()
            return Message()
        return None

    async def acknowledge(self) -> None:
        """Answer a press whose change shows elsewhere."""
        if not self.interaction.response.is_done():
            await self._answer_in_place(self.interaction.response.defer)

    async def open(self, form: str, typed: Mapping[str, str] | None = None) -> None:
        """Answer with a form to fill in, by its custom id, with what was typed into it before."""
        await self.ask(await self._made_form(form, typed or {}))

    async def open_for(self, action: str, at: Key, typed: Mapping[str, str] | None = None) -> None:
        """Answer with the form whose sending does `action`."""
        await self.open(str(CustomId(action, at)), typed)

    async def _made_form(self, form: str, typed: Mapping[str, str]) -> discord.ui.Modal:
        """Make a form anew; refuse where it cannot be sent any more."""
        pressed = CustomId.parse(form)
        make = self._action(pressed).form
        if make is None or max(map(len, typed.values()), default=0) > forms.LONGEST_FIELD:
            raise StaleRefusal("This form cannot be opened again.")
        return forms.fill(await make(self, pressed.at, typed), typed)

    async def ask(self, form: discord.ui.Modal) -> None:
        """Answer with a form, which can only be the first answer."""
        if self.interaction.response.is_done():
            raise Refusal("The form came too late for Discord. Nothing is lost: try once more.")
        await answer_once(lambda: self.interaction.response.send_modal(form))


async def unknown_press(_door: Door, _at: Key, _values: tuple[str, ...]) -> None:
    """Refuse a button that this version of the bot does not know."""
    raise StaleRefusal(OLD_BUTTON)


UNKNOWN = Action(unknown_press, ())


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
    sent = forms.fields(interaction.data)
    return {node["custom_id"]: forms.value_of(node) for node in sent}
