"""Settles the words that mean one thing or another by what stands beside them. Pure."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from lark import Token

from bot.core.times.problem import ReadingError
from bot.core.times.scan import token

_GERMAN = ("tag", "mittwoch", "sonnabend")
_NUMBERS = {"NUM", "TIME", "HCLOCK", "FOUR", "DOTTED", "NOON", "MIDNIGHT"}
_A_DAY = {"WEEKDAY", "DAY", "MONTH", "ORD", "YEAR", "YMD", "DMY", "SLASHED", "EOD"}
# Where one of these stands, a short weekday of another language is one.
_FOREIGN = {"_UHR", "HEURE", "HCLOCK", "DMY"}
# Where one of these stands, "mar" is March.
_BEFORE_MONTH = {"NUM", "ORD", "_OF", "END", "_IN", "DASH"}
_TUESDAY = 1
_MINUTE_WORDS = {10, 15, 20, 30, 40, 50}
_TENS = {20, 30, 40, 50}

Rule = Callable[[Sequence[Token], int], str | None]


def settle(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with one meaning each.

    Raises:
        ReadingError: a short weekday could as well be a name or another word.
    """
    joined = _join(_with_hours(_once(tokens)))
    return [_settled(joined, at) for at in range(len(joined))]


def with_tuesday(tokens: Sequence[Token]) -> list[Token]:
    """Return settled tokens with "mar 8" as a Tuesday, or none where it can only be March."""
    for at, one in enumerate(tokens):
        day = _kind(tokens, at + 1) == "NUM" and _kind(tokens, at + 2) != "YEAR"
        first = _kind(tokens, at - 1) not in _BEFORE_MONTH
        if one == "mar" and one.type == "MONTH" and day and first:
            tuesday = token("WEEKDAY", str(one), _TUESDAY, one.start_pos or 0)
            return [*tokens[:at], tuesday, *tokens[at + 1 :]]
    return []


def _settled(tokens: Sequence[Token], at: int) -> Token:
    one = tokens[at]
    if one.type == "SHY":
        return _weekday(tokens, at)
    rule = _RULES.get(str(one))
    kind = rule(tokens, at) if rule else None
    if kind is None:
        return one
    return token(kind, str(one), _VALUES.get((str(one), kind), one.value), one.start_pos or 0)


def _weekday(tokens: Sequence[Token], at: int) -> Token:
    """Take `Mo` for a Monday where no English stands, and `so` or `do` only with more to say so."""
    kinds = {one.type for one in tokens}
    one = tokens[at]
    clear = at == 0 and one.type == "SHY" and str(one) not in {"do", "so"} and "AMPM" not in kinds
    if not (clear or kinds & _FOREIGN):
        raise ReadingError(f"`{one}` can be a weekday or another word. Type the weekday in full.")
    return token("WEEKDAY", str(one), one.value, one.start_pos or 0)


def _kind(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].type if 0 <= at < len(tokens) else ""


def _a(tokens: Sequence[Token], at: int) -> str:
    """Read French "à 19h" and English "a week", which look alike without accents."""
    return "_AT" if _kind(tokens, at + 1) in _NUMBERS else "A"


def _am(tokens: Sequence[Token], at: int) -> str | None:
    """Read "7 am" and German "am Freitag"."""
    if tokens[at].type != "AMPM":
        return "_ON"
    following = str(tokens[at + 1]) if at + 1 < len(tokens) else ""
    before = tokens[at - 1]
    late = before.type == "TIME" and before.value[0] > 12
    return "_ON" if late or following.endswith(_GERMAN) else None


def _hours(tokens: Sequence[Token], at: int) -> str | None:
    """Read "19:30 h" and "1900 hours" as a time of day, and "2 h" as a length."""
    counted = _kind(tokens, at - 2) in {"_IN", "_PLUS", "_AND"}
    clock = _kind(tokens, at - 1) in {"TIME", "FOUR", "YEAR"} or (
        _kind(tokens, at - 1) == "DOTTED" and int(tokens[at - 1].value.split(".")[0]) > 12
    )
    return "_UHR" if clock and not counted else None


def _et(tokens: Sequence[Token], at: int) -> str | None:
    """Read "8pm ET" and French "une heure et 30 minutes"."""
    between = _kind(tokens, at - 1) in {"UNIT", "HEURE"} and _kind(tokens, at + 1) in {"NUM", "A"}
    return "_AND" if between else None


def _in(tokens: Sequence[Token], at: int) -> str | None:
    """Read "in December" and "in 2027", which name a month or year, and "in 2 days"."""
    after = _kind(tokens, at + 1)
    year = after == "YEAR" and _kind(tokens, at + 2) not in {"UNIT", "HEURE"}
    return "_OF" if after == "MONTH" or year else None


def _morning(tokens: Sequence[Token], at: int) -> str:
    """Read German "morgen" as tomorrow, and after a day as its morning; Spanish alike."""
    return "PART" if _kind(tokens, at - 1) in _A_DAY else "DAY"


