"""Kalshi: from an address to a request, from an answer to a question. Pure."""

import re

from bot.answers.formats import BINARY, VOID
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.sources import payloads
from bot.sources.imported import Found, ImportedQuestion, Part, ReportedOutcome, Request, several
from bot.sources.payloads import Payload, UnreadableError

SOURCE, NAME = "kalshi", "Kalshi"
# Where the best bid and the best offer are further apart, nobody knows what is between them.
WIDEST = 0.2

_TICKER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def request(address: str) -> tuple[Request, ...] | None:
    """Return what to ask for the market at an address; None where it is not Kalshi's.

    Its addresses end with the ticker of a market or of an event: the market is tried first.
    """
    parts = payloads.address(address, "kalshi.com")
    if parts is None:
        return None
    steps = payloads.steps(parts)
    if len(steps) < 2 or steps[0] not in {"markets", "events"} or not _TICKER.fullmatch(steps[-1]):
        raise Refusal(
            "That is not the address of a question on Kalshi. Open the question there and copy its "
            "address: `https://kalshi.com/markets/…`."
        )
    ticker = steps[-1].upper()
    return Request(SOURCE, f"/markets/{ticker}"), Request(SOURCE, f"/events/{ticker}")


def read(data: Payload, asked: Request) -> Found:
    """Return the question that Kalshi has sent, or a choice of an event's markets."""
    if not asked.path.startswith("/events/"):
        return _question(payloads.part(data, "market"))
    event = payloads.part(data, "event")
    markets = payloads.objects(data, "markets") or payloads.objects(event, "markets")
    known = [one for one in markets if _ticker(one)]
    if len(known) == 1:
        return _question(known[0])
    takes = [one for one in known if payloads.word(one, "status") not in {"finalized", "settled"}]
    if not takes:
        raise Refusal("All questions of this event on Kalshi are decided already.")
    parts = [Part(f"/markets/{_ticker(one)}", _title(one)) for one in takes]
    return several(SOURCE, payloads.title({**takes[0], **event}, NAME, "title"), parts)


def _ticker(market: Payload) -> str:
    ticker = payloads.text(market, "ticker")
    return ticker if _TICKER.fullmatch(ticker) else ""


def _title(market: Payload) -> str:
    """Return the title, with what tells the market from others of its event."""
    title, own = payloads.text(market, "title"), payloads.text(market, "yes_sub_title")
    if title and own and own.casefold() not in title.casefold():
        return payloads.title({"title": f"{title} ({own})"}, NAME, "title")
    return payloads.title(market, NAME, "title", "yes_sub_title", "ticker")


def _question(market: Payload) -> ImportedQuestion:
    ticker = _ticker(market)
    if not ticker:
        raise UnreadableError(NAME)
    closes_at = payloads.moment(market, "close_time")
    crowd = _crowd(market)
    return ImportedQuestion(
        SOURCE,
        f"/markets/{ticker}",
        f"https://kalshi.com/markets/{ticker.lower()}",
        _title(market),
        payloads.text(market, "rules_primary"),
        payloads.text(market, "rules_secondary"),
        closes_at,
        payloads.moment(market, "expected_expiration_time", "occurrence_datetime"),
        BINARY,
        crowd,
        "" if crowd else "too few people trade it on Kalshi for a number",
        _outcome(market),
        payloads.word(market, "status") not in {"", "active", "open", "initialized", "unopened"},
    )


def _crowd(market: Payload) -> Belief | None:
    """Return the middle of the best bid and offer; where these are far apart, the last price."""
    bid, ask, last = (
        payloads.chance(market.get(f"{name}_dollars"))
        for name in ("yes_bid", "yes_ask", "last_price")
    )
    if bid and ask and 0 <= ask - bid <= WIDEST:
        return Belief((bid + ask) / 2)
    return Belief(last) if last else None


def _outcome(market: Payload) -> ReportedOutcome | None:
    """Return the outcome that is reported once it is final.

    It was known when it occurred, or when the market closed; the settlement comes later.
    """
    if payloads.word(market, "status") != "finalized":
        return None
    result = payloads.word(market, "result")
    known_at = payloads.moment(market, "occurrence_datetime", "close_time")
    if not result or known_at is None:
        return None
    if result in {"yes", "no"}:
        return ReportedOutcome(result, known_at, f"Resolved {result}")
    words = payloads.shorten(result, 40)
    said = f"Settled as “{words}”, which is neither yes nor no: please look at it yourself"
    return ReportedOutcome(VOID, known_at, said)
