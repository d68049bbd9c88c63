"""A warm-up in the lobby of a session: open it, answer it, show what came out.

It is open only while its lobby is: a round that begins, or the end of the session, shows the
answers. Never touches Discord.
"""

import secrets
from collections.abc import Mapping

from sqlmodel import Session

from bot.core import card_refresh, keys, permissions
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.permissions import Role
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.sealed import open_outcome
from bot.core.unit import ActUnit, Caller, Desk, Unit, row_id
from bot.pastcasts import lot, warm_up_rules
from bot.pastcasts import warm_up_read_model as read_model
from bot.pastcasts.dealing import IMPORT
from bot.pastcasts.warm_up_read_model import OwnAnswers, Sheet
from bot.rounds import live_session, member_options, quiet, session_mapping, session_rules
from storage import bank, groups, sessions, warm_ups
from storage.bank import Wanted
from storage.tables import Meetup, QuestionKind, WarmUp

NOT_HERE = "That warm-up is not here any more. Nothing happened."


def begin(desk: Desk, caller: Caller, at: Key) -> Key:
    """Open the warm-up of a lobby's session, and return the key of its card."""
    with desk.act(caller) as unit:
        meetup = live_session.of_card(unit, at)
        number = at.more[0] if at.more else None
        session_rules.require_lobby(session_mapping.load(meetup), number)
        live_session.require_lead(unit, meetup, "open the warm-up")
        if warm_ups.of_session(unit.tx, row_id(meetup)) is not None:
            raise StaleRefusal("This session has had its warm-up already. Nothing changed.")
        row = _deal(unit, meetup)
        unit.show(keys.warm_up(row_id(row)), meetup.cards_in)
        unit.wake(f"warm_up:{row_id(row)}", warm_up_rules.ends_at(row.opened_at))
        _touch(unit, meetup)
        card_refresh.follow(unit, Change.WARM_UP_OPENED, meetup)
        return keys.warm_up(row_id(row))


def look(desk: Desk, caller: Caller, at: Key) -> Sheet:
    """Return the statements to somebody in the circle, who has seen them then."""
    with desk.act(caller) as unit:
        row, _ = _open(unit, at)
        bank.see(unit.tx, warm_ups.items(row), [caller.user_id], unit.now)
        return read_model.read_sheet(unit.tx, row, unit.my_id)


def sheet(desk: Desk, caller: Caller, at: Key) -> Sheet:
    """Return what a member is asked, to fill in a form; refuse once it is over."""
    with desk.db.read() as tx:
        row, meetup = _found(tx, caller.group_id, at)
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        _require_seat(tx, meetup, row_id(me) if me else 0)
        warm_up_rules.require_open(row.closed_at, row.opened_at, desk.clock())
        return read_model.read_sheet(tx, row, row_id(me))


def answer(desk: Desk, caller: Caller, at: Key, typed: Mapping[int, str]) -> Sheet:
    """Save the ranges of one form, in the place of those before; show all once all are done."""
    with desk.act(caller) as unit:
        row, meetup = _open(unit, at)
        lines = {one.number: one for one in read_model.read_sheet(unit.tx, row, unit.my_id).lines}
        given = warm_up_rules.read_form(
            {number: text for number, text in typed.items() if number in lines},
            {number: one.unit for number, one in lines.items()},
        )
        warm_ups.answer(unit.tx, row_id(row), unit.my_id, given, unit.now)
        _touch(unit, meetup)
        card_refresh.follow(unit, Change.WARM_UP_ANSWERED, meetup)
        settle(unit, meetup)
        return read_model.read_sheet(unit.tx, row, unit.my_id)


def unfinished(desk: Desk, caller: Caller, at: Key) -> tuple[str, ...]:
    """Return who in the circle has not finished, to whoever may show the answers early."""
    with desk.db.read() as tx:
        row, meetup = _found(tx, caller.group_id, at)
        roles = member_options.roles_of(tx, caller, meetup)
        permissions.LEAD.require(roles, deed="show the answers early")
        circle = sessions.circle(tx, row.session_id)
        asked, given = read_model.asked_of(tx, row, circle), read_model.given_by(tx, row)
        waiting = [one for one in circle if given[one] < len(asked[one])]
        names = groups.names(tx, set(waiting))
        return tuple(names[one] for one in waiting) if row.closed_at is None else ()


def show_answers(desk: Desk, caller: Caller, at: Key) -> None:
    """Close a warm-up before its time, because the host wants it."""
    with desk.act(caller) as unit:
        row, meetup = _found(unit.tx, unit.group.id, at)
        live_session.require_lead(unit, meetup, "show the answers early")
        if row.closed_at is not None:
            raise StaleRefusal("The answers are shown already: the warm-up's card has them.")
        _touch(unit, meetup)
        _close(unit, meetup, row)


