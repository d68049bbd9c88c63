"""Makes one sense of the parts of a time, or several where a number may be this or that. Pure.

"Fri 4 7pm" is the fourth at seven, "Friday 7" an hour, "4.12 19:00" a date and "19.30" a time. Each
part gets one role, and parts that do not go together are refused: none is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, product

from bot.core.times.parts import (
    Ago,
    Amount,
    Between,
    Clock,
    Date,
    DayAhead,
    EndOfDay,
    Midnight,
    MonthDay,
    Now,
    Nth,
    Part,
    PartOfDay,
    Period,
    Shift,
    Stamp,
    Start,
    Unit,
    Weekday,
    Weekend,
    Zone,
)
from bot.core.times.problem import TWO_TIMES, ReadingError
from bot.core.times.roles import Weak, Year, roles_of

# Amounts are said from the largest to the smallest.
_SIZES = ("year", "month", "fortnight", "week", "day", "hour", "minute", "second")
# More parts that may be one thing or another than these are no time.
_MOST_OPEN = 3

_ONE = Fraction(1)
_SLOTS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((Weekday,), "weekday"),
    ((Date, MonthDay, Nth, DayAhead, Weekend, Period), "day"),
    ((Clock, Midnight, EndOfDay), "clock"),
    ((PartOfDay,), "part"),
    ((Now, Stamp), "moment"),
)

Day = Date | MonthDay | Nth | DayAhead | Weekend | Period
TimeOfDay = Clock | Midnight | EndOfDay


@dataclass(frozen=True)
class Sense:
    """What a text says: each thing at most once."""

    weekday: Weekday | None = None
    day: Day | None = None
    # Today or tomorrow, said beside a date.
    beside: DayAhead | None = None
    clock: TimeOfDay | None = None
    part: PartOfDay | None = None
    zone: Zone | None = None
    offset: Zone | None = None
    amounts: tuple[Amount, ...] = ()
    back: bool = False
    # "Later" or "earlier": than the time planned, where there is one.
    shift: bool = False
    start: Start | None = None
    moment: Now | Stamp | None = None
    # "Until Friday".
    until: bool = False
    # A number that is more likely an hour: as a day it counts only if its weekday agrees.
    weak: bool = False
    # What a word that means two things is taken for.
    word: str = ""

    @property
    def has_day(self) -> bool:
        """Tell whether a day is said, of whatever kind."""
        return any((self.weekday, self.day, self.amounts, self.start, self.moment))

    @property
    def plus(self) -> bool:
        """Tell whether an amount has a plus before it, which may be added to a time planned."""
        return bool(self.amounts) and self.amounts[0].mark == "plus"


def senses(parts: Sequence[Part]) -> list[Sense]:
    """Return every sense that the parts make together.

    Raises:
        ReadingError: they make none.
    """
    roles = [roles_of(parts, at) for at in range(len(parts))]
    if sum(len(one) > 1 for one in roles) > _MOST_OPEN:
        raise ReadingError("")
    found, problems = [], []
    for chosen in product(*roles):
        try:
            found.append(_sense([one for role in chosen for one in role()]))
        except ReadingError as problem:
            problems.append(problem)
    if not found:
        raise max(problems, key=lambda problem: bool(problem.reason))
    return list(dict.fromkeys(found))


def _sense(parts: Sequence[Part | Year | Weak]) -> Sense:
    kept = _without_dashes(parts)
    until = bool(kept) and isinstance(kept[0], Between)
    sense = _counted(kept[until:])
    sense = replace(sense, until=until, weak=any(isinstance(one, Weak) for one in parts))
    for one in sorted(kept[until:], key=lambda one: isinstance(one, Year)):
        sense = _with(sense, one)
    _check(sense)
    return sense


def _without_dashes(parts: Sequence[Part | Year | Weak]) -> list[Part | Year | Weak]:
    """Drop a dash between a day and its time; any other stands between a start and an end."""
    for at, one in enumerate(parts):
        if isinstance(one, Between) and (at or one.text == "-"):
            around = [
                _is_time(parts[beside])
                for beside in (at - 1, at + 1)
                if beside in range(len(parts))
            ]
            if one.text != "-" or sorted(around) != [False, True]:
                raise ReadingError(TWO_TIMES)
    return [one for at, one in enumerate(parts) if not isinstance(one, Between) or at == 0]


def _is_time(part: Part | Year | Weak) -> bool:
    return isinstance(part, Clock | Midnight | EndOfDay | Amount | PartOfDay | Between)


# Amounts


def _counted(parts: Sequence[Part | Year | Weak]) -> Sense:
    """Take the amounts, which stand together, and where and which way they are counted."""
    places = [
        at for at, one in enumerate(parts) if isinstance(one, Amount | Ago | Shift | Start | Unit)
    ]
    if not places:
        return Sense()
    block = list(parts[places[0] : places[-1] + 1])
    start = block[-1] if isinstance(block[-1], Start) else None
    block = block[:-1] if start else block
    if start and len(block) == 1 and isinstance(block[0], Unit):
        block = [Amount(_ONE, block[0].unit)]
    ended = bool(block) and isinstance(block[-1], Ago | Shift)
    amounts = _only_amounts(block[: len(block) - ended])
    if (ended and amounts[0].mark) or (start and (ended or amounts[0].mark == "back")):
        raise ReadingError("")
    shift = block[-1] if isinstance(block[-1], Shift) else None
    back = shift.back if shift else ended or amounts[0].mark == "back"
    return Sense(amounts=amounts, back=back, shift=shift is not None, start=start)


def _only_amounts(block: Sequence[Part | Year | Weak]) -> tuple[Amount, ...]:
    amounts = tuple(one for one in block if isinstance(one, Amount))
    if not amounts or len(amounts) < len(block):
        raise ReadingError("")
    _check_order(amounts)
    return amounts


def _check_order(amounts: Sequence[Amount]) -> None:
    """Refuse "2h in 3 days" and "5 minutes 2 hours"."""
    sizes = [_SIZES.index(one.unit) if one.unit in _SIZES else -1 for one in amounts]
    if any(one >= other for one, other in pairwise(sizes)) or -1 in sizes:
        raise ReadingError("")
    if amounts[0].mark == "and" or any(one.mark not in {"", "and"} for one in amounts[1:]):
        raise ReadingError("")


# Everything else


def _with(sense: Sense, part: Part | Year | Weak) -> Sense:
    """Return the sense with one part more."""
    if isinstance(part, Amount | Ago | Shift | Start | Unit | Weak):
        return sense
    if isinstance(part, Year):
        return _with_year(sense, part.year)
    if isinstance(part, DayAhead) and isinstance(sense.day, Date | MonthDay):
        return _put(sense, "beside", part)
    if isinstance(part, Date | MonthDay) and isinstance(sense.day, DayAhead):
        return _put(replace(sense, day=part), "beside", sense.day)
    return _put(sense, _slot(part), part)


def _with_year(sense: Sense, year: int) -> Sense:
    if not isinstance(sense.day, Date) or any(one[0] is not None for one in sense.day.options):
        raise ReadingError("")
    options = tuple((year, month, day) for _, month, day in sense.day.options)
    return replace(sense, day=Date(options, f"{sense.day.text} {year}"))


def _slot(part: Part) -> str:
    for kinds, slot in _SLOTS:
        if isinstance(part, kinds):
            return slot
    if isinstance(part, Zone):
        return "zone" if part.zone else "offset"
    raise ReadingError("")


def _put(sense: Sense, slot: str, part: Part) -> Sense:
    if getattr(sense, slot) is not None:
        raise ReadingError(TWO_TIMES if slot == "clock" else "")
    return replace(sense, **{slot: part})  # type: ignore[arg-type]


def _check(sense: Sense) -> None:
    """Refuse parts that do not go together."""
    timed = sense.clock is not None or sense.part is not None
    if sense.moment and (timed or sense.weekday or sense.day or sense.amounts or sense.offset):
        raise ReadingError("")
    if sense.amounts:
        _check_amounts(sense, timed=timed)
    if sense.weekday and isinstance(sense.day, Weekend | Nth):
        raise ReadingError("")
    if isinstance(sense.day, Period):
        _check_period(sense.day, sense)
    if isinstance(sense.day, Nth) and sense.day.month is None and sense.day.months is None:
        raise ReadingError("Of which month? Type it like `1st Monday in December 19:00`.")


def _check_amounts(sense: Sense, *, timed: bool) -> None:
    units = {one.unit for one in sense.amounts}
    said = sense.back or sense.start is not None or sense.amounts[0].mark in {"in", "plus"}
    said |= sense.shift
    moment = units & {"hour", "minute", "second"}
    if sense.day or (timed and (moment or not said)):
        raise ReadingError("")
    if sense.weekday and (units != {"week"} or not said or sense.start or sense.weekday.which):
        raise ReadingError("")
    if moment and sense.start and sense.start.day is not None:
        raise ReadingError("")


def _check_period(period: Period, sense: Sense) -> None:
    week = period.unit == "week" and sense.weekday and not sense.weekday.which
    if (sense.weekday or sense.clock or sense.part) and not week:
        raise ReadingError("On which day? Type it with its date, such as `31 December 19:00`.")
