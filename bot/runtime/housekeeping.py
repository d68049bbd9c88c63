"""Deletes and puts away what nobody needs any more, a little at a time, once an hour.

Each piece is a short transaction of its own, so nobody waits for long; what is left over has its
turn an hour later. Of several processes one does it for all.
"""

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlmodel import Session

from bot.core.unit import Desk
from storage import drafts, forgetting, groups, outbox_past
from storage.owners import Job, owning

Take = Callable[[Session, datetime], int]
# Each takes what is old at a moment, and returns how many rows that were: none, once all is tidy.
PIECES: tuple[Take, ...] = (
    groups.forget_interactions,
    drafts.forget,
    outbox_past.put_away,
    forgetting.forget_the_left,
)
# The most transactions of each kind in one go.
MOST_PIECES = 200


log = structlog.get_logger()


def tidy(desk: Desk) -> None:
    """Do an hour's share of the work, unless another process is at it."""
    with owning(desk.db, Job.HOUSEKEEPING) as mine:
        if not mine:
            return
        for take_piece in PIECES:
            try:
                _take_pieces(desk, take_piece)
            except Exception:  # one bad row must not keep all others for ever
                log.exception("tidying.failed", piece=take_piece.__name__)


def _take_pieces(desk: Desk, take_piece: Take) -> None:
    for _ in range(MOST_PIECES):
        with desk.db.write() as tx:
            taken = take_piece(tx, desk.clock())
        if not taken:
            break