def own(desk: Desk, caller: Caller, at: Key) -> OwnAnswers:
    """Return the caller's own ranges beside what came out, once the answers are shown."""
    with desk.db.read() as tx:
        row, _ = _found(tx, caller.group_id, at)
        if row.closed_at is None:
            raise StaleRefusal("The answers are not shown yet. **Answer** shows your ranges.")
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        found = read_model.read_own(tx, row, row_id(me) if me else 0)
        if not found.lines:
            raise Refusal("You gave no range in this warm-up. The card shows what came out.")
        return found


def close_due(desk: Desk, warm_up_id: int, group_id: int) -> None:
    """Show the answers once the time is up. Twice changes nothing."""
    with desk.step(group_id) as unit:
        found = warm_ups.get(unit.tx, group_id, warm_up_id)
        if found is None or found[0].closed_at is not None:
            unit.wake(f"warm_up:{warm_up_id}", None)
            return
        row, meetup = found
        if warm_up_rules.ends_at(row.opened_at) <= unit.now:
            _close(unit, meetup, row)


def settle(unit: Unit, meetup: Meetup) -> None:
    """Show the answers if the lobby is over, or if everybody present has given all ranges."""
    row = warm_ups.open_in(unit.tx, row_id(meetup))
    if row is not None and (not meetup.lobby_open or _all_finished(unit.tx, row)):
        _close(unit, meetup, row)


def _deal(unit: ActUnit, meetup: Meetup) -> WarmUp:
    """Draw what nobody in the circle has seen; now they have seen it."""
    people = bank.users(unit.tx, sessions.circle(unit.tx, row_id(meetup)))
    wanted = Wanted(people, unit.group.id, kinds=[QuestionKind.NUMERIC])
    seed = secrets.randbits(31)
    found = lot.draw(bank.unseen(unit.tx, wanted), seed, warm_up_rules.MOST)
    drawn = [one for one in found if _outcome(unit, one) is not None]
    warm_up_rules.require_enough(len(drawn), IMPORT)
    row = warm_ups.new(row_id(meetup), seed, drawn, unit.now)
    unit.tx.add(row)
    bank.see(unit.tx, drawn, people, unit.now)
    unit.tx.flush()
    return row


def _open(unit: ActUnit, at: Key) -> tuple[WarmUp, Meetup]:
    """Return a warm-up that takes answers, to somebody with a seat in its circle."""
    row, meetup = _found(unit.tx, unit.group.id, at)
    warm_up_rules.require_open(row.closed_at, row.opened_at, unit.now)
    _require_seat(unit.tx, meetup, unit.my_id)
    return row, meetup


def _found(tx: Session, group_id: int, at: Key) -> tuple[WarmUp, Meetup]:
    found = warm_ups.get(tx, group_id, at.id)
    if found is None:
        raise StaleRefusal(NOT_HERE)
    return found


def _require_seat(tx: Session, meetup: Meetup, member_id: int) -> None:
    seated = member_id in sessions.circle(tx, row_id(meetup))
    permissions.WARM_UP.require({Role.SEATED} if seated else ())


def _all_finished(tx: Session, row: WarmUp) -> bool:
    asked = read_model.asked_of(tx, row, sessions.circle(tx, row.session_id))
    counts = {who: len(numbers) for who, numbers in asked.items()}
    return warm_up_rules.all_finished(counts, read_model.given_by(tx, row))


def _close(unit: Unit, meetup: Meetup, row: WarmUp) -> None:
    """Keep what came out, sealed or not, and have the card say it."""
    warm_ups.close(row, [_outcome(unit, one) for one in warm_ups.items(row)], unit.now)
    unit.wake(f"warm_up:{row_id(row)}", None)
    card_refresh.follow(unit, Change.WARM_UP_CLOSED, meetup)


def _outcome(unit: Unit, banked_id: int) -> str | None:
    """Return what came out, or None if the key that it was sealed with is gone."""
    try:
        return open_outcome(unit.integrations.box, bank.get(unit.tx, banked_id))
    except Refusal:
        return None


def _touch(unit: ActUnit, meetup: Meetup) -> None:
    """Note that somebody did something; a host who seemed to be away leads again."""
    away = meetup.host_away
    quiet.touch(unit, meetup, unit.my_id)
    if meetup.host_away != away:
        card_refresh.follow(unit, Change.SESSION_HOST_AWAY, meetup)
    if meetup.lobby_open:
        quiet.watch(unit, meetup, "none")
