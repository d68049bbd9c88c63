"""Saves what Discord has answered: many notes in one transaction.

Without this, each press or edit would need a second commit, to note that it arrived. A note that is
lost costs one more edit: its edit stays counted as under way, see `storage/outbox.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlmodel import Session

from bot.core.unit import Desk
from storage import outbox

Run = Callable[..., Awaitable[Any]]

# How long a note waits for others, in seconds.
LINGER = 0.05

log = structlog.get_logger()


@dataclass(frozen=True)
class Note:
    """A note about one effect; `write` saves it and returns whether an edit is due."""

    effect_id: int
    write: Callable[[Session], bool]


class Notes:
    """Keeps notes until they are saved."""

    def __init__(
        self, desk: Desk, run: Run, wake: Callable[[], None], linger: float = LINGER
    ) -> None:
        self._desk = desk
        self._run = run
        self._wake = wake
        self._linger = linger
        self._waiting: list[Note] = []
        self._saving: asyncio.Task[None] | None = None

    def add(self, note: Note) -> None:
        """Have a note saved soon."""
        self._waiting.append(note)
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save())

    async def close(self) -> None:
        """Save what is left."""
        self._linger = 0.0
        if self._saving is not None:
            await self._saving

    async def _save(self) -> None:
        while self._waiting:
            if self._linger:
                await asyncio.sleep(self._linger)
            batch, self._waiting = self._waiting, []
            try:
                due, left = await self._run(self._write, batch)
            except Exception:  # the database is away: each of these costs an edit
                log.exception("delivery.notes_lost", count=len(batch))
                continue
            self._waiting += left
            if due:
                self._wake()

    def _write(self, batch: list[Note]) -> tuple[bool, list[Note]]:
        """Save what can be saved now; return whether edits are due, and the rest.

        Two transactions that wait for each other's rows would block each other for good. Therefore
        this one waits for a row only while it holds no other.
        """
        with self._desk.db.write() as tx:
            free = {note.effect_id for note in batch}
            if len(free) > 1:
                free = outbox.unlocked(tx, free)
            due = [note.write(tx) for note in batch if note.effect_id in free]
        return any(due), [note for note in batch if note.effect_id not in free]
