"""The unit of work: caller, transaction, moment, and the effects saved with it.

Services open one with `desk.act(caller)` or, for the passing of time, `desk.step(group_id)`.
Leaving the block saves the change and its effects together; an exception saves nothing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot.core import permissions
from bot.core.errors import RepeatedInteractionError
from bot.core.integrations import NONE, Integrations
from bot.core.keys import Key
from bot.core.permissions import Role
from storage import groups, outbox, people
from storage.engine import Database
from storage.tables import Group, Member
from storage.troubles import UnsureError

Clock = Callable[[], datetime]

# How often a database that went away is asked whether it saved a unit, and how far apart.
ASK_TIMES = 6
ASK_AGAIN = 0.5


@dataclass(frozen=True)
class Person:
    """Somebody with a Discord account."""

    user_id: int
    name: str


@dataclass(frozen=True)
class Caller:
    """Who asks for something, and from where. Ids are Discord's; permissions are of this moment.

    `pressed` is the message whose button was pressed, where there is one.
    """

    group_id: int
    group_name: str
    user_id: int
    name: str
    channel_id: int
    interaction_id: int | None = None
    pressed: int | None = None
    manages_group: bool = False
    manages_events: bool = False
    role_ids: frozenset[int] = frozenset()

    def is_facilitator(self, group: Group) -> bool:
        """Tell whether the caller leads: facilitator role, Manage Events or Manage Server."""
        return (
            self.manages_group or self.manages_events or group.facilitator_role_id in self.role_ids
        )

    def roles(
        self, group: Group, me: int | None, *, host: int | None = None, author: int | None = None
    ) -> frozenset[Role]:
        """Return what the caller is to a thing with this host or author, as member `me`."""
        held = {
            Role.ANYBODY: True,
            Role.HOST: me is not None and me == host,
            Role.AUTHOR: me is not None and me == author,
            Role.FACILITATOR: self.is_facilitator(group),
            Role.MANAGER: self.manages_group,
        }
        return frozenset(role for role, holds in held.items() if holds)


@dataclass(frozen=True)
class Loner:
    """Who does something alone, for which no group is needed: perhaps in a direct message.

    `group_id` is the group of the server where they are, if the bot is a member there.
    """

    user_id: int
    group_id: int | None = None
    interaction_id: int | None = None


@dataclass
class Unit:
    """A unit of work: its transaction, its time, its group, and what follows from it.

    `seen` is what cards show by now, as far as the change has read it already.
    """

    tx: Session
    now: datetime
    group: Group
    alarms: dict[str, datetime | None] = field(default_factory=dict)
    effects: bool = False
    pressed: int | None = None
    integrations: Integrations = NONE
    seen: dict[Key, object] = field(default_factory=dict)
    refreshed: dict[str, None] = field(default_factory=dict)
    posted: set[str] = field(default_factory=set)
    withdrawn: dict[str, None] = field(default_factory=dict)

    def show(self, key: Key, channel_id: int) -> None:
        """Have the card posted, or edited to what is true at delivery."""
        self.effects = True
        self.posted.add(str(key))
        outbox.show(
            self.tx,
            key=str(key),
            group_id=self.group.id,
            channel_id=channel_id,
            now=self.now,
            target=key.kind.target,
        )

    def refresh(self, key: Key) -> None:
        """Have the card edited, if it was ever posted."""
        self.refreshed[str(key)] = None

    def withdraw(self, *keys: Key) -> None:
        """Have messages deleted, if they were ever posted."""
        self.withdrawn |= dict.fromkeys(map(str, keys))

    def save_refreshes(self) -> outbox.Edit | None:
        """Save which cards must be edited or deleted, at the end of the unit.

        Returns the edit or deletion of the pressed card, which the answer to the press carries.
        """
        removal = self._save_withdrawn()
        # What is posted shows what is true by then: one message is enough.
        keys = [key for key in self.refreshed if key not in self.posted]
        self.refreshed = {}
        if not keys:
            return removal
        asked_for, edit = outbox.refresh_all(self.tx, keys, now=self.now, pressed=self.pressed)
        if asked_for > (edit is not None):  # the pressed card is edited by the answer itself
            self.effects = True
        return edit or removal

    def _save_withdrawn(self) -> outbox.Edit | None:
        """Save which messages must be deleted, and return the pressed one's deletion."""
        keys, self.withdrawn = self.withdrawn, {}
        if not keys:
            return None
        found, removal = outbox.withdraw(self.tx, keys, now=self.now, pressed=self.pressed)
        if found > (removal is not None):
            self.effects = True
        return removal

    def ping(self, key: Key, channel_id: int, expires_at: datetime) -> None:
        """Queue a message to send once, if that is possible before `expires_at`."""
        self.effects = True
        outbox.ping(
            self.tx,
            key=str(key),
            group_id=self.group.id,
            channel_id=channel_id,
            expires_at=expires_at,
            now=self.now,
        )

    def remind(self, key: Key, channel_id: int, expires_at: datetime) -> None:
        """Have the message of an earlier ping show something newer, or send a new one."""
        if outbox.renew(self.tx, key=str(key), expires_at=expires_at, now=self.now):
            self.effects = True
        else:
            self.ping(key, channel_id, expires_at)

    def sync(self, key: Key) -> None:
        """Have the event in Google Calendar brought up to date at delivery."""
        self.show(key, outbox.GOOGLE_LINE)

    def wake_group(self) -> None:
        """Wake a sleeping group; the sweep then finds what is due there."""
        self.group.left_at = None
        outbox.unpark(self.tx, self.now, group_id=self.group.id)
        self.effects = True

    def wake(self, alarm: str, at: datetime | None) -> None:
        """Set an alarm, or clear it with None.

        It is only a hint: the sweep would find the work too.
        """
        self.alarms[alarm] = at


