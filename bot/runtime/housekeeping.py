"""Deletes and puts away what nobody needs any more, a little at a time, once an hour.

Each piece is a short transaction of its own, so nobody waits for long; what is left over has its
turn an hour later. Of several processes one does it for all.
"""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from bot.core.unit import Desk
from storage import drafts, forgetting, groups, outbox_past
from storage.owners import Job, owning

# Each takes what is old at a moment, and returns how many rows that were: none, once all is tidy.
PIECES: tuple[Callable[[Session, datetime], int], ...] = (
    groups.forget_interactions,
    drafts.forget,
    outbox_past.put_away,
    forgetting.forget_the_left,
)
# The most transactions of each kind in one go.
MOST_PIECES = 200


def tidy(desk: Desk) -> None:
    """Do an hour's share of the work, unless another process is at it."""
    with owning(desk.db, Job.HOUSEKEEPING) as mine:
        if not mine:
            return
        for take_piece in PIECES:
            for _ in range(MOST_PIECES):
                with desk.db.write() as tx:
                    taken = take_piece(tx, desk.clock())
                if not taken:
                    break
