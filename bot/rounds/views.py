"""Buttons of a round. Each names its round and turn.

The card that was pressed shows the change.
"""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.rounds import service as rounds_service
from bot.rounds import summaries, summary_cards
from storage.enums import CardKind


async def done(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """End the speaker's turn."""
    await door.change(at, rounds_service.done, at)


async def give_way(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Pass the turn."""
    await door.change(at, rounds_service.give_way, at)


async def extend(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Give the turn more time."""
    await door.change(at, rounds_service.extend, at)


async def pause(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Stop the clock."""
    await door.change(at, rounds_service.pause, at)


async def resume(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Let the clock go on, or a stopped round."""
    await door.change(at, rounds_service.resume, at)


async def skip(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Skip the speaker."""
    await door.change(at, rounds_service.skip, at)


async def ready(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Note that the member is ready for the next phase."""
    await door.change(at, rounds_service.ready, at)


async def round_details(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Tell one member what the circle did, in numbers."""
    await door.whisper(message=summary_cards.details_card(await door.do(summaries.show, at)))


ACTIONS = {
    "done": Action(done, {CardKind.TURN}),
    "pass": Action(give_way, {CardKind.TURN}),
    "extend": Action(extend, {CardKind.TURN}),
    "pause": Action(pause, {CardKind.TURN}),
    "resume": Action(resume, {CardKind.TURN, CardKind.STOPPED}),
    "skip": Action(skip, {CardKind.TURN}),
    "ready": Action(ready, {CardKind.BLIND, CardKind.FINAL}),
    "round_details": Action(round_details, {CardKind.SUMMARY}),
}
