"""Forms as members filled them in, kept for a while so that nothing has to be typed twice.

Each is in the database, so it outlives a restart, and only its author gets it back.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from bot.core.refusals import StaleRefusal
from bot.core.unit import ActUnit, Caller, Desk, row_id
from storage import drafts, groups
from storage.tables import Draft, DraftKind

GONE = (
    "That has been saved already, or it is more than 15m old, and no text is kept for "
    "longer. Open the form again."
)


@dataclass(frozen=True)
class FilledForm:
    """A form by its custom id, with the texts that were written and the options chosen.

    `corrects` is the number under which it was kept, if it was refused before.
    """

    form: str
    written: Mapping[str, str]
    chosen: Mapping[str, str] = field(default_factory=dict)
    corrects: int | None = None

    @property
    def fields(self) -> dict[str, str]:
        """Return everything in the form, by the fields' ids."""
        return {**self.chosen, **self.written}

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what was written, without the fields that were left empty."""
        return tuple(text for text in self.written.values() if text.strip())


def keep(desk: Desk, caller: Caller, filled: FilledForm, beside: int | None = None) -> int:
    """Save a refused form, in the place of the one that it corrects, and return its number.

    `beside` is a draft that it goes on from, which is then kept for as long.
    """
    with desk.act(caller) as unit:
        drafts.forget(unit.tx, unit.now)
        if beside is not None and (other := drafts.form(unit.tx, unit.my_id, beside, unit.now)):
            other.created_at = unit.now
        before = _corrected(unit.tx, unit.my_id, filled, unit.now)
        if before is None:
            return save(unit, filled)
        before.typed, before.created_at = _dump(filled), unit.now
        return row_id(before)


def save(unit: ActUnit, filled: FilledForm) -> int:
    """Save a form in a unit of work, and return its number."""
    draft = Draft(
        group_id=unit.group.id,
        member_id=unit.my_id,
        kind=DraftKind.FORM,
        about=filled.form,
        typed=_dump(filled),
        readings="[]",
        created_at=unit.now,
    )
    unit.tx.add(draft)
    unit.tx.flush()
    return row_id(draft)


def complete(desk: Desk, caller: Caller, filled: FilledForm) -> FilledForm:
    """Return a form with what was typed before it, in fields that it does not have."""
    with desk.db.read() as tx:
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        draft = _corrected(tx, row_id(me), filled, desk.clock()) if me else None
    if draft is None:
        return filled
    before = _load(draft)
    written, chosen = {**before.written, **filled.written}, {**before.chosen, **filled.chosen}
    return replace(filled, written=written, chosen=chosen)


def kept(desk: Desk, caller: Caller, draft_id: int) -> FilledForm:
    """Return a form as the caller filled it in."""
    with desk.db.read() as tx:
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        draft = drafts.form(tx, row_id(me), draft_id, desk.clock()) if me else None
        if draft is None:
            raise StaleRefusal(GONE)
        return _load(draft)


def put_away(unit: ActUnit, numbers: Collection[int]) -> None:
    """Delete the forms that a change goes on from, as part of it."""
    drafts.put_away(unit.tx, unit.my_id, numbers)


def _corrected(tx: Session, member_id: int, filled: FilledForm, now: datetime) -> Draft | None:
    """Return the same form as it was kept before, if it was."""
    if filled.corrects is None:
        return None
    draft = drafts.form(tx, member_id, filled.corrects, now)
    return draft if draft is not None and draft.about == filled.form else None


def _dump(filled: FilledForm) -> str:
    return json.dumps([filled.form, dict(filled.written), dict(filled.chosen)])


def _load(draft: Draft) -> FilledForm:
    return FilledForm(*json.loads(draft.typed))
