"""From what a platform sends, in each of its states, to a question."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.sources import platforms
from bot.sources.imported import Found, ImportedQuestion, Request, Several
from tests.sources import payloads

COLOURS = AnswerFormat("choice", ("Red", "Green", "Blue"))
WON = {"isResolved": True, "resolutionTime": 1796000000000}
KNOWN = datetime(2026, 11, 30, 0, 53, 20, tzinfo=UTC)


def manifold(data: payloads.Payload, part: str = "") -> Found:
    return platforms.read(data, Request("manifold", "/v0/slug/x", part))


def metaculus(data: payloads.Payload, part: str = "") -> Found:
    return platforms.read(data, Request("metaculus", "/api/posts/1/", part))


def polymarket(data: payloads.Payload, path: str = "/markets/slug/x") -> Found:
    return platforms.read(data, Request("polymarket", path))


def kalshi(data: payloads.Payload, path: str = "/markets/X") -> Found:
    return platforms.read(data, Request("kalshi", path))


def one(found: Found) -> ImportedQuestion:
    assert isinstance(found, ImportedQuestion)
    return found


def choice(found: Found) -> Several:
    assert isinstance(found, Several)
    return found


def outcome(found: Found) -> str | None:
    reported = one(found).outcome
    return reported.outcome if reported else None


def test_an_open_market_of_manifold_is_read_whole() -> None:
    assert manifold(payloads.manifold()) == ImportedQuestion(
        "manifold",
        "/v0/market/Qz5n9aLPyy",
        "https://manifold.markets/somebody/will-it-rain-in-niamey",
        "Will it rain in Niamey before May?",
        "Yes if the airport's station reports more than 0 mm.",
        "",
        datetime(2027, 1, 1, tzinfo=UTC),
        None,
        BINARY,
        Belief(0.62),
    )


@pytest.mark.parametrize(
    ("resolution", "wanted", "said"),
    [
        ("YES", "yes", "YES"),
        ("NO", "no", "NO"),
        ("CANCEL", "void", "CANCEL"),
        ("MKT", "void", "MKT at 40%"),
    ],
)
def test_manifold_resolves_yes_no_and_void(resolution: str, wanted: str, said: str) -> None:
    found = one(
        manifold(payloads.manifold(resolution=resolution, resolutionProbability=0.4, **WON))
    )
    assert found.outcome is not None
    assert (found.outcome.outcome, found.outcome.known_at) == (wanted, KNOWN)
    assert said in found.outcome.said


def test_manifold_reports_nothing_before_it_has_resolved() -> None:
    assert outcome(manifold(payloads.manifold(resolution="YES"))) is None


@pytest.mark.parametrize(
    ("resolution", "wanted"),
    [("a2", "1"), ("CANCEL", "void"), ("CHOOSE_MULTIPLE", "void"), ("gone", "void")],
)
def test_manifold_resolves_to_an_answer_by_its_id(resolution: str, wanted: str) -> None:
    found = one(manifold(payloads.manifold_answers(resolution=resolution, **WON)))
    assert (found.asked, found.crowd) == (COLOURS, Belief(values=(0.5, 0.3, 0.2)))
    assert outcome(found) == wanted


def test_answers_of_which_several_come_true_are_questions_of_their_own() -> None:
    asked = choice(manifold(payloads.manifold_independent()))
    assert [part.title for part in asked.parts] == [
        "Who comes?: Ana comes",
        "Who comes?: Ben comes",
    ]
    ben = one(manifold(payloads.manifold_independent(), "a2"))
    assert (ben.title, ben.asked, ben.crowd) == ("Who comes?: Ben comes", BINARY, Belief(0.4))
    assert (ben.ref, outcome(ben)) == ("/v0/market/Qz5n9aLPyy#a2", None)
    assert outcome(manifold(payloads.manifold_independent(), "a3")) == "yes"


def test_a_number_of_manifold_has_no_range_to_compare_with() -> None:
    found = one(manifold(payloads.manifold(outcomeType="PSEUDO_NUMERIC")))
    assert (found.asked.kind, found.crowd) == ("numeric", None)
    assert found.note == "Manifold says one number and no range"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("STONK", "a stock"),
        ("POLL", "a poll"),
        ("BOUNTIED_QUESTION", "a bounty"),
        ("SOMETHING_NEW", "`SOMETHING_NEW`"),
    ],
)
def test_kinds_of_manifold_without_an_outcome_are_refused_in_words(kind: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        manifold(payloads.manifold(outcomeType=kind))


def test_too_many_answers_are_refused_in_words() -> None:
    many = [{"id": f"a{n}", "text": f"Answer {n}", "probability": 0.05} for n in range(14)]
    with pytest.raises(Refusal, match="14 answers on Manifold, and 10 fit"):
        manifold(payloads.manifold_answers(answers=many))


def test_an_open_question_of_metaculus_keeps_its_forecast_to_itself() -> None:
    assert metaculus(payloads.metaculus()) == ImportedQuestion(
        "metaculus",
        "/api/posts/40100/",
        "https://www.metaculus.com/questions/40100/",
        "Will it rain in Niamey before May 2027?",
        "Yes if the airport's station reports more than 0 mm.\n\nDew does not count.",
        "The rains begin in May or June.",
        datetime(2027, 4, 30, 12, tzinfo=UTC),
        datetime(2027, 5, 1, 12, tzinfo=UTC),
        BINARY,
        note="Metaculus keeps its forecast to itself",
    )


def test_a_token_that_may_see_it_reads_what_metaculus_says() -> None:
    told = payloads.metaculus(aggregations=payloads.crowd_of_metaculus(0.7, 0.3))
    assert one(metaculus(told)).crowd == Belief(0.3)
    names = {"type": "multiple_choice", "options": ["Red", "Green"]}
    told = payloads.metaculus(**names, aggregations=payloads.crowd_of_metaculus(0.7, 0.3))
    assert one(metaculus(told)).crowd == Belief(values=(0.7, 0.3))


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"resolution": "yes"}, "yes"),
        ({"resolution": "no"}, "no"),
        ({"resolution": "ambiguous"}, "void"),
        ({"resolution": "annulled"}, "void"),
        ({"resolution": None}, None),
        ({"resolution": "Green", "type": "multiple_choice", "options": ["Red", "Green"]}, "1"),
        ({"resolution": "Pink", "type": "multiple_choice", "options": ["Red", "Green"]}, "void"),
        ({"resolution": "42.5", "type": "numeric", "unit": "mm"}, "42.5"),
        ({"resolution": "7", "type": "discrete"}, "7.0"),
        ({"resolution": "above_upper_bound", "type": "numeric"}, "void"),
    ],
)
def test_metaculus_resolves_each_way(fields: dict[str, Any], wanted: str | None) -> None:
    data = payloads.metaculus(actual_resolve_time="2027-05-02T08:00:00Z", **fields)
    assert outcome(metaculus(data)) == wanted


@pytest.mark.parametrize(
    ("closed", "known"),
    [
        ("2027-02-03T10:00:00Z", datetime(2027, 2, 3, 10, tzinfo=UTC)),
        ("2027-04-30T12:00:00Z", datetime(2027, 5, 2, 8, tzinfo=UTC)),
    ],
)
def test_metaculus_closes_early_what_is_decided_early(closed: str, known: datetime) -> None:
    data = payloads.metaculus(
        resolution="yes", actual_close_time=closed, actual_resolve_time="2027-05-02T08:00:00Z"
    )
    reported = one(metaculus(data)).outcome
    assert reported is not None
    assert reported.known_at == known


def test_a_date_is_refused_in_words() -> None:
    with pytest.raises(Refusal, match="asks for a date"):
        metaculus(payloads.metaculus(type="date"))


def test_a_group_of_metaculus_asks_which_question() -> None:
    asked = choice(metaculus(payloads.metaculus_group()))
    assert [(part.ref, part.title[-8:]) for part in asked.parts] == [
        ("/api/posts/40200/#601", "(Niamey)"),
        ("/api/posts/40200/#602", "(Zinder)"),
    ]
    zinder = one(metaculus(payloads.metaculus_group(), "602"))
    assert (zinder.criteria, zinder.title) == (
        "The station decides.",
        "Will it rain before May? (Zinder)",
    )
    assert zinder.link.endswith("/40200/?sub-question=602")
    with pytest.raises(Refusal, match="does not have this part"):
        metaculus(payloads.metaculus_group(), "999")


def test_a_conditional_of_metaculus_asks_which_question() -> None:
    asked = choice(metaculus(payloads.metaculus_conditional()))
    assert [part.ref for part in asked.parts] == ["/api/posts/40300/#701", "/api/posts/40300/#702"]


def test_a_post_without_a_question_is_refused() -> None:
    with pytest.raises(Refusal, match="no question behind this address"):
        metaculus({"id": 5, "title": "News", "notebook": {}})


def test_an_open_market_of_polymarket_is_read_whole() -> None:
    found = one(polymarket(payloads.polymarket()))
    assert (found.ref, found.link) == (
        "/markets/slug/will-it-rain-in-niamey-before-may",
        "https://polymarket.com/market/will-it-rain-in-niamey-before-may",
    )
    assert (found.asked, found.crowd) == (BINARY, Belief(0.38))
    assert (found.closed, found.outcome) == (False, None)


def test_the_order_of_the_outcomes_of_polymarket_varies() -> None:
    found = polymarket(payloads.polymarket(outcomes='["No", "Yes"]'))
    assert one(found).crowd == Belief(0.62)


RESOLVED = {
    "closed": True,
    "closedTime": "2027-03-01 09:30:00+00",
    "umaResolutionStatus": "resolved",
    "outcomePrices": '["0", "1"]',
}


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({}, "no"),
        ({"outcomes": '["No", "Yes"]'}, "yes"),
        ({"umaResolutionStatus": ..., "resolutionStatus": "resolved"}, "no"),
        ({"umaResolutionStatus": "proposed"}, None),
        ({"umaResolutionStatus": "disputed"}, None),
        ({"umaResolutionStatus": ...}, None),
        ({"closed": False}, None),
        ({"outcomePrices": '["0.5", "0.5"]'}, None),
        ({"outcomePrices": '["0.0005", "0.9995"]'}, None),
        ({"outcomePrices": '["1", "1"]'}, None),
        ({"outcomePrices": '["0", "0"]'}, None),
        ({"outcomePrices": "nonsense"}, None),
        ({"outcomes": '["Reds", "Blues"]'}, "1"),
    ],
)
def test_polymarket_resolves_only_when_all_agrees(
    fields: dict[str, Any], wanted: str | None
) -> None:
    assert outcome(polymarket(payloads.polymarket(**{**RESOLVED, **fields}))) == wanted


def test_polymarket_knows_since_it_closed() -> None:
    reported = one(polymarket(payloads.polymarket(**RESOLVED))).outcome
    assert reported is not None
    assert reported.known_at == datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


def test_an_event_of_polymarket_asks_which_market() -> None:
    asked = choice(polymarket(payloads.polymarket_event(), "/events/slug/rain"))
    assert [part.ref for part in asked.parts] == [
        "/markets/slug/rain-in-niamey",
        "/markets/slug/rain-in-zinder",
    ]


def test_an_event_with_one_market_is_that_market() -> None:
    found = polymarket(payloads.polymarket_event(payloads.polymarket()), "/events/slug/rain")
    assert one(found).title == "Will it rain in Niamey before May?"


def test_an_open_market_of_kalshi_is_read_whole() -> None:
    found = one(kalshi(payloads.kalshi()))
    assert (found.ref, found.title) == (
        "/markets/KXRAIN-27MAY-NIM",
        "Will it rain before May? (Niamey)",
    )
    assert found.criteria == "If the station reports rain, the market resolves to Yes."
    assert found.background == "Dew does not count."
    assert found.crowd is not None
    assert found.crowd.probability == pytest.approx(0.42)


@pytest.mark.parametrize(
    ("prices", "wanted"),
    [
        ({"yes_bid_dollars": "0.1", "yes_ask_dollars": "0.9"}, 0.41),
        ({"yes_bid_dollars": "0", "yes_ask_dollars": "1", "last_price_dollars": "0"}, None),
        ({"yes_bid_dollars": ..., "yes_ask_dollars": ..., "last_price_dollars": ...}, None),
    ],
)
def test_far_bids_say_less_than_the_last_price(
    prices: dict[str, Any], wanted: float | None
) -> None:
    crowd = one(kalshi(payloads.kalshi(**prices))).crowd
    assert (crowd.probability if crowd else None) == wanted


def test_a_market_of_kalshi_may_have_no_title() -> None:
    assert one(kalshi(payloads.kalshi(title=...))).title == "Niamey"


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"status": "finalized", "result": "yes"}, "yes"),
        ({"status": "finalized", "result": "no"}, "no"),
        ({"status": "finalized", "result": "scalar"}, "void"),
        ({"status": "finalized", "result": ""}, None),
        ({"status": "determined", "result": "yes"}, None),
        ({"status": "disputed", "result": "yes"}, None),
        ({"status": "closed", "result": ""}, None),
    ],
)
def test_kalshi_resolves_when_it_is_final(fields: dict[str, Any], wanted: str | None) -> None:
    assert outcome(kalshi(payloads.kalshi(**fields))) == wanted


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({"occurrence_datetime": "2027-02-01T06:00:00Z"}, datetime(2027, 2, 1, 6, tzinfo=UTC)),
        ({"close_time": "2027-02-02T00:00:00Z"}, datetime(2027, 2, 2, tzinfo=UTC)),
    ],
)
def test_kalshi_knows_when_it_occurred_and_not_when_it_paid(
    fields: dict[str, Any], known: datetime
) -> None:
    settled = {"status": "finalized", "result": "yes", "settlement_ts": "2027-02-09T00:00:00Z"}
    reported = one(kalshi(payloads.kalshi(**settled, **fields))).outcome
    assert reported is not None
    assert reported.known_at == known


def test_an_event_of_kalshi_asks_which_market() -> None:
    asked = choice(kalshi(payloads.kalshi_event(), "/events/KXRAIN-27MAY"))
    assert [part.ref for part in asked.parts] == [
        "/markets/KXRAIN-27MAY-NIM",
        "/markets/KXRAIN-27MAY-ZIN",
    ]


@pytest.mark.parametrize("source", list(platforms.PLATFORMS))
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": None, "question": None, "market": None},
        {"id": "x", "question": 7, "outcomeType": "BINARY", "market": []},
        {"id": 5, "question": {"type": [], "title": {}}, "market": {"ticker": "../x"}},
    ],
)
def test_an_answer_in_another_form_is_refused_in_words(source: str, data: payloads.Payload) -> None:
    with pytest.raises(Refusal):
        platforms.read(data, Request(source, "/x"))


def test_fields_with_anything_in_them_do_no_harm() -> None:
    odd = {"closeTime": 10**20, "probability": "0.5x", "textDescription": ["a"], "url": "http://x"}
    found = one(manifold(payloads.manifold(**odd, more={"deep": [1]})))
    assert (found.closes_at, found.crowd, found.criteria, found.link) == (None, None, "", "")


def test_what_no_database_keeps_is_left_out() -> None:
    found = one(manifold(payloads.manifold(question="Will it\0 rain \ud800in\nNiamey?")))
    assert found.title == "Will it rain in Niamey?"
