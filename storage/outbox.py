"""The outbox: what Discord shall show. Written in the transaction that makes it true."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, bindparam, case
from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.sqltypes import UTCDateTime

from storage.tables import Effect, EffectState, Group

# What goes to Google Calendar stands in one line, which is no channel of Discord's.
GOOGLE = 0
LEASE = timedelta(minutes=1)
ANSWER_TIME = timedelta(seconds=4)
LONGEST_WAIT = timedelta(minutes=5)
# What Discord will not take is tried ever more rarely, and no more after a week.
PARKED_FOR = timedelta(minutes=5)
LONGEST_PARKED = timedelta(days=1)
GIVEN_UP_AFTER = timedelta(days=7)
# More than this are not named in one query.
MOST_IDS = 500
_SET_ASIDE = (EffectState.PARKED, EffectState.GIVEN_UP)
# Built once: every forecast goes this way, and building a statement costs more than running it.
_WANT = (
    update(Effect)
    .where(col(Effect.key) == bindparam("of"))
    .values(
        wanted=col(Effect.wanted) + 1,
        state=EffectState.PENDING,
        retry_at=case(
            (
                col(Effect.message_id) == bindparam("pressed", type_=BigInteger),
                bindparam("answered", type_=UTCDateTime()),
            ),
            else_=bindparam("now", type_=UTCDateTime()),
        ),
    )
)
_VERSIONS = select(Effect.wanted, Effect.shown).where(col(Effect.key) == bindparam("of"))
CHANNEL_GONE = "the channel is gone. Choose another one with `/settings channels`."


def show(
    tx: Session,
    *,
    key: str,
    group_id: int,
    channel_id: int,
    now: datetime,
    pressed: int | None = None,
) -> None:
    """Asks for the card `key` to be posted, or edited to what is true now.

    `pressed` is the message whose button brought this about: the answer to the press shows the
    change, so delivery only steps in if that does not happen.
    """
    if not refresh(tx, key=key, now=now, pressed=pressed):
        tx.add(
            Effect(key=key, group_id=group_id, channel_id=channel_id, created_at=now, retry_at=now)
        )
        tx.flush()


def refresh(tx: Session, *, key: str, now: datetime, pressed: int | None = None) -> bool:
    """Asks for an edit of the card `key` if it was ever asked for, and says whether it was.

    `pressed` is as in `show`.
    """
    wanted = {"of": key, "now": now, "answered": now + ANSWER_TIME, "pressed": pressed}
    return tx.connection().execute(_WANT, wanted).rowcount > 0


def ping(
    tx: Session, *, key: str, group_id: int, channel_id: int, expires_at: datetime, now: datetime
) -> None:
    """Asks for the message `key` to be sent once, unless it has lost its point by `expires_at`."""
    if by_key(tx, key) is None:
        tx.add(
            Effect(
                key=key,
                group_id=group_id,
                channel_id=channel_id,
                created_at=now,
                retry_at=now,
                expires_at=expires_at,
            )
        )


def by_key(tx: Session, key: str) -> Effect | None:
    """The effect with this key."""
    return tx.exec(select(Effect).where(Effect.key == key)).first()


def key_of_message(tx: Session, channel_id: int, message_id: int) -> str | None:
    """The effect that is shown as this message."""
    statement = select(Effect.key).where(
        Effect.channel_id == channel_id, Effect.message_id == message_id
    )
    return tx.exec(statement).first()


def versions(tx: Session, key: str) -> tuple[int, int]:
    """The version of a card that is wanted, and the one that Discord has; 0 if there is none."""
    row = tx.exec(_VERSIONS, params={"of": key}).first()
    return (0, 0) if row is None else (row[0], row[1])


def message_ids(tx: Session, channel_id: int) -> set[int]:
    """The messages of a channel that are known to belong to an effect."""
    statement = select(Effect.message_id).where(Effect.channel_id == channel_id)
    return {message_id for message_id in tx.exec(statement) if message_id is not None}


def due(tx: Session, now: datetime) -> list[tuple[int, int]]:
    """Effect and channel ids of what is waiting to be delivered at `now`, oldest first."""
    rows = tx.exec(
        select(Effect.id, Effect.channel_id)
        .where(
            col(Effect.state).in_([EffectState.PENDING, EffectState.PARKED]),
            Effect.retry_at <= now,
        )
        .order_by(col(Effect.id))
    )
    return [(effect_id, channel) for effect_id, channel in rows if effect_id is not None]


def claim(tx: Session, effect_id: int, now: datetime) -> Effect | None:
    """Takes an effect for delivery, unless another process has it or it was done meanwhile.

    The attempt is saved before Discord is asked, so that after a crash it is known that the
    message may be there already. Returns the effect as it was before this attempt.
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
    return previous


