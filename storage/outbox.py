"""The outbox: what Discord should show, written in the transaction that makes it true.

Two edits of one card can be under way at once, and Discord may carry them out in any order. So the
row counts them: a card is done once its newest version was confirmed and none is under way.

The row stores a hash of what Discord shows, but an edit with an unknown result would make it wrong.
So the hash is cleared before each edit, and stored again only when the card is done.

Two writers of one row could each overwrite what the other wrote. So each write is one statement, or
holds the lock of the row that it has read.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select, update

from storage import outbox_past
from storage import outbox_statements as statements
from storage.due import is_awake
from storage.lists import one_of
from storage.shards import ALL, Shards
from storage.tables import Effect, EffectState, EffectTarget, Group

# In place of a channel: what goes to Google Calendar stands in one line.
GOOGLE_LINE = 0
# A live process renews its leases; those of a dead one end so soon. See outbox_leases.py.
LEASE = timedelta(seconds=30)
ANSWER_TIME = timedelta(seconds=4)
LONGEST_WAIT = timedelta(minutes=5)
# What Discord refuses is tried less and less often, and no more after a week.
PARKED_FOR = timedelta(minutes=5)
LONGEST_PARKED = timedelta(days=1)
GIVEN_UP_AFTER = timedelta(days=7)
# The most ids that one query names.
MOST_IDS = 500
# The most effects that one look finds, however many are due.
MOST_DUE = 500
_SET_ASIDE = (EffectState.PARKED, EffectState.GIVEN_UP)


class MessagePlace(NamedTuple):
    """Where a card is: its channel, and its message once it was posted."""

    channel_id: int
    message_id: int | None


class Hashes(NamedTuple):
    """What a message shows, as hashes: its text with its buttons, and its files.

    An answer to a press leaves the files as they are, so it has no hash of them.
    """

    text: str
    files: str | None = None


class Edit(NamedTuple):
    """An edit that the answer to a press carries: card, version and place."""

    effect_id: int
    version: int
    place: MessagePlace


def show(
    tx: Session,
    *,
    key: str,
    group_id: int,
    channel_id: int,
    now: datetime,
    target: EffectTarget = EffectTarget.MESSAGE,
) -> None:
    """Ask for the card `key` to be posted, or edited to what is true now."""
    new = Effect(
        key=key,
        group_id=group_id,
        channel_id=channel_id,
        target=target,
        created_at=now,
        retry_at=now,
    )
    if not refresh(tx, key=key, now=now) and not _is_added(tx, new):
        refresh(tx, key=key, now=now)


def refresh(tx: Session, *, key: str, now: datetime) -> bool:
    """Request an edit of the card `key`; return whether there is such a card."""
    return bool(_want(tx, [key], now, None))


def refresh_all(
    tx: Session, keys: Collection[str], *, now: datetime, pressed: int | None = None
) -> tuple[int, Edit | None]:
    """Request an edit of each of these cards; return how many exist.

    `pressed` is the message whose button was pressed. The answer to the press shows the change.
    So that edit, which is returned, is under way from now on, and the delivery edits the card only
    if the answer does not arrive.
    """
    asked_for = _want(tx, keys, now, pressed)
    answered = [row for row in asked_for if pressed and row[2] == pressed]
    if not answered:
        return len(asked_for), None
    effect_id, channel_id, message_id, wanted, under_way, _ = answered[0]
    edit = Edit(effect_id, wanted - (under_way > 1), MessagePlace(channel_id, message_id))
    return len(asked_for), edit


def _want(tx: Session, keys: Collection[str], now: datetime, pressed: int | None) -> Sequence[Any]:
    return _ask(tx, statements.WANT, keys, now, pressed)


def _ask(
    tx: Session, statement: Any, keys: Collection[str], now: datetime, pressed: int | None
) -> Sequence[Any]:
    """Run a statement for all cards with these keys, also for those that were put away."""
    given = {"now": now, "pressed": pressed, "answered": now + ANSWER_TIME, "until": now + LEASE}
    found = tx.connection().execute(statement, given | {"keys": list(keys)}).all()
    missing = set(keys) - {row[-1] for row in found}
    if not missing or not outbox_past.bring_back(tx, missing):
        return found
    again = given | {"keys": list(missing)}
    return [*found, *tx.connection().execute(statement, again).all()]


def withdraw(
    tx: Session, keys: Collection[str], *, now: datetime, pressed: int | None = None
) -> tuple[int, Edit | None]:
    """Have messages deleted that were or may have been posted; return how many there are.

    The pressed one is deleted with the answer to the press, as `refresh_all` says of edits.
    """
    found = _ask(tx, statements.WITHDRAW, keys, now, pressed)
    for effect_id, channel_id, message_id, wanted, _ in found:
        if pressed and message_id == pressed and effect_id is not None:
            return len(found), Edit(effect_id, wanted, MessagePlace(channel_id, message_id))
    return len(found), None


def renew(tx: Session, *, key: str, expires_at: datetime, now: datetime) -> bool:
    """Have the message `key` show something newer until `expires_at`; tell if it exists."""
    is_there = refresh(tx, key=key, now=now)
    if is_there:
        tx.connection().execute(
            update(Effect).where(col(Effect.key) == key).values(expires_at=expires_at)
        )
    return is_there


def ping(
    tx: Session, *, key: str, group_id: int, channel_id: int, expires_at: datetime, now: datetime
) -> None:
    """Request the message `key` to be sent once, but not after `expires_at`."""
    if by_key(tx, key) is None:
        new = Effect(
            key=key,
            group_id=group_id,
            channel_id=channel_id,
            created_at=now,
            retry_at=now,
            expires_at=expires_at,
        )
        _is_added(tx, new)


def _is_added(tx: Session, effect: Effect) -> bool:
    """Add an effect; return False if somebody else has just added its key."""
    try:
        with tx.begin_nested():
            tx.add(effect)
    except IntegrityError:
        return False
    return True


def by_key(tx: Session, key: str) -> Effect | None:
    """Return the effect with this key; one that was put away is only to be read."""
    found = tx.exec(select(Effect).where(Effect.key == key)).first()
    return outbox_past.by_key(tx, key) if found is None else found


def due(
    tx: Session,
    now: datetime,
    *,
    shards: Shards = ALL,
    google: bool = True,
    besides: Collection[int] = (),
    most: int = MOST_DUE,
) -> list[tuple[int, int]]:
    """Return effect and channel ids of what is due, the most urgent first, `most` at most.

    Equally urgent effects come in the order of their ids. `shards` are those of this process; with
    `google` it also carries what goes to Google Calendar, of all groups, and else of none. The
    channels `besides` are left out.
    """
    to_google = col(Effect.target) == EffectTarget.GOOGLE_CALENDAR
    here = shards.have(Effect.group_id)
    rows = tx.exec(
        select(Effect.id, Effect.channel_id)
        .where(
            col(Effect.state).in_([EffectState.PENDING, EffectState.PARKED]),
            Effect.retry_at <= now,
            here | to_google if google else here & ~to_google,
            col(Effect.channel_id).not_in(besides),
        )
        .order_by(statements.RANK, col(Effect.id))
        .limit(most)
    )
    return [(effect_id, channel) for effect_id, channel in rows if effect_id is not None]


def claim(tx: Session, effect_id: int, now: datetime) -> Effect | None:
    """Take an effect for delivery; return None if it is not free or due.

    The bot could crash after Discord has posted the message. So the attempt is saved before the
    request, and after a crash it is known that the message may be there already. Returns the effect
    as it was before this attempt; its `wanted` is the version that this attempt carries.
    """
    effect = tx.exec(
        select(Effect)
        .where(
            Effect.id == effect_id,
            col(Effect.state).in_([EffectState.PENDING, EffectState.PARKED]),
            Effect.retry_at <= now,
        )
        .with_for_update(skip_locked=True)
    ).first()
    if effect is None:
        return None
    previous = Effect(**effect.model_dump())
    effect.attempts += 1
    effect.retry_at = now + LEASE
    if effect.message_id is None and effect.attempted_at is None:
        effect.attempted_at = now
    _begin(effect, now)
    tx.flush()
    return previous


def _begin(effect: Effect, now: datetime) -> None:
    """Count one more edit as under way.

    If another one is under way, nobody knows which arrives last. Then one more version is wanted,
    as `statements.ONE_MORE` says.
    """
    until = effect.under_way_until
    others = effect.under_way if until is not None and until > now else 0
    effect.wanted += others > 0
    effect.under_way = others + 1
    effect.under_way_until = now + LEASE
    effect.text_hash = effect.files_hash = None


def search_missed(tx: Session, effect_id: int, now: datetime) -> None:
    """Forget the earlier attempt, whose message is not in the channel."""
    tx.connection().execute(
        update(Effect)
        .where(col(Effect.id) == effect_id, col(Effect.message_id).is_(None))
        .values(attempted_at=now)
    )


def retry(
    tx: Session, effect_id: int, *, trouble: str, now: datetime, after: timedelta | None = None
) -> None:
    """Try again after no clear answer: later each time, or `after` a while.

    What was sent may still arrive, and after a newer edit. So the card is edited once more, even if
    a press has confirmed it meanwhile.
    """
    with _held(tx, effect_id) as effect:
        wait = min(timedelta(seconds=2 ** min(effect.attempts, 12)), LONGEST_WAIT)
        _end(effect, once_more=True)
        effect.trouble = trouble
        effect.retry_at = now + (wait if after is None else after)


def confirm(
    tx: Session,
    effect_id: int,
    *,
    version: int,
    message_id: int | None,
    place: MessagePlace | None = None,
    hashes: Hashes | None = None,
) -> bool:
    """Note that Discord has version `version`, and return whether an edit is due.

    A newer version that was requested meanwhile stays due. `place` is where the card was when this
    edit began; if the card has moved since, nothing is noted. `hashes` are of what was sent.
    """
    said: dict[str, Any] = {"of": effect_id, "version": version, "message": message_id}
    said |= {"text": hashes and hashes.text, "files": hashes and hashes.files}
    if place is None:
        found = tx.connection().execute(statements.CONFIRM_IT, said).first()
    else:
        there = {"channel": place.channel_id, "was": place.message_id}
        found = tx.connection().execute(statements.CONFIRM_THERE, said | there).first()
    return found is None or (found[0] == EffectState.PENDING and found[1] == 0)


def confirm_shown(tx: Session, edit: Edit, hashes: Hashes | None = None) -> bool:
    """Note that the answer to a press has shown its card; see `confirm`."""
    return confirm(
        tx, edit.effect_id, version=edit.version, message_id=None, place=edit.place, hashes=hashes
    )


def unanswered(tx: Session, edit: Edit) -> bool:
    """Have the card edited after an answer to a press that may have failed."""
    with _held(tx, edit.effect_id) as effect:
        if MessagePlace(effect.channel_id, effect.message_id) == edit.place:
            _end(effect, once_more=True)
            if effect.under_way == 0:
                effect.retry_at = effect.created_at
    return True


def expire(
    tx: Session, effect_id: int, *, version: int | None = None, trouble: str | None = None
) -> None:
    """Mark that nothing is left to show, unless a version after `version` is wanted.

    `trouble` is why it never will be, where somebody reads that.
    """
    with _held(tx, effect_id) as effect:
        _end(effect)
        effect.trouble = effect.trouble if trouble is None else trouble
        if version is None or effect.wanted <= version:
            effect.state = EffectState.EXPIRED
        else:
            effect.retry_at = effect.created_at


def lost(tx: Session, effect_id: int, now: datetime, *, place: MessagePlace | None = None) -> None:
    """Post a card again that was deleted in Discord, unless it moved meanwhile."""
    with _held(tx, effect_id) as effect:
        if place is None or MessagePlace(effect.channel_id, effect.message_id) == place:
            effect.message_id = None
            effect.attempted_at = None
            effect.under_way = 0
            effect.text_hash = effect.files_hash = None
            effect.state = EffectState.PENDING
            effect.retry_at = now


def park(
    tx: Session,
    effect_id: int,
    *,
    trouble: str,
    now: datetime,
    at_first: timedelta = PARKED_FOR,
    tried: Effect | None = None,
) -> bool:
    """Set an effect aside that Discord refuses now; return True if that is news.

    It is tried again after `at_first`, then twice that, four times and so on, a day at most; and
    not at all once a week has passed since it was first set aside. `tried` is the effect as it was
    claimed, so that a first attempt that Discord refused does not count as one that may have
    arrived. An effect that was moved, or requested again, meanwhile is not set aside.
    """
    with _held(tx, effect_id) as effect:
        _end(effect)
        if tried is not None and _was_asked_again(effect, tried):
            return False
        news = effect.trouble != trouble
        effect.parked_at = effect.parked_at or now
        given_up = now - effect.parked_at >= GIVEN_UP_AFTER
        effect.attempted_at = tried.attempted_at if tried is not None else None
        effect.state = EffectState.GIVEN_UP if given_up else EffectState.PARKED
        effect.trouble = trouble
        effect.retry_at = now + parked_wait(effect.attempts, at_first)
        return news


def _was_asked_again(effect: Effect, tried: Effect) -> bool:
    """Tell whether a card was moved or requested again since it was claimed."""
    return (effect.channel_id, effect.attempts) != (tried.channel_id, tried.attempts + 1)


def _end(effect: Effect, *, once_more: bool = False) -> None:
    """Count one edit less as under way; want another if its result is unknown."""
    effect.under_way = max(effect.under_way - 1, 0)
    if once_more:
        effect.wanted += 1
        effect.state = EffectState.PENDING


@contextmanager
def _held(tx: Session, effect_id: int) -> Iterator[Effect]:
    """Lock and yield the effect as it is now; save it at the end."""
    statement = select(Effect).where(Effect.id == effect_id).with_for_update()
    yield tx.exec(statement.execution_options(populate_existing=True)).one()
    tx.flush()


def unlocked(tx: Session, effect_ids: Collection[int]) -> set[int]:
    """Lock and return those effects that nobody else is changing.

    Two transactions that each wait for a row of the other would wait for ever. So this one waits
    for no row, and leaves out those that are locked.
    """
    rows = tx.exec(
        select(Effect.id).where(one_of(Effect.id, effect_ids)).with_for_update(skip_locked=True)
    )
    free = {effect_id for effect_id in rows if effect_id is not None}
    if len(free) < len(effect_ids):  # what is not there any more holds nobody up
        there = tx.exec(select(Effect.id).where(one_of(Effect.id, effect_ids)))
        free |= set(effect_ids) - set(there)
    return free


def parked_wait(attempts: int, at_first: timedelta = PARKED_FOR) -> timedelta:
    """Return how long an effect stays aside after so many attempts."""
    times: int = 1 << min(max(attempts - 1, 0), 12)
    return min(at_first * times, LONGEST_PARKED)


def trouble_of(tx: Session, channel_id: int) -> str | None:
    """Return why the latest parked effect of a channel could not be delivered."""
    return tx.exec(
        select(Effect.trouble)
        .where(Effect.channel_id == channel_id, Effect.state == EffectState.PARKED)
        .order_by(col(Effect.id).desc())
        .limit(1)
    ).first()


def parked(
    tx: Session, group_id: int, state: EffectState = EffectState.PARKED
) -> Sequence[tuple[int, str, int]]:
    """Return channel, trouble and number of the group's parked (or given up) effects."""
    rows = tx.exec(
        select(Effect.channel_id, Effect.trouble, func.count())
        .where(Effect.group_id == group_id, Effect.state == state)
        .group_by(col(Effect.channel_id), col(Effect.trouble))
    )
    return [(channel, trouble or "", count) for channel, trouble, count in rows]


