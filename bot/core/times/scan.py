"""Splits a cleaned text into the tokens of the grammar, each by what it looks like. Pure.

What a word means may hang on its neighbours ("am" is half of a day in English and "on" in German);
`context.py` settles that afterwards. Nothing is skipped but spaces, commas and the dot after a
word: a word or character that is not known is an error.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache

from lark import Token

from bot.core.times import words, zones
from bot.core.times.clean import quote
from bot.core.times.problem import NotATimeError, ReadingError

_LONGEST_PHRASE = 6
_WORD = re.compile(r"[a-z](?:[a-z'-]*[a-z])?")
_WORDS = re.compile(rf"{_WORD.pattern}(?: {_WORD.pattern}){{0,{_LONGEST_PHRASE - 1}}}")
# After these, "p" and "pm" are half of a day, and "+01:00" an offset.
_CLOCKS = {"NUM", "FOUR", "TIME", "DOTTED", "AMPM", "_OCLOCK"}

Found = re.Match[str]
Maker = Callable[[Found, Sequence[Token]], list[Token] | None]


def scan(text: str) -> list[Token]:
    """Return the tokens of a cleaned text.

    Raises:
        ReadingError: it holds a word, a number or a character that is none of them.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        made, at = _next(text, at, tokens)
        tokens += made
    return tokens


def token(kind: str, text: str, value: object, at: int = 0) -> Token:
    """Return a token that carries what it says beside how it was typed."""
    made = Token(kind, text, start_pos=at)
    made.value = value
    return made


def _next(text: str, at: int, before: Sequence[Token]) -> tuple[list[Token], int]:
    for shape, maker in _shapes():
        found = shape.match(text, at)
        if found and (made := maker(found, before)) is not None:
            return made, found.end()
    if found := _WORDS.match(text, at):
        return _phrase(found[0], text, at)
    raise NotATimeError(
        f"I don't know what {quote(text[at : at + 12].split(maxsplit=1)[0])} means in a time."
    )


def _phrase(run: str, text: str, at: int) -> tuple[list[Token], int]:
    """Take the longest run of words that is known, and the dot of an abbreviation."""
    for size in (*range(len(run.split(" ")), 0, -1), 0):
        typed = " ".join(run.split(" ")[:size]) if size else re.match("[a-z]+", run)[0]  # type: ignore[index]
        if pairs := _known(typed):
            end = at + len(typed)
            dotted = text[end : end + 1] == "."
            marked = text[end : end + 1] in {".", ","} and pairs[0][0] == "SHY"
            made = [token("WEEKDAY" if marked else kind, typed, value, at) for kind, value in pairs]
            return made, end + dotted
    word = re.match(r"[\w'-]+", text[at:])
    raise NotATimeError(f"I don't know the word {quote(word[0] if word else run)}.")


def _known(typed: str) -> Sequence[tuple[str, object]]:
    if found := words.phrases().get(typed):
        return found
    if typed in zones.VAGUE:
        raise ReadingError(zones.several(typed))
    place = zones.place(typed)
    return (("PLACE", place),) if place else ()


def _whole(kind: str) -> Maker:
    """Make one token that carries the numbers of its shape; one left out is -1."""

    def make(found: Found, before: Sequence[Token]) -> list[Token]:
        del before
        numbers = tuple(int(part or -1) for part in found.groups())
        return [token(kind, found[0], numbers, found.start())]

    return make


def _one(kind: str) -> Maker:
    """Make one token that carries one number."""

    def make(found: Found, before: Sequence[Token]) -> list[Token]:
        del before
        return [token(kind, found[0], int(found[1]), found.start())]

    return make


def _digits(kind: str) -> Maker:
    """Make one token that carries its digits as typed, with a zero in front."""

    def make(found: Found, before: Sequence[Token]) -> list[Token]:
        del before
        return [token(kind, found[1], found[1], found.start())]

    return make


def _four(found: Found, before: Sequence[Token]) -> list[Token]:
    del before
    kind = "YEAR" if "2000" <= found[1] < "2200" else "FOUR"
    return [token(kind, found[1], found[1], found.start())]


def _basic(found: Found, before: Sequence[Token]) -> list[Token]:
    del before
    numbers = tuple(int(part or -1) for part in found.groups())
    made = [token("YMD", found[0][:8], numbers[:3], found.start())]
    if numbers[3] >= 0:
        made.append(token("TIME", found[0][9:], numbers[3:], found.start() + 9))
    return made


def _quarter(found: Found, before: Sequence[Token]) -> list[Token]:
    """Make "2027 Q1", in which the year stands first, the same as "Q1 2027"."""
    del before
    year, number = sorted(found.groups(), key=len, reverse=True)
    return [
        token("QUARTER", found[0], int(number), found.start()),
        token("YEAR", found[0], year, found.start()),
    ]


def _half(found: Found, before: Sequence[Token]) -> list[Token] | None:
    """Make "pm" after a number; "p" alone only where it touches it."""
    last = before[-1] if before else None
    if last is None or last.type not in {*_CLOCKS, "SLASHED"}:
        return None
    if len(found[0]) == 1 and found.string[found.start() - 1] == " ":
        return None
    return [token("AMPM", found[0], f"{found[1]}m", found.start())]


