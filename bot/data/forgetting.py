"""Forgets a member: who they are goes, what they forecast stays under a pseudonym.

So the scores of everybody else stay as they are. Never touches Discord.
"""

from dataclasses import dataclass

from sqlmodel import Session

from bot.calendars import addresses
from bot.core import card_refresh, keys
from bot.core.card_refresh import Change
from bot.core.errors import RepeatedInteractionError
from bot.core.keys import Key
from bot.core.permissions import FORGET_OTHERS, Role
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Caller, Desk, Loner, Unit, row_id
from bot.questions.entry import ON_DISPUTES
from bot.schedule import service as schedule_service
from bot.sessions import service as sessions_service
from storage import groups, people, planning, pseudonyms
from storage.engine import Database
from storage.tables import Member

NOTHING_HELD = "Nothing is held about you in this group, so there is nothing to forget."
NOBODY = "Nothing is held about this person in this group, so there is nothing to forget."
DONE = "That has been done already. Nothing happened."


@dataclass(frozen=True)
class Asked:
    """Who is to be forgotten, and what there is to say before.

    `own` says that it is the caller. `interested` says that an event in Discord still has them, and
    `elsewhere` that another group of this bot does.
    """

    at: Key
    name: str
    own: bool
    interested: bool = False
    elsewhere: bool = False


@dataclass(frozen=True)
class Forgotten:
    """What became of somebody: their pseudonym, or empty where only their practice was held."""

    pseudonym: str
    own: bool
    interested: bool = False


@dataclass(frozen=True)
class Again:
    """How many were forgotten again.

    `unsure` are group and number of who was not: it may be somebody else by now.
    """

    count: int
    unsure: tuple[tuple[int, int], ...] = ()


def ask(desk: Desk, caller: Caller, user_id: int | None = None) -> Asked:
    """Return what to ask before somebody is forgotten; refuse who may not ask for it."""
    own = user_id in {None, caller.user_id}
    if not own:
        _require_leave(caller)
    who = caller.user_id if user_id is None else user_id
    with desk.db.read() as tx:
        member = groups.member_of_user(tx, caller.group_id, who)
        if member is None:
            if not own or not pseudonyms.has_practised(tx, who):
                raise Refusal(NOTHING_HELD if own else NOBODY)
            return Asked(keys.member(), caller.name, own)
        return Asked(
            keys.member(row_id(member)),
            member.name,
            own,
            interested=planning.is_interested(tx, row_id(member)),
            elsewhere=pseudonyms.is_known_elsewhere(tx, who, caller.group_id),
        )


def forget(desk: Desk, caller: Caller, at: Key) -> Forgotten:
    """Forget the member of a button that was pressed; a second press changes nothing."""
    if not at.id:
        return _forget_practice(desk, caller)
    with desk.db.read() as tx:
        if groups.find(tx, caller.group_id) is None:
            raise StaleRefusal(DONE)
    with desk.step(caller.group_id) as unit:
        if caller.interaction_id and not groups.first_time(
            unit.tx, caller.interaction_id, unit.now
        ):
            raise RepeatedInteractionError
        member = _meant(unit.tx, caller, at)
        own = member.user_id == caller.user_id
        return _forget(unit, member, own=own)


def forget_numbered(desk: Desk, group_id: int, member_id: int) -> Forgotten:
    """Forget the member with this number, for who runs the bot."""
    with desk.db.read() as tx:
        _find(tx, group_id, member_id)
    with desk.step(group_id) as unit:
        return _forget(unit, _find(unit.tx, group_id, member_id), own=False)


def name_of(desk: Desk, group_id: int, member_id: int) -> str:
    """Return the name of the member with this number; refuse a number that nobody has."""
    with desk.db.read() as tx:
        return _find(tx, group_id, member_id).name


