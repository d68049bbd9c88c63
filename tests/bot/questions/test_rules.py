"""What a question may say, and how it goes from proposed to resolved."""

from datetime import datetime, timedelta

import pytest

from bot.questions import rules
from bot.rules import Refusal
from tests.conftest import START

TITLE = "Will it rain in Niamey tomorrow?"
SECOND = timedelta(seconds=1)
TOMORROW = START + timedelta(days=1)
TEN_YEARS = timedelta(days=3653)  # with the leap days of 2028, 2032 and 2036


def draft(
    title: str = TITLE,
    *,
    criteria: str = "",
    closes_at: datetime | None = None,
    source_url: str = "",
) -> rules.Draft:
    return rules.draft(
        title=title, criteria=criteria, closes_at=closes_at, source_url=source_url, now=START
    )


# What is written


def test_only_a_title_is_needed() -> None:
    assert draft() == rules.Draft(TITLE, "", None, None)


def test_what_was_written_is_tidied() -> None:
    written = draft(
        "  Will it\nrain  in Niamey? ",
        criteria="  By the met office.\n\nAny amount. ",
        source_url=" https://example.org/rain ",
    )

    assert written.title == "Will it rain in Niamey?"
    assert written.criteria == "By the met office.\n\nAny amount."
    assert written.source_url == "https://example.org/rain"


@pytest.mark.parametrize("count", [10, 200])
def test_a_title_has_ten_to_two_hundred_characters(count: int) -> None:
    assert len(draft("x" * count).title) == count


@pytest.mark.parametrize(
    ("title", "count"), [("", 0), ("Rain?", 5), ("x" + " " * 20, 1), ("x" * 201, 201)]
)
def test_a_title_that_is_too_short_or_too_long_is_refused(title: str, count: int) -> None:
    with pytest.raises(Refusal, match=f"has {count} characters?; it needs 10 to 200"):
        draft(title)


def test_criteria_may_have_a_thousand_characters_and_not_one_more() -> None:
    assert len(draft(criteria="x" * 1000).criteria) == 1000
    with pytest.raises(Refusal, match=r"have 1001 characters; 1000 fit\. Put the details behind"):
        draft(criteria="x" * 1001)


@pytest.mark.parametrize(
    "closes_at", [START + timedelta(microseconds=1), TOMORROW, START + TEN_YEARS]
)
def test_a_question_closes_within_ten_years(closes_at: datetime) -> None:
    assert draft(closes_at=closes_at).closes_at == closes_at


@pytest.mark.parametrize("closes_at", [START, START - SECOND])
def test_a_close_date_in_the_past_is_refused(closes_at: datetime) -> None:
    with pytest.raises(Refusal, match="has passed already"):
        draft(closes_at=closes_at)


def test_a_close_date_in_more_than_ten_years_is_refused() -> None:
    with pytest.raises(Refusal, match="more than ten years away"):
        draft(closes_at=START + TEN_YEARS + SECOND)


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org",
        "http://example.org:8080/a?b=c#d",
        "HTTPS://EXAMPLE.ORG/",
        "https://de.wikipedia.org/wiki/K%C3%B6ln",
        "https://[2001:db8::1]/rain",
    ],
)
def test_a_source_is_a_link(link: str) -> None:
    assert draft(source_url=link).source_url == link


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "the met office",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https:///rain",
        "https://example.org/a b",
        "https://example.org/\nhttps://example.com",
        "https://de.wikipedia.org/wiki/Köln",
        "https://[example.org",
        "https://[not-an-address]/",
        "[rain](https://example.org)",
    ],
)
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="link that begins with `https://`"):
        draft(source_url=text)


def test_a_link_may_have_three_hundred_characters_and_not_one_more() -> None:
    longest = "https://example.org/".ljust(300, "x")

    assert draft(source_url=longest).source_url == longest
    with pytest.raises(Refusal, match="longer than 300 characters"):
        draft(source_url=longest + "x")


# Outcomes


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ("yes", "yes"),
        (" YES ", "yes"),
        ("y", "yes"),
        ("true", "yes"),
        ("no", "no"),
        ("N", "no"),
        ("false", "no"),
        ("void", "void"),
        ("annul", "void"),
        ("Annulled", "void"),
    ],
)
def test_an_outcome_is_yes_no_or_void(typed: str, outcome: rules.Outcome) -> None:
    assert rules.outcome(typed) == outcome


@pytest.mark.parametrize("typed", ["", "maybe", "1", "yes!", "not", "resolved"])
def test_any_other_outcome_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="`yes`, `no` or `void`"):
        rules.outcome(typed)


@pytest.mark.parametrize(
    ("outcome", "state"), [("yes", "resolved"), ("no", "resolved"), ("void", "void")]
)
def test_an_outcome_settles_the_question(outcome: rules.Outcome, state: rules.State) -> None:
    assert rules.state_after(outcome) == state


# From state to state


@pytest.mark.parametrize("state", ["proposed", "open"])
@pytest.mark.parametrize("closes_at", [None, TOMORROW, START + SECOND])
def test_a_question_takes_forecasts_until_it_closes(
    state: rules.State, closes_at: datetime | None
) -> None:
    rules.check_open(state, closes_at, START)


@pytest.mark.parametrize(
    ("state", "closes_at"),
    [
        ("closed", None),
        ("closed", TOMORROW),
        ("open", START),
        ("open", START - SECOND),
        ("proposed", START),
    ],
)
def test_a_closed_question_takes_no_forecast(
    state: rules.State, closes_at: datetime | None
) -> None:
    with pytest.raises(Refusal, match="has closed"):
        rules.check_open(state, closes_at, START)


@pytest.mark.parametrize("state", ["resolved", "void"])
@pytest.mark.parametrize("closes_at", [None, TOMORROW, START - SECOND])
def test_a_settled_question_takes_no_forecast(
    state: rules.State, closes_at: datetime | None
) -> None:
    with pytest.raises(Refusal, match="has been settled"):
        rules.check_open(state, closes_at, START)


@pytest.mark.parametrize(
    ("closes_at", "state"),
    [(None, "open"), (TOMORROW, "open"), (START, "closed"), (START - SECOND, "closed")],
)
def test_a_reopened_question_is_open_unless_its_close_has_passed(
    closes_at: datetime | None, state: rules.State
) -> None:
    assert rules.state_when_reopened(closes_at, START) == state


# When the outcome became known


@pytest.mark.parametrize("days", [0, 1, 365, 366 + 10])
def test_an_outcome_may_have_become_known_at_any_time_since_a_year_before_the_question(
    days: int,
) -> None:
    rules.check_known(START - timedelta(days=days), START - timedelta(days=10), START)


def test_an_outcome_cannot_have_become_known_in_the_future() -> None:
    with pytest.raises(Refusal, match="in the future"):
        rules.check_known(START + SECOND, START, START)


def test_an_outcome_known_more_than_a_year_before_the_question_is_a_wrong_year() -> None:
    with pytest.raises(Refusal, match="Check the year"):
        rules.check_known(START - timedelta(days=366) - SECOND, START, START)
