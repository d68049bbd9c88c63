"""Selects, buttons and forms of the settings and of the help."""

from collections.abc import Mapping
from typing import Any

import discord

from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.door.interactions import Door, fields_of
from bot.door.parts import Action, Handler, MakeForm
from bot.groups import help_cards, help_service, panel_cards
from bot.groups import service as groups_service
from bot.groups.offers import OFFERS, OTHER, Offer, Page
from bot.groups.service import SettingsChange
from bot.schedule import service as schedule_service
from bot.sessions import service as sessions_service
from bot.sessions.voice import call_of
from storage.enums import Answer, CardKind


async def panel(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open a page of the settings."""
    shown = panel_cards.panel(await door.do(groups_service.show_to_change), _page(at))
    await _answer(door, at, shown)


async def set_channel(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Save the channel for announcements."""
    await _save(door, at, SettingsChange(channel_id=_place(door, values, posting=True)))


async def set_voice(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Save the voice channel."""
    await _save(door, at, SettingsChange(voice_channel_id=_place(door, values)))


async def set_facilitator(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Save the facilitators' role."""
    await _save(door, at, SettingsChange(facilitator_role_id=_chosen_id(values)))


async def help_again(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Show the help, with where the group is now."""
    await _answer(door, at, help_cards.help_card(await door.do(help_service.look)))


async def start(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Start the planned session that the help is about."""
    door.require_posting()
    voice = await door.do(sessions_service.voice_channel_of, at)
    await door.do(sessions_service.start_announced, at, call_of(door.interaction, voice))
    await help_again(door, at, ())


async def start_now(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Start a session that was not planned, here and now."""
    door.require_posting()
    voice = await door.do(sessions_service.voice_channel_for, "")
    wish = sessions_service.StartOptions()
    await door.do(sessions_service.start, wish, call_of(door.interaction, voice))
    await help_again(door, at, ())


async def join(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Take a seat in the session that the help is about."""
    await door.do(sessions_service.join, at)
    await help_again(door, at, ())


async def going(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Answer that the member comes to the session that the help is about."""
    await door.do(schedule_service.rsvp, at, Answer.GOING)
    await help_again(door, at, ())


def _choosing(offer: Offer) -> Handler:
    async def choose(door: Door, at: Key, values: tuple[str, ...]) -> None:
        if values == (OTHER,):
            await door.open_for(f"typed_{offer.name}", at)
        elif values:
            await _save(door, at, offer.change(values[0]))
        else:
            raise StaleRefusal("Choose a value from the list.")

    return choose


def _typing(offer: Offer) -> Handler:
    async def typed(door: Door, at: Key, _values: tuple[str, ...]) -> None:
        await _save(door, at, offer.change(fields_of(door.interaction).get("value", "")))

    return typed


def _form(offer: Offer) -> MakeForm:
    async def make(door: Door, at: Key, _typed: Mapping[str, str]) -> discord.ui.Modal:
        settings = await door.do(groups_service.show_to_change)
        return panel_cards.value_form(at, offer, settings.group)

    return make


async def _save(door: Door, at: Key, wanted: SettingsChange) -> None:
    """Save a choice at once, and show it on the card on which it was made."""
    if at.kind == CardKind.WELCOME:
        said = "Saved. The card shows it."
        await door.act(at, said, groups_service.change_from_welcome, at, wanted)
    else:
        settings = await door.do(groups_service.change, wanted)
        await door.replace(panel_cards.panel(settings, _page(at)))


async def _answer(door: Door, at: Key, message: Any) -> None:
    """Answer in the place of a private message, or beside a card of the group."""
    if at.kind == CardKind.WELCOME:
        await door.whisper(message=message)
    else:
        await door.replace(message)


def _page(at: Key) -> Page:
    known = at.kind == CardKind.GROUP and at.more and at.more[0] in set(Page)
    return Page(at.more[0]) if known else Page.PLACES


def _chosen_id(values: tuple[str, ...]) -> int:
    """Return the id that was chosen; 0 where the choice was taken back."""
    return int(values[0]) if values and values[0].isdecimal() else 0


def _place(door: Door, values: tuple[str, ...], *, posting: bool = False) -> int:
    """Return the chosen channel; refuse one in which the bot may not post."""
    channel_id, guild = _chosen_id(values), door.interaction.guild
    channel = guild.get_channel(channel_id) if guild and channel_id else None
    if channel_id and not isinstance(channel, discord.abc.GuildChannel):
        raise Refusal("I cannot see that channel. Let me view it, or choose another one.")
    if posting and channel is not None:
        door.require_posting(channel)
    return channel_id


_SETTABLE = {CardKind.WELCOME, CardKind.GROUP}
_LIVE = {
    CardKind.LOBBY,
    CardKind.BLIND,
    CardKind.TURN,
    CardKind.FINAL,
    CardKind.STOPPED,
    CardKind.SUMMARY,
}
ACTIONS = {
    "panel": Action(panel, _SETTABLE),
    "set_channel": Action(set_channel, _SETTABLE),
    "set_voice": Action(set_voice, _SETTABLE),
    "set_facilitator": Action(set_facilitator, _SETTABLE),
    **{f"set_{offer.name}": Action(_choosing(offer), _SETTABLE) for offer in OFFERS},
    **{
        f"typed_{one.name}": Action(_typing(one), _SETTABLE, _form(one))
        for one in OFFERS
        if one.example
    },
    "help": Action(help_again, _SETTABLE),
    "help_start": Action(start, {CardKind.ANNOUNCEMENT}),
    "help_start_now": Action(start_now, {CardKind.GROUP}),
    "help_join": Action(join, _LIVE),
    "help_going": Action(going, {CardKind.ANNOUNCEMENT}),
}