def search_missed(tx: Session, effect_id: int, now: datetime) -> None:
    """The message of an earlier attempt is not in the channel: this attempt is the first again."""
    tx.get_one(Effect, effect_id).attempted_at = now


def retry(
    tx: Session, effect_id: int, *, trouble: str, now: datetime, after: timedelta | None = None
) -> None:
    """There was no answer, or none with sense: try again, later each time or `after` a while."""
    effect = tx.get_one(Effect, effect_id)
    effect.trouble = trouble
    wait = min(timedelta(seconds=2 ** min(effect.attempts, 12)), LONGEST_WAIT)
    effect.retry_at = now + (wait if after is None else after)


def confirm(
    tx: Session,
    effect_id: int,
    *,
    version: int,
    message_id: int | None,
    before: int | None = None,
) -> bool:
    """Discord has version `version`; a newer one that was asked for meanwhile stays due.

    `before` is the version that Discord had when this edit began. If it has another one by now,
    two edits were under way at once and nobody knows which came last: one more is asked for.
    Returns whether an edit is due.
    """
    effect = tx.get_one(Effect, effect_id)
    if before is not None and effect.shown != before:
        effect.wanted += 1
    effect.shown = version
    effect.message_id = message_id if message_id is not None else effect.message_id
    effect.attempts = 0
    effect.attempted_at = None
    effect.trouble = None
    effect.parked_at = None
    if effect.wanted <= version:
        effect.state = EffectState.DONE
    else:
        effect.state = EffectState.PENDING
        effect.retry_at = effect.created_at
    return effect.state == EffectState.PENDING


def confirm_shown(tx: Session, *, key: str, version: int, before: int | None = None) -> bool:
    """The same for a card that was shown as the answer to a press on it."""
    effect = by_key(tx, key)
    if effect is None or effect.id is None or effect.message_id is None:
        return False
    return confirm(tx, effect.id, version=version, message_id=None, before=before)


def expire(tx: Session, effect_id: int) -> None:
    """A ping has lost its point."""
    effect = tx.get_one(Effect, effect_id)
    effect.state = EffectState.EXPIRED


def lost(tx: Session, effect_id: int, now: datetime) -> None:
    """Somebody deleted the card in Discord: it is to be posted anew."""
    effect = tx.get_one(Effect, effect_id)
    effect.message_id = None
    effect.attempted_at = None
    effect.state = EffectState.PENDING
    effect.retry_at = now


def park(
    tx: Session,
    effect_id: int,
    *,
    trouble: str,
    now: datetime,
    at_first: timedelta = PARKED_FOR,
) -> bool:
    """Puts an effect aside because Discord will not take it now; True if that is news.

    It is tried again after `at_first`, then twice that, four times and so on, a day at most; and
    not at all once a week has passed since it was first put aside.
    """
    effect = tx.get_one(Effect, effect_id)
    news = effect.trouble != trouble
    effect.parked_at = effect.parked_at or now
    given_up = now - effect.parked_at >= GIVEN_UP_AFTER
    effect.state = EffectState.GIVEN_UP if given_up else EffectState.PARKED
    effect.trouble = trouble
    effect.retry_at = now + parked_wait(effect.attempts, at_first)
    effect.attempted_at = None
    return news


def parked_wait(attempts: int, at_first: timedelta = PARKED_FOR) -> timedelta:
    """How long an effect stays aside after so many attempts."""
    times: int = 1 << min(max(attempts - 1, 0), 12)
    return min(at_first * times, LONGEST_PARKED)


