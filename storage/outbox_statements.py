"""The outbox's statements for every press and every delivery, built only once.

Building a statement costs more than running it. `outbox.py` explains what they do.
"""

from sqlalchemy import BigInteger, ColumnElement, String, bindparam, case
from sqlmodel import col, func, select, update
from sqlmodel.sql.sqltypes import UTCDateTime

from storage.enums import CardKind
from storage.tables import Effect, EffectState, EffectTarget

# The order when Discord cannot take everything at once: first new messages, then the cards of the
# session that is running; announcements, events and calendars come last.
LIVE = (
    CardKind.LOBBY,
    CardKind.WARM_UP,
    CardKind.BLIND,
    CardKind.TURN,
    CardKind.FINAL,
    CardKind.STOPPED,
)
_KIND = func.substr(col(Effect.key), 1, 1)
_ASIDE = [EffectTarget.DISCORD_EVENT, EffectTarget.GOOGLE_CALENDAR]
_LAST = (col(Effect.target).in_(_ASIDE)) | (CardKind.ANNOUNCEMENT.value == _KIND)
RANK = case(
    (_LAST, 3),
    (col(Effect.message_id).is_(None), 0),
    (_KIND.in_([kind.value for kind in LIVE]), 1),
    else_=2,
)

_NOW = bindparam("now", type_=UTCDateTime())
_PRESSED = col(Effect.message_id) == bindparam("pressed", type_=BigInteger)
# The result of an edit could get lost in a crash. So an edit counts only until its time is over.
_UNDER_WAY: ColumnElement[int] = case(
    (col(Effect.under_way_until) > _NOW, col(Effect.under_way)), else_=0
)
# Two edits at once could arrive in any order, so nobody knows which came last. One more version
# is wanted, so that a third edit follows.
ONE_MORE = case((_PRESSED & (_UNDER_WAY > 0), 1), else_=0)
# Two transactions with several cards could wait for each other's rows. All lock rows in one order,
# which prevents it.
_ASKED_FOR = (
    select(Effect.id)
    .where(col(Effect.key).in_(bindparam("keys", expanding=True)), ~col(Effect.gone))
    .order_by(col(Effect.id))
    .with_for_update()
)
WANT = (
    update(Effect)
    .where(col(Effect.id).in_(_ASKED_FOR))
    .values(
        wanted=col(Effect.wanted) + 1 + ONE_MORE,
        state=EffectState.PENDING,
        under_way=_UNDER_WAY + case((_PRESSED, 1), else_=0),
        under_way_until=case(
            (_PRESSED, bindparam("until", type_=UTCDateTime())), else_=col(Effect.under_way_until)
        ),
        # The answer to a press is an edit under way. It leaves the files as they are.
        text_hash=case((_PRESSED, None), else_=col(Effect.text_hash)),
        retry_at=case(
            (_PRESSED | (_UNDER_WAY > 0), bindparam("answered", type_=UTCDateTime())), else_=_NOW
        ),
    )
    .returning(
        col(Effect.id),
        col(Effect.channel_id),
        col(Effect.message_id),
        col(Effect.wanted),
        col(Effect.under_way),
        col(Effect.key),
    )
)
# What was never sent needs no deletion. What perhaps was, is looked for.
_NEVER_SENT = col(Effect.message_id).is_(None) & col(Effect.attempted_at).is_(None)
WITHDRAW = (
    update(Effect)
    .where(col(Effect.id).in_(_ASKED_FOR))
    .values(
        gone=True,
        wanted=col(Effect.wanted) + 1,
        expires_at=None,
        text_hash=None,
        files_hash=None,
        state=case((_NEVER_SENT, EffectState.EXPIRED), else_=EffectState.PENDING),
        under_way=_UNDER_WAY + case((_PRESSED, 1), else_=0),
        under_way_until=case(
            (_PRESSED, bindparam("until", type_=UTCDateTime())), else_=col(Effect.under_way_until)
        ),
        # A message that is being sent has no number yet; the pressed one is deleted by the answer.
        retry_at=case(
            (_PRESSED | (_UNDER_WAY > 0), bindparam("answered", type_=UTCDateTime())), else_=_NOW
        ),
    )
    .returning(
        col(Effect.id),
        col(Effect.channel_id),
        col(Effect.message_id),
        col(Effect.wanted),
        col(Effect.key),
    )
)
_LEFT = case((col(Effect.under_way) > 1, col(Effect.under_way) - 1), else_=0)
_NEWEST_AND_ALONE = (col(Effect.wanted) <= bindparam("version")) & (col(Effect.under_way) <= 1)
_FILES = bindparam("files", type_=String())
_CONFIRM = update(Effect).values(
    shown=case(
        (col(Effect.shown) < bindparam("version"), bindparam("version")), else_=col(Effect.shown)
    ),
    message_id=func.coalesce(bindparam("message", type_=BigInteger), col(Effect.message_id)),
    attempts=0,
    attempted_at=None,
    trouble=None,
    parked_at=None,
    under_way=_LEFT,
    state=case((_NEWEST_AND_ALONE, EffectState.DONE), else_=EffectState.PENDING),
    # Where another edit may have come last, nobody knows what Discord shows.
    text_hash=case((_NEWEST_AND_ALONE, bindparam("text", type_=String())), else_=None),
    files_hash=case((_NEWEST_AND_ALONE, func.coalesce(_FILES, col(Effect.files_hash))), else_=None),
    # At once if there is something newer to show; else after the other edits under way.
    retry_at=case((col(Effect.under_way) <= 1, col(Effect.created_at)), else_=col(Effect.retry_at)),
)
_OF_EFFECT = col(Effect.id) == bindparam("of")
CONFIRM_IT = _CONFIRM.where(_OF_EFFECT).returning(col(Effect.state), col(Effect.under_way))
CONFIRM_THERE = _CONFIRM.where(
    _OF_EFFECT,
    col(Effect.channel_id) == bindparam("channel", type_=BigInteger),
    col(Effect.message_id).is_not_distinct_from(bindparam("was", type_=BigInteger)),
).returning(col(Effect.state), col(Effect.under_way))
