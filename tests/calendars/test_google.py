"""Google's library talks over a socket to a stand-in of the Calendar API: what each answer means."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.calendars import google_faults
from bot.calendars.google import (
    BAD_ADDRESS,
    DELETED_FOR_GOOD,
    NO_DELEGATION,
    TOO_MANY,
    GoogleCalendar,
)
from bot.calendars.google_body import event_id, new_body
from bot.calendars.sync_result import LOOK_AGAIN, GaveUp, Retry, Synced
from tests.calendars.conftest import SECRET, open_calendar
from tests.calendars.loopback_google import Fault, LoopbackGoogle
from tests.calendars.plans import ANA, BEN, CLEO, EVENING, SERIES, START, dropped, moved

ID = event_id(EVENING.uid, SECRET)
SERIES_ID = event_id(SERIES.uid, SECRET)
LATER = replace(EVENING, starts_at=START + timedelta(hours=1), sequence=1)


# Making an event


def test_a_session_becomes_one_event_with_times_in_its_own_zone(google, calendar) -> None:
    done = calendar.put(EVENING)

    [event] = google.alive
    assert done == Synced(ID, event["etag"])
    assert event["summary"] == "Forecasting Dojo"
    assert event["start"] == {"dateTime": "2026-11-26T19:00:00", "timeZone": "Europe/Berlin"}
    assert event["end"] == {"dateTime": "2026-11-26T21:00:00", "timeZone": "Europe/Berlin"}
    assert event["description"] == f"Bring a question.\n\n{EVENING.url}"
    assert event["reminders"]["overrides"] == [
        {"method": "popup", "minutes": 15},
        {"method": "popup", "minutes": 1440},
    ]


def test_guests_get_one_invitation_each_and_do_not_see_each_other(google, calendar) -> None:
    calendar.put(EVENING)

    assert [google.sent("invite", guest) for guest in (ANA, BEN)] == [1, 1]
    assert google.events[ID]["guestsCanSeeOtherGuests"] is False


def test_putting_the_same_again_writes_nothing_and_mails_nobody(google, calendar) -> None:
    first = calendar.put(EVENING)
    google.asked.clear()

    assert open_calendar(google).put(EVENING) == first
    assert google.wrote() == []
    assert len(google.mails) == 2


def test_a_change_is_patched_and_each_guest_hears_of_it_once(google, calendar) -> None:
    calendar.put(EVENING)

    calendar.put(LATER)

    assert google.events[ID]["start"]["dateTime"] == "2026-11-26T20:00:00"
    assert [google.sent("update", guest) for guest in (ANA, BEN)] == [1, 1]
    assert google.sent("invite", ANA) == 1


def test_two_bots_with_one_calendar_do_not_meet(google, calendar) -> None:
    calendar.put(EVENING)

    other = open_calendar(google)
    other._secret = "of another database"
    other.put(EVENING)

    assert len(google.alive) == 2


# What people change in Google Calendar


def test_what_the_bot_has_no_opinion_about_is_left_alone(google, calendar) -> None:
    calendar.put(EVENING)
    answered = [
        {"email": ANA.upper(), "responseStatus": "accepted"},
        {"email": BEN},
        {"email": "by-hand@example.org", "responseStatus": "tentative"},
    ]
    google.touch(ID, colorId="7", attendees=answered)

    calendar.put(replace(LATER, guests=(ANA, BEN, CLEO)))

    assert google.events[ID]["colorId"] == "7"
    assert google.events[ID]["attendees"] == [*answered, {"email": CLEO}]
    assert google.sent("invite", CLEO) == 1


def test_a_member_who_takes_the_address_back_is_no_longer_a_guest(google, calendar) -> None:
    calendar.put(EVENING)

    calendar.put(replace(EVENING, guests=(BEN,)))
    calendar.put(replace(EVENING, guests=(BEN, ANA)))

    assert google.sent("uninvite", ANA) == 1
    assert google.sent("invite", ANA) == 2
    assert google.sent("invite", BEN) == 1


def test_the_last_guest_can_leave_too(google, calendar) -> None:
    calendar.put(EVENING)

    calendar.put(replace(EVENING, guests=()))

    assert google.events[ID]["attendees"] == []
    assert not any(
        name.startswith("dojoGuest") for name in google.events[ID]["extendedProperties"]["private"]
    )


def test_a_change_at_the_same_moment_is_merged_with(google, calendar) -> None:
    calendar.put(EVENING)
    google.faults += [None, Fault("rival")]

    done = calendar.put(LATER)

    assert isinstance(done, Synced)
    assert google.events[ID]["start"]["dateTime"] == "2026-11-26T20:00:00"
    assert "colorId" in google.events[ID]


def test_an_event_that_is_always_being_changed_waits(google, calendar) -> None:
    calendar.put(EVENING)
    google.faults += [None, Fault("rival")] * 4

    waiting = calendar.put(LATER, attempt=3)

    assert waiting == Retry(
        timedelta(seconds=8.5),
        "The event was being changed in Google Calendar at the same time.",
    )


def test_an_event_that_somebody_deleted_comes_back_as_the_same_one(google, calendar) -> None:
    calendar.put(EVENING)
    google.delete_by_hand(ID)

    done = calendar.put(LATER)

    assert isinstance(done, Synced)
    assert [event["id"] for event in google.alive] == [ID]
    assert google.events[ID]["start"]["dateTime"] == "2026-11-26T20:00:00"


def test_an_event_that_google_has_forgotten_is_made_anew(google, calendar) -> None:
    calendar.put(EVENING)
    google.forget(ID)

    calendar.put(LATER)

    assert [event["id"] for event in google.alive] == [ID]


def test_a_deleted_event_that_cannot_come_back_is_said_so(google, calendar) -> None:
    calendar.put(EVENING)
    google.delete_by_hand(ID)
    google.faults += [None, Fault("refuse", 403, "forbidden")]

    assert calendar.put(LATER) == GaveUp(DELETED_FOR_GOOD)


@pytest.mark.parametrize("status", [404, 410])
def test_an_event_that_is_gone_between_reading_and_writing_is_looked_for_again(
    google, calendar, status
) -> None:
    calendar.put(EVENING)
    google.faults += [None, Fault("refuse", status, "deleted")]

    assert isinstance(calendar.put(LATER), Synced)
    assert google.events[ID]["start"]["dateTime"] == "2026-11-26T20:00:00"


def test_an_event_that_appears_between_reading_and_inserting_is_patched(google, calendar) -> None:
    calendar.put(EVENING)
    google.faults += [Fault("refuse", 404, "notFound")]  # Google's readers lag behind

    assert isinstance(calendar.put(LATER), Synced)
    assert len(google.alive) == 1
    assert google.events[ID]["start"]["dateTime"] == "2026-11-26T20:00:00"
    assert google.sent("invite", ANA) == 1


# Series


def test_a_series_has_its_rule_and_its_exceptions(google, calendar) -> None:
    calendar.put(replace(SERIES, changes=(dropped(1), moved(2, timedelta(days=1)))))

    assert google.events[SERIES_ID]["recurrence"] == ["RRULE:FREQ=WEEKLY;BYDAY=TH"]
    assert google.changes(SERIES_ID) == {
        "20261203T180000Z": {"status": "cancelled"},
        "20261210T180000Z": {
            "start": {"dateTime": "2026-12-11T19:00:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-12-11T21:00:00", "timeZone": "Europe/Berlin"},
        },
    }


def test_exceptions_are_found_across_a_clock_change(google, calendar) -> None:
    calendar.put(replace(SERIES, changes=(dropped(20),)))  # in April, in summer time

    assert google.changes(SERIES_ID) == {"20270415T170000Z": {"status": "cancelled"}}


def test_exceptions_are_not_written_twice(google, calendar) -> None:
    changed = replace(SERIES, changes=(dropped(1), moved(2, timedelta(days=1))))
    calendar.put(changed)

    calendar.put(changed)

    assert google.sent("skip", ANA) == 1
    assert google.sent("change", ANA) == 1


def test_one_occurrence_can_have_another_title(google, calendar) -> None:
    one = replace(dropped(1), cancelled=False, title="The long night", duration=timedelta(hours=4))

    calendar.put(replace(SERIES, changes=(one,)))

    change = google.changes(SERIES_ID)["20261203T180000Z"]
    assert change["summary"] == "The long night"
    assert change["end"]["dateTime"] == "2026-12-03T23:00:00"


def test_an_occurrence_is_put_back_by_a_change_that_changes_nothing(google, calendar) -> None:
    calendar.put(replace(SERIES, changes=(dropped(1),)))

    calendar.put(replace(SERIES, changes=(replace(dropped(1), cancelled=False),)))

    assert google.changes(SERIES_ID)["20261203T180000Z"]["status"] == "confirmed"


def test_an_exception_that_the_rule_does_not_have_is_passed_over(google, calendar) -> None:
    off = replace(dropped(1), original=START + timedelta(days=2))

    assert isinstance(calendar.put(replace(SERIES, changes=(off,))), Synced)
    assert google.changes(SERIES_ID) == {}


def test_a_session_that_becomes_a_series_and_back_stays_one_event(google, calendar) -> None:
    calendar.put(EVENING)
    calendar.put(replace(EVENING, rule=SERIES.rule))
    assert google.events[ID]["recurrence"] == ["RRULE:FREQ=WEEKLY;BYDAY=TH"]

    calendar.put(EVENING)

    assert google.events[ID]["recurrence"] == []
    assert len(google.alive) == 1


# Cancelling


def test_a_cancelled_session_leaves_the_calendar_and_guests_hear_of_it_once(
    google, calendar
) -> None:
    calendar.put(EVENING)

    first = calendar.cancel(EVENING)

    assert calendar.cancel(EVENING) == first
    assert google.alive == []
    assert [google.sent("uninvite", guest) for guest in (ANA, BEN)] == [1, 1]


def test_cancelling_what_somebody_deleted_or_nobody_made_is_done_already(google, calendar) -> None:
    assert calendar.cancel(SERIES) == Synced(SERIES_ID, "")

    calendar.put(EVENING)
    google.delete_by_hand(ID)

    assert isinstance(calendar.cancel(EVENING), Synced)
    assert google.sent("uninvite", ANA) == 0


def test_cancelling_waits_for_an_event_that_may_be_on_its_way(google, calendar) -> None:
    google.faults += [None, Fault("late")]
    assert isinstance(calendar.put(EVENING), Retry)

    waiting = calendar.cancel(EVENING, unsure=True)
    google.catch_up()
    done = calendar.cancel(EVENING, attempt=2)

    assert isinstance(waiting, Retry)
    assert waiting.after == LOOK_AGAIN
    assert isinstance(done, Synced)
    assert google.alive == []


def test_a_change_that_crosses_the_cancellation_does_not_stop_it(google, calendar) -> None:
    calendar.put(EVENING)
    google.faults += [None, Fault("rival")]

    assert isinstance(calendar.cancel(EVENING), Synced)
    assert google.alive == []


# Guests whom Google does not take


def test_a_service_account_without_delegation_puts_the_event_without_guests(calendar, google):
    google.delegated = False

    done = calendar.put(EVENING)

    assert done == Synced(ID, google.events[ID]["etag"], NO_DELEGATION)
    assert google.events[ID]["attendees"] == []
    assert google.mails == []


def test_guests_are_invited_once_delegation_is_set_up(google, calendar) -> None:
    google.delegated = False
    calendar.put(EVENING)
    google.delegated = True

    calendar.put(EVENING)

    assert [google.sent("invite", guest) for guest in (ANA, BEN)] == [1, 1]


def test_an_address_that_google_refuses_does_not_uninvite_the_others(google, calendar) -> None:
    calendar.put(EVENING)

    done = calendar.put(replace(LATER, guests=(ANA, BEN, "nonsense")))

    assert isinstance(done, Synced)
    assert done.note == BAD_ADDRESS
    assert google.events[ID]["start"]["dateTime"] == "2026-11-26T20:00:00"
    assert google.sent("uninvite", ANA) == 0


def test_more_guests_than_google_takes_is_said(google, calendar) -> None:
    crowd = tuple(f"member{number}@example.org" for number in range(201))

    done = calendar.put(replace(EVENING, guests=crowd))

    assert isinstance(done, Synced)
    assert done.note == TOO_MANY
    assert len(google.events[ID]["attendees"]) == 200


# Refusals and failures


@pytest.mark.parametrize(
    ("status", "reason", "after"),
    [
        (403, "rateLimitExceeded", 4.5),
        (403, "userRateLimitExceeded", 4.5),
        (429, "rateLimitExceeded", 4.5),
        (403, "quotaExceeded", 3600),
        (429, "quotaExceeded", 3600),
        (403, "dailyLimitExceeded", 3600),
        (408, "", 4.5),
        (500, "backendError", 4.5),
        (502, "", 4.5),
        (503, "backendError", 4.5),
    ],
)
def test_what_passes_is_tried_again_later(google, calendar, status, reason, after) -> None:
    google.faults += [None, Fault("refuse", status, reason)]

    waiting = calendar.put(EVENING, attempt=2)

    assert isinstance(waiting, Retry)
    assert waiting.after == timedelta(seconds=after)
    assert isinstance(calendar.put(EVENING, attempt=3), Synced)


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        (401, "authError", google_faults.SIGN_IN_GONE),
        (403, "forbidden", google_faults.NOT_ALLOWED.format("forbidden")),
        (403, "requiredAccessLevel", google_faults.NOT_ALLOWED.format("requiredAccessLevel")),
        (403, "accessNotConfigured", google_faults.SWITCHED_OFF),
        (404, "notFound", google_faults.NO_SUCH_CALENDAR),
        (418, "teapot", "Google Calendar refused the event (teapot)."),
    ],
)
def test_what_does_not_pass_says_what_to_do(google, calendar, status, reason, said) -> None:
    google.faults += [None, *[Fault("refuse", status, reason)] * 2]

    assert calendar.put(EVENING) == GaveUp(said)


def test_a_calendar_that_does_not_exist_is_said_so(google) -> None:
    wrong = open_calendar(google, "nobody@group.calendar.google.com")

    assert wrong.put(EVENING) == GaveUp(google_faults.NO_SUCH_CALENDAR)
    assert wrong.check() == GaveUp(google_faults.NO_SUCH_CALENDAR)


def test_a_body_that_google_refuses_is_not_sent_for_ever(google, calendar) -> None:
    google.faults += [None, Fault("refuse", 400, "invalid"), None, Fault("refuse", 400, "invalid")]

    assert calendar.put(EVENING) == GaveUp("Google Calendar refused the event (invalid).")


@pytest.mark.parametrize(
    ("asked", "after"), [("120", 120), ("9" * 8, 86400), ("Thu, 26 Nov 2026", 2.5)]
)
def test_google_may_say_how_long_to_wait(google, calendar, asked, after) -> None:
    google.faults += [Fault("refuse", 503, "backendError", retry_after=asked)]

    waiting = calendar.put(EVENING)

    assert isinstance(waiting, Retry)
    assert waiting.after == timedelta(seconds=after)


@pytest.mark.parametrize("kind", ["drop", "lose", "slow", "late", "nonsense"])
def test_a_reply_that_does_not_come_is_no_second_event_and_no_second_mail(google, calendar, kind):
    google.faults += [None, Fault(kind)]

    first = calendar.put(EVENING)
    google.catch_up()
    second = open_calendar(google).put(EVENING, attempt=2)

    assert isinstance(first, Retry | Synced)
    assert isinstance(second, Synced)
    assert len(google.alive) == 1
    assert [google.sent("invite", guest) for guest in (ANA, BEN)] == [1, 1]


def test_an_insert_that_arrives_after_its_own_repetition_changes_nothing(google, calendar) -> None:
    google.faults += [None, Fault("late")]
    calendar.put(EVENING)
    calendar.put(LATER)

    google.catch_up()

    assert google.events[ID]["start"]["dateTime"] == "2026-11-26T20:00:00"
    assert google.sent("invite", ANA) == 1


def test_a_change_that_arrives_after_a_newer_one_is_refused(google, calendar) -> None:
    calendar.put(EVENING)
    google.faults += [None, Fault("late")]
    calendar.put(LATER)
    calendar.put(replace(EVENING, sequence=2, title="Back to seven"))

    google.catch_up()

    assert google.events[ID]["summary"] == "Back to seven"
    assert google.events[ID]["start"]["dateTime"] == "2026-11-26T19:00:00"


def test_nobody_there_is_tried_again(google) -> None:
    nowhere = open_calendar(google)
    nowhere._endpoint = "http://127.0.0.1:1"

    waiting = nowhere.put(EVENING)

    assert waiting == Retry(timedelta(seconds=2.5), "Google Calendar did not answer.")


def test_waits_grow_to_five_minutes_and_differ_by_chance() -> None:
    waits = [google_faults.back_off(attempt).total_seconds() for attempt in range(1, 40)]

    assert all(2 <= waits[0] < 3 and 4 <= wait < 5 for wait in waits[1:2])
    assert max(waits) == 300
    assert len({google_faults.back_off(1) for _ in range(5)}) > 1


def test_a_mistake_of_our_own_is_not_taken_for_googles(calendar: GoogleCalendar, google) -> None:
    calendar._secret = None

    with pytest.raises(AttributeError):
        calendar.put(EVENING)


def test_a_calendar_that_can_be_used_has_nothing_to_say(google: LoopbackGoogle, calendar) -> None:
    assert calendar.check() is None


def test_the_second_of_two_equal_wall_times_has_its_offset_with_it(google, calendar) -> None:
    second = replace(EVENING, starts_at=datetime(2026, 10, 25, 2, 30, fold=1))

    start = new_body(second, SECRET)["start"]

    assert start == {"dateTime": "2026-10-25T02:30:00+01:00", "timeZone": "Europe/Berlin"}
    assert new_body(EVENING, SECRET)["start"]["dateTime"] == "2026-11-26T19:00:00"
