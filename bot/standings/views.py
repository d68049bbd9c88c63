"""Buttons about standings."""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.standings import pictures as standings_pictures
from storage.enums import CardKind


async def turn_page(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Replace the pressed page by the previous or the next one."""
    await door.replace(await door.draw(standings_pictures.leaderboard_page, at))


async def board_details(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """List the numbers of a page of a leaderboard."""
    await door.whisper(message=await door.draw(standings_pictures.leaderboard_details, at))


async def calibration_details(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Say all there is to say of a calibration."""
    await door.whisper(message=await door.draw(standings_pictures.calibration_details, at))


async def profile_details(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Show all of a member's record."""
    await door.whisper(message=await door.draw(standings_pictures.profile_details, at))


ACTIONS = {
    "turn_page": Action(turn_page, {CardKind.LEADERBOARD}),
    "board_details": Action(board_details, {CardKind.LEADERBOARD}),
    "calibration_details": Action(calibration_details, {CardKind.STANDING}),
    "profile_details": Action(profile_details, {CardKind.STANDING}),
}
