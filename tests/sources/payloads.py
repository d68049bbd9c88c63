"""What the platforms send, in the form in which they describe it, for every state."""

import copy
from typing import Any

Payload = dict[str, Any]


def _with(base: Payload, **more: Any) -> Payload:
    changed = copy.deepcopy(base)
    changed.update(more)
    return {name: value for name, value in changed.items() if value is not ...}


def manifold(**more: Any) -> Payload:
    """A binary market of Manifold's; `...` leaves a field out."""
    base = {
        "id": "Qz5n9aLPyy",
        "creatorUsername": "somebody",
        "slug": "will-it-rain-in-niamey",
        "url": "https://manifold.markets/somebody/will-it-rain-in-niamey",
        "question": "Will it rain in Niamey before May?",
        "textDescription": "Yes if the airport's station reports more than 0 mm.",
        "closeTime": 1798761600000,
        "createdTime": 1795000000000,
        "outcomeType": "BINARY",
        "mechanism": "cpmm-1",
        "probability": 0.62,
        "isResolved": False,
        "uniqueBettorCount": 17,
    }
    return _with(base, **more)


def manifold_answers(**more: Any) -> Payload:
    """A market with answers of which one comes true."""
    answers = [
        {"id": "a1", "index": 0, "text": "Red", "probability": 0.5},
        {"id": "a2", "index": 1, "text": "Green", "probability": 0.3},
        {"id": "a3", "index": 2, "text": "Blue", "probability": 0.2},
    ]
    given = {
        "question": "Which colour will win?",
        "outcomeType": "MULTIPLE_CHOICE",
        "shouldAnswersSumToOne": True,
        "answers": answers,
        "probability": ...,
        **more,
    }
    return manifold(**given)


def manifold_independent(**more: Any) -> Payload:
    """A market with answers of which several can come true; one is decided."""
    answers = [
        {"id": "a1", "text": "Ana comes", "probability": 0.7},
        {"id": "a2", "text": "Ben comes", "probability": 0.4},
        {
            "id": "a3",
            "text": "Cleo comes",
            "probability": 0.99,
            "resolution": "YES",
            "resolutionTime": 1796000000000,
        },
    ]
    return manifold_answers(
        question="Who comes?", shouldAnswersSumToOne=False, answers=answers, **more
    )


def metaculus_question(**more: Any) -> Payload:
    """The question of a post of Metaculus's."""
    base = {
        "id": 501,
        "title": "Will it rain in Niamey before May 2027?",
        "description": "The rains begin in May or June.",
        "resolution_criteria": "Yes if the airport's station reports more than 0 mm.",
        "fine_print": "Dew does not count.",
        "type": "binary",
        "options": None,
        "scaling": {"range_min": None, "range_max": None},
        "unit": "",
        "open_time": "2026-10-01T00:00:00Z",
        "scheduled_close_time": "2027-04-30T12:00:00Z",
        "actual_close_time": None,
        "scheduled_resolve_time": "2027-05-01T12:00:00Z",
        "actual_resolve_time": None,
        "resolution": None,
        "aggregations": {},
    }
    return _with(base, **more)


def metaculus(**more: Any) -> Payload:
    """A post with one question."""
    return {
        "id": 40100,
        "title": "Will it rain in Niamey before May 2027?",
        "question": metaculus_question(**more),
    }


def metaculus_group(**more: Any) -> Payload:
    """A post with a question for each of two cities, one of them decided."""
    shared = {"resolution_criteria": "", "fine_print": "", "description": ""}
    questions = [
        metaculus_question(id=601, title="Will it rain before May? (Niamey)", **{**shared, **more}),
        metaculus_question(id=602, title="Will it rain before May? (Zinder)", **shared),
        metaculus_question(id=603, title="Will it rain before May? (Agadez)", resolution="no"),
    ]
    group = {"questions": questions, "resolution_criteria": "The station decides."}
    return {"id": 40200, "title": "Will it rain before May?", "group_of_questions": group}


def metaculus_conditional() -> Payload:
    """A post with two questions, of which the one or the other counts."""
    both = {
        "question_yes": metaculus_question(id=701, title="If it rains (Yes) → Flood?"),
        "question_no": metaculus_question(id=702, title="If it rains (No) → Flood?"),
    }
    return {"id": 40300, "title": "Rain → flood", "conditional": both}


def crowd_of_metaculus(*values: float) -> Payload:
    """What all say together, for the few tokens that may see it."""
    latest = {"centers": [values[-1]], "forecast_values": list(values)}
    return {"recency_weighted": {"latest": latest}}


def polymarket(**more: Any) -> Payload:
    """A market of Polymarket's, with its lists as JSON within a text."""
    base = {
        "id": "512",
        "slug": "will-it-rain-in-niamey-before-may",
        "question": "Will it rain in Niamey before May?",
        "description": "This market will resolve to “Yes” if the station reports rain.",
        "endDate": "2027-04-30T12:00:00Z",
        "closed": False,
        "active": True,
        "outcomes": '["Yes", "No"]',
        "outcomePrices": '["0.38", "0.62"]',
    }
    return _with(base, **more)


def polymarket_event(*markets: Payload) -> Payload:
    """An event with these markets, or with two open ones and a closed one."""
    given = markets or (
        polymarket(slug="rain-in-niamey", question="Rain in Niamey?"),
        polymarket(slug="rain-in-zinder", question="Rain in Zinder?"),
        polymarket(slug="rain-in-agadez", question="Rain in Agadez?", closed=True),
    )
    return {"id": "9", "slug": "rain", "title": "Rain before May", "markets": list(given)}


def kalshi_market(**more: Any) -> Payload:
    """A market of Kalshi's."""
    base = {
        "ticker": "KXRAIN-27MAY-NIM",
        "event_ticker": "KXRAIN-27MAY",
        "title": "Will it rain before May?",
        "yes_sub_title": "Niamey",
        "rules_primary": "If the station reports rain, the market resolves to Yes.",
        "rules_secondary": "Dew does not count.",
        "open_time": "2026-10-01T00:00:00Z",
        "close_time": "2027-04-30T12:00:00Z",
        "status": "active",
        "result": "",
        "yes_bid_dollars": "0.4000",
        "yes_ask_dollars": "0.4400",
        "last_price_dollars": "0.4100",
    }
    return _with(base, **more)


def kalshi(**more: Any) -> Payload:
    """What Kalshi answers for one market."""
    return {"market": kalshi_market(**more)}


def kalshi_event() -> Payload:
    """What Kalshi answers for an event with two markets."""
    markets = [
        kalshi_market(),
        kalshi_market(ticker="KXRAIN-27MAY-ZIN", yes_sub_title="Zinder"),
        kalshi_market(ticker="KXRAIN-27MAY-AGA", yes_sub_title="Agadez", status="finalized"),
    ]
    return {
        "event": {"event_ticker": "KXRAIN-27MAY", "title": "Rain before May"},
        "markets": markets,
    }
