"""Which mail addresses may be invited: how one is typed, confirmed and displayed. Pure."""

import hmac
import re
import secrets
from datetime import datetime, timedelta

from bot.core.refusals import Refusal, say_duration

LONGEST_ADDRESS = 254
CODE_LIFE = timedelta(days=1)
# Somebody could type a stranger's address. These limits let the stranger get few mails, and make
# guessing the code useless.
BETWEEN_CODES = timedelta(minutes=5)
CODES_A_DAY = 3
MOST_TRIES = 5

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)


def check_address(typed: str) -> str:
    """Return the typed address without spaces, or refuse what is no mail address."""
    address = typed.strip().removeprefix("mailto:")
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise Refusal("That is no mail address. It looks like `name@example.org`.")
    return address


def new_code() -> str:
    """Return six digits that nobody can guess."""
    return f"{secrets.randbelow(10**6):06}"


def is_code(typed: str, code: str) -> bool:
    """Tell whether the typed text is the code, with or without spaces."""
    return hmac.compare_digest("".join(typed.split()).encode(), code.encode())


def masked(address: str) -> str:
    """Hide most of an address, even from its owner: others may see the screen.

    >>> masked("ana@example.org")
    'a…@example.org'
    """
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…@{host}"


def check_may_ask(
    *, asked_at: datetime | None, counted_from: datetime | None, asked: int, now: datetime
) -> None:
    """Refuse a code that comes too soon, or is one too many for a day."""
    if asked_at is not None and now - asked_at < BETWEEN_CODES:
        wait = say_duration(asked_at + BETWEEN_CODES - now)
        raise Refusal(f"A code was sent just now. You can have another in {wait}.")
    if counted_from is not None and now - counted_from < CODE_LIFE and asked >= CODES_A_DAY:
        wait = say_duration(counted_from + CODE_LIFE - now)
        raise Refusal(f"That is {CODES_A_DAY} codes in a day. You can have another in {wait}.")


def is_valid(asked_at: datetime | None, tries: int, now: datetime) -> bool:
    """Tell whether a code can still be used: age and number of tries allow it."""
    return asked_at is not None and now - asked_at < CODE_LIFE and tries < MOST_TRIES
