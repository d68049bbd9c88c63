"""From the address that somebody copied to what is asked."""

import pytest

from bot.core.refusals import Refusal
from bot.sources import platforms
from bot.sources.imported import Request


def asked(address: str) -> list[str]:
    return [f"{one.source} {one.ref}" for one in platforms.requests(address)]


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("https://manifold.markets/somebody/will-it-rain", ["manifold /v0/slug/will-it-rain"]),
        ("manifold.markets/somebody/will-it-rain?r=abc", ["manifold /v0/slug/will-it-rain"]),
        ("<https://manifold.markets/embed/so/will-it-rain>", ["manifold /v0/slug/will-it-rain"]),
        ("https://www.metaculus.com/questions/40100/rain/", ["metaculus /api/posts/40100/"]),
        ("https://metaculus.com/questions/40100", ["metaculus /api/posts/40100/"]),
        ("https://www.metaculus.com/c/dojo/40100/rain/", ["metaculus /api/posts/40100/"]),
        (
            "https://www.metaculus.com/questions/40200/rain/?sub-question=602",
            ["metaculus /api/posts/40200/#602"],
        ),
        ("https://polymarket.com/event/rain?tid=17", ["polymarket /events/slug/rain"]),
        ("https://polymarket.com/event/rain/in-niamey", ["polymarket /markets/slug/in-niamey"]),
        ("https://polymarket.com/de/event/rain", ["polymarket /events/slug/rain"]),
        ("https://polymarket.com/market/in-niamey", ["polymarket /markets/slug/in-niamey"]),
        (
            "https://kalshi.com/markets/kxrain/rain-before-may/kxrain-27may",
            ["kalshi /markets/KXRAIN-27MAY", "kalshi /events/KXRAIN-27MAY"],
        ),
    ],
)
def test_an_address_becomes_what_is_asked(address: str, wanted: list[str]) -> None:
    assert asked(address) == wanted


@pytest.mark.parametrize(
    "address",
    [
        "",
        "will it rain?",
        "https://example.org/question/1",
        "https://manifold.markets.example.org/somebody/rain",
        "https://example.org/?u=https://manifold.markets/somebody/rain",
        "https://somebody@example.org/manifold.markets/rain",
        "ftp://manifold.markets/somebody/rain",
        "https://[broken/somebody/rain",
        "https://manifold.markets@10.0.0.1/somebody/rain",
    ],
)
def test_an_address_of_anybody_else_is_refused(address: str) -> None:
    with pytest.raises(Refusal, match="Manifold, Metaculus, Polymarket and Kalshi"):
        platforms.requests(address)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://manifold.markets/somebody", "Manifold"),
        ("https://manifold.markets/browse/rain", "Manifold"),
        ("https://manifold.markets/somebody/..%2f..%2fadmin", "Manifold"),
        ("https://www.metaculus.com/questions/", "Metaculus"),
        ("https://www.metaculus.com/questions/abc/rain/", "Metaculus"),
        ("https://www.metaculus.com/notebooks/38000/news/", "Metaculus"),
        ("https://polymarket.com/", "Polymarket"),
        ("https://polymarket.com/profile/somebody", "Polymarket"),
        ("https://polymarket.com/event/a%2fb", "Polymarket"),
        ("https://kalshi.com/markets", "Kalshi"),
        ("https://kalshi.com/account/me", "Kalshi"),
    ],
)
def test_a_page_that_is_no_question_is_refused_by_its_platform(address: str, name: str) -> None:
    with pytest.raises(Refusal, match=f"not the address of .*question on {name}"):
        platforms.requests(address)


def test_what_is_kept_with_a_question_asks_the_same_again() -> None:
    first = Request("metaculus", "/api/posts/40200/", "602", ("Authorization",))
    assert platforms.again("metaculus", first.ref) == first