def forget_as_in(desk: Desk, other: Database) -> Again:
    """Forget everybody who is forgotten in another database.

    After an old backup was restored they are back, and the database that it replaced has the same
    numbers. A number that somebody else has got since is left alone.
    """
    with desk.db.read() as tx, other.read() as before:
        known = set(pseudonyms.forgotten(tx))
        back = [one for one in pseudonyms.forgotten(before) if one not in known]
        back = [(group, number) for group, number in back if _is_member(tx, group, number)]
        unsure = [one for one in back if not pseudonyms.is_the_same(tx, before, one[1])]
    for group_id, member_id in back:
        if (group_id, member_id) not in unsure:
            forget_numbered(desk, group_id, member_id)
    return Again(len(back) - len(unsure), tuple(unsure))


def _is_member(tx: Session, group_id: int, member_id: int) -> bool:
    member = tx.get(Member, member_id)
    return member is not None and member.group_id == group_id


def _meant(tx: Session, caller: Caller, at: Key) -> Member:
    """Return the member of a button; anybody can make one up, so who may is checked again."""
    member = tx.get(Member, at.id)
    if member is None or member.group_id != caller.group_id or member.user_id is None:
        raise StaleRefusal(DONE)
    if member.user_id != caller.user_id:
        _require_leave(caller)
    return member


def _require_leave(caller: Caller) -> None:
    """Refuse to forget somebody else for those who may not manage the server."""
    held = {Role.MANAGER} if caller.manages_group else set[Role]()
    FORGET_OTHERS.require(held)


def _find(tx: Session, group_id: int, member_id: int) -> Member:
    member = tx.get(Member, member_id)
    if member is None or member.group_id != group_id or member.import_name == "":
        raise Refusal(
            f"Group {group_id} has no member {member_id}. `dojo export` has their numbers, in "
            "everything.json under members."
        )
    if pseudonyms.is_forgotten(member):
        raise Refusal(f"Member {member_id} of group {group_id} is {member.name} already.")
    return member


def _forget(unit: Unit, member: Member, *, own: bool) -> Forgotten:
    """Let the member leave as anybody leaves, then take away who they are."""
    member_id, user_id = row_id(member), member.user_id
    interested = planning.is_interested(unit.tx, member_id)
    card_refresh.follow(unit, Change.MEMBER_FORGOTTEN, member)
    sessions_service.leave_all(unit, member_id)
    schedule_service.withdraw_answers(unit, member_id)
    addresses.take_back(unit, member_id)
    unit.tx.flush()
    if user_id is not None:
        _forget_user(unit, user_id, own=own)
    pseudonyms.forget_member(unit.tx, member, ON_DISPUTES)
    return Forgotten(member.name, own, interested)


def _forget_user(unit: Unit, user_id: int, *, own: bool) -> None:
    """Delete what belongs to no group, unless another group's manager has no say in it.

    Practice is a person's own, so it goes when they ask themselves, or with the last group. Two
    groups could forget somebody at once and each leave it to the other, so the second one waits.
    """
    people.lock(unit.tx, user_id)
    elsewhere = pseudonyms.is_known_elsewhere(unit.tx, user_id, unit.group.id)
    if own or not elsewhere:
        pseudonyms.forget_practice(unit.tx, user_id)
    if not elsewhere:
        pseudonyms.forget_sightings(unit.tx, user_id)


def _forget_practice(desk: Desk, caller: Caller) -> Forgotten:
    """Delete what the caller does alone, where no group here has them."""
    with desk.alone(Loner(caller.user_id, interaction_id=caller.interaction_id)) as unit:
        if not pseudonyms.has_practised(unit.tx, caller.user_id):
            raise StaleRefusal(DONE)
        pseudonyms.forget_practice(unit.tx, caller.user_id)
        if not pseudonyms.is_known_elsewhere(unit.tx, caller.user_id, caller.group_id):
            pseudonyms.forget_sightings(unit.tx, caller.user_id)
    return Forgotten("", own=True)
