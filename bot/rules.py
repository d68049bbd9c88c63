"""What all rules share: how they refuse, and how durations are said. No I/O, no Discord."""

from datetime import timedelta


class Refusal(Exception):  # noqa: N818 - it is an answer to a member, not a fault
    """Something that cannot be done, said so that the member knows what happened and what to do.

    Nothing has changed when this is raised.
    """


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
    """How a person says it: "10 minutes", "90 seconds", "1 hour 30 minutes".

    >>> say_duration(timedelta(seconds=90))
    '1 minute 30 seconds'
    >>> say_duration(timedelta(hours=2))
    '2 hours'
    """
    seconds = max(0, round(duration.total_seconds()))
    parts = []
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'s' if count > 1 else ''}")
    return " ".join(parts[:2]) or "0 seconds"


def say_count(count: int, thing: str) -> str:
    """Count things in words: "1 forecast", "1,200 forecasts"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def say_times(count: int) -> str:
    """A number of times in words: "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
