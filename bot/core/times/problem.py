"""Why a text is not read as a time: an error within the reader, which never leaves it. Pure."""

from bot.core.times.said import EXAMPLES

NO_TIME_OF_DAY = f"At what time of day? Type it with the date, such as {EXAMPLES}."
REPEATED = (
    "That comes round again and again. Give the first time; a session that comes back has `repeat`."
)
TWO_TIMES = (
    "Give one time only. How long a session takes belongs to `length`; an offset behind the time "
    "is typed as `UTC-05:00`."
)


class ReadingError(Exception):
    """A text that is no time; `reason` is a sentence that says so, or says what to type."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
