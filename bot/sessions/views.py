"""Buttons and selects of a live session."""

from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.sessions import service as sessions_service
from bot.sessions.voice import on_call
from storage.enums import CardKind


async def start(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Start the session of an announcement."""
    door.require_posting()
    voice = await door.do(sessions_service.voice_channel_of, at)
    await door.change(at, sessions_service.start_announced, at, on_call(door.interaction, voice))


async def join(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Take a seat."""
    await door.change(at, sessions_service.join, at)


async def leave(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Give up the seat."""
    await door.change(at, sessions_service.leave, at)


async def vote(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Vote for a question of the lobby."""
    if not values or not values[0].isdecimal():
        raise StaleRefusal("Choose a question from the list of the newest card.")
    await door.change(at, sessions_service.vote, at, int(values[0]))


async def start_round(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Start the round of the lobby."""
    await door.change(at, sessions_service.start_round, at)


async def next_round(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the next round from a summary."""
    await door.change(at, sessions_service.next_round, at)


async def end_session(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """End the session from a summary, or from the card of a stopped round."""
    await door.change(at, sessions_service.end, at)


async def take_over(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Take over from a host who has left or seems to be away."""
    await door.change(at, sessions_service.take_over, at)


_OF_EVENING = {CardKind.LOBBY, CardKind.BLIND, CardKind.TURN, CardKind.FINAL, CardKind.STOPPED}
ACTIONS = {
    "start": Action(start, {CardKind.ANNOUNCEMENT}),
    "join": Action(join, _OF_EVENING),
    "leave": Action(leave, _OF_EVENING),
    "vote": Action(vote, {CardKind.LOBBY}),
    "start_round": Action(start_round, {CardKind.LOBBY}),
    "next_round": Action(next_round, {CardKind.SUMMARY}),
    "end_session": Action(end_session, {CardKind.SUMMARY, CardKind.STOPPED}),
    "take_over": Action(take_over, {*_OF_EVENING, CardKind.SUMMARY}),
}
