"""The links that fill in Google's and Outlook's forms, as those read them."""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars import links
from tests.calendars.plans import EVENING, SERIES

LONG = replace(EVENING, description="A word, a comma & an ampersand. " * 30)


def fields(link: str) -> dict[str, str]:
    parts = urlsplit(link)
    assert parts.scheme == "https"
    return {name: value for name, [value] in parse_qs(parts.query, strict_parsing=True).items()}


def test_google_gets_wall_times_and_their_zone() -> None:
    assert fields(links.google(EVENING)) == {
        "action": "TEMPLATE",
        "text": "Forecasting Dojo",
        "dates": "20261126T190000/20261126T210000",
        "ctz": "Europe/Berlin",
        "location": "Voice channel",
        "details": f"Bring a question.\n\n{EVENING.url}",
    }


def test_google_gets_the_rule_of_a_series() -> None:
    assert fields(links.google(SERIES))["recur"] == "RRULE:FREQ=WEEKLY;BYDAY=TH"


def test_outlook_gets_moments_in_utc() -> None:
    assert fields(links.outlook(EVENING)) == {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": "Forecasting Dojo",
        "startdt": "2026-11-26T18:00:00Z",
        "enddt": "2026-11-26T20:00:00Z",
        "location": "Voice channel",
        "body": f"Bring a question.\n\n{EVENING.url}",
    }


def test_an_evening_across_a_clock_change_takes_as_long_as_planned() -> None:
    night = replace(EVENING, starts_at=datetime(2026, 10, 25, 1, 0), duration=timedelta(hours=3))

    assert fields(links.google(night))["dates"] == "20261025T010000/20261025T030000"
    assert fields(links.outlook(night))["startdt"] == "2026-10-24T23:00:00Z"
    assert fields(links.outlook(night))["enddt"] == "2026-10-25T02:00:00Z"


@pytest.mark.parametrize("link", [links.google, links.outlook])
def test_the_description_is_shortened_first_and_the_address_kept(link) -> None:
    made = link(LONG)

    said = fields(made)
    text = said.get("details", said.get("body"))
    assert 480 <= len(made) <= 512
    assert text.endswith(f"…\n\n{EVENING.url}")
    assert said["location"] == "Voice channel"


@pytest.mark.parametrize("link", [links.google, links.outlook])
@given(
    title=st.text(max_size=120),
    description=st.text("a &\r\n,\"'🔮é%+", max_size=1000),
    place=st.text(max_size=120),
)
def test_every_link_fits_on_a_button_and_can_be_read(link, title, description, place) -> None:
    session = replace(EVENING, title=title, description=description, location=place)

    made = link(session)

    assert len(made) <= 512
    assert made.isascii()
    assert EVENING.url in "".join(fields(made).values())


def test_text_cannot_add_fields_of_its_own() -> None:
    sly = replace(EVENING, title="x&dates=20300101T000000/20300101T010000&ctz=UTC#")

    assert fields(links.google(sly))["dates"] == "20261126T190000/20261126T210000"
    assert fields(links.google(sly))["text"] == sly.title


def test_google_gets_the_second_of_two_equal_wall_times_in_utc() -> None:
    second = datetime(2026, 10, 25, 2, 30, fold=1)

    assert (
        fields(links.google(replace(EVENING, starts_at=second)))["dates"]
        == "20261025T013000Z/20261025T033000Z"
    )
    ends_in_it = replace(
        EVENING, starts_at=datetime(2026, 10, 25, 1, 0), duration=timedelta(hours=2.5)
    )
    assert fields(links.google(ends_in_it))["dates"] == "20261024T230000Z/20261025T013000Z"
