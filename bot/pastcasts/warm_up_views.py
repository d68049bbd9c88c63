"""Buttons and forms of a warm-up."""

from collections.abc import Mapping

from discord.ui import Modal

from bot.core.keys import Key
from bot.core.refusals import OLD_BUTTON, StaleRefusal
from bot.door.interactions import Door, fields_of
from bot.door.parts import Action
from bot.pastcasts import warm_up as warm_up_service
from bot.pastcasts import warm_up_cards, warm_up_rules
from storage.enums import CardKind


async def begin(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the warm-up of a lobby."""
    await door.change(at, warm_up_service.begin, at)


async def answer(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Show the statements to one member, with forms to fill in."""
    sheet = await door.do(warm_up_service.look, at)
    await door.reply(message=warm_up_cards.sheet_message(sheet))


async def fill(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open one of the forms."""
    await door.open_for("warm_up_filled", at)


async def ranges_form(door: Door, at: Key, _typed: Mapping[str, str]) -> Modal:
    """Make one of the forms, for the statements of a page."""
    sheet = await door.do(warm_up_service.sheet, at)
    page = at.more[0] if at.more else 0
    if not warm_up_rules.page_of(sheet.lines, page):
        raise StaleRefusal(OLD_BUTTON)
    return warm_up_cards.ranges_form(sheet, page)


async def filled(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Save the ranges of a form, and show the member all that they have given."""
    typed = warm_up_cards.typed_ranges(fields_of(door.interaction))
    sheet = await door.do(warm_up_service.answer, at, typed)
    await door.reply(message=warm_up_cards.sheet_message(sheet))


async def show(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Show the answers, or ask first while somebody has not finished."""
    waiting = await door.do(warm_up_service.unfinished, at)
    if waiting:
        await door.reply(message=warm_up_cards.ask_to_show(waiting, at.id))
    else:
        await show_now(door, at, ())


async def show_now(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Show the answers, whoever has not finished."""
    await door.act(at, "The card shows the answers.", warm_up_service.show_answers, at)


async def mine(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Show one member their own ranges beside what came out."""
    own = await door.do(warm_up_service.own, at)
    await door.reply(message=warm_up_cards.own_message(own))


_CARD = {CardKind.WARM_UP}
ACTIONS = {
    "warm_up": Action(begin, {CardKind.LOBBY}),
    "warm_up_answer": Action(answer, _CARD),
    "warm_up_fill": Action(fill, _CARD),
    "warm_up_filled": Action(filled, _CARD, ranges_form),
    "warm_up_show": Action(show, _CARD),
    "warm_up_show_now": Action(show_now, _CARD),
    "warm_up_mine": Action(mine, _CARD),
}
