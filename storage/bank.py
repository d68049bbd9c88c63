"""Queries about the bank of the past, and who has seen what of it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from storage import warm_ups
from storage.lists import one_of
from storage.tables import (
    Banked,
    Member,
    Practice,
    Question,
    QuestionKind,
    QuestionState,
    Sighting,
)

EVERY_KIND = tuple(QuestionKind)
# Any number that is no other lock's; see migrate.py.
_LOADING = 0x0D0C0B07
# Never changed by a newer file: who is who, and who brought it.
_KEPT = frozenset({"id", "group_id", "name", "added_by"})


class Wanted(NamedTuple):
    """What may be dealt: to whom, of which topic (None: of all) and of which kinds.

    With a `group_id` it is for a circle: the group's own bank counts too, and what the group has
    been dealt before is out, for everybody can read about it in its channels. Out is also what
    runs at this moment in a group of one of them. Without a key nothing `sealed` can be revealed.
    """

    user_ids: Collection[int]
    group_id: int | None = None
    topic: str | None = None
    kinds: Collection[QuestionKind] = EVERY_KIND
    sealed: bool = True

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """Return what is true of each banked question that may be dealt."""
        seen = select(Sighting.banked_id).where(one_of(Sighting.user_id, self.user_ids))
        found = [
            col(Banked.retired).is_(False),
            col(Banked.kind).in_(list(self.kinds)),
            col(Banked.id).not_in(seen),
            col(Banked.id).not_in(_in_play(self.user_ids)),
            self._of_bank(),
        ]
        if not self.sealed:
            found.append(col(Banked.sealed).is_(False))
        if self.group_id is not None:
            found.append(col(Banked.id).not_in(_dealt_to(self.group_id)))
        if self.topic is not None:
            found.append(col(Banked.topic) == self.topic)
        return tuple(found)

    def _of_bank(self) -> ColumnElement[bool]:
        of_box = col(Banked.group_id).is_(None)
        return of_box if self.group_id is None else of_box | (col(Banked.group_id) == self.group_id)


def unseen(tx: Session, wanted: Wanted) -> list[int]:
    """Return the ids of the banked questions that may be dealt, in the order of their ids."""
    found = tx.exec(select(Banked.id).where(*_conditions(tx, wanted)).order_by(col(Banked.id)))
    return [number for number in found if number is not None]


def count(tx: Session, wanted: Wanted) -> int:
    """Count the banked questions that may be dealt."""
    found = select(func.count()).select_from(Banked).where(*_conditions(tx, wanted))
    return tx.exec(found).one()


def topics(tx: Session, wanted: Wanted) -> dict[str, int]:
    """Count the banked questions that may be dealt, by topic, the most first."""
    rows = tx.exec(
        select(Banked.topic, func.count())
        .where(*_conditions(tx, wanted))
        .group_by(Banked.topic)
        .order_by(func.count().desc(), Banked.topic)
    )
    return dict(rows.all())


def get(tx: Session, banked_id: int) -> Banked:
    """Return the banked question, which is known to exist."""
    return tx.get_one(Banked, banked_id)


def plain(tx: Session) -> list[Banked]:
    """Return the banked questions that groups brought themselves and that are not sealed yet."""
    # As in the index of just these rows.
    return list(tx.exec(select(Banked).where(text("NOT sealed AND group_id IS NOT NULL"))))


def sealed(tx: Session, after: int, most: int) -> list[Banked]:
    """Return some of the banked questions that are sealed, in the order of their ids."""
    found = select(Banked).where(col(Banked.id) > after, col(Banked.sealed).is_(True))
    return list(tx.exec(found.order_by(col(Banked.id)).limit(most)))


def is_dealt(tx: Session, row: Banked) -> bool:
    """Tell whether a group was dealt a question, or anybody but who brought it has seen it."""
    asked = tx.exec(select(Question.id).where(Question.banked_id == row.id).limit(1)).first()
    others = col(Sighting.user_id) != row.added_by
    seen = tx.exec(select(Sighting.id).where(Sighting.banked_id == row.id, others).limit(1)).first()
    return asked is not None or seen is not None


def see(tx: Session, banked_ids: Iterable[int], user_ids: Iterable[int], now: datetime) -> None:
    """Note that people have seen banked questions; to note it twice changes nothing."""
    people = list(user_ids)
    rows = [
        {"user_id": user_id, "banked_id": banked_id, "at": now}
        for banked_id in banked_ids
        for user_id in people
    ]
    if not rows:
        return
    dialect = sqlite if tx.get_bind().dialect.name == "sqlite" else postgresql
    tx.execute(dialect.insert(Sighting).on_conflict_do_nothing(), rows)


def users(tx: Session, member_ids: Collection[int]) -> list[int]:
    """Return the Discord users that members are; imported people are none."""
    rows = tx.exec(select(Member.user_id).where(one_of(Member.id, member_ids)))
    return [user_id for user_id in rows if user_id is not None]


def put(tx: Session, group_id: int | None, rows: Sequence[Banked]) -> tuple[int, int]:
    """Add banked questions to a bank, or change those of the same name.

    Returns how many were added, and how many changed. A name twice is once.
    """
    known = by_name(tx, group_id)
    added = changed = 0
    for row in rows:
        old = known.get(row.name)
        if old is None:
            row.group_id = group_id
            tx.add(row)
            known[row.name] = row
            added += 1
        elif different := changes(old, row):
            changed += 1
            for name, value in different.items():
                setattr(old, name, value)
    tx.flush()
    return added, changed


def by_name(tx: Session, group_id: int | None) -> dict[str, Banked]:
    """Return all questions of a group's own bank, or of the box, by their names."""
    of_bank = (
        col(Banked.group_id).is_(None) if group_id is None else col(Banked.group_id) == group_id
    )
    return {row.name: row for row in tx.exec(select(Banked).where(of_bank))}


