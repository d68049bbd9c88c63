"""Questions about the past that a facilitator brings by hand. Never touches Discord."""

from dataclasses import dataclass
from datetime import date
from secrets import token_hex

from bot.core import permissions
from bot.core.refusals import Refusal
from bot.core.sealed import seal_outcome
from bot.core.unit import ActUnit, Caller, Desk, row_id
from bot.pastcasts import by_hand_rules
from bot.pastcasts.by_hand_rules import ByHand, Typed
from storage import bank, groups
from storage.tables import Banked, Group

THERE_ALREADY = (
    "The bank of this group has a question of that title already. Say in the title what makes "
    "yours another one."
)
TOPIC = "other"


@dataclass(frozen=True)
class BroughtByHand:
    """What came into the bank, without its outcome; `changed` if it was there before."""

    title: str
    as_of: date
    known_at: date
    changed: bool


def check_may_bring(desk: Desk, caller: Caller) -> None:
    """Refuse everybody but facilitators."""
    with desk.db.read() as tx:
        group = groups.find(tx, caller.group_id) or Group(id=caller.group_id, name="")
    _check_may_bring(caller, group)


def bring(desk: Desk, caller: Caller, typed: Typed) -> BroughtByHand:
    """Add a question to the group's bank, and seal its outcome.

    Sent again with the same title, it changes one's own question that was not dealt yet.
    """
    with desk.act(caller) as unit:
        _check_may_bring(caller, unit.group)
        found = by_hand_rules.read(typed, unit.now.date())
        before = _before(unit, found.title)
        row = _row(unit, found, typed.outcome, before)
        bank.put(unit.tx, unit.group.id, [row])
        if before is None:
            bank.see(unit.tx, [row_id(row)], [caller.user_id], unit.now)
    return BroughtByHand(found.title, found.as_of, found.known_at, before is not None)


def _check_may_bring(caller: Caller, group: Group) -> None:
    permissions.BRING_SEALED.require(caller.roles(group, None))


def _before(unit: ActUnit, title: str) -> Banked | None:
    """Return one's own question of this title; refuse one that must stay as it is."""
    of_bank = bank.by_name(unit.tx, unit.group.id).values()
    same = [row for row in of_bank if row.title.casefold() == title.casefold()]
    if not same:
        return None
    [before, *_] = same
    if before.added_by != unit.caller.user_id or bank.is_dealt(unit.tx, before):
        raise Refusal(THERE_ALREADY)
    return before


def _row(unit: ActUnit, found: ByHand, outcome: str, before: Banked | None) -> Banked:
    text, sealed = seal_outcome(unit.integrations.box, outcome)
    return Banked(
        name=before.name if before else f"by hand {token_hex(6)}",
        topic=TOPIC,
        title=found.title,
        criteria=found.criteria,
        background=found.background,
        opens_at=found.as_of,
        as_of=found.as_of,
        closes_at=found.known_at,
        known_at=found.known_at,
        outcome=text,
        sealed=sealed,
        source=found.source,
        source_url=found.source_url,
        added_by=unit.caller.user_id,
    )
