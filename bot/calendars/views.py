"""The button that puts a session into one's own calendar."""

from bot.calendars import cards as calendars_cards
from bot.calendars import service as calendars_service
from bot.core.keys import Key
from bot.door.interactions import Door
from bot.door.parts import Action
from storage.enums import CardKind


async def add_to_calendar(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Answer with the session's file and links, which only the member sees."""
    found = await door.do(calendars_service.for_own_calendar, at)
    await door.whisper(message=calendars_cards.for_own_calendar(found))


ACTIONS = {
    "add_to_calendar": Action(
        add_to_calendar, {CardKind.ANNOUNCEMENT, CardKind.REMINDER, CardKind.NOTICE}
    ),
}
