"""What is said and logged while the database cannot be used: to members, and to whoever runs it."""

import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

from storage.troubles import Trouble, trouble_of

SAID = {
    Trouble.FULL: (
        "My disk is full, so nothing was saved. Please tell whoever runs the bot, and try again "
        "later: all that was saved before is still there."
    ),
    Trouble.LOCKED: (
        "My database was busy for too long, so nothing was saved. Please try again in a minute."
    ),
    Trouble.AWAY: (
        "I cannot reach my database at the moment, so nothing was saved. Please try again in a "
        "minute."
    ),
    Trouble.UNSURE: (
        "I lost my database just as I was saving this, so I cannot tell whether it counts. Please "
        "look again in a minute, and do it once more if it is not there."
    ),
}
HALF_DONE = (
    "Your change is saved, but I lost my database before I could show it. Please look again in a "
    "minute."
)


def shorten(_logger: object, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Log a trouble of the database in one line, without the traceback, for structlog.

    It passes by itself, and until then every sweep and every press meets it.
    """
    given = line.get("exc_info")
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    trouble = trouble_of(error) if error is not None else None
    if trouble is not None:
        del line["exc_info"]
        line.update(level="warning", database=trouble.value)
    return line
