"""Buttons, the list of chances, and the form of practice."""

from collections.abc import Mapping
from contextlib import suppress

import discord

from bot.core import limits
from bot.core.keys import Key
from bot.core.refusals import Refusal
from bot.door.interactions import Door, fields_of
from bot.door.messages import Message
from bot.door.parts import Action
from bot.practice import cards as practice_cards
from bot.practice import pictures as practice_pictures
from bot.practice import service as practice_service
from bot.practice.read_model import Revealed
from storage.enums import CardKind


async def choose(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Take the chance that was chosen from the list, and reveal."""
    await _answer(door, at, "".join(values[:1]))


async def type_number(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the form of the button Type a number."""
    await door.open_for("practise_typed", at)


async def number_form(door: Door, at: Key, _typed: Mapping[str, str]) -> discord.ui.Modal:
    """Make the form for a chance."""
    return practice_cards.chance_form(await door.do_alone(practice_service.look, at))


async def typed(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Take the chance that was typed, and reveal."""
    await _answer(door, at, fields_of(door.interaction).get("probability", ""))


async def know(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Put another question in the place of one that the person knows."""
    door.count(limits.PRACTICE)
    shown = await door.do_alone(practice_service.know, at)
    await door.replace(practice_cards.practice_card(shown))


async def another(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Put the next question in the place of a reveal."""
    door.count(limits.PRACTICE)
    shown = await door.do_alone(practice_service.deal_another, at)
    await door.replace(practice_cards.practice_card(shown))


async def show_calibration(door: Door, _at: Key, _values: tuple[str, ...]) -> None:
    """Show the calibration of all that the person has practised."""
    await door.whisper(message=await door.draw_alone(practice_pictures.so_far))


async def _answer(door: Door, at: Key, said: str) -> None:
    revealed = await door.do_alone(practice_service.answer, at, said)
    await door.replace(await _drawn(door, revealed))


async def _drawn(door: Door, revealed: Revealed) -> Message:
    """Draw the calibration at a milestone; while too much is drawn, its button is enough."""
    if revealed.at_a_milestone:
        with suppress(Refusal):
            return await door.draw_alone(practice_pictures.reveal, revealed)
    return practice_cards.reveal_card(revealed)


ACTIONS = {
    "practise": Action(choose, {CardKind.PRACTICE}),
    "type_practice": Action(type_number, {CardKind.PRACTICE}),
    "practise_typed": Action(typed, {CardKind.PRACTICE}, number_form),
    "know_practice": Action(know, {CardKind.PRACTICE}),
    "another_practice": Action(another, {CardKind.PRACTICE}),
    "practice_so_far": Action(show_calibration, {CardKind.PRACTICE}),
}
