"""How the numbers of a circle are said on its cards: gains, intervals, names, counts."""

from collections.abc import Sequence

from bot.circle.rules import say_gain
from bot.core.numbers import say_share
from bot.door.messages import cut, safe

MOST_NAMED = 8
NAME_SHOWN = 24
ROOM_FOR_NAMES = 200
SECOND_THOUGHT = "a second thought that differs from the first looks like following, too"


def say_gain_interval(interval: tuple[float, float]) -> str:
    """Say the ends of the interval of a gain: "90%: −0.010 to +0.070"."""
    low, high = interval
    return f"90%: {say_gain(low)} to {say_gain(high)}"


def say_weight_interval(interval: tuple[float, float] | None) -> str:
    """Say the ends of the interval of a weight: "90%: 5% to 61%"."""
    if interval is None:
        return "90%: unknown"
    low, high = interval
    return f"90%: {say_share(low)} to {say_share(high)}"


def say_gains(gains: Sequence[tuple[str, float]]) -> str:
    """Name everybody's gain in the order given; in a long list, only the largest."""
    said = [f"{name_of(name)} {say_gain(gain)}" for name, gain in gains]
    if len(said) <= MOST_NAMED and len(", ".join(said)) <= ROOM_FOR_NAMES:
        return ", ".join(said)
    order = sorted(range(len(gains)), key=lambda at: -abs(gains[at][1]))[: MOST_NAMED // 2]
    while len(order) > 1 and sum(len(said[at]) + 2 for at in order) > ROOM_FOR_NAMES:
        order.pop()
    most = [said[at] for at in sorted(order)]
    return f"{', '.join(most)} and {len(said) - len(most)} smaller"


def say_list(said: Sequence[str], room: int = ROOM_FOR_NAMES) -> str:
    """Join all items; if too long, only the first few and the last."""
    whole = ", ".join(said)
    if len(said) <= MOST_NAMED and len(whole) <= room:
        return whole
    kept: list[str] = []
    room -= len(said[-1])
    for one in said[: min(MOST_NAMED // 2, len(said) - 1)]:
        room -= len(one) + 2
        if room < 0:
            break
        kept.append(one)
    return f"{', '.join(kept)}, …, {said[-1]}"


def name_of(name: str) -> str:
    """Shorten a member's name and keep it from formatting the card."""
    return safe(cut(name, NAME_SHOWN))
