"""Buttons of a round. Each names its round and turn; the pressed card shows the change."""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.rounds import service as rounds_service


async def done(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Done."""
    await door.change(at, rounds_service.done, at)


async def give_way(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Pass."""
    await door.change(at, rounds_service.give_way, at)


async def extend(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """+2 min."""
    await door.change(at, rounds_service.extend, at)


async def pause(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Pause."""
    await door.change(at, rounds_service.pause, at)


async def resume(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Resume."""
    await door.change(at, rounds_service.resume, at)


async def skip(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Skip."""
    await door.change(at, rounds_service.skip, at)


async def ready(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Everyone's ready."""
    await door.change(at, rounds_service.ready, at)


HANDLERS = {
    "done": done,
    "pass": give_way,
    "extend": extend,
    "pause": pause,
    "resume": resume,
    "skip": skip,
    "ready": ready,
}
