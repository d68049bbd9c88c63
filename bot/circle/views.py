"""The button about the circle."""

from bot.circle import pictures as circle_pictures
from bot.core.keys import Key
from bot.door.interactions import Door
from bot.door.parts import Action
from storage.enums import CardKind


async def circle_details(door: Door, _at: Key, _values: tuple[str, ...]) -> None:
    """Say all that there is to say of the group's circle."""
    await door.whisper(message=await door.draw(circle_pictures.circle_details))


ACTIONS = {
    "circle_details": Action(circle_details, {CardKind.STANDING}),
}
