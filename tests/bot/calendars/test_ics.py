"""Calendar files, read back by two libraries that did not write them, and against RFC 5545."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.rrule import rruleset
from hypothesis import example, given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from bot.calendars import ics
from bot.calendars.events import clean, one_line
from bot.core.recurrence import rule_of
from tests.calendars.plans import EVENING, SERIES, START, WEEK, dropped, moved

STAMP = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")

texts = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n\t,;:\\\"'=🔮👨‍👩‍👧é\u2028"),
    max_size=80,
)


def read(file: bytes) -> vobject.base.Component:
    return vobject.readOne(file.decode())


def lines(file: bytes) -> list[str]:
    """The content lines, unfolded as RFC 5545, 3.1 says."""
    return re.sub(r"\r\n[ \t]", "", file.decode()).removesuffix("\r\n").split("\r\n")


def names(file: bytes, component: str) -> list[list[str]]:
    """The properties of each component of a kind, without what is nested in it."""
    found, depth = [], []
    for line in lines(file):
        name = re.split("[;:]", line, maxsplit=1)[0]
        if name == "BEGIN":
            depth.append(line.partition(":")[2])
            if depth[-1] == component:
                found.append([])
        elif name == "END":
            depth.pop()
        elif depth[-1] == component:
            found[-1].append(name)
    return found


def test_a_session_reads_back_as_it_was_planned() -> None:
    event = read(ics.invitation(EVENING, STAMP)).vevent

    assert event.summary.value == "Forecasting Dojo"
    assert event.description.value == "Bring a question."
    assert event.location.value == "Voice channel"
    assert event.url.value == EVENING.url
    assert event.dtstart.value.replace(tzinfo=None) == START
    assert event.dtstart.value.astimezone(UTC) == datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    assert event.duration.value == timedelta(hours=2)
    assert event.dtstamp.value == STAMP
    assert event.status.value == "CONFIRMED"


def test_the_file_is_the_same_each_time_and_its_lines_are_short() -> None:
    long = replace(EVENING, title="Ünïcode " * 12, description="🔮" * 400)

    file = ics.invitation(long, STAMP)

    assert file == ics.invitation(long, STAMP)
    assert file.endswith(b"\r\n")
    assert max(len(line) for line in file.split(b"\r\n")) <= 75
    assert b"\n" not in file.replace(b"\r\n", b"")


def test_a_changed_session_keeps_its_uid_and_raises_its_sequence() -> None:
    later = replace(EVENING, sequence=3, starts_at=START + timedelta(hours=1))

    before, after = (read(ics.invitation(one, STAMP)).vevent for one in (EVENING, later))

    assert after.uid.value == before.uid.value
    assert (before.sequence.value, after.sequence.value) == ("0", "3")


def test_a_cancelled_session_takes_itself_away_and_rings_no_more() -> None:
    file = read(ics.invitation(replace(EVENING, cancelled=True, sequence=4), STAMP))

    assert file.method.value == "CANCEL"
    assert file.vevent.status.value == "CANCELLED"
    assert file.vevent.sequence.value == "4"
    assert "valarm" not in file.vevent.contents


def test_alarms_ring_before_the_session() -> None:
    alarms = read(ics.invitation(EVENING, STAMP)).vevent.valarm_list

    assert [alarm.trigger.value for alarm in alarms] == [-timedelta(minutes=15), -timedelta(days=1)]
    assert {alarm.action.value for alarm in alarms} == {"DISPLAY"}


def test_a_series_across_a_clock_change_stays_at_seven() -> None:
    event = read(ics.invitation(SERIES, STAMP)).vevent

    starts = occurrences(event)[:30]

    assert [start.replace(tzinfo=None) for start in starts] == [
        START + count * WEEK for count in range(30)
    ]
    assert {start.astimezone(BERLIN).hour for start in starts} == {19}
    assert {start.astimezone(UTC).hour for start in starts} == {17, 18}


def occurrences(event: vobject.base.Component) -> list[datetime]:
    found = event.getrruleset(addRDate=True)
    assert isinstance(found, rruleset)
    return [start for start, _ in zip(found, range(40), strict=False)]


def test_a_series_with_cancelled_and_moved_occurrences() -> None:
    night = replace(moved(2, timedelta(days=1)), title="The long night", duration=4 * WEEK / 168)
    file = ics.invitation(replace(SERIES, changes=(night, dropped(1))), STAMP)

    series, one = read(file).vevent_list

    assert [start.replace(tzinfo=None) for start in occurrences(series)[:3]] == [
        START,
        START + 2 * WEEK,
        START + 3 * WEEK,
    ]
    assert one.uid.value == series.uid.value
    assert one.recurrence_id.value.replace(tzinfo=None) == START + 2 * WEEK
    assert one.dtstart.value.replace(tzinfo=None) == START + 2 * WEEK + timedelta(days=1)
    assert one.summary.value == "The long night"
    assert one.duration.value == timedelta(hours=4)
    assert "rrule" not in one.contents


def test_an_occurrence_that_was_put_back_needs_no_word() -> None:
    back = replace(dropped(1), cancelled=False)

    assert len(names(ics.invitation(replace(SERIES, changes=(back,)), STAMP), "VEVENT")) == 1


def test_a_monthly_series_keeps_its_weekday() -> None:
    event = read(ics.invitation(replace(SERIES, rule=rule_of("monthly", START)), STAMP)).vevent

    assert [start.day for start in occurrences(event)[:4]] == [26, 24, 28, 25]


# RFC 5545


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.parametrize("event", [EVENING, SERIES], ids=["once", "series"])
def test_every_required_property_is_there_once(event, cancelled) -> None:
    file = ics.invitation(replace(event, cancelled=cancelled), STAMP)

    [calendar] = names(file, "VCALENDAR")
    assert {"PRODID", "VERSION", "METHOD"} <= set(calendar)
    for properties in names(file, "VEVENT"):
        # 5545, 3.6.1 and 5546, 3.2.1 and 3.2.5; ATTENDEE must not be in what is published.
        assert {"UID", "DTSTAMP", "DTSTART", "ORGANIZER", "SEQUENCE", "SUMMARY"} <= set(properties)
        assert "ATTENDEE" not in properties
        assert len(properties) == len(set(properties))
    for alarm in names(file, "VALARM"):
        assert {"ACTION", "DESCRIPTION", "TRIGGER"} <= set(alarm)
    for zone in names(file, "VTIMEZONE"):
        assert zone == ["TZID"]
    for part in names(file, "STANDARD") + names(file, "DAYLIGHT"):
        assert {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} <= set(part)


def test_every_zone_that_is_named_is_explained() -> None:
    tokyo = replace(EVENING, uid="2", zone="Asia/Tokyo")
    plain = replace(EVENING, uid="3", zone="UTC")

    file = ics.feed("Circle", [EVENING, tokyo, plain], STAMP).decode()

    assert set(re.findall(r"TZID=([^:;]+)", file)) == set(re.findall(r"TZID:(\S+)", file))
    assert "DTSTART:20261126T190000Z" in file


@given(title=texts, description=texts, place=texts)
def test_no_text_of_members_breaks_out_of_its_line(title, description, place) -> None:
    named = replace(EVENING, title=title, description=description, location=place)
    plain = replace(EVENING, title="t", description="d", location="l")

    file = ics.invitation(named, STAMP)

    absent = {"DESCRIPTION"} if not clean(description) else set()
    expected = [
        name for name in names(ics.invitation(plain, STAMP), "VEVENT")[0] if name not in absent
    ]
    found = [name for name in names(file, "VEVENT")[0] if name != "LOCATION"]
    assert found == [name for name in expected if name != "LOCATION"]


@given(title=texts, description=texts)
@example(title="C:\\new", description="a\\nb")
@example(title="C:\\New\\\\Nine", description="\\N\nNone, or a\\Nb; \\\\N")
def test_text_of_members_reads_back_as_it_was_written(title, description) -> None:
    named = replace(EVENING, title=title, description=description)

    event = read(ics.invitation(named, STAMP)).vevent

    assert event.summary.value == one_line(title)
    assert getattr(event, "description", None) is None or (
        event.description.value == clean(description)
    )


@pytest.mark.parametrize("address", ["https://x\r\nATTENDEE:mailto:y@example.org", "https://x\ny"])
def test_an_address_with_line_ends_is_refused(address) -> None:
    with pytest.raises(ValueError):
        ics.invitation(replace(EVENING, url=address), STAMP)


# The feed


def test_the_feed_has_all_sessions_and_says_which_are_cancelled() -> None:
    gone = replace(EVENING, uid="gone", cancelled=True)

    file = ics.feed("Circle, of\nNiamey", [EVENING, SERIES, gone], STAMP)

    feed = read(file)
    assert [event.uid.value for event in feed.vevent_list] == [EVENING.uid, SERIES.uid, "gone"]
    assert [event.status.value for event in feed.vevent_list][2] == "CANCELLED"
    assert feed.method.value == "PUBLISH"
    assert r"X-WR-CALNAME:Circle\, of Niamey" in lines(file)


def test_a_feed_of_nothing_is_a_calendar_too() -> None:
    assert read(ics.feed("Circle", [], STAMP)).name == "VCALENDAR"


def test_the_second_library_agrees() -> None:
    changed = replace(SERIES, changes=(dropped(1), moved(2, timedelta(days=1))))

    calendar = IcsCalendarStream.calendar_from_ics(ics.feed("Circle", [changed], STAMP).decode())

    starts = [event.dtstart for event, _ in zip(calendar.timeline, range(4), strict=False)]
    assert [start.replace(tzinfo=None) for start in starts] == [
        START,
        START + 2 * WEEK + timedelta(days=1),
        START + 3 * WEEK,
        START + 4 * WEEK,
    ]


# The clocks of Berlin go back at three in the night of 25 October 2026.
SECOND = datetime(2026, 10, 25, 2, 30, fold=1)


def test_the_second_of_two_equal_wall_times_is_written_so_that_nobody_takes_the_first() -> None:
    night = replace(EVENING, starts_at=SECOND)

    file = ics.invitation(night, STAMP)

    assert "DTSTART:20261025T013000Z" in lines(file)
    assert read(file).vevent.dtstart.value.astimezone(UTC) == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )
    [other] = IcsCalendarStream.calendar_from_ics(file.decode()).events
    assert other.dtstart == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_first_of_two_equal_wall_times_stays_on_the_clock_of_its_zone() -> None:
    file = ics.invitation(replace(EVENING, starts_at=SECOND.replace(fold=0)), STAMP)

    assert "DTSTART;TZID=Europe/Berlin:20261025T023000" in lines(file)


def test_an_occurrence_moved_to_the_second_of_two_equal_wall_times_is_written_in_utc() -> None:
    one = replace(moved(1, timedelta(0)), starts_at=SECOND)

    file = ics.invitation(replace(SERIES, changes=(one,)), STAMP)

    assert "DTSTART:20261025T013000Z" in lines(file)
