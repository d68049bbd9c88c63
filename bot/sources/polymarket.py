"""Polymarket: from an address to a request, from an answer to a question. Pure."""

import re

from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.sources import payloads
from bot.sources.imported import Found, ImportedQuestion, Part, ReportedOutcome, Request, several
from bot.sources.payloads import Payload, UnreadableError

SOURCE, NAME = "polymarket", "Polymarket"

_SLUG = re.compile(r"[A-Za-z0-9-]{1,200}")


def request(address: str) -> tuple[Request, ...] | None:
    """Return what to ask for the market or event at an address; None where it is another's."""
    parts = payloads.address(address, "polymarket.com")
    if parts is None:
        return None
    steps = payloads.steps(parts)
    if steps and len(steps[0]) == 2:  # the language of the page
        steps = steps[1:]
    if len(steps) < 2 or not all(_SLUG.fullmatch(step) for step in steps[1:3]):
        raise _unknown()
    if steps[0] == "market" or (steps[0] == "event" and len(steps) == 3):
        return (Request(SOURCE, f"/markets/slug/{steps[-1]}"),)
    if steps[0] == "event" and len(steps) == 2:
        return (Request(SOURCE, f"/events/slug/{steps[1]}"),)
    raise _unknown()


def _unknown() -> Refusal:
    return Refusal(
        "That is not the address of a question on Polymarket. Open the question there and copy its "
        "address: `https://polymarket.com/event/…`."
    )


def read(data: Payload, asked: Request) -> Found:
    """Return the question that Polymarket has sent, or a choice of an event's markets."""
    if not asked.path.startswith("/events/"):
        return _question(data)
    markets = [one for one in payloads.objects(data, "markets") if _slug(one)]
    if len(markets) == 1:
        return _question(markets[0])
    takes = [one for one in markets if one.get("closed") is not True]
    if not takes:
        raise Refusal("All questions of this event on Polymarket are decided already.")
    parts = [
        Part(f"/markets/slug/{_slug(one)}", payloads.title(one, NAME, "question")) for one in takes
    ]
    return several(SOURCE, payloads.title(data, NAME, "title"), parts)


def _slug(market: Payload) -> str:
    slug = payloads.text(market, "slug")
    return slug if _SLUG.fullmatch(slug) else ""


def _question(data: Payload) -> ImportedQuestion:
    slug = _slug(data)
    names = payloads.listed(data, "outcomes")
    if not slug or len(names) < 2:
        raise UnreadableError(NAME)
    taken = _taken(names)
    closes_at = payloads.moment(data, "endDate")
    crowd = _crowd(data, names, taken)
    return ImportedQuestion(
        SOURCE,
        f"/markets/slug/{slug}",
        f"https://polymarket.com/market/{slug}",
        payloads.title(data, NAME, "question"),
        payloads.text(data, "description"),
        "",
        closes_at,
        None,
        taken,
        crowd,
        "" if crowd else "Polymarket shows no prices at the moment",
        _outcome(data, names, taken),
        data.get("closed") is True,
    )


def _taken(names: list[str]) -> AnswerFormat:
    if _yes(names) is not None:
        return BINARY
    return payloads.options(names, NAME)


def _yes(names: list[str]) -> int | None:
    """Return the place of yes, where the outcomes are yes and no: their order varies."""
    said = [name.casefold() for name in names]
    return said.index("yes") if sorted(said) == ["no", "yes"] else None


def _prices(data: Payload, names: list[str]) -> list[float | None]:
    prices = [payloads.chance(one) for one in payloads.listed(data, "outcomePrices")]
    return prices if len(prices) == len(names) else [None] * len(names)


def _crowd(data: Payload, names: list[str], taken: AnswerFormat) -> Belief | None:
    said = payloads.shares(_prices(data, names))
    if said is None or taken.has_options:
        return said
    yes = _yes(names)
    return None if yes is None else Belief(said.values[yes])


def _outcome(data: Payload, names: list[str], taken: AnswerFormat) -> ReportedOutcome | None:
    """Return the outcome that is reported.

    It counts once the market is closed, one of both statuses says resolved, and one outcome is
    worth all and the others nothing; a dispute or a split is no outcome yet.
    """
    prices = _prices(data, names)
    said = {payloads.word(data, one) for one in ("umaResolutionStatus", "resolutionStatus")}
    known_at = payloads.moment(data, "closedTime", "endDate")
    decided = sorted(one if one is not None else -1.0 for one in prices)
    exact = decided == [0.0] * (len(names) - 1) + [1.0]
    if data.get("closed") is not True or "resolved" not in said or not exact or known_at is None:
        return None
    index = prices.index(1.0)
    outcome = str(index) if taken.has_options else names[index].casefold()
    return ReportedOutcome(outcome, known_at, f"Resolved “{payloads.shorten(names[index], 100)}”")
