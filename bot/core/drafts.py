"""Forms as members filled them in, kept for a while so that nothing has to be typed twice.

Each is in the database, so it outlives a restart, and only its author gets it back.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

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
    """A form by its custom id, with the texts that were written and the options chosen."""

    form: str
    written: Mapping[str, str]
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, str]:
        """Return everything in the form, by the fields' ids."""
        return {**self.chosen, **self.written}

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what was written, without the fields that were left empty."""
        return tuple(text for text in self.written.values() if text.strip())


def keep(
    desk: Desk,
    caller: Caller,
    filled: FilledForm,
    *,
    before: int | None = None,
    beside: int | None = None,
) -> int:
    """Save a refused form and return its number.

    `before` is the draft that it corrects, if it does; `beside` is one that it goes on from, which
    is then kept for as long.
    """
    with desk.act(caller) as unit:
        drafts.forget(unit.tx, unit.now)
        if beside is not None and (other := drafts.form(unit.tx, unit.my_id, beside, unit.now)):
            other.created_at = unit.now
        return save(unit, filled, before=before)


def save(unit: ActUnit, filled: FilledForm, *, before: int | None = None) -> int:
    """Save a form in a unit of work, in the place of `before` where that is the same form."""
    draft = drafts.form(unit.tx, unit.my_id, before, unit.now) if before is not None else None
    if draft is None or draft.about != filled.form:
        draft = Draft(
            group_id=unit.group.id,
            member_id=unit.my_id,
            kind=DraftKind.FORM,
            about=filled.form,
            typed="",
            readings="[]",
            created_at=unit.now,
        )
    draft.typed, draft.created_at = json.dumps(asdict(filled)), unit.now
    unit.tx.add(draft)
    unit.tx.flush()
    return row_id(draft)


def kept(desk: Desk, caller: Caller, draft_id: int) -> FilledForm:
    """Return a form as the caller filled it in."""
    with desk.db.read() as tx:
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        draft = drafts.form(tx, row_id(me), draft_id, desk.clock()) if me else None
        if draft is None:
            raise StaleRefusal(GONE)
        return FilledForm(**json.loads(draft.typed))


def take(unit: ActUnit, draft_id: int) -> FilledForm:
    """Return a form as the acting member filled it in, and put it away."""
    draft = drafts.form(unit.tx, unit.my_id, draft_id, unit.now)
    if draft is None:
        raise StaleRefusal(GONE)
    unit.tx.delete(draft)
    return FilledForm(**json.loads(draft.typed))


def put_away(unit: ActUnit, draft_id: int) -> None:
    """Delete a form that has been corrected, in the change that it made."""
    drafts.put_away(unit.tx, unit.my_id, draft_id)
