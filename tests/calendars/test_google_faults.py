"""Under every mix of faults: one event, one invitation for each guest, one mail for one change."""

import contextlib
import json
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.calendars.events import CalendarEvent
from bot.calendars.google import GoogleCalendar
from bot.calendars.sync_result import LOOK_AGAIN, Retry, Synced
from tests.calendars.conftest import SECRET, open_calendar, private_key
from tests.calendars.loopback_google import CALENDAR, Fault, LoopbackGoogle
from tests.calendars.plans import ANA, BEN, CLEO, SERIES, dropped, moved
from tests.machine import examples, patience

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]

# What goes wrong and is over at once.
SHORT = [
    Fault("drop"),
    Fault("lose"),
    Fault("nonsense"),
    Fault("rival"),
    Fault("refuse", 401, "authError"),
    Fault("refuse", 403, "rateLimitExceeded"),
    Fault("refuse", 403, "quotaExceeded"),
    Fault("refuse", 429, "rateLimitExceeded"),
    Fault("refuse", 500, "backendError"),
    Fault("refuse", 503, "backendError", retry_after="7"),
]
# These take the client's patience, in real time.
IMPATIENCE = timedelta(seconds=0.15)
LONG = [Fault("slow"), Fault("late")]

troubles = st.lists(st.none() | st.sampled_from(SHORT) | st.sampled_from(LONG), max_size=7).filter(
    lambda faults: sum(fault in LONG for fault in faults) <= 1
)


@dataclass
class Owner:
    """Keeps the calendar up as the bot does: tries until it is done, and remembers nothing else."""

    google: LoopbackGoogle
    now: timedelta = timedelta(0)
    put_at: timedelta = -LOOK_AGAIN
    waits: list[timedelta] = field(default_factory=list)

    def put(self, event: CalendarEvent) -> None:
        def once(calendar: GoogleCalendar, attempt: int) -> object:
            self.put_at = self.now
            return calendar.put(event, attempt)

        self._until_done(once)

    def cancel(self, event: CalendarEvent) -> None:
        def once(calendar: GoogleCalendar, attempt: int) -> object:
            unsure = self.now - self.put_at < LOOK_AGAIN
            return calendar.cancel(event, attempt, unsure=unsure)

        self._until_done(once)

    def _until_done(self, once) -> None:
        for attempt in range(1, 40):
            done = once(open_calendar(self.google, within=IMPATIENCE), attempt)
            if isinstance(done, Synced):
                return
            # A 401 that stays: somebody signs in again, and the bot goes on.
            wait = done.after if isinstance(done, Retry) else LOOK_AGAIN
            assert isinstance(done, Retry) or "sign-in" in done.reason
            self.now += wait
            if wait >= LOOK_AGAIN:
                self.google.catch_up()
        raise AssertionError(f"not done after 40 attempts: {done}")


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_one_event_and_one_mail_for_each_change_whatever_goes_wrong(data) -> None:
    titles = ["First", "Second", "Third"][: data.draw(st.integers(1, 3), label="changes")]
    with LoopbackGoogle() as google:
        owner = Owner(google)
        for title in titles:
            google.faults.extend(data.draw(troubles, label=title))
            owner.put(replace(SERIES, title=title, sequence=titles.index(title)))
            if data.draw(st.booleans(), label="late ones arrive"):
                google.catch_up()
        google.faults.clear()
        google.catch_up()

        [event] = google.alive
        assert event["summary"] == titles[-1]
        for guest in (ANA, BEN):
            assert google.sent("invite", guest) == 1
            assert google.sent("update", guest) == len(titles) - 1


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(before=troubles, during=troubles, changes=st.booleans())
def test_guests_come_and_go_and_occurrences_change_once(before, during, changes) -> None:
    changed = (dropped(1), moved(2, timedelta(days=1))) if changes else ()
    with LoopbackGoogle() as google:
        owner = Owner(google)
        google.faults.extend(before)
        owner.put(SERIES)
        google.faults.extend(during)
        owner.put(replace(SERIES, guests=(BEN, CLEO), changes=changed, sequence=1))
        google.faults.clear()
        google.catch_up()

        assert [google.sent("invite", guest) for guest in (ANA, BEN, CLEO)] == [1, 1, 1]
        assert [google.sent("uninvite", guest) for guest in (ANA, BEN, CLEO)] == [1, 0, 0]
        assert [google.sent("skip", BEN), google.sent("change", BEN)] == [len(changed) // 2] * 2


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(before=troubles, during=troubles, made=st.booleans())
def test_what_is_cancelled_is_gone_for_good(before, during, made) -> None:
    with LoopbackGoogle() as google:
        owner = Owner(google)
        google.faults.extend(before)
        if made:
            owner.put(SERIES)
        else:  # the session is cancelled while the event is still being made
            owner.put_at = owner.now
            open_calendar(google, within=IMPATIENCE).put(SERIES)
        google.faults.clear()
        google.faults.extend(during)
        owner.cancel(SERIES)
        google.catch_up()

        assert google.alive == []
        for guest in (ANA, BEN):
            assert google.sent("invite", guest) == google.sent("uninvite", guest) <= 1


CHILD = """
    import json, sys
    from datetime import timedelta
    from bot.calendars import google_auth
    from bot.calendars.google import GoogleCalendar
    from tests.calendars.plans import SERIES, dropped
    from dataclasses import replace

    given = json.load(sys.stdin)
    calendar = GoogleCalendar(
        google_auth.sign_in(given["account"]),
        given["calendar"],
        given["secret"],
        endpoint=given["url"],
        timeout=timedelta(seconds=5),
    )
    event = replace(SERIES, changes=(dropped(1),))
    sys.stdin.close()
    calendar.put(event)
"""


@pytest.mark.parametrize("kind", ["kill", "killed"])
@pytest.mark.parametrize("request_number", [0, 1, 2, 3])
def test_killed_at_any_moment_and_begun_again_it_is_the_same(google, kind, request_number) -> None:
    google.faults += [*[None] * request_number, Fault(kind)]

    assert _put_in_a_process(google) == -9
    google.faults.clear()
    done = open_calendar(google).put(replace(SERIES, changes=(dropped(1),)))

    assert isinstance(done, Synced)
    assert len(google.alive) == 1
    assert [google.sent("invite", guest) for guest in (ANA, BEN)] == [1, 1]
    assert [google.sent("skip", guest) for guest in (ANA, BEN)] == [1, 1]


def _put_in_a_process(google: LoopbackGoogle) -> int:
    given = {
        "account": google.service_account(private_key()),
        "calendar": CALENDAR,
        "secret": SECRET,
        "url": google.url,
    }
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD)], stdin=subprocess.PIPE, cwd=ROOT
    )
    google.client_pid = child.pid
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(json.dumps(given).encode())
        child.stdin.close()
    return child.wait(timeout=patience(20))
