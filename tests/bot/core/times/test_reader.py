"""Times as people type them, kind by kind: what each means, when it is asked, when refused.

Everything is read at noon of Saturday 28 November 2026 in Berlin, unless a test says otherwise.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.times.reader import LONGEST, LONGEST_AHEAD, read_time
from bot.core.times.result import Asks, Purpose, Refused, Result, Understood

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)


def read(
    text: str,
    purpose: Purpose = "session",
    *,
    now: datetime = NOW,
    zone: ZoneInfo = BERLIN,
    **more: datetime,
) -> Result:
    return read_time(text, purpose=purpose, zone=zone, now=now, **more)


def walls(result: Result) -> str:
    """The moments on the clocks that they were said by, soonest first; "refused" for none."""
    match result:
        case Understood():
            return f"{result.at.astimezone(result.zone):%Y-%m-%d %H:%M}"
        case Asks():
            return " | ".join(walls(one) for one in result.candidates)
    return "refused"


def reason(result: Result) -> str:
    assert isinstance(result, Refused), result
    return result.reason


# Times of day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19.30 Uhr", "2026-11-28 19:30"),
        ("19:30 Uhr", "2026-11-28 19:30"),
        ("7.30 Uhr", "2026-11-29 07:30"),
        ("noon Friday", "2026-12-04 12:00"),
        ("12 noon", "2026-11-29 12:00"),
        ("midday tomorrow", "2026-11-29 12:00"),
        ("7 p.m.", "2026-11-28 19:00"),
        ("7:30 p. m.", "2026-11-28 19:30"),
        ("7 a.m. Friday", "2026-12-04 07:00"),
        ("7.30pm", "2026-11-28 19:30"),
        ("730pm", "2026-11-28 19:30"),
        ("0730", "2026-11-29 07:30"),
        ("07", "2026-11-29 07:00"),
        ("2130", "2026-11-28 21:30"),
        ("2030", "2026-11-28 20:30"),
        ("at 2030", "2026-11-28 20:30"),
        ("0:00", "2026-11-29 00:00"),
        ("0 Uhr", "2026-11-29 00:00"),
        ("24 Uhr", "2026-11-29 00:00"),
        ("Freitag 24 Uhr", "2026-12-05 00:00"),
        ("13pm", "2026-11-28 13:00"),
        ("12:30am", "2026-11-29 00:30"),
        ("12:30pm", "2026-11-28 12:30"),
        ("quarter to 1pm", "2026-11-28 12:45"),
        ("20 past 7pm", "2026-11-28 19:20"),
        ("ten thirty pm", "2026-11-28 22:30"),
        ("Viertel vor acht abends", "2026-11-28 19:45"),
        ("7 Uhr abends", "2026-11-28 19:00"),
        ("19 Uhr 30", "2026-11-28 19:30"),
        ("à 19 heures 30", "2026-11-28 19:30"),
        ("Thursday at 19", "2026-12-03 19:00"),
        ("23:59", "2026-11-28 23:59"),
        ("19:30h", "2026-11-28 19:30"),
        ("a las 19:30 h", "2026-11-28 19:30"),
        ("19.30h", "2026-11-28 19:30"),
        ("Friday 1900 hrs", "2026-12-04 19:00"),
        ("tonight EOD", "2026-11-28 23:59"),
        ("a las 7 y media de la tarde", "2026-11-28 19:30"),
        ("jeudi à 19 heures et quart", "2026-12-03 19:15"),
        ("EOD Friday", "2026-12-04 23:59"),
    ],
)
def test_a_time_of_day_that_is_clear_is_understood(text: str, expected: str) -> None:
    assert walls(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:30", "2026-11-28 21:30 | 2026-11-29 09:30"),
        ("a las 8 menos cuarto", "2026-11-28 19:45 | 2026-11-29 07:45"),
        ("1.30", "2026-11-28 13:30 | 2026-11-29 01:30"),
        ("12", "2026-11-29 00:00 | 2026-11-29 12:00"),
        ("Friday 12", "2026-12-04 00:00 | 2026-12-04 12:00"),
        ("half past 7", "2026-11-28 19:30 | 2026-11-29 07:30"),
        ("half past ten", "2026-11-28 22:30 | 2026-11-29 10:30"),
        ("quarter to 8", "2026-11-28 19:45 | 2026-11-29 07:45"),
        ("quarter to one", "2026-11-28 12:45 | 2026-11-29 00:45"),
        ("twenty to 8", "2026-11-28 19:40 | 2026-11-29 07:40"),
        ("seven thirty", "2026-11-28 19:30 | 2026-11-29 07:30"),
        ("halb 8", "2026-11-28 19:30 | 2026-11-29 07:30"),
        ("um halb acht", "2026-11-28 19:30 | 2026-11-29 07:30"),
        ("Viertel nach 7", "2026-11-28 19:15 | 2026-11-29 07:15"),
        ("tonight at 4", "2026-11-28 16:00 | 2026-11-29 04:00"),
        ("Friday night 1am", "2026-12-04 01:00 | 2026-12-05 01:00"),
        ("tomorrow midnight", "2026-11-29 00:00 | 2026-11-30 00:00"),
        ("4 Dec midnight", "2026-12-04 00:00 | 2026-12-05 00:00"),
        # From now, or by the clock of those who write 19h.
        ("19h", "2026-11-28 19:00 | 2026-11-29 07:00"),
        ("19h30", "2026-11-28 19:30 | 2026-11-29 07:30"),
    ],
)
def test_a_time_of_day_that_is_open_is_asked(text: str, expected: str) -> None:
    result = read(text)

    assert walls(result) == expected
    assert isinstance(result, Asks)
    assert result.doubt


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 in the evening", "2026-11-28 19:00"),
        ("this evening 7", "2026-11-28 19:00"),
        ("this afternoon at 3", "2026-11-28 15:00"),
        ("tonight 07:30", "2026-11-28 19:30"),
        ("tonight 12:30", "2026-11-29 00:30"),
        ("tonight at 1", "2026-11-29 01:00"),
        ("tonight 24:00", "2026-11-29 00:00"),
        ("Friday night 11", "2026-12-04 23:00"),
        ("Friday night midnight", "2026-12-05 00:00"),
        ("2 at night", "2026-11-29 02:00"),
        ("tomorrow evening 07:30", "2026-11-29 07:30 | 2026-11-29 19:30"),
        ("9am in the evening", "refused"),
        ("morning 19:00", "refused"),
        ("this afternoon EOD", "refused"),
        ("tomorrow morning noon", "refused"),
    ],
)
def test_a_part_of_the_day_settles_the_hour(text: str, expected: str) -> None:
    assert walls(read(text)) == expected


def test_the_last_night_has_the_hours_of_two_days() -> None:
    assert walls(read("last night 11pm", "known")) == "2026-11-27 23:00"
    assert walls(read("last night at 2", "known")) == "2026-11-28 02:00"
    assert walls(read("this morning at 9", "known")) == "2026-11-28 09:00"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("24:30", "no such time as `24:30`"),
        ("7:75pm", "no such time"),
        ("0pm", "no such time as `0 pm`"),
        ("14 am", "no such time"),
        ("00:30 pm", "no such time"),
        ("2575", "no such time"),
        ("half 7", "not a time I can read"),
        ("7ish", "`ish`"),
        ("tomorrow morning", "time of day"),
        ("10.12", "time of day"),
        ("4 Dec", "time of day"),
        ("7 or 8", "`or`"),
        ("Thursday 7pm sharp", "`sharp`"),
        ("~19:00", "`~19:00`"),
        ("Thursday 19:00!", "`!`"),
        ("", "not a time I can read"),
        ("   ", "not a time I can read"),
        ("``", "not a time I can read"),
        ("@everyone", "`everyone`"),
        ("Thu/Fri 7pm", "`thu/fri` is no time"),
        ("not Thursday 7pm", "`not`"),
        ("Friday, Saturday 7pm", "not a time I can read"),
        ("in 10 banana", "`banana`"),
    ],
)
def test_what_is_no_time_is_refused_with_what_to_type(text: str, hint: str) -> None:
    assert hint in reason(read(text))


# Which day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Friday 4", "2026-12-04 04:00 | 2026-12-04 16:00"),
        ("Friday 13", "2026-12-04 13:00"),
        ("Fri 4 7", "2026-12-04 07:00 | 2026-12-04 19:00"),
        ("Fri 5 7pm", "2026-12-04 19:00 | 2026-12-05 19:00"),
        ("31st 7pm", "2026-12-31 19:00"),
        ("the 30 at 19:00", "2026-11-30 19:00"),
        ("the first 7pm", "2026-12-01 19:00"),
        ("the 3rd of next month 7pm", "2026-12-03 19:00"),
        ("first of December 7pm", "2026-12-01 19:00"),
        ("4 Dec 19", "2026-12-04 19:00"),
        ("4 Dec 1930", "2026-12-04 19:30"),
        ("2026 Dec 3 19:00", "2026-12-03 19:00"),
        ("3-Dec-2026 19:00", "2026-12-03 19:00"),
        ("7pm Dec 3", "2026-12-03 19:00"),
        ("4.12 7.30", "2026-12-04 07:30 | 2026-12-04 19:30"),
        ("19.30 4.12", "2026-12-04 19:30"),
        ("4.12., 19.30 Uhr", "2026-12-04 19:30"),
        ("2026.12.04 19:00", "2026-12-04 19:00"),
        ("12/24/26 7pm", "2026-12-24 19:00"),
        ("Fri 5/7/2027 19:00", "2027-05-07 19:00"),
        ("tomorrow, Sunday 29 Nov 7pm", "2026-11-29 19:00"),
        ("tomorrow Monday 7pm", "2026-11-29 19:00 | 2026-11-30 19:00"),
        ("tomorrow 30 Nov 7pm", "refused"),
        # A weekday that contradicts its date is not passed over because its nearest is past.
        ("Thursday tomorrow 10am", "2026-11-29 10:00 | 2026-12-03 10:00"),
        ("Sat 27 Nov 2026 7pm", "refused"),
        ("Sat 4 Dec 2025 7pm", "refused"),
        ("next Friday 4 Dec 7pm", "2026-12-04 19:00"),
        ("next Friday 11 Dec 7pm", "refused"),
        ("Friday this week 7pm", "refused"),
        ("Friday of next week 7pm", "2026-12-04 19:00"),
        ("next week Friday 7pm", "2026-12-04 19:00"),
        ("Friday in December 7pm", "refused"),
        ("last Friday in December 7pm", "2026-12-25 19:00"),
        ("5th Tuesday of December 7pm", "2026-12-29 19:00"),
        ("5th Monday of December 7pm", "refused"),
        ("3rd Friday 7pm", "refused"),
        ("ersten Montag im Dezember 19 Uhr", "2026-12-07 19:00"),
        ("two weeks from Friday 7pm", "2026-12-18 19:00"),
        ("a week from today 19:00", "2026-12-05 19:00"),
        ("3 days from now at 19:00", "2026-12-01 19:00"),
        ("Saturday in 2 weeks 19:00", "2026-12-12 19:00"),
        ("Wednesday in 2 weeks 19:00", "2026-12-09 19:00 | 2026-12-16 19:00"),
        ("in a fortnight 19:00", "2026-12-12 19:00"),
        ("a week from Saturday 7pm", "2026-12-05 19:00 | 2026-12-12 19:00"),
        ("this weekend 7", "2026-11-28 19:00 | 2026-11-29 07:00 | 2026-11-29 19:00"),
        ("Thursday - 7pm", "2026-12-03 19:00"),
        ("Thu 3 Dec – 7pm", "2026-12-03 19:00"),
        ("twenty three September 7pm", "2027-09-23 19:00"),
        ("twenty-third of December 7pm", "2026-12-23 19:00"),
        ("the twenty-first at seven thirty pm", "2026-12-21 19:30"),
        ("le dix-sept à 19h", "2026-12-17 19:00"),
        ("dix-sept décembre 19h", "2026-12-17 19:00"),
        ("vingt-deux décembre à 19h", "2026-12-22 19:00"),
        ("at Friday 19:00", "2026-12-04 19:00"),
    ],
)
def test_the_day_of_a_session(text: str, expected: str) -> None:
    assert walls(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last Monday", "2026-11-16 00:00 | 2026-11-23 00:00"),
        ("last Sunday 7pm", "2026-11-22 19:00"),
        ("Monday 9am", "2026-11-23 09:00"),
        ("this Friday", "2026-11-27 00:00"),
        ("Friday last week 7pm", "2026-11-20 19:00"),
        ("last weekend", "2026-11-21 00:00 | 2026-11-22 00:00"),
        ("3rd", "2026-11-03 00:00"),
        ("29th", "2026-10-29 00:00"),
        ("first Monday of December", "2025-12-01 00:00"),
        ("29 Nov", "2025-11-29 00:00"),
        ("28 Nov", "2026-11-28 00:00"),
        ("4.12.", "2025-12-04 00:00"),
        ("2 weeks ago at 19:00", "2026-11-14 19:00"),
        ("vor 2 Stunden", "2026-11-28 10:00"),
        ("il y a 2 jours", "2026-11-26 00:00"),
        ("hace 2 horas", "2026-11-28 10:00"),
        ("gestern 19 Uhr", "2026-11-27 19:00"),
        ("19h", "2026-11-27 19:00"),
        ("2030", "2026-11-27 20:30"),
        ("2026", "refused"),
        ("just now", "2026-11-28 12:00"),
        ("last month", "refused"),
        ("Q3", "refused"),
        ("29 Feb", "refused"),
        ("Friday evening", "refused"),
    ],
)
def test_when_an_outcome_became_known(text: str, expected: str) -> None:
    assert walls(read(text, "known")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Q4", "2026-12-31 23:59"),
        ("end of Q1", "2027-03-31 23:59"),
        ("end of the quarter", "2026-12-31 23:59"),
        ("by the end of June 2027", "2027-06-30 23:59"),
        ("end of next month", "2026-12-31 23:59"),
        ("in December", "2026-12-31 23:59"),
        ("November", "2026-11-30 23:59"),
        ("December 2027", "2027-12-31 23:59"),
        ("next week", "2026-12-06 23:59"),
        ("this week", "2026-11-29 23:59"),
        ("EOW", "2026-11-29 23:59"),
        ("next year", "2027-12-31 23:59"),
        ("in 2027", "2027-12-31 23:59"),
        ("end of 2027", "2027-12-31 23:59"),
        ("2027", "2026-11-28 20:27 | 2027-12-31 23:59"),
        ("by Friday", "2026-12-04 23:59"),
        ("until Friday", "2026-12-04 23:59"),
        ("end of Friday", "2026-12-04 23:59"),
        ("EOD", "2026-11-28 23:59"),
        ("last day of January", "2027-01-31 23:59"),
        ("4th Thursday of November", "2027-11-25 23:59"),
        ("29 Feb", "2028-02-29 23:59"),
        ("2/29/2028", "2028-02-29 23:59"),
        ("29 Feb 2027", "refused"),
        ("4 Dec 27", "2027-12-04 23:59"),
        ("Friday 4", "2026-12-04 04:00 | 2026-12-04 16:00 | 2026-12-04 23:59"),
        ("10.12", "2026-11-29 10:12 | 2026-12-10 23:59"),
        ("this weekend", "2026-11-28 23:59 | 2026-11-29 23:59"),
        ("in a year", "2027-11-28 23:59"),
        ("in 3 months", "2027-02-28 23:59"),
        ("now", "refused"),
        ("end of December 19:00", "refused"),
    ],
)
def test_when_a_question_closes(text: str, expected: str) -> None:
    assert walls(read(text, "close")) == expected


# Counted from now


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h30", "2026-11-28 14:30"),
        ("1h30m", "2026-11-28 13:30"),
        ("+ 2 hours", "2026-11-28 14:00"),
        ("half an hour", "2026-11-28 12:30"),
        ("in a quarter of an hour", "2026-11-28 12:15"),
        ("in 2 and a half hours", "2026-11-28 14:30"),
        ("1.25 hours", "2026-11-28 13:15"),
        ("in 1900 hours", "2027-02-15 16:00"),
        ("dans une heure et demie", "2026-11-28 13:30"),
        ("en dos horas y media", "2026-11-28 14:30"),
        ("in 1,5 Stunden", "2026-11-28 13:30"),
        ("dans une heure et 30 minutes", "2026-11-28 13:30"),
        ("in einer halben Stunde", "2026-11-28 12:30"),
        ("en 2 horas", "2026-11-28 14:00"),
        ("2 hours from now", "2026-11-28 14:00"),
        ("1d 19h", "2026-11-30 07:00"),
        ("dans 2 jours à 19h", "2026-11-30 19:00"),
        ("2h ET", "2026-11-28 08:00"),
        ("in 12 months 19:00", "2027-11-28 19:00"),
        ("in 10", "refused"),
        ("in 1.5 days", "refused"),
        ("2h in 3 days", "refused"),
        ("2h 2h", "refused"),
        ("in 2 hours at 19:00", "refused"),
        ("-2h", "refused"),
        ("2 days 19:00", "refused"),
        ("in 0 minutes", "refused"),
        ("week", "refused"),
        ("ago", "refused"),
    ],
)
def test_what_is_counted_from_now(text: str, expected: str) -> None:
    assert walls(read(text)) == expected


def test_what_is_counted_is_to_the_minute() -> None:
    now = NOW + timedelta(seconds=34)

    assert walls(read("in 2 hours", now=now)) == "2026-11-28 14:00"
    result = read("2 hours ago", "known", now=now)
    assert isinstance(result, Understood)
    assert result.at == datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def test_a_session_begins_on_a_minute_and_an_outcome_on_the_second_that_was_typed() -> None:
    session = read("<t:1796322640:F>")
    known = read("<t:1795000015:F>", "known")

    assert isinstance(session, Understood)
    assert isinstance(known, Understood)
    assert session.at == datetime.fromtimestamp(1796322600, UTC)
    assert known.at == datetime.fromtimestamp(1795000015, UTC)


# Zones


@pytest.mark.parametrize(
    ("text", "at", "zone"),
    [
        ("7pm Central European Time", "18:00", "Europe/Berlin"),
        ("7pm Pacific Standard Time", "03:00", "America/Los_Angeles"),
        ("London 7pm", "19:00", "Europe/London"),
        ("7pm UK time", "19:00", "Europe/London"),
        ("7pm in Buenos Aires", "22:00", "America/Buenos_Aires"),
        ("7pm America/New York", "00:00", "America/New_York"),
        ("7pm America/New York time", "00:00", "America/New_York"),
        ("7pm Etc/GMT+5", "00:00", "Etc/GMT+5"),
        ("7pm Asia/Kathmandu", "13:15", "Asia/Kathmandu"),
        ("7pm [ET]", "00:00", "America/New_York"),
        ("7pm (Japan)", "10:00", "Japan"),
        ("19:00Z", "19:00", "UTC"),
        ("7pm UTC+5:30", "13:30", "Europe/Berlin"),
        ("7pm gmt-3", "22:00", "Europe/Berlin"),
        ("22:00+02:00", "20:00", "Europe/Berlin"),
        ("7pm (Europe/Berlin, UTC+01:00)", "18:00", "Europe/Berlin"),
    ],
)
def test_a_zone_in_the_text_counts_more_than_the_member_s(text: str, at: str, zone: str) -> None:
    result = read(text)

    assert isinstance(result, Understood)
    assert (f"{result.at:%H:%M}", str(result.zone)) == (at, zone)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("7pm AEST", "Australia/Brisbane"),
        ("7pm UTC+2 Berlin", "another offset"),
        ("7pm ET PT", "not a time"),
        ("7pm UTC+15", "not a time"),
        ("7pm Christmas", "`christmas`"),
        ("7pm local time", "`local`"),
        ("7pm Japan", "`japan`"),
        ("Berlin", "not a time"),
        ("7pm America", "`america`"),
        ("22:00-02:00", "length"),
        ("22:00 -02:00", "length"),
    ],
)
def test_a_zone_that_is_none_or_is_not_clear_is_refused(text: str, hint: str) -> None:
    assert hint in reason(read(text))


# Other options


@pytest.mark.parametrize(
    "text",
    [
        *("7-9pm", "7-9 pm", "7 to 9", "7pm to 9pm", "from 7pm to 9pm", "7pm until 9pm"),
        *("19-21 Uhr", "Thursday 7pm 9pm", "7pm 19:00", "until 9pm", "19:00 – 21:00", "5 to 9"),
        "3 Dec - 5 Dec 19:00",
    ],
)
def test_an_end_belongs_to_the_length(text: str) -> None:
    assert "`length`" in reason(read(text))


@pytest.mark.parametrize(
    "text", ["every day 7pm", "daily 19:00", "Mondays 19:00", "freitags 19 Uhr", "each Friday 7pm"]
)
def test_what_comes_round_belongs_to_the_repeat(text: str) -> None:
    assert "`repeat`" in reason(read(text))


# Languages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo 19:00", "2026-11-30 19:00"),
        ("Mo. 19:00", "2026-11-30 19:00"),
        ("Do, 19:00", "2026-12-03 19:00"),
        ("do 19 Uhr", "2026-12-03 19:00"),
        ("mer 19h30", "2026-12-02 19:30"),
        ("jue. 19:00", "2026-12-03 19:00"),
        ("Sam 19h", "2026-11-28 19:00"),
        ("am Freitag um 19 Uhr", "2026-12-04 19:00"),
        ("19:00 am Freitag", "2026-12-04 19:00"),
        ("19:00 am 3.12.", "2026-12-03 19:00"),
        ("20 Uhr am 3.12.", "2026-12-03 20:00"),
        ("7 am Freitag", "2026-12-04 07:00 | 2026-12-04 19:00"),
        ("Freitagabend 19:30", "2026-12-04 19:30"),
        ("Donnerstagmittag", "2026-12-03 12:00"),
        ("morgen früh 9 Uhr", "2026-11-29 09:00"),
        ("Freitag morgen 9", "2026-12-04 09:00"),
        ("morgen abend 8", "2026-11-29 20:00"),
        ("heute abend um 8", "2026-11-28 20:00"),
        ("übermorgen 19 Uhr", "2026-11-30 19:00"),
        ("nächsten Freitag 19 Uhr", "2026-12-04 19:00"),
        ("vendredi prochain à 19h", "2026-12-04 19:00"),
        ("le 3 décembre à 19h", "2026-12-03 19:00"),
        ("1er décembre 19h", "2026-12-01 19:00"),
        ("demain soir à 8h", "2026-11-29 20:00"),
        ("mañana por la mañana a las 9", "2026-11-29 09:00"),
        ("el jueves a las 7 de la tarde", "2026-12-03 19:00"),
        ("viernes 4 de diciembre a las 19:00", "2026-12-04 19:00"),
        ("pasado mañana a las 19", "2026-11-30 19:00"),
        ("premier lundi de décembre à 19h", "2026-12-07 19:00"),
        ("Donnerstag, 3. Dezember 2026 um 19:30 Uhr", "2026-12-03 19:30"),
        ("jeudi 3 décembre 2026 à 19h30", "2026-12-03 19:30"),
        ("jueves, 3 de diciembre de 2026, 19:30", "2026-12-03 19:30"),
    ],
)
def test_german_french_and_spanish_of_every_day(text: str, expected: str) -> None:
    assert walls(read(text)) == expected


@pytest.mark.parametrize("text", ["7pm Sam", "Do 19:00", "so 7pm", "Mo 7pm", "let's do 7pm"])
def test_a_short_weekday_that_can_be_a_name_or_a_word_is_refused(text: str) -> None:
    assert isinstance(read(text), Refused)


# Machines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261203T183000Z", "2026-12-03 18:30"),
        ("20261203T1830+0100", "2026-12-03 18:30"),
        ("2026-12-03T18:30:00.000Z", "2026-12-03 18:30"),
        ("2026-12-03 18:30:00+00:00", "2026-12-03 19:30"),
        ("2026-12-03 18:30 -05:00", "2026-12-04 00:30"),
        ("Thu Dec  3 18:30:00 2026", "2026-12-03 18:30"),
        ("Thu Dec  3 18:30:00 UTC 2026", "2026-12-03 18:30"),
        ("Thu, 3 Dec 2026 18:30:00 -0500", "2026-12-04 00:30"),
        ("Thursday, 3 December 2026 at 19:30", "2026-12-03 19:30"),
        ("`2026-12-03 18:30`", "2026-12-03 18:30"),
        ("**Thursday 19:00**", "2026-12-03 19:00"),
        ("\u200eThursday\u00a019:00\u200f", "2026-12-03 19:00"),
        ("\nThursday\t19:00 ", "2026-12-03 19:00"),
        ("1796322600", "2026-12-03 19:30"),
        ("<t:99999999999999:F>", "refused"),
        ("<t:-5>", "refused"),
        ("179632260", "refused"),
        ("17963226000", "refused"),
    ],
)
def test_what_machines_write_and_people_paste(text: str, expected: str) -> None:
    assert walls(read(text)) == expected


# The clocks


@pytest.mark.parametrize(
    ("zone", "now", "text", "expected"),
    [
        # Half an hour back, and half an hour forward.
        (
            "Australia/Lord_Howe",
            "2027-04-02",
            "Sunday 01:45",
            "2027-04-03 14:45 | 2027-04-03 15:15",
        ),
        (
            "Australia/Lord_Howe",
            "2027-10-01",
            "Sunday 02:15",
            "2027-10-02 15:15 | 2027-10-02 15:45",
        ),
        ("America/Havana", "2027-03-12", "Sunday 00:30", "2027-03-14 04:30 | 2027-03-14 05:30"),
        # Samoa left out a whole day.
        ("Pacific/Apia", "2011-12-29", "2011-12-30 12:00", "2011-12-29 22:00 | 2011-12-30 22:00"),
        ("Europe/Berlin", "2026-10-24", "Sunday 02:30 UTC", "2026-10-25 02:30"),
        ("Europe/Berlin", "2026-10-24", "Sunday 02:30+01:00", "2026-10-25 01:30"),
        # Of the two, one has been.
        ("Europe/Berlin", "2026-10-25T00:45", "02:30", "2026-10-25 01:30"),
        (
            "Europe/Berlin",
            "2026-03-28T12:00",
            "in 1 day at 02:30",
            "2026-03-29 00:30 | 2026-03-29 01:30",
        ),
        ("Europe/Berlin", "2026-03-28T12:00", "in 24 hours", "2026-03-29 12:00"),
        ("Europe/Berlin", "2026-03-28T12:00", "1d 1h", "2026-03-29 12:00"),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_is_asked(
    zone: str, now: str, text: str, expected: str
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)

    result = read(text, now=at, zone=ZoneInfo(zone))

    moments = result.candidates if isinstance(result, Asks) else (result,)
    assert " | ".join(f"{one.at:%Y-%m-%d %H:%M}" for one in moments) == expected  # type: ignore[union-attr]


def test_the_doubt_says_what_the_clocks_do() -> None:
    spring = read("2027-03-28 02:30")
    autumn = read("2027-10-31 02:30")

    assert isinstance(spring, Asks)
    assert isinstance(autumn, Asks)
    assert spring.doubt == (
        "On 28 March 2027 the clocks change in Europe/Berlin, and 02:30 is skipped."
    )
    assert autumn.doubt.endswith("02:30 comes twice.")


@pytest.mark.parametrize(
    ("purpose", "now", "text", "at"),
    [
        # In Havana midnight is skipped in March, and the hour before 01:00 comes twice in November.
        ("known", "2027-03-20", "14 March", "2027-03-14 05:00"),
        ("known", "2027-11-10", "7 November", "2027-11-07 04:00"),
        ("close", "2027-11-01", "7 November", "2027-11-08 04:59"),
    ],
)
def test_a_bare_date_never_asks_about_the_clocks(
    purpose: Purpose, now: str, text: str, at: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)

    result = read(text, purpose, now=moment, zone=ZoneInfo("America/Havana"))

    assert isinstance(result, Understood)
    assert f"{result.at:%Y-%m-%d %H:%M}" == at


# Limits


def test_a_session_is_at_most_366_days_ahead() -> None:
    last = NOW + LONGEST_AHEAD

    assert isinstance(read(f"<t:{int(last.timestamp())}>"), Understood)
    assert "more than a year" in reason(read(f"<t:{int(last.timestamp()) + 60}>"))


def test_a_close_is_at_most_ten_years_ahead() -> None:
    assert isinstance(read("2036-11-28 12:00", "close"), Understood)
    assert "ten years" in reason(read("2036-11-28 12:01", "close"))
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert isinstance(read("2038-02-28 12:00 UTC", "close", now=leap), Understood)


def test_an_outcome_was_known_at_most_366_days_before_the_question_was_asked() -> None:
    asked = datetime(2026, 6, 1, tzinfo=UTC)

    assert isinstance(read("2025-06-01", "known", opened_at=asked), Understood)
    assert "before the question was asked" in reason(read("2025-05-31", "known", opened_at=asked))
    assert "before the question was asked" in reason(read("2025-06-01", "known"))


def test_a_text_has_at_most_80_characters() -> None:
    assert isinstance(read("Thursday 19:00".ljust(LONGEST)), Understood)
    assert "80 characters" in reason(read("Thursday 19:00".ljust(LONGEST + 1)))
    assert len(reason(read("x" * 100_000))) < 300


@pytest.mark.parametrize("text", ["19:00\0", "\ud800", "19:00\x1b[31m", "١٩:٠٠", "１９：００", "²"])
def test_what_no_keyboard_types_is_refused_in_a_sentence_that_can_be_sent(text: str) -> None:
    said = reason(read(text))

    said.encode("utf-8")
    assert said.isprintable()


def test_marks_of_code_in_a_text_cannot_end_those_around_it() -> None:
    assert reason(read("7pm `@here` **x**")).count("`") == 8


# A session that is moved


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20:00", "2026-12-03 20:00"),
        ("7", "2026-12-03 07:00 | 2026-12-03 19:00"),
        ("midnight", "2026-12-03 00:00 | 2026-12-04 00:00"),
        ("24:00", "2026-12-04 00:00"),
        ("8 in the evening", "2026-12-03 20:00"),
        ("20:00 Asia/Tokyo", "2026-12-04 20:00"),
        ("Friday 20:00", "2026-12-04 20:00"),
        ("tonight at 8", "2026-11-28 20:00"),
        ("2h", "2026-11-28 14:00"),
    ],
)
def test_a_time_alone_keeps_the_day_of_the_session_that_is_moved(text: str, expected: str) -> None:
    planned = datetime(2026, 12, 3, 18, 0, tzinfo=UTC)

    assert walls(read(text, planned=planned)) == expected


def test_a_time_that_has_passed_on_its_day_is_not_moved_to_another() -> None:
    said = reason(read("11:00", planned=NOW + timedelta(hours=6)))

    assert "keeps the session's day, and Sat 28 Nov 2026, 11:00 (Europe/Berlin) is past" in said


@pytest.mark.parametrize("text", ["Thursday 730", "at 830", "tomorrow 930"])
def test_three_digits_may_be_morning_or_evening_like_seven_thirty(text: str) -> None:
    result = read_time(text, purpose="session", zone=BERLIN, now=NOW)

    assert isinstance(result, Asks)
    assert {one.at.astimezone(BERLIN).hour % 12 for one in result.candidates} == {
        int(text.rsplit(maxsplit=1)[-1][0])
    }
    assert len(result.candidates) == 2


@pytest.mark.parametrize("purpose", ["session", "close", "known"])
@pytest.mark.parametrize("months", range(0, 24, 5))
def test_what_a_refusal_tells_to_type_is_understood_at_any_time_of_any_year(
    purpose: Purpose, months: int
) -> None:
    now = NOW + timedelta(days=30 * months)
    said = read_time("banana split", purpose=purpose, zone=BERLIN, now=now)
    unread = read_time("", purpose=purpose, zone=BERLIN, now=now)

    assert isinstance(said, Refused)
    assert isinstance(unread, Refused)
    for example in re.findall(r"`([^`]+)`", unread.reason)[1:]:
        found = read_time(example, purpose=purpose, zone=BERLIN, now=now, opened_at=now)
        assert isinstance(found, Understood), (example, now)
