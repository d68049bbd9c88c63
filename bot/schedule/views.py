"""Buttons of an announcement, of a reminder, and of a question about a time."""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.schedule import cards as schedule_cards
from bot.schedule import service as schedule_service
from storage.tables import Answer


async def going(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Going."""
    await _answer(door, at, Answer.GOING)


async def maybe(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Maybe."""
    await _answer(door, at, Answer.MAYBE)


async def cannot(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Can't make it."""
    await _answer(door, at, Answer.NO)


async def choose(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Which time was meant."""
    await door.replace(schedule_cards.answer(await door.do(schedule_service.choose, at)))


async def _answer(door: Door, at: Key, said: Answer) -> None:
    if at.kind == "a":
        await door.change(at, schedule_service.rsvp, at, said)
    else:
        await door.do(schedule_service.rsvp, at, said)
        await door.whisper("Noted. The announcement shows it.")


HANDLERS = {"going": going, "maybe": maybe, "cannot": cannot, "choose": choose}