def _offset(found: Found, before: Sequence[Token]) -> list[Token] | None:
    del before
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if minutes > 14 * 60 or int(found[3] or 0) % 15:
        return None
    minutes = -minutes if found[1] == "-" else minutes
    return [token("OFFSET", found[0], minutes, found.start())]


def _signed(found: Found, before: Sequence[Token]) -> list[Token] | None:
    """Make an offset of `+01:00` after a time; a minus may also stand before an end.

    "22:00-02:00" is four hours to some; after a whole date, as machines write it, it is none.
    """
    if not before or before[-1].type not in _CLOCKS - {"NUM", "FOUR"}:
        return None
    machine = any(one.type == "YMD" for one in before)
    mail = before[-1].type == "TIME" and len(found[0]) == 5
    return _offset(found, before) if found[1] == "+" or machine or mail else None


def _zone(found: Found, before: Sequence[Token]) -> list[Token] | None:
    """Make a zone of its full name, in which blanks may stand for underscores."""
    del before
    zone = zones.named(found[0])
    return [token("ZONE", found[0], zone, found.start())] if zone else None


def _bracketed(found: Found, before: Sequence[Token]) -> list[Token] | None:
    """Make a zone of a name without a slash, which is one only in brackets, as the bot says it."""
    del before
    zone = zones.named(found[1])
    if zone is None or _known(found[1]):
        return None
    return [token("_LPAR", "(", "(", found.start()), token("ZONE", found[1], zone, found.start(1))]


def _no_zone(found: Found, before: Sequence[Token]) -> None:
    del before
    raise ReadingError(
        f"{quote(found[0])} is no time, and not a time zone such as `Europe/Berlin` or `UTC`."
    )


def _mark(found: Found, before: Sequence[Token]) -> list[Token]:
    del before
    kinds = {"(": "_LPAR", "[": "_LPAR", ")": "_RPAR", "]": "_RPAR", "@": "_AT", "+": "_PLUS"}
    return [token(kinds.get(found[0], "DASH"), found[0], found[0], found.start())]


def _nothing(found: Found, before: Sequence[Token]) -> list[Token]:
    del found, before
    return []


_ZONE_NAME = r"[a-z_]+(?:/[a-z0-9_+-]+)+"
_TABLE: tuple[tuple[str, Maker], ...] = (
    (r"[ ,;]+", _nothing),
    (r"<t:(-?\d{1,13})(?::[tdfr])?>", _one("STAMP")),
    (r"(\d{10})(?![\w.:/])", _one("STAMP")),
    (r"(2[01]\d\d)[ /-]?q([1-4])(?!\w)", _quarter),
    (r"q([1-4])[/-]?(2[01]\d\d)(?!\w)", _quarter),
    (r"(\d{4})(\d\d)(\d\d)(?:t(\d\d)(\d\d)(\d\d)?(?=z|[+-]|\s|$)|(?![\w.:/]))", _basic),
    (r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)(?:t(?=\d))?", _whole("YMD")),
    (r"(\d{4})/(\d{1,2})/(\d{1,2})(?!\d)", _whole("YMD")),
    (r"(\d{4})\.(\d{1,2})\.(\d{1,2})(?!\d)", _whole("YMD")),
    (r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\d:/])", _whole("SLASHED")),
    (r"(\d{1,2})-(\d{1,2})-(\d{4}|\d{2})(?![\d:-])", _whole("SLASHED")),
    (r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?![\d:])", _whole("DMY")),
    (r"(\d{1,2})\.(\d{1,2})\.(?!\d)()", _whole("DMY")),
    (r"(\d{1,2})[-/](\d{1,2})(?![\w:./-])()", _whole("SLASHED")),
    (r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(?![\d:])", _whole("TIME")),
    (r"(\d{1,2})h(\d\d)?(?![a-z0-9])", _whole("HCLOCK")),
    (r"(\d{1,3}\.\d{1,2})(?![\d.:])", _digits("DOTTED")),
    (r"(\d{1,3},\d{1,2})(?![\d.:,])", _digits("DECIMAL")),
    (r"(\d{1,2})(?:(?:st|nd|rd|th|er)(?![a-z])|\.(?![\d.]))", _one("ORD")),
    (r"(\d{4})(?!\d)", _four),
    (r"(\d{1,3})(?!\d)", _digits("NUM")),
    (r"(?:utc|gmt) ?([+-])(\d{1,2})(?::?(\d\d))?(?![\d:])", _offset),
    (r"([+-])(\d\d)(?::?(\d\d))?(?![\d:])", _signed),
    *((rf"{_ZONE_NAME}(?: [a-z]+){{{more}}}(?![a-z])", _zone) for more in (3, 2, 1, 0)),
    (_ZONE_NAME, _no_zone),
    (r"\(([a-z][a-z0-9+-]*)(?=[,)])", _bracketed),
    (r"q([1-4])(?!\w)", _one("QUARTER")),
    (r"([ap])(?:\. ?m\.?|m\.?)(?![a-z])", _half),
    (r"([ap])(?![a-z.'])", _half),
    (r"[()\[\]@+-]", _mark),
)


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], Maker], ...]:
    return tuple((re.compile(shape, re.ASCII), maker) for shape, maker in _TABLE)
