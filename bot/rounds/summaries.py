"""A closed round as one member asks for it. Never touches Discord."""

from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.core.unit import Caller, Desk
from bot.questions import own_score
from bot.questions.own_score import OwnScore
from bot.rounds import rows
from bot.rounds.read_model import Summary, read_summary


def show(desk: Desk, caller: Caller, at: Key) -> tuple[Summary, OwnScore | None]:
    """Return the summary of a closed round of the caller's group.

    Where its outcome is revealed, the caller's own score comes with it.
    """
    with desk.db.read() as tx:
        circle = rows.find(tx, at.id)
        shown = read_summary(tx, at, desk.clock())
    if circle is None or circle.meetup.group_id != caller.group_id or shown is None:
        raise StaleRefusal("There is nothing to show any more.")
    if shown.reveal is None or not shown.reveal.outcome.lines:
        return shown, None
    return shown, own_score.show(desk, caller, shown.about.question_id)
