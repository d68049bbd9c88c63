"""One event at Google Calendar, made and updated. Synchronous: run it in a thread.

Each call reads what is there, and writes only what is not yet as it should be, on the condition
(`If-Match`) that nobody wrote in between. The event's id is ours. So the same call may be made
again at any time, after any failure and by anybody: there is one event, and people get one
mail for one change.

The bot's plan is what counts: an event that somebody deleted in Google Calendar comes back with
the next change of its session, and what was changed there by hand in title, times or place is
overwritten then. What the bot has no opinion about is left alone (see google_body.py).
"""

import functools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import google_auth_httplib2
import httplib2
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from bot.calendars.events import CalendarEvent, OccurrenceChange
from bot.calendars.google_body import (
    CANCELLED,
    MOST_GUESTS,
    event_id,
    is_written,
    merged_body,
    new_body,
    occurrence_patch,
    original_time,
)
from bot.calendars.google_faults import (
    NO_GUESTS,
    Chance,
    NonsenseError,
    back_off,
    judge,
    reason_of,
    status_of,
)
from bot.calendars.sync_result import LOOK_AGAIN, GaveUp, Outcome, Retry, Synced

ENDPOINT = "https://www.googleapis.com"
TIMEOUT = timedelta(seconds=20)
# How often to read again when somebody writes at the same time.
ROUNDS = 4
NO_DELEGATION = (
    "Google lets a service account invite guests only with domain-wide delegation, so nobody was "
    "invited by mail. The calendar has the session; docs/operations.md says how to set it up."
)
BAD_ADDRESS = (
    "Google did not take one of the guests' addresses, so nobody new was invited by mail. "
    "The calendar has the session."
)
TOO_MANY = f"Google takes {MOST_GUESTS} guests; the others were not invited by mail."
DELETED_FOR_GOOD = (
    "Somebody deleted the event in Google Calendar, and Google does not let it be put back."
)


class ContendedError(Exception):
    """Somebody else kept on writing the same event."""


class DeletedForGoodError(Exception):
    """The event was deleted, and cannot be restored."""


