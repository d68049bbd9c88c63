"""Everyday texts in several languages, changes of a planned time, and what refusals say to type."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.times.reader import read_time
from bot.core.times.result import Asks, Purpose, Refused, Result, Understood

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
# A Saturday noon in Berlin, and a session on a Thursday evening.
NOW = datetime(2026, 11, 28, 11, tzinfo=UTC)
PLANNED = datetime(2026, 12, 10, 18, tzinfo=UTC)


def read(text: str, purpose: Purpose = "session", now: datetime = NOW) -> Result:
    return read_time(text, purpose=purpose, zone=BERLIN, now=now)


def edited(text: str, zone: ZoneInfo = BERLIN, planned: datetime = PLANNED) -> Result:
    """What a text means to somebody on these clocks who edits a session in Berlin."""
    return read_time(
        text, purpose="session", zone=zone, now=NOW, planned=planned, planned_zone=BERLIN
    )


def said(found: Result) -> list[str]:
    assert not isinstance(found, Refused), found.reason
    moments = found.candidates if isinstance(found, Asks) else (found,)
    return [f"{one.at.astimezone(one.zone):%a %Y-%m-%d %H:%M}" for one in moments]


def reason(found: Result) -> str:
    assert isinstance(found, Refused), found
    return found.reason


# Hours and periods


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("le 10 décembre à 19 h 30", "Thu 2026-12-10 19:30"),
        ("10 décembre à 19h30", "Thu 2026-12-10 19:30"),
        ("10 décembre 19 h", "Thu 2026-12-10 19:00"),
        ("à 19 h 10 décembre", "Thu 2026-12-10 19:00"),
        ("demain 9 h 05", "Sun 2026-11-29 09:05"),
        ("jeudi 19h 30", "Thu 2026-12-03 19:30"),
        ("a las 19 h 30", "Sat 2026-11-28 19:30"),
        ("mer 19 h", "Wed 2026-12-02 19:00"),
        ("in 2 h 30", "Sat 2026-11-28 14:30"),
        ("in 2 h 30 min", "Sat 2026-11-28 14:30"),
        ("2 h 30 min", "Sat 2026-11-28 14:30"),
        ("2 h", "Sat 2026-11-28 14:00"),
        ("1 day 2 h", "Sun 2026-11-29 14:00"),
    ],
)
def test_an_hour_with_an_h_apart_is_read_like_one_without_a_space(text: str, when: str) -> None:
    assert said(read(text)) == [when]


@pytest.mark.parametrize("text", ["19 h 30", "19 h", "9 h"])
def test_an_hour_alone_is_asked_like_the_one_without_a_space(text: str) -> None:
    assert said(read(text)) == said(read(text.replace(" ", "")))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Ende des Jahres", "Thu 2026-12-31"),
        ("bis Ende des Jahres", "Thu 2026-12-31"),
        ("Ende dieses Jahres", "Thu 2026-12-31"),
        ("Jahresende", "Thu 2026-12-31"),
        ("Ende des Monats", "Mon 2026-11-30"),
        ("Ende nächsten Monats", "Thu 2026-12-31"),
        ("Ende der Woche", "Sun 2026-11-29"),
        ("fin du mois", "Mon 2026-11-30"),
        ("fin du mois prochain", "Thu 2026-12-31"),
        ("à la fin du mois", "Mon 2026-11-30"),
        ("fin de l'année", "Thu 2026-12-31"),
        ("d'ici la fin de l’année", "Thu 2026-12-31"),
        ("fin de la semaine", "Sun 2026-11-29"),
        ("a fin de mes", "Mon 2026-11-30"),
        ("a finales de mes", "Mon 2026-11-30"),
        ("a fin de año", "Thu 2026-12-31"),
        ("final del año", "Thu 2026-12-31"),
        ("finales de diciembre", "Thu 2026-12-31"),
        ("fin du trimestre", "Thu 2026-12-31"),
        ("2027 Q1", "Wed 2027-03-31"),
        ("2027-Q1", "Wed 2027-03-31"),
        ("Q1/2027", "Wed 2027-03-31"),
        ("end of 2027 Q1", "Wed 2027-03-31"),
    ],
)
def test_the_end_of_a_period_is_its_last_minute(text: str, day: str) -> None:
    assert said(read(text, "close")) == [f"{day} 23:59"]


# Timestamps


@pytest.mark.parametrize(
    "text",
    [
        "<t:1796322600:F> (<t:1796322600:R>)",
        "<t:1796322600:F> <t:1796322600:R>",
        "<t:1796322600:D>, <t:1796322600:t> (<t:1796322600:R>)",
    ],
)
def test_a_timestamp_that_says_the_same_again_adds_nothing(text: str) -> None:
    assert read(text) == read("<t:1796322600:F>")


def test_a_timestamp_that_says_something_else_is_a_second_time() -> None:
    assert "one time only" in reason(read("<t:1796322600:F> (<t:1796326200:R>)"))


# March or Tuesday


@pytest.mark.parametrize(
    ("text", "now", "when"),
    [
        ("mar 8 19h", NOW, ["Tue 2026-12-08 19:00", "Mon 2027-03-08 19:00"]),
        ("mar. 8 à 19h", NOW, ["Tue 2026-12-08 19:00", "Mon 2027-03-08 19:00"]),
        ("le mar. 8 à 19h", NOW, ["Tue 2026-12-08 19:00", "Mon 2027-03-08 19:00"]),
        ("mar 8 7pm", NOW, ["Tue 2026-12-08 19:00", "Mon 2027-03-08 19:00"]),
        ("mar 8 19h", datetime(2026, 11, 2, tzinfo=UTC), ["Tue 2026-12-08 19:00", "Mon 2027-03-08 19:00"]),
        ("mar 9 19h", NOW, ["Tue 2027-03-09 19:00"]),
        ("mar 8 19h", datetime(2026, 12, 8, 20, tzinfo=UTC), ["Mon 2027-03-08 19:00"]),
        ("mar 5 19h", NOW, ["Fri 2027-03-05 19:00"]),
        ("8 mar 19h", NOW, ["Mon 2027-03-08 19:00"]),
        ("mar 8th 19:00", NOW, ["Mon 2027-03-08 19:00"]),
        ("march 8 19h", NOW, ["Mon 2027-03-08 19:00"]),
        ("mar 9 19h", datetime(2027, 3, 1, tzinfo=UTC), ["Tue 2027-03-09 19:00"]),
    ],
)  # fmt: skip
def test_mar_8_is_also_a_tuesday_where_the_8th_is_one(
    text: str, now: datetime, when: list[str]
) -> None:
    found = read(text, now=now)

    assert said(found) == when
    assert not isinstance(found, Asks) or "March, or Tuesday" in found.doubt


def test_of_what_is_past_the_last_such_tuesday_may_be_meant() -> None:
    assert said(read("mar 10 19h", "known")) == ["Tue 2026-03-10 19:00", "Tue 2026-11-10 19:00"]
    assert said(read("mar 8 19h", "known")) == ["Sun 2026-03-08 19:00"]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("mar 19h", "Tue 2026-12-01 19:00"),
        ("mar. à 19h30", "Tue 2026-12-01 19:30"),
        ("mar 8 décembre 19h", "Tue 2026-12-08 19:00"),
        ("mar. 8/12 19h", "Tue 2026-12-08 19:00"),
        ("mar 8 de diciembre 19:00", "Tue 2026-12-08 19:00"),
    ],
)
def test_mar_beside_an_hour_or_a_date_is_a_tuesday(text: str, when: str) -> None:
    assert said(read(text)) == [when]


def test_mar_alone_is_march() -> None:
    assert said(read("mar", "close")) == ["Wed 2027-03-31 23:59"]
    assert said(read("end of mar 2027", "close")) == ["Wed 2027-03-31 23:59"]


# A time that is moved


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("+1 hour", ["Sat 2026-11-28 13:00", "Thu 2026-12-10 20:00"]),
        ("+90m", ["Sat 2026-11-28 13:30", "Thu 2026-12-10 20:30"]),
        ("+1 week", ["Sat 2026-12-05 19:00", "Thu 2026-12-17 19:00"]),
    ],
)
def test_what_has_a_plus_may_be_counted_from_the_time_planned_or_from_now(
    text: str, when: list[str]
) -> None:
    found = edited(text)

    assert said(found) == when
    assert isinstance(found, Asks)
    assert "from the time planned or from now" in found.doubt


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("1 hour later", "Thu 2026-12-10 20:00"),
        ("half an hour earlier", "Thu 2026-12-10 18:30"),
        ("eine Stunde später", "Thu 2026-12-10 20:00"),
        ("1 heure plus tôt", "Thu 2026-12-10 18:00"),
        ("1 day later", "Fri 2026-12-11 19:00"),
        ("in 1 hour", "Sat 2026-11-28 13:00"),
        ("1 hour from now", "Sat 2026-11-28 13:00"),
    ],
)
def test_later_is_later_than_planned_and_in_an_hour_is_from_now(text: str, when: str) -> None:
    assert said(edited(text)) == [when]


def test_without_a_planned_time_all_is_counted_from_now() -> None:
    assert said(read("+1 hour")) == said(read("1 hour later")) == said(read("in 1 hour"))
    assert said(read("1 hour earlier", "known")) == said(read("1 hour ago", "known"))


def test_a_time_of_day_is_read_on_the_editor_s_clocks_and_the_session_s() -> None:
    found = edited("20:00", NEW_YORK)

    assert said(found) == ["Thu 2026-12-10 20:00", "Thu 2026-12-10 20:00"]
    assert isinstance(found, Asks)
    assert [one.zone for one in found.candidates] == [BERLIN, NEW_YORK]
    assert "different time zones" in found.doubt


def test_a_planned_day_that_is_another_on_the_editor_s_clocks_is_asked_about() -> None:
    late = datetime(2026, 12, 11, 1, tzinfo=UTC)  # Friday in Berlin, Thursday in New York

    assert said(edited("21:00", NEW_YORK, late)) == ["Thu 2026-12-10 21:00", "Fri 2026-12-11 21:00"]


def test_clocks_that_show_the_same_ask_nothing_and_a_typed_zone_or_day_counts() -> None:
    assert edited("20:00", ZoneInfo("Europe/Paris")) == Understood(
        datetime(2026, 12, 10, 19, tzinfo=UTC), ZoneInfo("Europe/Paris")
    )
    assert said(edited("20:00 ET", NEW_YORK)) == ["Thu 2026-12-10 20:00"]
    assert said(edited("20:00 UTC-05:00", NEW_YORK)) == ["Thu 2026-12-10 20:00"]
    assert said(edited("Friday 20:00", NEW_YORK)) == ["Fri 2026-12-04 20:00"]


# What refusals say to type


@pytest.mark.parametrize(
    ("purpose", "example"),
    [("session", "`Thursday 19:00`"), ("close", "`31 December`"), ("known", "`yesterday 20:00`")],
)
@pytest.mark.parametrize("text", ["xyz", "Thursday xyz", "19:00 %", "25:00", "30 Feb", "q5"])
def test_what_is_not_known_is_named_and_an_example_says_what_to_type(
    purpose: Purpose, example: str, text: str
) -> None:
    said_of_it = reason(read(text, purpose))

    assert f"`{text.rsplit(maxsplit=1)[-1].lower()}`" in said_of_it or "30 feb" in said_of_it
    assert f"Type it like {example}" in said_of_it


@pytest.mark.parametrize("text", ["every Friday 19:00", "7pm - 9pm", "19:00 -05:00"])
def test_a_second_time_is_refused_in_the_words_of_the_purpose(text: str) -> None:
    close, known = reason(read(text, "close")), reason(read(text, "known"))

    assert "session" not in close + known
    assert "`31 December`" in close
    assert "`yesterday 20:00`" in known


def test_an_offset_that_is_refused_is_taken_as_the_sentence_says() -> None:
    assert "`19:00 UTC-05:00`" in reason(read("19:00 -05:00"))
    assert read("19:00 UTC-05:00") == Understood(datetime(2026, 11, 29, tzinfo=UTC), BERLIN)
