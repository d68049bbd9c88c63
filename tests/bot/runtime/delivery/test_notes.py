"""Notes are saved together, and one that is lost is no reason to lose the others."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from bot.core.unit import Desk
from bot.runtime.delivery.notes import Note, Notes


async def in_thread(work: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.to_thread(work, *args)


def written(into: list[int], number: int, *, due: bool = False) -> Note:
    def write(_tx: Session) -> bool:
        into.append(number)
        return due

    return Note(1, write)


async def test_notes_that_come_together_are_saved_in_one_transaction(desk: Desk) -> None:
    saved: list[int] = []
    batches: list[int] = []

    async def run(work: Callable[..., Any], batch: list[Note]) -> Any:
        batches.append(len(batch))
        return await in_thread(work, batch)

    notes = Notes(desk, run, lambda: None, linger=0.05)
    for number in range(5):
        notes.add(written(saved, number))
    await notes.close()

    assert saved == [0, 1, 2, 3, 4]
    assert batches == [5]


async def test_delivery_is_woken_only_if_an_edit_is_due(desk: Desk) -> None:
    woken: list[bool] = []
    notes = Notes(desk, in_thread, lambda: woken.append(True), linger=0.0)

    notes.add(written([], 1))
    await notes.close()
    before = len(woken)
    notes.add(written([], 2, due=True))
    await notes.close()

    assert (before, len(woken)) == (0, 1)


async def test_after_notes_that_could_not_be_saved_the_next_ones_are(desk: Desk) -> None:
    saved: list[int] = []
    notes = Notes(desk, in_thread, lambda: None, linger=0.0)

    def fail(_tx: Session) -> bool:
        raise OSError("the disk is full")

    notes.add(Note(1, fail))
    await notes.close()
    notes.add(written(saved, 2))
    await notes.close()

    assert saved == [2]
