"""Why a text is not read as a time: an error within the reader, which never leaves it. Pure."""

from bot.core.times.result import Purpose
from bot.core.times.said import EXAMPLES

NO_TIME_OF_DAY = f"At what time of day? Type it with the date, such as {EXAMPLES['session']}."
REPEATED = (
    "That comes round again and again. Give the first time; for a session that comes back, "
    "`/session schedule` has `repeat`."
)
_OFFSET = "An offset from UTC is typed like `19:00 UTC-05:00`."
TWO_TIMES = f"Give one time only. How long a session takes belongs to `length`. {_OFFSET}"
# What is said instead where no session is planned.
_ELSEWHERE: dict[str, dict[Purpose, str]] = {
    REPEATED: {
        "close": "That comes round again and again, and a question closes once. Type one time, "
        "such as `31 December`.",
        "known": "That comes round again and again. Type the one time at which the outcome became "
        "known, such as `yesterday 20:00`.",
    },
    TWO_TIMES: {
        "close": "Give one time only, the one at which the question closes, such as "
        f"`31 December`. {_OFFSET}",
        "known": "Give one time only, the one at which the outcome became known, such as "
        f"`yesterday 20:00`. {_OFFSET}",
    },
}


class ReadingError(Exception):
    """A text that is no time; `reason` is a sentence that says so, or says what to type."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def say(self, purpose: Purpose) -> str:
        """Return the reason, in the words of what the time is for."""
        return _ELSEWHERE.get(self.reason, {}).get(purpose, self.reason)


class NotATimeError(ReadingError):
    """A text with something in it that no time has; an example says what to type instead."""

    def say(self, purpose: Purpose) -> str:
        """Return the reason, and what to type for this purpose."""
        return f"{self.reason} Type it like {EXAMPLES[purpose]}."
