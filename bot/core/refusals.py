"""What all rules share: how they refuse, and how durations are said."""

from datetime import timedelta


class Refusal(Exception):  # noqa: N818 - it is an answer to a member, not a fault
    """What cannot be done, in a sentence for the member.

    It says what happened and what to do.

    Nothing has changed when this is raised.
    """


OLD_BUTTON = (
    "This button is from an older version of the bot. Nothing happened: press one on the newest "
    "card, or type `/help`."
)


class StaleRefusal(Refusal):
    """The member pressed something that has been overtaken."""


class NotAllowedRefusal(Refusal):
    """The member may not do this; the sentence says who may."""


def clean_text(text: str) -> str:
    r"""Return a text without what no database keeps: NUL, and halves of surrogate pairs.

    >>> clean_text("a\0b\ud800c")
    'abc'
    """
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def say_duration(duration: timedelta) -> str:
    """Say a duration as it is typed: "10m", "1m30s", "1h30m"; only its two largest parts.

    >>> say_duration(timedelta(seconds=90))
    '1m30s'
    >>> say_duration(timedelta(hours=2))
    '2h'
    """
    seconds = max(0, round(duration.total_seconds()))
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts[:2]) or "0s"


def say_count(count: int, thing: str) -> str:
    """Count things in words: "1 forecast", "1,200 forecasts"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def say_people(count: int) -> str:
    """Count people in words: "1 person", "5 people"."""
    return "1 person" if count == 1 else f"{count:,} people"


def say_times(count: int) -> str:
    """Say a number of times in words: "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
