"""Turns tokens into the parts of a time, by the grammar in `times.lark`. Pure."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from lark import Lark, Token, Transformer, Tree
from lark.exceptions import UnexpectedInput, VisitError
from lark.lexer import Lexer

from bot.core.times import build
from bot.core.times.parts import (
    Ago,
    Amount,
    Between,
    Clock,
    Date,
    DayAhead,
    Dotted,
    EndOfDay,
    Four,
    HourMark,
    Mark,
    Midnight,
    MonthDay,
    Now,
    Nth,
    Number,
    Part,
    PartOfDay,
    Period,
    Shift,
    Stamp,
    Start,
    Unit,
    Weekday,
    Weekend,
    Which,
    Zone,
)
from bot.core.times.problem import TWO_TIMES, ReadingError

_AHEAD = {"NEXT": 1, "THIS": 0, "LAST": -1}


def parse(tokens: Sequence[Token]) -> list[Part]:
    """Return the parts of a time, in the order in which they were typed.

    Raises:
        ReadingError: the words do not make a time together.
    """
    try:
        tree = _PARSER.parse(cast(str, tokens))
        return list(_flat(_Parts().transform(tree).children))
    except UnexpectedInput as error:
        raise ReadingError("") from error
    except VisitError as error:
        raise error.orig_exc from error


def _flat(children: Sequence[Any]) -> Iterator[Part]:
    """Yield parts, also of a rule that found several."""
    for one in children:
        if isinstance(one, Tree):
            yield from cast(list[Part], one.children)
        else:
            yield one


class _Ready(Lexer):
    """Hands the tokens on that were made before."""

    def __init__(self, conf: object) -> None:
        """Take what every lexer is given."""
        del conf

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
        """Yield the tokens."""
        del parser_state
        yield from lexer_state


# Made once, when the bot starts: it takes longer than an answer may.
_PARSER = Lark(
    Path(__file__).with_name("times.lark").read_text(encoding="utf-8"),
    parser="lalr",
    lexer=_Ready,
)


class _Said:
    """The tokens of one rule, by their kind."""

    def __init__(self, children: Sequence[Any]) -> None:
        self.all = [one for one in children if isinstance(one, Token)]
        self.rest = [one for one in children if not isinstance(one, Token) and one is not None]

    def get(self, *kinds: str) -> Any:
        """Return what the first token of these kinds says."""
        return next((one.value for one in self.all if one.type in kinds), None)

    def has(self, kind: str) -> bool:
        return any(one.type == kind for one in self.all)

    def which(self) -> Which:
        names: dict[str, Which] = {"NEXT": "next", "THIS": "this", "LAST": "last"}
        return next((names[one.type] for one in self.all if one.type in names), "")

    def ahead(self) -> int:
        kinds = (str(one.value).upper() if one.type == "AFTER" else one.type for one in self.all)
        return next((_AHEAD[kind] for kind in kinds if kind in _AHEAD), 0)

    def year(self) -> int | None:
        year = self.get("YEAR")
        return int(year) if year else None

    def numbers(self) -> list[str]:
        return [str(one.value) for one in self.all if one.type == "NUM"]

    def text_of(self, kind: str) -> str:
        return next(str(one) for one in self.all if one.type == kind)

    def text(self) -> str:
        return " ".join(self.all)


class _Parts(Transformer[Token, Tree[Any]]):
    """One method for each rule of the grammar."""

    def weekday(self, children: list[Any]) -> Weekday:
        said = _Said(children)
        which = said.get("AFTER") or said.which()
        return Weekday(said.get("WEEKDAY"), which, said.text())

    def date(self, children: list[Any]) -> Date:
        said = _Said(children)
        if said.has("MONTH"):
            day = int(said.get("NUM", "ORD"))
            return build.named_month(said.year(), said.get("MONTH"), day, text=said.text())
        if found := said.get("YMD"):
            return build.year_first(*found, text=said.text())
        if found := said.get("DMY"):
            return build.day_first(*found, text=said.text())
        return build.either_first(*said.get("SLASHED"), text=said.text())

    def month_day(self, children: list[Any]) -> MonthDay:
        said = _Said(children)
        months = said.rest[0].ahead if said.rest else None
        return MonthDay(int(said.get("ORD", "NUM")), months)

    def relative_month(self, children: list[Any]) -> Period:
        said = _Said(children)
        if said.get("UNIT") != "month":
            raise ReadingError("")
        return Period("month", ahead=said.ahead())

    def nth(self, children: list[Any]) -> Nth:
        said = _Said(children)
        month = said.rest[0] if said.rest else Period("month")
        if said.get("UNIT") not in {None, "day"}:
            raise ReadingError("")
        nth = int(said.get("ORD") or -1)
        return Nth(nth, said.get("WEEKDAY"), month.number, month.year, month.ahead)

    def month(self, children: list[Any]) -> Period:
        said = _Said(children)
        return Period("month", said.get("MONTH"), said.year())

    def day(self, children: list[Any]) -> DayAhead:
        return DayAhead(_Said(children).get("DAY"))

    def weekend(self, children: list[Any]) -> Weekend:
        return Weekend(_Said(children).which())

    def period(self, children: list[Any]) -> Period:
        said = _Said(children)
        if said.has("UNIT"):
            return build.period_of(said.get("UNIT"), said.year(), said.ahead())
        if said.has("MONTH"):
            return Period("month", said.get("MONTH"), said.year())
        if said.has("QUARTER"):
            return Period("quarter", said.get("QUARTER"), said.year())
        return Period("year", year=said.year())

    def end(self, children: list[Any]) -> Period:
        return self.period(children)

    def eod(self, children: list[Any]) -> Tree[Any]:
        return Tree("both", [*_Said(children).rest, EndOfDay()])

    def clock(self, children: list[Any]) -> Clock:
        said = _Said(children)
        half: build.Half = said.get("AMPM") or ("24" if "24" in said.rest else "")
        if found := said.get("TIME"):
            hour, minute, second = found
            return build.time_of_day(hour, minute, second, half, text=str(said.text_of("TIME")))
        if found := said.get("HCLOCK"):
            return build.hour_alone(str(found[0]), "24", max(found[1], 0), text=said.text())
        if found := said.get("DOTTED"):
            return build.dotted_time(found, half)
        if found := said.get("FOUR", "YEAR"):
            return build.four_digits(found, half)
        numbers = said.numbers() or ["1"]  # French "une heure"
        past = int(numbers[1]) if len(numbers) > 1 else 0
        return build.hour_alone(numbers[0], half, past)

    def uhr(self, children: list[Any]) -> build.Half:
        del children
        return "24"

    heure = uhr

    def halb(self, children: list[Any]) -> int:
        del children
        return -30

    def past(self, children: list[Any]) -> Clock:
        said = _Said(children)
        half: build.Half = said.get("AMPM") or ("24" if "24" in said.rest else "")
        hour = build.hour_alone((said.numbers() or ["1"])[-1], half)
        return build.minutes_past(hour, _minutes(said))

    def noon(self, children: list[Any]) -> Clock:
        _only_twelve(_Said(children))
        return Clock(12, text="noon")

    def midnight(self, children: list[Any]) -> Midnight:
        _only_twelve(_Said(children))
        return Midnight()

    def part(self, children: list[Any]) -> PartOfDay:
        return PartOfDay(_Said(children).get("PART"))

    def zone(self, children: list[Any]) -> Zone:
        said = _Said(children)
        return Zone(said.get("PLACE", "ZONE"), said.get("OFFSET"))

    def amount(self, children: list[Any]) -> Tree[Any]:
        return _amounts(_Said(children), "")

    def counted(self, children: list[Any]) -> Tree[Any]:
        return _amounts(_Said(children), "in")

    def plus(self, children: list[Any]) -> Tree[Any]:
        return _amounts(_Said(children), "plus")

    def more(self, children: list[Any]) -> Tree[Any]:
        return _amounts(_Said(children), "and")

    def back(self, children: list[Any]) -> Tree[Any]:
        return _amounts(_Said(children), "back")

    def ago(self, children: list[Any]) -> Ago:
        del children
        return Ago()

    def shift(self, children: list[Any]) -> Shift:
        return Shift(_Said(children).get("SHIFT") == "earlier")

    def start_from(self, children: list[Any]) -> Start:
        return Start(next((one for one in children if not isinstance(one, Token)), None))

    def unit(self, children: list[Any]) -> Unit:
        return Unit(_Said(children).get("UNIT"))

    def number(self, children: list[Any]) -> Number:
        return Number(_Said(children).get("NUM"))

    def four(self, children: list[Any]) -> Four:
        return Four(_Said(children).get("FOUR", "YEAR"))

    def dotted(self, children: list[Any]) -> Dotted:
        return Dotted(_Said(children).get("DOTTED"))

    def hclock(self, children: list[Any]) -> HourMark:
        said = _Said(children)
        if found := said.get("HCLOCK"):
            return HourMark(found[0], found[1], said.text())
        numbers = said.numbers()
        return HourMark(int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else -1, said.text())

    def now(self, children: list[Any]) -> Now:
        del children
        return Now()

    def stamp(self, children: list[Any]) -> Stamp:
        return Stamp(_Said(children).get("STAMP"))

    def dash(self, children: list[Any]) -> Between:
        return Between(_Said(children).text())

    to = dash


def _only_twelve(said: _Said) -> None:
    if any(int(one) != 12 for one in said.numbers()):
        raise ReadingError("")


def _minutes(said: _Said) -> int:
    """Return how far from its full hour "quarter to 8", "20 past 7" or "halb 8" is."""
    before = said.has("TO") or said.has("VOR")
    if said.has("FRACTION"):
        return int(said.get("FRACTION"))
    if -30 in said.rest:
        return -30
    if said.has("QUART"):
        return -15 if before else 15
    if said.has("HALFWORD"):
        return 30
    minutes = int(said.numbers()[0])
    if minutes > 29 or (said.has("TO") and minutes < 13):
        raise ReadingError(TWO_TIMES)  # "7 to 9" is a start and an end
    return -minutes if before else minutes


def _amounts(said: _Said, mark: Mark) -> Tree[Any]:
    """Return one amount, or two for "2h30" and "an hour and a half"."""
    if found := said.get("HCLOCK"):
        return Tree("both", [*build.hours_and_minutes(found[0], found[1], mark)])
    count = build.amount(said.get("NUM", "FOUR", "YEAR", "DOTTED", "DECIMAL") or "1")
    if said.has("ANDHALF"):
        count += build.amount("0.5")
    count += Fraction(said.get("FRACTION") or 0, 60)
    unit = said.get("UNIT") or "hour"
    if count.denominator != 1 and unit != "hour":
        raise ReadingError("")
    return Tree("both", [Amount(count, unit, mark)])
