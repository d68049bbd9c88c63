"""What is wrong with a file: all of it is said at once, to be mended in one go. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.core.refusals import Refusal, say_count
from bot.data.cells import CellRefusal

MOST_SAID = 20
_OF_THIS_ONE = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d[\d.,]*")


class Faults:
    """The first faults of a file in words, and how many of each kind there are."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.kinds: Counter[str] = Counter()

    def __len__(self) -> int:
        return self.kinds.total()

    def add(self, refusal: Refusal) -> None:
        """Note one."""
        if len(self.first) < MOST_SAID:
            self.first.append(str(refusal))
        self.kinds[_kind(refusal)] += 1

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is refused inside, and go on behind it."""
        try:
            yield
        except Refusal as refusal:
            self.add(refusal)

    def check(self) -> None:
        """Refuse the file, if anything is wrong with it."""
        if len(self) == 1:
            raise Refusal(self.first[0])
        if self.kinds:
            raise Refusal("\n".join(self._say()))

    def _say(self) -> Iterator[str]:
        yield f"{say_count(len(self), 'fault')} in the file, so nothing was imported."
        yield from self.first
        if len(self) > len(self.first):
            yield f"And {len(self) - len(self.first):,} more."
        if len(self) > len(self.kinds):
            yield "In all:"
            yield from (f"- {count:,} × {kind}" for kind, count in self.kinds.most_common())


def _kind(refusal: Refusal) -> str:
    """Return what a fault has in common with others, without this one's line and value."""
    if isinstance(refusal, CellRefusal):
        return f"column {refusal.column}: {_OF_THIS_ONE.sub('…', refusal.reason)}"
    return _OF_THIS_ONE.sub("…", str(refusal).removesuffix("."))
