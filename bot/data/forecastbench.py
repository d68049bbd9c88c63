"""Reads ForecastBench's two files: the questions of a round, and what became of them.

Questions and outcomes are matched by source and id. A question of a market has one outcome, and its
price on the day when questions were frozen is the crowd. A question of a data set is asked for
several days; the first one after the round's due date is taken.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from bot.core.refusals import Refusal, clean_text
from bot.pastcasts.bank_rows import BankRow

MARKETS = frozenset({"infer", "kalshi", "manifold", "metaculus", "polymarket"})
# Why a question is left out: with one of them, and with several.
COMBINATION = "made of two others"
UNRESOLVED = "not resolved yet"
NEITHER = "resolved to neither yes nor no"
TOO_EARLY = "resolved before it was asked"
UNFIT = "with texts or dates that do not fit"
HOW = (
    "ForecastBench has two files for a round, a question set and a resolution set. Name both: "
    "dojo import-bank QUESTIONS RESOLUTIONS."
)
LONGEST_NAME, LONGEST_TOPIC, LONGEST_BACKGROUND = 80, 30, 1000
_NOTHING = frozenset({"", "n/a", "none", "nan"})
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+")

Json = Mapping[str, Any]


@dataclass
class Benchmark:
    """The questions of a round that can be dealt, and how many were left out, by reason."""

    rows: list[BankRow] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


class _LeftOutError(Exception):
    """A question cannot be dealt; the text is the reason."""


@dataclass(frozen=True)
class _Outcome:
    """How a question ended, and on which day."""

    day: date
    outcome: str


@dataclass(frozen=True)
class _Round:
    """When a round's forecasts were due, and its resolutions by source and id."""

    due: date | None
    read_on: date
    resolutions: Mapping[tuple[str, str], Sequence[Json]]


def is_json(text: str) -> bool:
    """Tell whether a file is JSON, and not CSV."""
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def read_round(texts: Sequence[str], *, today: date) -> Benchmark:
    """Read the two files of a round, in any order.

    Raises:
        Refusal: one is missing, they do not belong together, or one is something else.
    """
    questions, resolutions = _tell_apart([_load(text) for text in texts])
    dues = [one.get("forecast_due_date") for one in (questions, resolutions)]
    if all(dues) and dues[0] != dues[1]:
        raise Refusal(
            f"These files are of two rounds: the questions are for {dues[0]}, the resolutions for "
            f"{dues[1]}."
        )
    due = _day(dues[0]) or _day(dues[1])
    return _read(questions["questions"], _Round(due, today, _by_question(resolutions)))


def _load(text: str) -> Json:
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise Refusal(f"Line {error.lineno}: this is not JSON ({error.msg}).") from None
    except RecursionError:
        raise Refusal("This is not a file of ForecastBench's. " + HOW) from None
    return found if isinstance(found, dict) else {}


def _tell_apart(found: Sequence[Json]) -> tuple[Json, Json]:
    """Return the question set and the resolution set, whichever came first."""
    questions = [one for one in found if isinstance(one.get("questions"), list)]
    resolutions = [one for one in found if isinstance(one.get("resolutions"), list)]
    if len(questions) + len(resolutions) < len(found):
        raise Refusal(f"That is neither a question set nor a resolution set. {HOW}")
    if not resolutions:
        raise Refusal(f"The resolution set is missing: outcomes are there. {HOW}")
    if not questions:
        raise Refusal(f"The question set is missing. {HOW}")
    return questions[0], resolutions[0]


def _by_question(resolutions: Json) -> dict[tuple[str, str], list[Json]]:
    """Return the resolutions of single questions; what has a list of ids is a combination."""
    found: dict[tuple[str, str], list[Json]] = {}
    for one in resolutions["resolutions"]:
        if isinstance(one, dict) and not isinstance(one.get("id"), list):
            found.setdefault(_identity(one), []).append(one)
    return found


def _identity(one: Json) -> tuple[str, str]:
    return _text(one.get("source")), _text(one.get("id"))


def _read(questions: Sequence[Any], of: _Round) -> Benchmark:
    found, names = Benchmark(), set[tuple[str, str]]()
    for one in questions:
        question = one if isinstance(one, dict) else {}
        identity = _identity(question)
        if identity in names:
            continue
        names.add(identity)
        try:
            found.rows.append(_row(question, of))
        except _LeftOutError as reason:
            found.left_out[str(reason)] += 1
        except (ValidationError, ValueError):
            found.left_out[UNFIT] += 1
    return found


