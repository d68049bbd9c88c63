"""Buttons and the form of the messages that ask what happened."""

from collections.abc import Mapping

import discord

from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.door.interactions import Door, fields_of
from bot.door.parts import Action, Handler
from bot.questions import cards as questions_cards
from bot.questions import confirmations, inquiries, inquiry_cards
from storage.enums import CardKind


def _saying(outcome: str) -> Handler:
    async def happened(door: Door, at: Key, _values: tuple[str, ...]) -> None:
        await _answer(door, at, outcome)

    return happened


async def chosen(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Enter the option that was chosen from the list."""
    if not values:
        raise StaleRefusal("Choose one from the list.")
    await _answer(door, at, values[0])


async def _answer(door: Door, at: Key, outcome: str) -> None:
    entered = await door.do(inquiries.answer, at, outcome)
    await door.whisper(message=inquiry_cards.answered(at, entered))


async def later(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the form that asks when to ask again."""
    await door.open_for("asked_later", at)


async def later_form(door: Door, at: Key, _typed: Mapping[str, str]) -> discord.ui.Modal:
    """Make the form that asks when to ask again, for those who may answer."""
    return inquiry_cards.later_form(at, await door.do(inquiries.check_may_wait, at))


async def asked_later(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Have the author asked again in a week, or when the form says."""
    again = fields_of(door.interaction).get("again", "")
    result = await door.do(inquiries.not_yet, at, again)
    await door.whisper(message=inquiry_cards.asked_later(result))


async def choose_again(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Have the author asked again at the moment that the member has chosen."""
    result = await door.do(inquiries.choose_again, at)
    await door.replace(inquiry_cards.asked_later(result))


async def confirm(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Confirm an outcome that another member entered."""
    result = await door.do(confirmations.accept, at)
    await door.whisper(message=questions_cards.resolved(result))


async def decline(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Decline an outcome that waits for a second person."""
    title = await door.do(confirmations.decline, at)
    await door.whisper(message=inquiry_cards.declined(title))


_ASKING = {CardKind.INQUIRY}
ACTIONS = {
    "happened_yes": Action(_saying("yes"), _ASKING),
    "happened_no": Action(_saying("no"), _ASKING),
    "happened_void": Action(_saying("void"), _ASKING),
    "happened": Action(chosen, _ASKING),
    "later": Action(later, _ASKING),
    "asked_later": Action(asked_later, _ASKING, later_form),
    "choose_again": Action(choose_again, {CardKind.DRAFT}),
    "confirm": Action(confirm, _ASKING),
    "decline_entered": Action(decline, _ASKING),
}
