"""Google's errors, and what follows: try again later, or say why not.

As https://developers.google.com/workspace/calendar/api/guides/errors says, in one table:

    401                      the sign-in was renewed once already, so it is no longer good
    403, 429 rate limits     again, each time twice as late, with some chance in it
    403 quotaExceeded        again, after an hour: too many invitations for one day, for example
    403 anything else        a person has to change something
    404 on inserting         there is no such calendar
    408, 5xx, no reply       again, as with rate limits
    400 and everything else  a person has to look

What 404, 409, 410 and 412 mean for one event is decided where the request is sent, in google.py.
"""

import http.client
import json
import random
from collections.abc import Callable
from datetime import timedelta

import google.auth.exceptions
import httplib2
from googleapiclient.errors import HttpError

from bot.calendars.sync_result import GaveUp, Retry

Chance = Callable[[], float]

RATE_LIMITS = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
QUOTAS = frozenset({"quotaExceeded", "dailyLimitExceeded"})
NO_GUESTS = "forbiddenForServiceAccounts"
LONGEST_WAIT = timedelta(minutes=5)
QUOTA_WAIT = timedelta(hours=1)
# An event never waits longer than this, even if Google's Retry-After says so.
LONGEST_RETRY_AFTER = timedelta(days=1)
UNREACHED = (
    OSError,
    http.client.HTTPException,
    httplib2.HttpLib2Error,
    google.auth.exceptions.TransportError,
)

SIGN_IN_GONE = (
    "Google no longer accepts the sign-in. Whoever runs the bot: sign in again with "
    "`dojo google-login`, or renew the service account's key."
)
NO_SUCH_CALENDAR = (
    "Google knows no calendar of that name, or does not show it to the bot. Whoever runs the bot: "
    "check DOJO_GOOGLE_CALENDAR_ID, and that the calendar is shared with the bot's account."
)
NOT_ALLOWED = (
    "Google does not let the bot change that calendar ({}). Whoever runs the bot: share it with "
    "the bot's account, with the right to make changes to events."
)
SWITCHED_OFF = (
    "The Google Calendar API is not switched on. Whoever runs the bot: enable it in the project "
    "of the credentials."
)


class NonsenseError(Exception):
    """An answer that cannot be Google's, such as the page of a hotel's network."""


def status_of(error: HttpError) -> int:
    """Return the HTTP status that Google answered with."""
    return int(error.resp.status)


def reason_of(error: HttpError) -> str:
    """Return Google's own word for what is wrong, such as `rateLimitExceeded`; empty if none."""
    try:
        return str(json.loads(error.content)["error"]["errors"][0]["reason"])
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


def judge(error: Exception, attempt: int, chance: Chance = random.random) -> Retry | GaveUp | None:
    """Decide what follows from a failure; None if it is not Google's.

    `attempt` counts from 1; `chance` returns a number between 0 and 1.
    """
    if isinstance(error, HttpError):
        return _judge_answer(error, attempt, chance)
    if isinstance(error, google.auth.exceptions.RefreshError):
        return _judge_sign_in(error, attempt, chance)
    if isinstance(error, UNREACHED):
        return Retry(back_off(attempt, chance), "Google Calendar did not answer.")
    if isinstance(error, NonsenseError):
        return Retry(back_off(attempt, chance), "Google Calendar's answer made no sense.")
    return None


def back_off(attempt: int, chance: Chance = random.random) -> timedelta:
    """Return the wait before the next attempt: doubled each time, up to `LONGEST_WAIT`.

    Up to a second of chance is added, so that not all attempts come at once.
    """
    seconds = 2.0 ** min(attempt, 12) + chance()
    return min(timedelta(seconds=seconds), LONGEST_WAIT)


def _judge_answer(error: HttpError, attempt: int, chance: Chance) -> Retry | GaveUp:
    status, reason = status_of(error), reason_of(error)
    wait = max(back_off(attempt, chance), _retry_after(error))
    if status in {403, 429} and reason in QUOTAS:
        return Retry(max(QUOTA_WAIT, wait), "Google Calendar has a limit that is used up for now.")
    if status == 429 or (status == 403 and reason in RATE_LIMITS):
        return Retry(wait, "Google Calendar asks the bot to slow down.")
    if status >= 500 or status == 408:
        return Retry(wait, f"Google Calendar had an error ({status}).")
    return GaveUp(_refused(status, reason))


def _refused(status: int, reason: str) -> str:
    if status == 401:
        return SIGN_IN_GONE
    if status == 404:
        return NO_SUCH_CALENDAR
    if status == 403 and reason == "accessNotConfigured":
        return SWITCHED_OFF
    if status == 403:
        return NOT_ALLOWED.format(reason or status)
    return f"Google Calendar refused the event ({reason or status})."


def _retry_after(error: HttpError) -> timedelta:
    """Return how long Google says to wait, if it says so in seconds."""
    said = str(error.resp.get("retry-after", ""))
    seconds = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0
    return min(timedelta(seconds=seconds), LONGEST_RETRY_AFTER)


def _judge_sign_in(
    error: google.auth.exceptions.RefreshError, attempt: int, chance: Chance
) -> Retry | GaveUp:
    if error.retryable:
        return Retry(back_off(attempt, chance), "Google's sign-in did not answer.")
    if "unauthorized_client" in str(error):
        return GaveUp(
            "Google does not let the service account act for DOJO_GOOGLE_SUBJECT. Whoever runs the "
            "bot: set up domain-wide delegation, or leave that variable empty."
        )
    return GaveUp(SIGN_IN_GONE)
