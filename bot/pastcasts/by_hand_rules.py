"""A question about the past as a facilitator types it into the form. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.refusals import Refusal

SHORTEST, LONGEST_TITLE, LONGEST_TEXT, LONGEST_DAYS, LONGEST_SOURCE = 10, 200, 3000, 80, 300
LONGEST_CRITERIA, LONGEST_BACKGROUND = 2000, 1000
HOW = "Type two days, such as `14 March 2013 to 2 April 2013` or `2013-03-14 to 2013-04-02`."
_FORMATS = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%d.%m.%Y")
_BETWEEN = re.compile(r"\s+(?:to|until|till|-)\s+|\s*(?:–|—|…|\.{2,3}|\n)\s*", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Typed:
    """The fields of the form, as they were sent."""

    title: str = ""
    text: str = ""
    days: str = ""
    outcome: str = ""
    source: str = ""


@dataclass(frozen=True)
class ByHand:
    """A question about the past after all checks; its outcome is in the form alone."""

    title: str
    criteria: str
    background: str
    as_of: date
    known_at: date
    source: str
    source_url: str | None


def read(typed: Typed, today: date) -> ByHand:
    """Read the form of a question about the past.

    Raises:
        Refusal: something is missing or cannot be meant; the sentence says what to type.
    """
    title = " ".join(typed.title.split())
    criteria, background = _parts(typed.text)
    _check_length("title", title, LONGEST_TITLE)
    _check_length("part that says what counts", criteria, LONGEST_CRITERIA)
    if background:
        _check_length("part about what was known then", background, LONGEST_BACKGROUND)
    as_of, known_at = read_days(typed.days, today)
    if typed.outcome not in {"yes", "no"}:
        raise Refusal("Choose what happened: yes or no.")
    source = " ".join(typed.source.split())
    link = _LINK.search(source)
    words = _LINK.sub("", source).strip()
    return ByHand(title, criteria, background, as_of, known_at, words, link[0] if link else None)


def read_days(text: str, today: date) -> tuple[date, date]:
    """Read the day on which it is asked, and the later one on which it was known."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    if len(parts) != 2:
        raise Refusal(f"`{text.strip() or 'Nothing'}` is not two days. {HOW}")
    as_of, known_at = (read_day(part) for part in parts)
    if not as_of < known_at:
        raise Refusal(f"The outcome must be known on a later day than it is asked. {HOW}")
    if known_at > today:
        raise Refusal(
            "This is about the past, but the second day is still to come. For a question about "
            "what is to come, use `/question submit` without `sealed`."
        )
    return as_of, known_at


def read_day(text: str) -> date:
    """Read a day with its year, as people write it.

    >>> read_day("14 March 2013") == read_day("Mar 14th, 2013") == read_day("2013-03-14")
    True
    """
    plain = " ".join(_ORDINAL.sub("", text.replace(",", " ")).split())
    for form in _FORMATS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Refusal(f"`{text}` is not a day with its year. {HOW}")


def _parts(text: str) -> tuple[str, str]:
    """Return what stands before the first empty line, and what stands after it."""
    first, *rest = _EMPTY_LINE.split(text.strip(), maxsplit=1)
    return first.strip(), "".join(rest).strip()


def _check_length(what: str, text: str, longest: int) -> None:
    if not SHORTEST <= len(text) <= longest:
        raise Refusal(
            f"The {what} has {len(text):,} characters; it needs {SHORTEST} to {longest:,}."
        )