def trouble_of(tx: Session, channel_id: int) -> str | None:
    """Why the latest parked effect of a channel could not be delivered."""
    return tx.exec(
        select(Effect.trouble)
        .where(Effect.channel_id == channel_id, Effect.state == EffectState.PARKED)
        .order_by(col(Effect.id).desc())
        .limit(1)
    ).first()


def parked(
    tx: Session, group_id: int, state: EffectState = EffectState.PARKED
) -> Sequence[tuple[int, str, int]]:
    """Channel, trouble and number of the group's effects that are parked, or given up."""
    rows = tx.exec(
        select(Effect.channel_id, Effect.trouble, func.count())
        .where(Effect.group_id == group_id, Effect.state == state)
        .group_by(col(Effect.channel_id), col(Effect.trouble))
    )
    return [(channel, trouble or "", count) for channel, trouble, count in rows]


def set_aside(tx: Session, group_ids: Collection[int] | None = None) -> dict[int, set[int]]:
    """By group, the channels in which effects are parked or given up; without ids, of all groups.

    A group that is asleep has none: it is woken as a whole.
    """
    statement = (
        select(Effect.group_id, Effect.channel_id)
        .join(Group, col(Group.id) == Effect.group_id)
        .where(
            col(Effect.state).in_(_SET_ASIDE),
            Effect.channel_id != GOOGLE,
            col(Group.left_at).is_(None),
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
    """Nothing more is delivered for a group, until `unpark` takes it all up again."""
    waiting = col(Effect.state).in_([EffectState.PENDING, EffectState.PARKED])
    tx.exec(
        update(Effect)
        .where(col(Effect.group_id) == group_id, waiting)
        .values(state=EffectState.GIVEN_UP, trouble=trouble, parked_at=now)
    )


def gone_channels(tx: Session, group_id: int) -> Sequence[int]:
    """The group's channels that are gone, as far as something was to be shown there since."""
    return tx.exec(
        select(Effect.channel_id)
        .where(
            Effect.group_id == group_id,
            col(Effect.state).in_(_SET_ASIDE),
            Effect.trouble == CHANNEL_GONE,
        )
        .distinct()
    ).all()


def move(tx: Session, *, group_id: int, gone: int, to: int) -> None:
    """What was shown in a channel that is gone, or was to be, belongs in another one from now.

    Its trouble was the old channel's, so it has none any more.
    """
    aside = col(Effect.state).in_(_SET_ASIDE)
    tx.exec(
        update(Effect)
        .where(col(Effect.group_id) == group_id, col(Effect.channel_id) == gone)
        .values(
            channel_id=to,
            message_id=None,
            trouble=None,
            parked_at=None,
            state=case((aside, EffectState.PENDING), else_=col(Effect.state)),
        )
    )


def try_again(tx: Session, now: datetime) -> None:
    """Tries everything that waits, in all groups: at start, and when the clock was set back.

    What is parked has been tried as often as before, and is given up as early. What Google would
    not have for a week is tried too: whoever runs the bot restarts it once that is mended.
    """
    waits = col(Effect.retry_at) > now
    for state, values in (
        (EffectState.PARKED, {"retry_at": now}),
        (EffectState.PENDING, {"retry_at": now, "attempts": 0}),
    ):
        tx.exec(update(Effect).where(col(Effect.state) == state, waits).values(**values))
    asleep = select(Group.id).where(col(Group.left_at).is_not(None))
    tx.exec(
        update(Effect)
        .where(
            col(Effect.state) == EffectState.GIVEN_UP,
            col(Effect.channel_id) == GOOGLE,
            col(Effect.group_id).not_in(asleep),
        )
        .values(state=EffectState.PARKED, retry_at=now)
    )


def unpark(
    tx: Session, now: datetime, *, group_id: int, channels: Collection[int] | None = None
) -> None:
    """Tries what was set aside as if for the first time: its reason may be gone.

    All of a group, also what was given up and what waits, or only what belongs in some channels.
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
