"""Members who were forgotten: what goes, and the name under which their forecasts stay.

A pseudonym is "former member 7". It counts who was forgotten in the group, so it says nothing of
who it was. Nobody acts under it: whoever comes back is a new member.
"""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select, update

from storage import append_only
from storage.tables import (
    Banked,
    Dispute,
    Draft,
    Forecast,
    Interest,
    Mark,
    Member,
    Practice,
    Question,
    Resolution,
    Rsvp,
    Sighting,
    Vote,
)

_PSEUDONYM = re.compile(r"former member (\d+)")


def is_forgotten(member: Member) -> bool:
    """Tell whether a member has only a pseudonym by now."""
    return member.user_id is None and bool(_PSEUDONYM.fullmatch(member.import_name or ""))


def next_pseudonym(tx: Session, group_id: int) -> str:
    """Return the next name that nobody in the group has or had; the group is locked."""
    taken = tx.exec(
        select(Member.import_name).where(
            Member.group_id == group_id, col(Member.import_name).like("former member %")
        )
    )
    found = (_PSEUDONYM.fullmatch(name or "") for name in taken)
    return f"former member {max((int(one[1]) for one in found if one), default=0) + 1}"


def forget_member(tx: Session, member: Member, quoting: Collection[str]) -> None:
    """Take away who a member is and what they typed; what they forecast stays.

    `quoting` are comments on an outcome after which older versions repeated the words of
    objections. Nobody knows any more whose they were, so all of the group's go.
    """
    with append_only.lifted(tx):
        for table in (Forecast, Dispute):
            own = (col(table.member_id) == member.id, col(table.reason) != "")
            tx.exec(update(table).where(*own).values(reason=""))
        for comment in quoting:
            _take_quotes(tx, member.group_id, comment)
    _delete_answers(tx, member)
    tx.exec(
        update(Banked)
        .where(col(Banked.group_id) == member.group_id, col(Banked.added_by) == member.user_id)
        .values(added_by=None)
    )
    member.name = member.import_name = next_pseudonym(tx, member.group_id)
    member.user_id = member.timezone = None
    tx.flush()


def is_known_elsewhere(tx: Session, user_id: int, group_id: int | None) -> bool:
    """Tell whether somebody is a member of another group."""
    others = select(Member.id).where(Member.user_id == user_id, col(Member.group_id) != group_id)
    return tx.exec(others.limit(1)).first() is not None


def has_practised(tx: Session, user_id: int) -> bool:
    """Tell whether anything is held of what somebody does alone."""
    tables: tuple[Any, ...] = (Practice, Sighting)
    held = (tx.exec(select(one.id).where(one.user_id == user_id).limit(1)) for one in tables)
    return any(found.first() is not None for found in held)


def forget_practice(tx: Session, user_id: int) -> None:
    """Delete what somebody practised alone."""
    tx.exec(delete(Practice).where(col(Practice.user_id) == user_id))


def forget_sightings(tx: Session, user_id: int) -> None:
    """Delete which questions of the past somebody has seen: they may be dealt again."""
    tx.exec(delete(Sighting).where(col(Sighting.user_id) == user_id))


def forgotten(tx: Session) -> list[tuple[int, int]]:
    """Return group and number of everybody who has only a pseudonym."""
    rows = tx.exec(select(Member).where(col(Member.import_name).like("former member %")))
    return [(one.group_id, one.id) for one in rows if one.id is not None and is_forgotten(one)]


def is_the_same(tx: Session, before: Session, member_id: int) -> bool:
    """Tell whether a number is the same person's in the database of before.

    Who has forecast is known by their first forecast; of others nothing says that they are not.
    """
    first = _first_forecast(tx, member_id)
    return first is None or first == _first_forecast(before, member_id)


def _first_forecast(tx: Session, member_id: int) -> tuple[int | None, datetime] | None:
    made = select(Forecast.id, Forecast.made_at).where(Forecast.member_id == member_id)
    found = tx.exec(made.order_by(col(Forecast.id)).limit(1)).first()
    return None if found is None else (found[0], found[1])


def _take_quotes(tx: Session, group_id: int, comment: str) -> None:
    questions = select(Question.id).where(Question.group_id == group_id)
    quoted = col(Resolution.comment).startswith(f"{comment}: ", autoescape=True)
    tx.exec(
        update(Resolution)
        .where(col(Resolution.question_id).in_(questions), quoted)
        .values(comment=comment)
    )


def _delete_answers(tx: Session, member: Member) -> None:
    """Delete drafts, votes, answers to invitations, and marks, but those that someone knew.

    Who knew the outcome of a pastcast has no score, and gets none by being forgotten.
    """
    for table in (Draft, Rsvp, Interest, Vote):
        tx.exec(delete(table).where(col(table.member_id) == member.id))
    past = select(Question.id).where(
        Question.group_id == member.group_id, col(Question.banked_id).is_not(None)
    )
    tx.exec(
        delete(Mark).where(col(Mark.member_id) == member.id, col(Mark.question_id).not_in(past))
    )
