"""Members' mail addresses: given, confirmed by a code that Google mails, and taken back.

The bot sends no mail of its own. Its Google Calendar invites the address to an event that has the
code in its title, so a person who types the code reads the mail of that address. Never touches
Discord.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.calendars import rules as calendars_rules
from bot.calendars import service as calendars_service
from bot.calendars.events import CalendarEvent
from bot.core import keys
from bot.core.encryption import Box
from bot.core.refusals import Refusal
from bot.core.unit import ActUnit, Caller, Desk, Unit, row_id
from storage import calendars, groups
from storage.tables import Address

NO_GOOGLE = (
    "This bot has no Google Calendar, so it cannot invite you by mail. The file and the links on "
    "each announcement work without one."
)
NO_KEY = (
    "This bot has no key to keep your address safe with, so it does not take it. Whoever runs it "
    "can set DOJO_SECRET_KEY."
)
NO_CODE = (
    "There is no code to be confirmed. `/settings calendar-email` with your address asks for one."
)
ABOUT = (
    "Somebody in a Discord server asked to be invited to forecasting sessions at this address. "
    "If it was you, type this in Discord to confirm it:\n\n"
    "/settings calendar-email code:{}\n\n"
    "If it was not you, do nothing: without the code you will not be invited to anything."
)


@dataclass(frozen=True)
class StoredAddress:
    """A member's stored address, with most of it hidden."""

    masked: str | None
    confirmed: bool = False
    trouble: str = ""


@dataclass(frozen=True)
class AddressRequest:
    """The options of `/settings calendar-email`; without any, it shows what is stored."""

    address: str | None = None
    code: str | None = None
    forget: bool = False


def change(desk: Desk, caller: Caller, wish: AddressRequest) -> StoredAddress:
    """Change, confirm or delete the caller's address, and return what is stored then."""
    if [wish.address is not None, wish.code is not None, wish.forget].count(True) > 1:
        raise Refusal("One thing at a time: an address, the code, or to be forgotten.")
    if wish.forget:
        forget(desk, caller)
    if wish.address is not None:
        return ask(desk, caller, wish.address)
    if wish.code is not None:
        return confirm(desk, caller, wish.code)
    return show(desk, caller)


def show(desk: Desk, caller: Caller) -> StoredAddress:
    """Return what is stored of the caller's address."""
    with desk.db.read() as tx:
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        row = None if me is None else calendars.address(tx, row_id(me))
        return _stored(desk, row)


def ask(desk: Desk, caller: Caller, typed: str) -> StoredAddress:
    """Send a code to the caller's address.

    Nobody is invited at an address before its code was typed.
    """
    box = _box(desk)
    with desk.act(caller) as unit:
        address = calendars_rules.check_address(typed)
        row = _row(unit)
        if row.confirmed_at is not None and _find(box, row.sealed) == address:
            raise Refusal(f"{calendars_rules.masked(address)} is confirmed already.")
        calendars_rules.check_may_ask(
            asked_at=row.asked_at, counted_from=row.counted_from, asked=row.asked, now=unit.now
        )
        _leave(unit, row)
        row.sealed, row.code = box.seal(address), box.seal(calendars_rules.new_code())
        row.asked_at, row.number = unit.now, row.number + 1
        _count(row, unit.now)
        unit.tx.flush()
        unit.sync(keys.address(row_id(row), row.number))
        return _stored(desk, row)


def confirm(desk: Desk, caller: Caller, typed: str) -> StoredAddress:
    """Check the code from the mail, and invite the caller from now on."""
    box = _box(desk)
    with desk.act(caller) as unit:
        row = _row(unit)
        code = _find(box, row.code)
        if code is None or not calendars_rules.is_valid(row.asked_at, row.tries, unit.now):
            raise Refusal(NO_CODE)
        row.tries += 1
        right = calendars_rules.is_code(typed, code)
        if right:
            row.code, row.confirmed_at, row.trouble = None, unit.now, None
            unit.tx.flush()
            unit.sync(keys.address(row_id(row), row.number))
            calendars_service.tell_again(unit)
        stored, left = _stored(desk, row), calendars_rules.MOST_TRIES - row.tries
    if not right:  # the try is saved by now
        tries = "1 more try" if left == 1 else f"{left} more tries"
        again = f"You have {tries}." if left else "Ask for a new code."
        raise Refusal(f"That is not the code in the newest mail. {again}")
    return stored


def forget(desk: Desk, caller: Caller) -> None:
    """Delete the caller's address, and invite them no longer."""
    with desk.act(caller) as unit:
        row = _row(unit)
        _leave(unit, row)
        unit.tx.flush()


def take_back(unit: Unit, member_id: int) -> None:
    """Delete a member's address, as part of being forgotten."""
    row = calendars.address(unit.tx, member_id)
    if row is not None:
        _leave(unit, row)
        unit.tx.flush()


def code_event(row: Address, number: int, box: Box | None) -> CalendarEvent | None:
    """Return the event that takes a code to its address.

    It is cancelled as soon as the code is of no more use.
    """
    if box is None or row.asked_at is None:
        return None
    newest = number == row.number
    code, address = (_find(box, one) if newest else None for one in (row.code, row.sealed))
    begins = row.asked_at + timedelta(hours=1)
    return CalendarEvent(
        uid=f"address-{row.id}-{number}.{row.group_id}@forecasting-dojo.invalid",
        sequence=0,
        title=f"Forecasting Dojo: your code is {code}" if code else "Forecasting Dojo",
        starts_at=begins.replace(minute=0, second=0, microsecond=0, tzinfo=None),
        zone="UTC",
        duration=timedelta(minutes=15),
        description=ABOUT.format(code) if code else "",
        cancelled=code is None or address is None,
        guests=(address,) if address else (),
    )


def _leave(unit: Unit, row: Address) -> None:
    """Delete the address, and cancel the code and the invitations sent to it."""
    invited = row.confirmed_at is not None
    if row.code is not None:
        unit.sync(keys.address(row_id(row), row.number))
    row.sealed = row.code = row.trouble = None
    row.confirmed_at = None
    row.tries = 0
    if invited:
        unit.tx.flush()
        calendars_service.tell_again(unit)


def _row(unit: ActUnit) -> Address:
    row = calendars.address(unit.tx, unit.my_id)
    if row is None:
        row = Address(group_id=unit.group.id, member_id=unit.my_id)
        unit.tx.add(row)
        unit.tx.flush()
    return row


def _count(row: Address, now: datetime) -> None:
    if row.counted_from is None or now - row.counted_from >= calendars_rules.CODE_LIFE:
        row.counted_from, row.asked = now, 0
    row.asked += 1


def _stored(desk: Desk, row: Address | None) -> StoredAddress:
    if row is None or row.sealed is None or desk.integrations.box is None:
        return StoredAddress(None)
    address = desk.integrations.box.find(row.sealed)
    if address is None:
        return StoredAddress(None)
    return StoredAddress(
        calendars_rules.masked(address), row.confirmed_at is not None, row.trouble or ""
    )


def _box(desk: Desk) -> Box:
    if not desk.integrations.google:
        raise Refusal(NO_GOOGLE)
    if desk.integrations.box is None:
        raise Refusal(NO_KEY)
    return desk.integrations.box


def _find(box: Box, sealed: str | None) -> str | None:
    return None if sealed is None else box.find(sealed)
