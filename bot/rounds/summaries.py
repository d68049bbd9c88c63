"""A closed round as one member asks for it. Never touches Discord."""

from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.core.unit import Caller, Desk
from bot.rounds import rows
from bot.rounds.read_model import Summary, read_summary


def show(desk: Desk, caller: Caller, at: Key) -> Summary:
    """Return the summary of a closed round of the caller's group."""
    with desk.db.read() as tx:
        circle = rows.find(tx, at.id)
        shown = read_summary(tx, at, desk.clock())
    if circle is None or circle.meetup.group_id != caller.group_id or shown is None:
        raise StaleRefusal("There is nothing to show any more.")
    return shown
