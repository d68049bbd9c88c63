"""Buttons about standings."""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.standings import pictures as standings_pictures
from storage.enums import CardKind


async def turn_page(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Replace the pressed page by the previous or the next one."""
    await door.replace(await door.draw(standings_pictures.leaderboard_page, at))


ACTIONS = {
    "turn_page": Action(turn_page, {CardKind.LEADERBOARD}),
}
