"""What `dojo forget` does for who runs the bot: a group, one member, or the same as before."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.core import card_refresh, database_file
from bot.core.refusals import Refusal, say_count
from bot.core.unit import Desk
from bot.data import forgetting
from bot.data.service import the_group
from storage import calendars, groups, pseudonyms
from storage import forgetting as storage_forgetting
from storage.engine import AddressError, Database

# Asks somebody at a terminal, and returns what they typed.
Ask = Callable[[str], str]
STILL_THERE = (
    "A bot that is still in the server begins the group anew as soon as somebody there uses it: "
    "remove it from the server as well. What it posted in Discord stays there."
)

UNSURE = (
    "\nNot forgotten: member {1} of group {0}, for the number may be somebody else's since the "
    "backup was restored. If it is not, `dojo forget --group {0} --member {1}` does it."
)


@dataclass(frozen=True)
class Wish:
    """The options of the command; `as_in` is another database, by its file or address."""

    group: int | None = None
    member: int | None = None
    as_in: str | None = None


def forget(desk: Desk, wish: Wish, ask: Ask | None) -> str:
    """Forget what is wished, once its number was typed; without `ask` at once."""
    if wish.as_in is not None:
        if wish.group is not None or wish.member is not None:
            raise Refusal("--as-in is about all groups. Leave out --group and --member.")
        return _as_in(desk, wish.as_in)
    if wish.group is None:
        raise Refusal("Say which group with --group. `dojo export` names those that there are.")
    with desk.db.read() as tx:
        group_id = the_group(tx, wish.group)
        name = groups.get(tx, group_id).name
    if wish.member is not None:
        who = forgetting.name_of(desk, group_id, wish.member)
        about = f"Member {wish.member} of {name}, {who}, is forgotten for good."
        _make_sure(ask, wish.member, about)
        done = forgetting.forget_numbered(desk, group_id, wish.member)
        return f"Forgotten: member {wish.member} is {done.pseudonym} now."
    about = f"All that is held about {name} is deleted for good.{_in_google(desk, group_id)}"
    _make_sure(ask, group_id, about)
    return _forget_group(desk, group_id)


def _make_sure(ask: Ask | None, number: int, about: str) -> None:
    if ask is not None and ask(f"{about} Type {number} to go on").strip() != str(number):
        raise Refusal("That is another number. Nothing was forgotten.")


def _in_google(desk: Desk, group_id: int) -> str:
    """Say how many events to come stay in Google Calendar, whose numbers go with the group."""
    with desk.db.read() as tx:
        ahead = {str(card_refresh.calendar_entry(one)) for one in calendars.ahead(tx, group_id)}
        entries = calendars.entries(tx, group_id)
        count = sum(one.event_id is not None and one.key in ahead for one in entries)
    if not count:
        return ""
    return (
        f" {say_count(count, 'event')} to come would stay in Google Calendar: to take them out, "
        "cancel the sessions with `/session cancel` first, and wait a minute."
    )


def _forget_group(desk: Desk, group_id: int) -> str:
    """Delete a group piece by piece: a bot that runs waits for no more than one."""
    deleted: Counter[str] = Counter()
    with desk.db.write() as tx:
        # Asleep, nothing rings or is posted there while its rows go.
        groups.lock(tx, group_id).left_at = desk.clock()
    while piece := _forget_piece(desk, group_id):
        deleted.update(piece)
    rows = "\n".join(f"{count:>9,} {name}" for name, count in sorted(deleted.items()))
    return f"Forgotten: group {group_id}.\n{rows}\n{STILL_THERE}"


def _forget_piece(desk: Desk, group_id: int) -> dict[str, int]:
    with desk.db.write() as tx:
        return storage_forgetting.forget_piece(tx, group_id)


def _as_in(desk: Desk, other: str) -> str:
    """Forget again whoever is forgotten in the database that a restored backup replaced."""
    if "://" not in other and not Path(other).is_file():
        raise Refusal(f"There is no file {other} here. Check its name and folder.")
    with closing(_database_at(other)) as database:
        if database_file.are_same(database, desk.db):
            raise Refusal(
                f"{_say(other)} is the database itself. Name what a restore has replaced."
            )
        _check_readable(database, other)
        done = forgetting.forget_as_in(desk, database)
    unsure = "".join(UNSURE.format(*one) for one in done.unsure)
    return f"Forgotten again: {say_count(done.count, 'member')}.{unsure}"


def _database_at(other: str) -> Database:
    try:
        return Database(other if "://" in other else f"sqlite:///{other}")
    except AddressError:
        raise Refusal(
            f"{_say(other)} is not usable. Name a file, or the address of a database."
        ) from None


def _check_readable(database: Database, other: str) -> None:
    try:
        with database.read() as tx:
            pseudonyms.forgotten(tx)
    except SQLAlchemyError:
        raise Refusal(
            f"{_say(other)} cannot be read as a database of the bot's. Check its name, and that "
            "the server is running where it has one."
        ) from None


def _say(other: str) -> str:
    """Say which database, without an address's password."""
    return "That address" if "://" in other else other
