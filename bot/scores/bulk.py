"""The scores of many questions at once, as after an import. Never touches Discord.

They are computed outside of any transaction and written in a short one, so that nobody waits. What
has changed meanwhile is computed once more in the transaction.
"""

import time
from collections.abc import Iterator
from types import SimpleNamespace

from bot.core.unit import Desk, row_id
from bot.scores import rescoring
from storage import groups, scores

AT_ONCE = 100  # questions whose scores are written in one transaction
BREATH = 0.02


def rescore_all(desk: Desk, group_id: int) -> Iterator[tuple[int, int]]:
    """Compute all scores that wait in a group; yield how far it is after each piece."""
    with desk.db.read() as tx:
        group = groups.find(tx, group_id)
        if group is None or group.rescored_to is None:
            return
        total = scores.settled_after(tx, group_id, group.rescored_to)
    done = 0
    while (some := _piece(desk, group_id)) is not None:
        done = min(done + some, total)
        yield done, total
        time.sleep(BREATH)


def _piece(desk: Desk, group_id: int) -> int | None:
    """Score some questions; return how many, or None where none wait."""
    with desk.db.read() as tx:
        group = groups.find(tx, group_id)
        if group is None or group.rescored_to is None:
            return None
        since = group.rescored_to
        found = rescoring.gather(tx, scores.settled(tx, group_id, after=since, limit=AT_ONCE))
    ready = [(one, rescoring.compute(one, SimpleNamespace)) for one in found]
    with desk.step(group_id) as unit:
        if unit.group.rescored_to != since:  # the bot was quicker
            return 0
        changed = rescoring.changed(unit.tx, found)
        kept = [(one, rows) for one, rows in ready if row_id(one.question) not in changed]
        ids = [row_id(one.question) for one, _ in kept]
        scores.replace_all(unit.tx, ids, [vars(row) for _, rows in kept for row in rows])
        for one, _ in ready:
            if row_id(one.question) in changed:
                rescoring.rescore(unit, one.question)
        groups.scores_changed(unit.tx, group_id)
        unit.wake(f"standings:{group_id}", unit.now)
        unit.group.rescored_to = row_id(found[-1].question) if found else None
    return len(found) or None
