"""When a backup is due, what its file is called, and which old ones go. Pure."""

import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

# Of several that were begun in one second, all but the first have a number.
_NAME = re.compile(r"dojo-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)(?:-\d+)?\.(?:sqlite|pgdump)")
_MOMENT = "%Y-%m-%dT%H-%M-%SZ"
UNFINISHED = ".unfinished"
# SQLite's own file beside one that it writes.
_JOURNAL = "-journal"
# Nobody writes a file any more that has not changed for so long.
SURELY_DEAD = timedelta(hours=1)
# After a failure: as long as this at first, then twice as long, up to an hour.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class Plan:
    """Where backups go, how often one is made, and how many are kept."""

    folder: Path
    every: timedelta
    keep: int


def say_moment(moment: datetime) -> str:
    """Return a moment as it stands in the name of a file.

    >>> say_moment(datetime(2026, 11, 28, 16, 20, 37, tzinfo=UTC))
    '2026-11-28T16-20-37Z'
    """
    return moment.astimezone(UTC).strftime(_MOMENT)


def file_name(moment: datetime, *, sqlite: bool, taken: Collection[str] = ()) -> str:
    """Return the name of a backup that is begun at this moment, where these names are taken.

    >>> file_name(datetime(2026, 11, 28, 16, 20, 37, tzinfo=UTC), sqlite=True)
    'dojo-2026-11-28T16-20-37Z.sqlite'
    """
    ending = "sqlite" if sqlite else "pgdump"
    numbers = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    names = (f"dojo-{say_moment(moment)}{number}.{ending}" for number in numbers)
    return next(one for one in names if not {one, f"{one}{UNFINISHED}"} & {*taken})


def made_at(name: str) -> datetime | None:
    """Return when a backup was begun, by its name; None for a file that is none of ours.

    >>> made_at("dojo-2026-11-28T16-20-37Z.sqlite").hour
    16
    >>> made_at("dojo-of-last-year.sqlite")
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _MOMENT).replace(tzinfo=UTC)
    except ValueError:  # such as the 31st of February
        return None


def is_unfinished(name: str) -> bool:
    """Tell whether a file is of a backup whose process was killed while it wrote."""
    written = name.removesuffix(_JOURNAL)
    return written.endswith(UNFINISHED) and made_at(written.removesuffix(UNFINISHED)) is not None


def newest(names: Iterable[str], now: datetime) -> datetime | None:
    """Return when the newest backup was begun; what lies in the future says nothing."""
    past = [moment for name in names if (moment := made_at(name)) is not None and moment <= now]
    return max(past, default=None)


def wait(names: Iterable[str], every: timedelta, now: datetime) -> timedelta:
    """Return how long to wait for the next backup: zero if it is due."""
    last = newest(names, now)
    return timedelta() if last is None else max(timedelta(), last + every - now)


def wait_after_failure(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row."""
    return min(FIRST_WAIT * (1 << min(failures - 1, 10)), LONGEST_WAIT)


def superfluous(names: Iterable[str], keep: int, just_made: str) -> Sequence[str]:
    """Return which backups go, oldest first.

    The one just made stays in any case: a clock could have been wrong, and others seem newer.
    """
    ours = sorted((name for name in names if made_at(name) and name != just_made), key=_age)
    return ours[: max(0, len(ours) - (keep - 1))]


def _age(name: str) -> datetime:
    return made_at(name) or datetime.max.replace(tzinfo=UTC)
