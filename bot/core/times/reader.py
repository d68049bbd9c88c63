"""Reads a time as people type it. Pure: now, zone and purpose are arguments.

A text goes through these: `clean.py` (letters), `scan.py` and `context.py` (tokens), `grammar.py`
(parts), `sense.py` (what they say together), `moments.py` (when that is), `choice.py` (what serves
the purpose). An error on the way becomes a refusal here.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from lark import Token

from bot.core.times.choice import LONGEST_AHEAD, Candidate, Wish, choose
from bot.core.times.clean import LONGEST, clean, quote, strange
from bot.core.times.context import settle, with_tuesday
from bot.core.times.grammar import parse
from bot.core.times.moments import moments_of
from bot.core.times.parts import MonthDay, Period
from bot.core.times.problem import REPEATED, TWO_TIMES, ReadingError
from bot.core.times.result import Purpose, Refused, Result
from bot.core.times.said import EXAMPLES
from bot.core.times.scan import scan
from bot.core.times.sense import Sense, senses

__all__ = ["LONGEST", "LONGEST_AHEAD", "read_time"]

_CLOCKS = {"TIME", "AMPM", "HCLOCK", "_UHR", "_OCLOCK", "NOON", "MIDNIGHT"}


def read_time(
    text: str,
    *,
    purpose: Purpose,
    zone: ZoneInfo,
    now: datetime,
    opened_at: datetime | None = None,
    planned: datetime | None = None,
    planned_zone: ZoneInfo | None = None,
) -> Result:
    """Return what a text means, read at `now` by somebody whose clocks are those of `zone`.

    `opened_at` is when the question was asked, for an outcome that became known. `planned` is when
    the session would be that is to be moved, and `planned_zone` its zone where that is not `zone`:
    a time of day without a day keeps its day, on the clocks of either.
    """
    examples = EXAMPLES[purpose]
    if len(text) > LONGEST:
        return Refused(f"That is longer than {LONGEST} characters. Type a time such as {examples}.")
    wish = Wish(purpose, zone, now, opened_at or now, planned, planned_zone)
    try:
        return _read(text, wish)
    except ReadingError as problem:
        unread = f"{quote(text)} is not a time I can read. Try {examples}."
        return Refused(problem.say(purpose) or unread)


def _read(text: str, wish: Wish) -> Result:
    if strange(text):
        raise ReadingError("")
    tokens = settle(scan(clean(text)))
    try:
        found = senses(parse(tokens))
    except ReadingError as problem:
        if problem.reason:
            raise
        raise ReadingError(_explain(tokens)) from problem
    if tuesday := with_tuesday(tokens):
        found = _as_tuesday_too(found, tuesday, wish)
    return choose(_moments(found, wish), wish, quote(text))


def _as_tuesday_too(march: Sequence[Sense], tuesday: Sequence[Token], wish: Wish) -> list[Sense]:
    """Add that "mar 8" is Tuesday the 8th of this month or the one beside it, where it is one."""
    try:
        read = [(one, one.day) for one in senses(parse(tuesday)) if isinstance(one.day, MonthDay)]
    except ReadingError:
        return list(march)
    months = (0, 1 if wish.forward else -1)
    return [
        *(replace(one, word="March") for one in march),
        *(
            replace(one, word="Tuesday", weak=True, day=replace(day, months=ahead))
            for one, day in read
            for ahead in months
        ),
    ]


def _moments(found: Sequence[Sense], wish: Wish) -> list[Candidate]:
    """Return the moments of all senses; a weak one counts as the only one, or beside others."""
    if all(one.weak for one in found):
        found = [replace(one, weak=False) for one in found]
    moments, problems = _tried([one for one in found if not one.weak], wish)
    if problems and (not moments or any(_is_near(one, wish) for one, _ in problems)):
        raise problems[0][1]
    return [*moments, *_tried([one for one in found if one.weak], wish)[0]]


def _is_near(sense: Sense, wish: Wish) -> bool:
    """Tell whether a sense is a likely day or year that lacks what the purpose needs.

    "10.12" may be a day: nobody should find out on the evening that it was taken for a time.
    """
    if not wish.forward:
        return isinstance(sense.day, Period) and (sense.day.year or 0) <= wish.now.year
    days, _ = _tried([sense], replace(wish, purpose="close"))
    return any(wish.fits(one.at) and wish.reaches(one.at) for one in days)


def _tried(
    found: Sequence[Sense], wish: Wish
) -> tuple[list[Candidate], list[tuple[Sense, ReadingError]]]:
    """Return the moments of the senses that have some, and why the others have none."""
    moments, problems = [], []
    for sense in found:
        try:
            moments += moments_of(sense, wish)
        except ReadingError as problem:
            problems.append((sense, problem))
    return moments, problems


def _explain(tokens: Sequence[Token]) -> str:
    """Say which other option a text belongs to, if words of it say so."""
    kinds = [one.type for one in tokens]
    if "EVERY" in kinds:
        return REPEATED
    clocks = sum(kind in _CLOCKS for kind in kinds)
    between = "TO" in kinds[1:] or "DASH" in kinds[1:]
    between = between or any(one.type == "SLASHED" and "-" in one for one in tokens)
    if clocks > 1 or (clocks and between) or kinds.count("STAMP") > 1:
        return TWO_TIMES
    return ""