def set_aside(
    tx: Session, group_ids: Collection[int] | None = None, *, shards: Shards = ALL
) -> dict[int, set[int]]:
    """Return by group the channels with parked or given up effects.

    Without `group_ids`, of all groups in these shards.

    A group that is asleep has none: it is woken as a whole.
    """
    statement = (
        select(Effect.group_id, Effect.channel_id)
        .join(Group, col(Group.id) == Effect.group_id)
        .where(
            col(Effect.state).in_(_SET_ASIDE),
            Effect.target != EffectTarget.GOOGLE_CALENDAR,
            col(Group.left_at).is_(None),
            shards.have(Effect.group_id),
        )
        .distinct()
    )
    if group_ids is not None and len(group_ids) <= MOST_IDS:
        statement = statement.where(col(Effect.group_id).in_(group_ids))
    found: dict[int, set[int]] = {}
    for group_id, channel in tx.exec(statement):
        if group_ids is None or group_id in group_ids:
            found.setdefault(group_id, set()).add(channel)
    return found


def give_up(tx: Session, group_id: int, *, trouble: str, now: datetime) -> None:
    """Stop all deliveries for a group, until `unpark` resumes them."""
    waiting = col(Effect.state).in_([EffectState.PENDING, EffectState.PARKED])
    tx.exec(
        update(Effect)
        .where(col(Effect.group_id) == group_id, waiting)
        .values(state=EffectState.GIVEN_UP, trouble=trouble, parked_at=now)
    )