def changes(old: Banked, new: Banked) -> dict[str, Any]:
    """Return what a newer row says differently of the same question."""
    fields = {name: getattr(new, name) for name in Banked.model_fields if name not in _KEPT}
    return {name: value for name, value in fields.items() if getattr(old, name) != value}


def seen_by_somebody(tx: Session, group_id: int) -> set[int]:
    """Return the ids of the group's own banked questions that were dealt to anybody."""
    own = select(Banked.id).where(Banked.group_id == group_id)
    seen = tx.exec(select(Sighting.banked_id).where(col(Sighting.banked_id).in_(own)))
    asked = tx.exec(select(Question.banked_id).where(col(Question.banked_id).in_(own)))
    return {number for number in (*seen, *asked) if number is not None}


def hold_box(tx: Session) -> None:
    """Let no other process bring the box up to date before this transaction has ended."""
    if tx.get_bind().dialect.name != "sqlite":  # there, one transaction writes at a time
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOADING})


def retire_others(tx: Session, names: Collection[str]) -> None:
    """Deal no more of the box than what it still holds; what was dealt before stays."""
    for row in tx.exec(select(Banked).where(col(Banked.group_id).is_(None))):
        row.retired = row.name not in names


def _conditions(tx: Session, wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of what may be dealt, where warm-ups have told what came out, too."""
    if wanted.group_id is None or not (told := warm_ups.held_in(tx, wanted.group_id)):
        return wanted.conditions()
    return (*wanted.conditions(), col(Banked.id).not_in(told))


def saw_before(tx: Session, banked_id: int, user_id: int, moment: datetime) -> bool:
    """Tell whether somebody had seen a banked question before a moment, or practised it since."""
    seen = select(Sighting.id).where(
        Sighting.banked_id == banked_id, Sighting.user_id == user_id, Sighting.at < moment
    )
    practised = select(Practice.id).where(
        Practice.banked_id == banked_id, Practice.user_id == user_id
    )
    return tx.exec(seen).first() is not None or tx.exec(practised).first() is not None


def _in_play(user_ids: Collection[int]) -> SelectOfScalar[Any]:
    groups = select(Member.group_id).where(one_of(Member.user_id, user_ids))
    return select(Question.banked_id).where(
        col(Question.banked_id).is_not(None),
        Question.state == QuestionState.OPEN,
        col(Question.group_id).in_(groups),
    )


def _dealt_to(group_id: int) -> SelectOfScalar[Any]:
    return select(Question.banked_id).where(
        Question.group_id == group_id, col(Question.banked_id).is_not(None)
    )
