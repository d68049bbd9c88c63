"""Buttons of a round. Each names its round and turn; the pressed card shows the change."""

from bot.door import Door
from bot.keys import Key
from bot.sessions.rounds import service


async def done(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Done."""
    await door.do(service.done, at)
    await door.update(at)


async def give_way(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Pass."""
    await door.do(service.give_way, at)
    await door.update(at)


async def extend(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """+2 min."""
    await door.do(service.extend, at)
    await door.update(at)


async def pause(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Pause."""
    await door.do(service.pause, at)
    await door.update(at)


async def resume(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Resume."""
    await door.do(service.resume, at)
    await door.update(at)


async def skip(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Skip."""
    await door.do(service.skip, at)
    await door.update(at)


async def ready(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Everyone's ready."""
    await door.do(service.ready, at)
    await door.update(at)


HANDLERS = {
    "done": done,
    "pass": give_way,
    "extend": extend,
    "pause": pause,
    "resume": resume,
    "skip": skip,
    "ready": ready,
}
