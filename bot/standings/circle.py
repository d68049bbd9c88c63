"""A member's part in the circle, as lines of their profile. Never touches Discord."""

from sqlmodel import Session

from bot.circle import shown
from bot.circle.rules import say_gain, say_share, say_weight
from bot.circle.shown import MemberRecord


def profile_lines(tx: Session, group_id: int, member_id: int) -> tuple[str, ...]:
    """What a member's turns added, what going around did to their own score, how they listen.

    Empty for somebody who was never in a circle on a yes/no question.
    """
    record = shown.read_member(tx, group_id, member_id)
    return tuple(line for line in (_seat(record), _own(record), _weight(record)) if line)


def _seat(record: MemberRecord) -> str:
    if record.seat is None:
        return ""
    return (
        f"Seat gain **{say_gain(record.seat.value)}** on average ({_times(record.turns, 'turn')}): "
        "how much better each turn made the group's number."
    )


def _own(record: MemberRecord) -> str:
    if record.own is None:
        return ""
    return (
        f"Own gain **{say_gain(record.own.value)}** on average ({_times(record.rounds, 'round')}): "
        "how much better the final forecast was than the blind one."
    )


def _weight(record: MemberRecord) -> str:
    if record.weight is None:
        return ""
    found = record.weight
    return (
        f"While others speak: **{say_weight(found.weight)}** ({say_share(found.weight)} of the way "
        f"from the blind forecast to what was said before, {_times(found.turns, 'turn')}). "
        "Neither far nor near is better."
    )


def _times(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