def try_again(tx: Session, now: datetime, shards: Shards = ALL) -> None:
    """Try all that waits in these shards now, after a start or a clock set back.

    What is parked has been tried as often as before, and is given up as early. What Google would
    not have for a week is tried too: people restart the bot once they have repaired that.

    A dead process's message may be on its way still, and Discord knows it by its nonce. An event
    has none, and a second one would be made. So an event waits for the end of its lease.
    """
    leased = col(Effect.under_way_until).between(now, now + LEASE) & (col(Effect.under_way) > 0)
    on_its_way = leased & (col(Effect.target) == EffectTarget.DISCORD_EVENT)
    waits = (col(Effect.retry_at) > now) & ~on_its_way
    here = shards.have(Effect.group_id)
    again: dict[str, Any] = {"retry_at": now}
    _update_free(tx, col(Effect.state) == EffectState.PARKED, waits, here, values=again)
    pending = col(Effect.state) == EffectState.PENDING
    _update_free(tx, pending, waits, here, values=again | {"attempts": 0})
    given_up = col(Effect.state) == EffectState.GIVEN_UP
    of_google = col(Effect.target) == EffectTarget.GOOGLE_CALENDAR
    parked = again | {"state": EffectState.PARKED}
    _update_free(tx, given_up, of_google, is_awake(Effect.group_id), here, values=parked)


def _update_free(tx: Session, *which: Any, values: dict[str, Any]) -> None:
    """Update effects, but none that somebody else is changing at this moment.

    A process that died with its machine may hold some, and a start must not wait for that. What is
    left out is due at its own time.
    """
    free = select(Effect.id).where(*which).with_for_update(skip_locked=True)
    tx.exec(update(Effect).where(col(Effect.id).in_(free)).values(**values))


def unpark(
    tx: Session, now: datetime, *, group_id: int, channels: Collection[int] | None = None
) -> None:
    """Try what was set aside, as if for the first time.

    Without `channels`, also try what waits after an error, in the whole group.
    """
    of_group = col(Effect.group_id) == group_id
    aside = update(Effect).where(of_group, col(Effect.state).in_(_SET_ASIDE))
    again = {"retry_at": now, "attempts": 0}
    if channels is not None:
        aside = aside.where(col(Effect.channel_id).in_(channels))
    else:
        waits = (col(Effect.state) == EffectState.PENDING) & (col(Effect.retry_at) > now)
        tx.exec(update(Effect).where(of_group, waits).values(**again))
    tx.exec(aside.values(state=EffectState.PARKED, parked_at=None, **again))
