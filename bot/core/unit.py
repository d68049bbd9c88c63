"""The unit of work: who asks, the transaction, the moment, and the effects saved along with it.

Services open one with `desk.act(caller)` or, for the passing of time, `desk.step(group_id)`.
Leaving the block saves the change and its effects together; an exception saves nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.core.errors import RepeatedInteractionError
from bot.core.integrations import NONE, Means
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal
from storage import groups, outbox
from storage.engine import Database
from storage.tables import Group, Member

Clock = Callable[[], datetime]


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
        """Facilitators have the group's facilitator role or Manage Events."""
        return (
            self.manages_group or self.manages_events or group.facilitator_role_id in self.role_ids
        )


@dataclass
class Unit:
    """One change: its transaction, its moment, its group, and what it wants done afterwards.

    `seen` is what cards show by now, as far as the change has read it already.
    """

    tx: Session
    now: datetime
    group: Group
    alarms: dict[str, datetime | None] = field(default_factory=dict)
    effects: bool = False
    pressed: int | None = None
    means: Means = NONE
    seen: dict[Key, object] = field(default_factory=dict)
    refreshed: dict[str, None] = field(default_factory=dict)
    posted: set[str] = field(default_factory=set)

    def show(self, key: Key, channel_id: int) -> None:
        """Have the card posted, or edited to what is true when it is delivered."""
        self.effects = True
        self.posted.add(str(key))
        outbox.show(
            self.tx,
            key=str(key),
            group_id=self.group.id,
            channel_id=channel_id,
            now=self.now,
        )

    def refresh(self, key: Key) -> None:
        """Have the card edited, if it was ever posted."""
        self.refreshed[str(key)] = None

    def save_refreshes(self) -> outbox.Edit | None:
        """Saves which cards are to be edited, in one statement, as the last thing of a unit.

        Returns the edit of the pressed card, which the answer to the press is to carry.
        """
        # What is posted shows what is true by then: one message is enough.
        keys = [key for key in self.refreshed if key not in self.posted]
        self.refreshed = {}
        if not keys:
            return None
        asked_for, edit = outbox.refresh_all(self.tx, keys, now=self.now, pressed=self.pressed)
        if asked_for > (edit is not None):  # what the answer shows is nothing for delivery
            self.effects = True
        return edit

    def ping(self, key: Key, channel_id: int, expires_at: datetime) -> None:
        """Have a message sent once, unless it has lost its point by then."""
        self.effects = True
        outbox.ping(
            self.tx,
            key=str(key),
            group_id=self.group.id,
            channel_id=channel_id,
            expires_at=expires_at,
            now=self.now,
        )

    def sync(self, key: Key) -> None:
        """Have Google Calendar made to say what is true when it is asked."""
        self.effects = True
        outbox.show(
            self.tx, key=str(key), group_id=self.group.id, channel_id=outbox.GOOGLE, now=self.now
        )

    def wake_group(self) -> None:
        """Have a group that is asleep go on: the sweep finds what is due there."""
        self.group.left_at = None
        outbox.unpark(self.tx, self.now, group_id=self.group.id)
        self.effects = True

    def wake(self, alarm: str, at: datetime | None) -> None:
        """Be woken at a moment (None: no more); only a hint, the sweep would find it too."""
        self.alarms[alarm] = at


@dataclass
class ActUnit(Unit):
    """A unit of work that a member asked for."""

    caller: Caller = field(kw_only=True)
    me: Member = field(kw_only=True)

    @property
    def my_id(self) -> int:
        """The asking member's id."""
        return row_id(self.me)

    @property
    def timezone(self) -> str:
        """In which the asking member types times: their own zone, or else the group's."""
        return self.me.timezone or self.group.timezone

    @property
    def zone(self) -> ZoneInfo:
        """The same as a zone."""
        return ZoneInfo(self.timezone)

    def leads(self, host_id: int | None) -> bool:
        """Whether the asking member is this host or a facilitator."""
        return self.my_id == host_id or self.caller.is_facilitator(self.group)

    def require_manager(self, deed: str) -> None:
        """Refuses whoever may not change the server's settings."""
        if not self.caller.manages_group:
            raise NotAllowedRefusal(f"Only people with Manage Server can {deed}.")


@dataclass(frozen=True)
class Desk:
    """Where services work: the database, the clock, and who hears of what was saved."""

    db: Database
    clock: Clock
    saved: Callable[[Unit], None] = lambda _unit: None
    means: Means = NONE
    # Called at the end of what a member asked for, before it is saved.
    closing: Callable[[Unit], None] = lambda _unit: None

    @contextmanager
    def act(self, caller: Caller) -> Iterator[ActUnit]:
        """A member's deed; the same interaction delivered twice acts once."""
        with self.db.write() as tx:
            group, me = groups.enter(
                tx,
                group_id=caller.group_id,
                group_name=caller.group_name,
                user_id=caller.user_id,
                name=caller.name,
            )
            now = self.clock()
            if caller.interaction_id is not None and not groups.first_time(
                tx, caller.interaction_id, now
            ):
                raise RepeatedInteractionError
            unit = ActUnit(
                tx, now, group, pressed=caller.pressed, means=self.means, caller=caller, me=me
            )
            if group.left_at is not None:  # whoever can ask is in a server where the bot is
                unit.wake_group()
            yield unit
            self.closing(unit)
            unit.save_refreshes()
        self.saved(unit)

    @contextmanager
    def step(self, group_id: int) -> Iterator[Unit]:
        """What time alone brings about."""
        with self.db.write() as tx:
            unit = Unit(tx, self.clock(), groups.lock(tx, group_id), means=self.means)
            yield unit
            unit.save_refreshes()
        self.saved(unit)


def row_id(row: object) -> int:
    """The id of a row that has been saved."""
    number = getattr(row, "id", None)
    if not isinstance(number, int):
        raise TypeError(f"{type(row).__name__} has not been saved yet")
    return number
