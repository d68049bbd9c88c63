"""Which banked questions are dealt, by a lot that anybody can draw again. Pure."""

import random
from collections.abc import Iterable


def draw(ids: Iterable[int], seed: int, count: int = 1) -> list[int]:
    """Return `count` of the ids by lot, or all where there are fewer.

    The same ids and seed give the same, in whatever order the ids come.
    """
    all_of_them = sorted(set(ids))
    return random.Random(seed).sample(all_of_them, min(count, len(all_of_them)))
