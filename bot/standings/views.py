"""Buttons about standings."""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.standings import pictures as standings_pictures
from storage.enums import CardKind


async def turn_page(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Previous page and Next page: the answer takes the place of the page that was pressed."""
    await door.replace(await door.draw(standings_pictures.leaderboard_page, at))


ACTIONS = {
    "turn_page": Action(turn_page, {CardKind.LEADERBOARD}),
}