@dataclass
class ActUnit(Unit):
    """A unit of work that a member asked for."""

    caller: Caller = field(kw_only=True)
    me: Member = field(kw_only=True)

    @property
    def my_id(self) -> int:
        """Return the id of the member who acts."""
        return row_id(self.me)

    @property
    def timezone(self) -> str:
        """Return the zone in which the member types times: their own, or the group's."""
        return self.me.timezone or self.group.timezone

    @property
    def zone(self) -> ZoneInfo:
        """Return the member's zone as a `ZoneInfo`."""
        return ZoneInfo(self.timezone)

    def roles(self, *, host: int | None = None, author: int | None = None) -> frozenset[Role]:
        """Return what the acting member is to a thing with this host or author."""
        return self.caller.roles(self.group, self.my_id, host=host, author=author)

    def leads(self, host_id: int | None) -> bool:
        """Tell whether the acting member is this host or a facilitator."""
        return permissions.LEAD.allows(self.roles(host=host_id))

    def require_manager(self, action: str) -> None:
        """Refuse everybody who may not change the server's settings."""
        require_manager(self.caller, action)


@dataclass
class LoneUnit:
    """A unit of work for one person alone: no group waits for it, and no card follows."""

    tx: Session
    now: datetime
    who: Loner


@dataclass(frozen=True)
class Desk:
    """Where services work: the database, the clock, and what hears of saved units."""

    db: Database
    clock: Clock
    saved: Callable[[Unit], None] = lambda _unit: None
    integrations: Integrations = NONE
    # Called at the end of a member's unit of work, before it is saved.
    closing: Callable[[ActUnit], None] = lambda _unit: None

    @contextmanager
    def act(self, caller: Caller) -> Iterator[ActUnit]:
        """Open a unit of work for a member; the same interaction sent twice acts once."""
        with self._surely(caller.interaction_id), self.db.write() as tx:
            group, me = groups.enter(
                tx,
                group_id=caller.group_id,
                group_name=caller.group_name,
                user_id=caller.user_id,
                name=caller.name,
            )
            now = self.clock()
            _note_interaction(tx, caller.interaction_id, now)
            unit = ActUnit(
                tx,
                now,
                group,
                pressed=caller.pressed,
                integrations=self.integrations,
                caller=caller,
                me=me,
            )
            if group.left_at is not None:  # somebody who acts there shows that the bot is back
                unit.wake_group()
            yield unit
            self.closing(unit)
            unit.save_refreshes()
        self.saved(unit)

    @contextmanager
    def alone(self, who: Loner) -> Iterator[LoneUnit]:
        """Open a unit of work for one person; the same interaction sent twice acts once.

        Other units of the same person wait.
        """
        with self._surely(who.interaction_id), self.db.write() as tx:
            now = self.clock()
            people.lock(tx, who.user_id)
            _note_interaction(tx, who.interaction_id, now)
            yield LoneUnit(tx, now, who)

    @contextmanager
    def step(self, group_id: int) -> Iterator[Unit]:
        """Open a unit of work for a timed event, which has no caller."""
        with self.db.write() as tx:
            unit = Unit(tx, self.clock(), groups.lock(tx, group_id), integrations=self.integrations)
            yield unit
            unit.save_refreshes()
        self.saved(unit)

    @contextmanager
    def _surely(self, interaction_id: int | None) -> Iterator[None]:
        """Find out whether a unit was saved whose connection was lost at its very end.

        Its transaction notes the interaction, so the database can tell once it is back.
        """
        try:
            yield
        except UnsureError as error:
            saved = None if interaction_id is None else self._was_saved(interaction_id)
            if saved is None:
                raise
            if not saved:
                raise error.lost from None

    def _was_saved(self, interaction_id: int) -> bool | None:
        """Ask the database a few times; None if it stays away."""
        for _ in range(ASK_TIMES):
            time.sleep(ASK_AGAIN)
            with suppress(DBAPIError, UnsureError), self.db.write() as tx:
                return groups.has_acted(tx, interaction_id, self.clock())
        return None


def _note_interaction(tx: Session, interaction_id: int | None, now: datetime) -> None:
    if interaction_id is not None and not groups.first_time(tx, interaction_id, now):
        raise RepeatedInteractionError


def require_manager(caller: Caller, action: str) -> None:
    """Refuse everybody who may not change the server's settings."""
    held = {Role.MANAGER} if caller.manages_group else set[Role]()
    permissions.MANAGE.require(held, deed=action)


def row_id(row: object) -> int:
    """Return the id of a saved row."""
    number = getattr(row, "id", None)
    if not isinstance(number, int):
        raise TypeError(f"{type(row).__name__} has not been saved yet")
    return number