def _mar(tokens: Sequence[Token], at: int) -> str | None:
    """Read "mar 19h" and "mar 8 décembre" as a Tuesday, which it is in French and Spanish."""
    if _kind(tokens, at - 1) in _BEFORE_MONTH or "AMPM" in {one.type for one in tokens}:
        return None
    after = [_kind(tokens, at + n) for n in (1, 2, 3)]
    of_date = after[0] in {"SLASHED", "DMY", "YMD"} or (
        after[0] in {"NUM", "ORD"} and "MONTH" in after[1 : 2 + (after[1] == "_OF")]
    )
    hour = after[1] if after[0] in {"_AT", "A"} else after[0]
    return "WEEKDAY" if of_date or hour in {"TIME", "HCLOCK", "NOON", "MIDNIGHT"} else None


def _second(tokens: Sequence[Token], at: int) -> str:
    return "ORD" if _kind(tokens, at + 1) == "WEEKDAY" else "UNIT"


_RULES: dict[str, Rule] = {
    **dict.fromkeys(("h", "hr", "hrs", "hours", "horas", "heures"), _hours),
    "a": _a,
    "am": _am,
    "et": _et,
    "in": _in,
    "mar": _mar,
    "en": _in,
    "im": _in,
    "morgen": _morning,
    "manana": _morning,
    "second": _second,
}
_VALUES: dict[tuple[str, str], object] = {
    ("mar", "WEEKDAY"): _TUESDAY,
    ("second", "ORD"): 2,
    ("second", "UNIT"): "second",
    ("morgen", "PART"): "morning",
    ("manana", "PART"): "morning",
    ("morgen", "DAY"): 1,
    ("manana", "DAY"): 1,
}


def _once(tokens: Sequence[Token]) -> list[Token]:
    """Drop a stamp that says the same as one before it, with the brackets around it.

    Discord copies a moment as its date and, in brackets, how long it is until then.
    """
    left_out: set[int] = set()
    for at, one in enumerate(tokens):
        if one.type == "STAMP" and one.value in _stamps(tokens[:at]):
            bracketed = _kind(tokens, at - 1) == "_LPAR" and _kind(tokens, at + 1) == "_RPAR"
            left_out |= {at - 1, at, at + 1} if bracketed else {at}
    return [one for at, one in enumerate(tokens) if at not in left_out]


def _stamps(tokens: Sequence[Token]) -> list[object]:
    return [one.value for one in tokens if one.type == "STAMP"]


def _with_hours(tokens: Sequence[Token]) -> list[Token]:
    """Join "19 h", and its minutes in "19 h 30", as they are joined in "19h30"."""
    joined: list[Token] = []
    for at, one in enumerate(tokens):
        last = joined[-1] if joined else None
        if last is not None and one == "h" and last.type == "NUM" and last.isdigit():
            joined[-1] = token("HCLOCK", f"{last} h", (int(last.value), -1), last.start_pos or 0)
        elif last is not None and _are_minutes(tokens, at, last):
            value = (last.value[0], int(one.value))
            joined[-1] = token("HCLOCK", f"{last} {one}", value, last.start_pos or 0)
        else:
            joined.append(one)
    return joined


def _are_minutes(tokens: Sequence[Token], at: int, last: Token) -> bool:
    """Tell whether a number is the minutes of the hour before it, and not of what follows."""
    one = tokens[at]
    alone = _kind(tokens, at + 1) not in {"MONTH", "UNIT", "HEURE", "AMPM", "_OF"}
    hour = last.type == "HCLOCK" and last.value[1] < 0
    return alone and hour and one.type == "NUM" and one.isdigit() and len(one) == 2


def _join(tokens: Sequence[Token]) -> list[Token]:
    """Join "twenty-three" into a number, "seven thirty" into a time, "3-Dec-2026" into a date."""
    joined: list[Token] = []
    for at, one in enumerate(tokens):
        if one.type == "DASH" and (_touches_month(tokens, at) or _within_number(tokens, at)):
            continue
        whole = _whole(joined[-1], one) if joined else None
        if whole is None:
            joined.append(one)
        else:
            joined[-1] = whole
    return joined


def _whole(left: Token, right: Token) -> Token | None:
    """Return the number or time that two numbers in words make together."""
    if not _is_word(left) or left.type != "NUM" or not _is_word(right):
        return None
    text, first, second = f"{left} {right}", int(left.value), int(right.value)
    if first in _TENS and second < 10:
        value = first + second
        return token(right.type, text, str(value) if right.type == "NUM" else value)
    if right.type == "NUM" and second in _MINUTE_WORDS and first <= 24:
        return token("TIME", text, (first, second, -1))
    return None


def _is_word(one: Token) -> bool:
    return one.type in {"NUM", "ORD"} and one.isalpha()


def _within_number(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a dash stands in "twenty-three"."""
    beside = tokens[max(at - 1, 0) : at + 2]
    return len(beside) == 3 and _whole(beside[0], beside[2]) is not None and _touch(beside)


def _touches_month(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a dash stands in "3-Dec-2026"."""
    beside = tokens[max(at - 1, 0) : at + 2]
    kinds = tuple(one.type for one in beside[::2])
    named = kinds in {("NUM", "MONTH"), ("MONTH", "NUM"), ("MONTH", "YEAR")}
    return named and not any(_is_word(one) for one in beside) and _touch(beside)


def _touch(tokens: Sequence[Token]) -> bool:
    return all(
        (left.start_pos or 0) + len(left) == right.start_pos for left, right in pairwise(tokens)
    )
