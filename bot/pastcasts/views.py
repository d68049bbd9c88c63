"""Buttons of a dealt question."""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.pastcasts import dealing, dealt_cards
from storage.enums import CardKind


async def details(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Tell one member what could be known on the question's day, and what counts."""
    await door.whisper(message=dealt_cards.details_message(await door.do(dealing.look, at)))


async def know(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Take a member who knows the question out of it."""
    try:
        await door.do(dealing.know, at)
    except dealing.LastOneRefusal as asked:
        await door.whisper(message=dealt_cards.last_one_message(asked.at))
    else:
        await door.whisper(message=dealt_cards.known_message(at))


async def know_surely(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Take the last member out of a round, which ends with that."""
    await door.do(dealing.know, at, surely=True)
    await door.reply("You are out of this question, and its round is over.")


async def unknow(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Undo that somebody knows the question."""
    await door.do(dealing.know_after_all_not, at)
    await door.reply(dealt_cards.UNDONE)


ACTIONS = {
    "dealt_details": Action(details, {CardKind.DEALT}),
    "know": Action(know, {CardKind.DEALT}),
    "know_surely": Action(know_surely, {CardKind.DEALT}),
    "unknow": Action(unknow, {CardKind.DEALT}),
}
