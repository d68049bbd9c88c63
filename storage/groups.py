"""Queries about groups and their members."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import bindparam, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, func, select, update
from sqlmodel.sql.sqltypes import UTCDateTime

from storage.lists import one_of, one_of_named
from storage.shards import ALL, Shards
from storage.tables import Group, Interaction, Member

# Discord may deliver one interaction twice at the same moment. The second insert waits for the
# first transaction, then adds nothing; SQLite and PostgreSQL agree on this.
_NOTE_INTERACTION = text(
    "INSERT INTO interactions (id, at) VALUES (:id, :at) ON CONFLICT DO NOTHING"
).bindparams(bindparam("at", type_=UTCDateTime()))
# Built once: every press goes this way, and building a statement costs more than running it.
# A group's writers wait for each other (`with_for_update`). A row that only refers to the group
# does not wait (`key_share`): its transaction may hold a row for which such a writer waits, and the
# two would wait for ever.
# The member is locked as well: who waits here while they are forgotten would else go on with what
# was read before, and write under the pseudonym. So PostgreSQL looks again, and finds nobody.
_ENTER = (
    select(Group, Member)
    .join(Member, col(Member.group_id) == col(Group.id))
    .where(col(Group.id) == bindparam("of"), col(Member.user_id) == bindparam("user_id"))
    .with_for_update(of=(Group, Member), key_share=True)
)
# The most notes of interactions that one transaction deletes.
_FORGET = 5_000
_ASLEEP = select(Group.id).where(col(Group.left_at).is_not(None))
_PEOPLE = select(Member).where(one_of_named(Member.id, "ids"))


def enter(
    tx: Session, *, group_id: int, group_name: str, user_id: int, name: str
) -> tuple[Group, Member]:
    """Return group and member, added if they are new; the group's other writers wait."""
    both = tx.exec(_ENTER, params={"of": group_id, "user_id": user_id}).first()
    if both is None or both[1].name != name:
        group = get_or_add(tx, group_id, group_name)
        return group, member(tx, group_id, user_id, name)
    return both[0], both[1]


def get_or_add(tx: Session, group_id: int, name: str) -> Group:
    """Return the group; add it with its defaults if it is new.

    Two services could change the same group at once. The second one waits here for the group's row
    (PostgreSQL; SQLite has one writer anyway), so nobody else changes what a service has read.
    """
    group = tx.exec(
        select(Group).where(Group.id == group_id).with_for_update(key_share=True)
    ).first()
    if group is not None:
        return group
    with suppress(IntegrityError), tx.begin_nested():  # somebody else may add it at this moment
        tx.add(Group(id=group_id, name=name))
    return lock(tx, group_id)


def get(tx: Session, group_id: int) -> Group:
    """Return the group, which is known to exist."""
    return tx.get_one(Group, group_id)


def scores_changed(tx: Session, group_id: int) -> None:
    """Note that the group's stored standings no longer show all its scores."""
    tx.exec(
        update(Group)
        .where(col(Group.id) == group_id)
        .values(scores_version=col(Group.scores_version) + 1)
    )


def find(tx: Session, group_id: int) -> Group | None:
    """Return the group, if the bot has met it."""
    return tx.get(Group, group_id)


def awake(tx: Session, shards: Shards = ALL) -> Sequence[int]:
    """Return the groups of these shards on whose servers the bot is, as far as it knows."""
    here = shards.have(Group.id)
    return tx.exec(select(Group.id).where(col(Group.left_at).is_(None), here)).all()


def asleep(tx: Session) -> Sequence[int]:
    """Return the groups from whose servers the bot was removed."""
    return tx.exec(_ASLEEP).all()


def is_asleep(tx: Session, group_id: int) -> bool:
    """Tell whether the bot was removed from the group's server, or the group is forgotten."""
    group = tx.get(Group, group_id)
    return group is None or group.left_at is not None


def lock(tx: Session, group_id: int) -> Group:
    """Return the group, which is known to exist; its other writers wait."""
    statement = select(Group).where(Group.id == group_id).with_for_update(key_share=True)
    return tx.exec(statement).one()


def member(tx: Session, group_id: int, user_id: int, name: str) -> Member:
    """Return the member with this Discord account; add them, or update their name."""
    found = tx.exec(
        select(Member).where(Member.group_id == group_id, Member.user_id == user_id)
    ).first()
    if found is None:
        found = Member(group_id=group_id, user_id=user_id, name=name)
        tx.add(found)
        tx.flush()
    elif found.name != name:
        found.name = name
    return found


def member_of_user(tx: Session, group_id: int, user_id: int) -> Member | None:
    """Return the member with this Discord account, if the bot has met them here."""
    return tx.exec(
        select(Member).where(Member.group_id == group_id, Member.user_id == user_id)
    ).first()


def names(tx: Session, member_ids: Collection[int]) -> dict[int, str]:
    """Return names by member id."""
    wanted = set(member_ids)
    rows = tx.exec(select(Member.id, Member.name).where(one_of(Member.id, wanted)))
    return {member_id: name for member_id, name in rows if member_id is not None}


def users(tx: Session, member_ids: Collection[int]) -> dict[int, int]:
    """Return Discord user ids by member id, without imported members, who have none."""
    wanted = set(member_ids)
    rows = tx.exec(select(Member.id, Member.user_id).where(one_of(Member.id, wanted)))
    return {member_id: user for member_id, user in rows if member_id and user}


def people(tx: Session, member_ids: Collection[int]) -> dict[int, Member]:
    """Return members by their id."""
    rows = tx.exec(_PEOPLE, params={"ids": set(member_ids)})
    return {member.id: member for member in rows if member.id is not None}


def members(tx: Session, group_id: int) -> list[Member]:
    """Return all members of a group, in the order in which they came."""
    return list(tx.exec(select(Member).where(Member.group_id == group_id).order_by(col(Member.id))))


def timezones(tx: Session, group_id: int) -> list[str]:
    """Return the time zones that a group's members have set, commonest first."""
    rows = tx.exec(
        select(Member.timezone)
        .where(Member.group_id == group_id, col(Member.timezone).is_not(None))
        .group_by(col(Member.timezone))
        .order_by(func.count().desc(), col(Member.timezone))
    )
    return [zone for zone in rows if zone is not None]


def first_time(tx: Session, interaction_id: int, now: datetime) -> bool:
    """Note that an interaction acts now; return False if it has acted already."""
    noted = tx.connection().execute(_NOTE_INTERACTION, {"id": interaction_id, "at": now})
    return noted.rowcount > 0


def has_acted(tx: Session, interaction_id: int, now: datetime) -> bool:
    """Tell whether an interaction has acted.

    A transaction in which it acts could still be under way. To note it, only for a moment, waits
    for the end of that one.
    """
    with tx.begin_nested() as asking:
        is_new = first_time(tx, interaction_id, now)
        asking.rollback()
    return not is_new


def forget_interactions(tx: Session, now: datetime) -> int:
    """Delete some notes of interactions older than a day, and return how many.

    Discord sends an interaction again within minutes.
    """
    old = select(Interaction.id).where(col(Interaction.at) < now - timedelta(days=1))
    some = delete(Interaction).where(col(Interaction.id).in_(old.limit(_FORGET)))
    return tx.connection().execute(some).rowcount