def _row(question: Json, of: _Round) -> BankRow:
    """Return a question as a line of the bank."""
    if isinstance(question.get("id"), list) or not _is_nothing(question.get("combination_of")):
        raise _LeftOutError(COMBINATION)
    as_of = _day(question.get("freeze_datetime"))
    if as_of is None:
        raise _LeftOutError(UNFIT)
    ended = _outcome(of, question, as_of)
    market = _is_market(question)
    days = {"forecast_due_date": of.due or as_of}
    if not market:  # of a market's question, this is the day when it was known
        days["resolution_date"] = ended.day
    opens = _day(question.get("market_info_open_datetime"))
    closes = _day(question.get("market_info_close_datetime"))
    source, number = _identity(question)
    return BankRow(
        id=_name(source, number, None if market else ended.day),
        topic=source[:LONGEST_TOPIC],
        title=_fill(question.get("question"), days),
        criteria=_criteria(question, days),
        background=_shorten(_hide_pages(_fill(question.get("background"), days), question)),
        opens_at=opens if opens and opens <= as_of else None,
        as_of=as_of,
        closes_at=max(closes, as_of) if market and closes else ended.day,
        known_at=ended.day,
        outcome=ended.outcome,
        crowd=_chance(question.get("freeze_datetime_value")) if market else None,
        source=f"ForecastBench, with the question of {source}",
        source_url=_page(question),
    )


def _outcome(of: _Round, question: Json, as_of: date) -> _Outcome:
    """Return how a question ended first after the round was due."""
    ended = sorted(_ended(of, question), key=lambda one: one[0])
    if not ended:
        raise _LeftOutError(UNRESOLVED)
    after = max(of.due or as_of, as_of)
    later = [one for one in ended if one[0] > after]
    if not later:
        raise _LeftOutError(TOO_EARLY)
    day, value = later[0]
    if value not in {0, 1}:
        raise _LeftOutError(NEITHER)
    return _Outcome(day, "yes" if value == 1 else "no")


def _ended(of: _Round, question: Json) -> Iterator[tuple[date, float]]:
    """Yield the days on which a question was resolved, with what it was resolved to."""
    for one in of.resolutions.get(_identity(question), ()):
        day, value = _day(one.get("resolution_date")), _number(one.get("resolved_to"))
        if one.get("resolved") is True and value is not None and day and day <= of.read_on:
            yield day, value


def _is_market(question: Json) -> bool:
    closes = _day(question.get("market_info_close_datetime"))
    return _text(question.get("source")).lower() in MARKETS or closes is not None


def _name(source: str, number: str, horizon: date | None) -> str:
    """Return what tells the question apart, short enough for the bank."""
    name = "/".join([source, number, *([] if horizon is None else [horizon.isoformat()])])
    if len(name) <= LONGEST_NAME:
        return name
    digest = sha256(name.encode()).hexdigest()[:16]
    return f"{name[: LONGEST_NAME - len(digest) - 1]}-{digest}"


def _criteria(question: Json, days: Mapping[str, date]) -> str:
    parts = [question.get("resolution_criteria"), question.get("market_info_resolution_criteria")]
    said = [_hide_pages(_fill(part, days), question) for part in parts if not _is_nothing(part)]
    if "resolution_date" in days and "{resolution_date}" not in _text(question.get("question")):
        said.append(f"The day that counts is {_say_day(days['resolution_date'])}.")
    return "\n".join(said)


def _fill(text: Any, days: Mapping[str, date]) -> str:
    """Put days where a text of a data set has their names in braces."""
    said = "" if _is_nothing(text) else _text(text)
    for name, day in days.items():
        said = said.replace("{" + name + "}", _say_day(day))
    return said


def _say_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _hide_pages(text: str, question: Json) -> str:
    """Name pages of the question's own site, which tell the outcome by now, without a link."""
    own = urlsplit(_text(question.get("url"))).netloc
    named = f"its page on {_text(question.get('source'))}"
    return _ADDRESS.sub(
        lambda found: named if own and urlsplit(found[0]).netloc == own else found[0], text
    )


def _shorten(text: str) -> str:
    """Cut a background at the end of a sentence."""
    if len(text) <= LONGEST_BACKGROUND:
        return text
    cut = text[: LONGEST_BACKGROUND - 1]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? ", "\n"))
    return cut[: end + 1] if end > LONGEST_BACKGROUND // 2 else f"{cut}…"


def _page(question: Json) -> str | None:
    url = _text(question.get("url"))
    return url if _ADDRESS.fullmatch(url) else None


def _chance(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= 1 else None


def _number(value: Any) -> float | None:
    """Return a number, which may be written as a text; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _day(value: Any) -> date | None:
    """Return the day in UTC of a date or time as a text; None for any other value."""
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment.date() if moment.tzinfo is None else moment.astimezone(UTC).date()


def _text(value: Any) -> str:
    """Return a text as a database can keep it; a list or nothing is an empty one."""
    return "" if value is None or isinstance(value, list | dict) else clean_text(str(value)).strip()


def _is_nothing(value: Any) -> bool:
    return value in ([], {}) or (
        not isinstance(value, list | dict) and _text(value).lower() in _NOTHING
    )
