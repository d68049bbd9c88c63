"""Manifold's bets as JSON lines, with their markets in the same file or beside it. Pure.

What somebody forecast is the chance to which their bet moved the market. A bet on an answer is a
forecast on a question of its own. Times are Unix milliseconds.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.core.refusals import Refusal
from bot.data.cells import refuse
from bot.data.reading import lines
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Settings, short_key, short_title
from bot.data.reading.outcomes import read_yes_or_no
from bot.data.reading.source import Files, Reading, finish

NAME = "manifold"
SAYS = "Manifold's bets"
Thing = Mapping[str, Any]
_NEEDED = ("contractId", "createdTime", "probAfter")
_TAKEN = {"BINARY", "MULTIPLE_CHOICE", "FREE_RESPONSE", "PSEUDO_NUMERIC", ""}


def fits(text: str) -> bool:
    """Tell whether a text begins as JSON does, and not as a table."""
    return text.lstrip("\ufeff \r\n\t")[:1] in {"{", "["}


def read(files: Files, settings: Settings, faults: Faults) -> Reading:
    """Read the bets of people."""
    reading = Reading(NAME)
    reading.taken = [
        ("contractId", "the question"),
        ("userId", "who forecast"),
        ("createdTime", "when they did, in milliseconds"),
        ("probAfter", "the chance of yes: to where the bet moved it"),
    ]
    bets, markets = _sort(files, faults)
    rows = []
    for number, bet in bets:
        try:
            if (row := _row(number, bet, markets, reading)) is not None:
                rows.append((number, row))
        except Refusal as refusal:
            faults.add(refusal)
    names = {"probability": "probAfter", "forecaster": "userId", "forecast_at": "createdTime"}
    by = lines.make_readers(rows, settings, faults, names=names, strict=True)
    read = lines.read_rows(lines.COLUMNS, rows, replace(by, strict=False), faults)
    if not read and not faults:
        raise Refusal(
            "There is no bet in it. Each line is one bet as Manifold's interface gives it, with "
            f"{', '.join(_NEEDED)} and userId."
        )
    if not markets:
        reading.notes.append(
            "There are no markets in it or beside it, so titles and outcomes are missing. Add "
            "them as lines of their own, as /v0/market gives them."
        )
    finish(reading, read, settings, faults, names)
    return reading


def _sort(files: Files, faults: Faults) -> tuple[list[tuple[int, Thing]], dict[str, Thing]]:
    """Return the bets of the file, and the markets that it or another one has, by id."""
    bets, markets = [], {}
    others = [text for name, text in files.texts.items() if name != files.main and fits(text)]
    for text in (files.texts[files.main], *others):
        with faults.noting():
            for number, thing in _things(text):
                if "question" in thing and "id" in thing:
                    markets[str(thing["id"])] = thing
                elif text is files.texts[files.main]:
                    bets.append((number, thing))
    return bets, markets


def _things(text: str) -> Iterator[tuple[int, Thing]]:
    """Yield JSON objects: one a line, or those of one list."""
    bare = text.removeprefix("\ufeff")
    if bare.lstrip().startswith("["):
        yield from _of_list(bare)
        return
    for number, line in enumerate(bare.splitlines(), start=1):
        if line.strip():
            thing = _parse(number, line)
            if not isinstance(thing, dict):
                raise Refusal(f"Line {number}: this is not a JSON object such as {{…}}.")
            yield number, thing


def _of_list(text: str) -> Iterator[tuple[int, Thing]]:
    for number, thing in enumerate(_parse(1, text), start=1):
        if not isinstance(thing, dict):
            raise Refusal(f"Entry {number} of the list is not a JSON object such as {{…}}.")
        yield number, thing


def _parse(number: int, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"Line {number}: this is not JSON ({error}).") from None


def _row(
    number: int, bet: Thing, markets: Mapping[str, Thing], reading: Reading
) -> dict[str, str] | None:
    """Return a bet as a row of ours, or None where it says nothing about the question."""
    for name in _NEEDED:
        if not isinstance(bet.get(name), str | int | float) or isinstance(bet[name], bool):
            refuse(number, name, str(bet.get(name, "")), "a bet needs it")
    market = markets.get(str(bet["contractId"]), {})
    if why := _why_not(bet, market):
        reading.left_out[why] += 1
        return None
    who = bet.get("userUsername") or bet.get("userName") or bet.get("userId") or ""
    question, title, outcome = _about(bet, market)
    return {
        "question": question,
        "title": title,
        "forecaster": str(who),
        "forecast_at": str(bet["createdTime"]),
        "probability": repr(float(bet["probAfter"])),
        "outcome": outcome,
        "resolved_at": str(market.get("resolutionTime") or "") if outcome else "",
    }


def _why_not(bet: Thing, market: Thing) -> str:
    """Return why a bet is no forecast, if it is none."""
    if bet.get("isRedemption") or bet.get("isAnte"):
        return "made by Manifold itself (redemptions, and what opens a market)"
    if bet.get("amount") == 0:
        return "limit orders that nobody has met"
    if str(market.get("outcomeType", "")) not in _TAKEN:
        return "on markets that are no questions of yes or no"
    if market.get("outcomeType") == "PSEUDO_NUMERIC":
        return "on markets that are no questions of yes or no"
    return ""


def _about(bet: Thing, market: Thing) -> tuple[str, str, str]:
    """Return the name, title and outcome of the question that a bet is about."""
    name = str(bet["contractId"])
    title = str(market.get("question") or f"Manifold, market {name}")
    said = market.get("resolution") if market.get("isResolved") else ""
    if not (answer := bet.get("answerId")):
        return short_key("manifold", name), short_title(title), _outcome(said)
    answers = {str(one.get("id")): one for one in market.get("answers") or []}
    about = answers.get(str(answer), {})
    title = f"{title}: {about.get('text') or f'answer {answer}'}"
    outcome = about.get("resolution") or (_of_answer(str(said), str(answer)) if said else "")
    return short_key("manifold", f"{name} {answer}"), short_title(title), _outcome(outcome)


def _of_answer(said: str, answer: str) -> str:
    """Return what the outcome of a market means for one answer; `MKT` and the like stay."""
    if said == answer:
        return "yes"
    return said if read_yes_or_no(said) is not None or said == "CHOOSE_MULTIPLE" else "no"


def _outcome(said: object) -> str:
    """Return an outcome in our words; a market that went to a chance is void."""
    word = str(said or "")
    return "void" if word == "CHOOSE_MULTIPLE" else read_yes_or_no(word) or ""
