"""Buttons about standings."""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.standings import pictures as standings_pictures


async def turn_page(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Previous page and Next page: the answer takes the place of the page that was pressed."""
    await door.replace(await door.draw(standings_pictures.leaderboard_page, at))


HANDLERS = {"turn_page": turn_page}
