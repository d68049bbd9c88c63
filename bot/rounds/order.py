"""The order of speakers. Pure."""

import random
from collections.abc import Mapping, Sequence
from typing import Literal

OrderMode = Literal["rotate", "random", "manual"]


def seat_order(
    members: Sequence[int], *, mode: OrderMode, opened: Mapping[int, int], seed: int
) -> tuple[int, ...]:
    """Return the order of a new circle.

    `rotate`: members who have opened least often go first, ties by lot. `random`: all by lot.
    `manual`: as given, which is the order in which people sat down. The lot is
    `random.Random(seed)` over the members in ascending order, so that anybody with the stored seed
    can check it.
    """
    if mode == "manual":
        return tuple(members)
    lot = sorted(members)
    random.Random(seed).shuffle(lot)
    if mode == "random":
        return tuple(lot)
    return tuple(sorted(lot, key=lambda member: opened.get(member, 0)))