class GoogleCalendar:
    """One calendar at Google, written with one sign-in."""

    def __init__(
        self,
        credentials: Any,
        calendar_id: str,
        secret: str,
        *,
        endpoint: str = ENDPOINT,
        timeout: timedelta = TIMEOUT,
        chance: Chance = random.random,
    ) -> None:
        self._credentials = credentials
        self._calendar_id = calendar_id
        self._secret = secret
        self._endpoint = endpoint
        self._timeout = timeout.total_seconds()
        self._chance = chance

    def put(self, event: CalendarEvent, attempt: int = 1) -> Outcome:
        """Make Google's event, its occurrences and its guests be as `event` says.

        `attempt` counts from 1 how often this was tried; the wait before the next one grows.
        """
        return self._answer(functools.partial(self._put_somehow, event), attempt)

    def cancel(
        self,
        event: CalendarEvent,
        attempt: int = 1,
        *,
        unsure: bool = False,
        quietly: bool = False,
    ) -> Outcome:
        """Delete the event, and tell its guests unless `quietly` is set.

        `unsure` says that the event was put less than `LOOK_AGAIN` ago. If its reply was lost it
        may still be on its way, so where there is none yet this asks to look again.
        """
        return self._answer(
            functools.partial(self._cancel, event, unsure=unsure, quietly=quietly), attempt
        )

    def check(self) -> GaveUp | Retry | None:
        """Return what keeps the calendar from being used, if anything."""
        found = self._answer(self._look, 1)
        return None if isinstance(found, Synced) else found

    def _answer(self, work: Callable[[], Synced | Retry], attempt: int) -> Outcome:
        try:
            return work()
        except ContendedError:
            wait = back_off(attempt, self._chance)
            return Retry(wait, "The event was being changed in Google Calendar at the same time.")
        except DeletedForGoodError:
            return GaveUp(DELETED_FOR_GOOD)
        except Exception as error:
            verdict = judge(error, attempt, self._chance)
            if verdict is None:
                raise
            return verdict

    def _look(self) -> Synced:
        self._run(self._events.list(calendarId=self._calendar_id, maxResults=1))
        return Synced("", "")

    def _put_somehow(self, event: CalendarEvent) -> Synced:
        try:
            done = self._put(event, invite=True)
        except HttpError as error:
            note = _uninvited(error)
            if note is None or not event.guests:
                raise
            return replace(self._put(event, invite=False), note=note)
        return replace(done, note=TOO_MANY) if len(event.guests) > MOST_GUESTS else done

    def _put(self, event: CalendarEvent, *, invite: bool) -> Synced:
        """Write what differs from Google's event; without `invite` the guests stay as they are."""
        for _ in _rounds():
            found = self._read(event)
            if found is None:
                found = self._insert(event, invite=invite)
            elif not is_written(event, found, self._secret, invite=invite):
                found = self._patch(event, found, invite=invite)
            if found is not None:
                break
        for change in event.changes:
            self._put_change(event, change)
        return Synced(found["id"], found["etag"])

    def _cancel(self, event: CalendarEvent, *, unsure: bool, quietly: bool) -> Synced | Retry:
        for _ in _rounds():
            found = self._read(event)
            if found is None and unsure:
                return Retry(LOOK_AGAIN, "Google Calendar does not have the event, yet.")
            if found is None or found["status"] == CANCELLED:
                break
            updates = "none" if quietly else "all"
            request = self._events.delete(**self._which(event), sendUpdates=updates)
            request.headers["If-Match"] = found["etag"]
            self._tried(request, {404, 410, 412})
        return Synced(self._id(event), found["etag"] if found else "")

    def _read(self, event: CalendarEvent) -> Any:
        """Return the event as Google has it; None if there is none.

        Google still returns a deleted event for a long time.
        """
        return self._tried(self._events.get(**self._which(event)), {404, 410})

    def _insert(self, event: CalendarEvent, *, invite: bool) -> Any:
        """Make the event; None if there is one, or was one, with its id."""
        body = new_body(event, self._secret, invite=invite)
        updates = "all" if event.guests and invite else "none"
        request = self._events.insert(calendarId=self._calendar_id, body=body, sendUpdates=updates)
        return self._tried(request, {409})

    def _patch(self, event: CalendarEvent, found: Any, *, invite: bool) -> Any:
        """Change the event, or bring it back; None if somebody changed it meanwhile."""
        body = merged_body(event, found, self._secret, invite=invite)
        request = self._events.patch(**self._which(event), body=body, sendUpdates="all")
        request.headers["If-Match"] = found["etag"]
        restoring = found["status"] == CANCELLED
        try:
            return self._tried(request, {412} if restoring else {404, 410, 412})
        except HttpError as error:
            if restoring and _is_final(error):
                raise DeletedForGoodError from error
            raise

    def _put_change(self, event: CalendarEvent, change: OccurrenceChange) -> None:
        for _ in _rounds():
            found = self._occurrence(event, change)
            patch = found and occurrence_patch(event, change, found)
            if not patch:
                return
            request = self._events.patch(
                calendarId=self._calendar_id, eventId=found["id"], body=patch, sendUpdates="all"
            )
            request.headers["If-Match"] = found["etag"]
            if self._tried(request, {404, 410, 412}) is not None:
                return

    def _occurrence(self, event: CalendarEvent, change: OccurrenceChange) -> Any:
        """Return the occurrence that a change is about, if the rule has it."""
        original = original_time(event, change)
        request = self._events.instances(
            **self._which(event), originalStart=original, showDeleted=True, maxResults=1
        )
        return next(iter(self._run(request).get("items", [])), None)

    def _id(self, event: CalendarEvent) -> str:
        return event_id(event.uid, self._secret)

    def _which(self, event: CalendarEvent) -> dict[str, str]:
        return {"calendarId": self._calendar_id, "eventId": self._id(event)}

    def _tried(self, request: Any, expected: set[int]) -> Any:
        """Return the answer; None if it has one of the expected statuses.

        Those say how things are rather than what is wrong.
        """
        try:
            return self._run(request)
        except HttpError as error:
            if status_of(error) in expected:
                return None
            raise

    def _run(self, request: Any) -> Any:
        """Send one request on a new connection: httplib2's cannot be shared or used again."""
        fresh = httplib2.Http(timeout=self._timeout)
        http = google_auth_httplib2.AuthorizedHttp(
            self._credentials, http=fresh, max_refresh_attempts=1
        )
        try:
            found = request.execute(http=http)
        except UnicodeDecodeError:
            raise NonsenseError from None
        finally:
            fresh.close()
        empty = request.method == "DELETE"
        if bool(found) if empty else not (isinstance(found, dict) and "etag" in found):
            raise NonsenseError
        return {} if empty else found

    @functools.cached_property
    def _events(self) -> Any:
        """Return the calendar interface.

        Its description comes with the library, so this sends no request.
        """
        service = build(
            "calendar",
            "v3",
            http=httplib2.Http(timeout=self._timeout),
            client_options={"api_endpoint": f"{self._endpoint.rstrip('/')}/calendar/v3/"},
            static_discovery=True,
        )
        return service.events()


def _rounds() -> Iterator[int]:
    """Count how often to read again; then raise, because somebody else keeps changing it."""
    yield from range(ROUNDS)
    raise ContendedError


def _is_final(error: HttpError) -> bool:
    """Tell whether Google says no for good, and not because of the guests."""
    refused = status_of(error) in {403, 404, 410} and reason_of(error) != NO_GUESTS
    return refused and isinstance(judge(error, 1), GaveUp)


def _uninvited(error: HttpError) -> str | None:
    """Return what to say if the event may have been refused for its guests."""
    if reason_of(error) == NO_GUESTS:
        return NO_DELEGATION
    return BAD_ADDRESS if status_of(error) == 400 else None
