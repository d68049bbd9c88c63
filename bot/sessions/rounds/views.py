"""Buttons of a round. Each names its round and turn; the pressed card shows the change."""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.sessions.rounds import service


async def done(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Done."""
    await door.change(at, service.done, at)


async def give_way(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Pass."""
    await door.change(at, service.give_way, at)


async def extend(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """+2 min."""
    await door.change(at, service.extend, at)


async def pause(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Pause."""
    await door.change(at, service.pause, at)


async def resume(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Resume."""
    await door.change(at, service.resume, at)


async def skip(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Skip."""
    await door.change(at, service.skip, at)


async def ready(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Everyone's ready."""
    await door.change(at, service.ready, at)


HANDLERS = {
    "done": done,
    "pass": give_way,
    "extend": extend,
    "pause": pause,
    "resume": resume,
    "skip": skip,
    "ready": ready,
}
