"""A stand-in of Google on loopback, and a calendar at it with a service account's sign-in."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.calendars import google_auth
from bot.calendars.google import GoogleCalendar
from tests.calendars.loopback_google import CALENDAR, LoopbackGoogle
from tests.machine import patience

# How long the client waits; what answers at all on loopback answers sooner.
PATIENCE = timedelta(seconds=patience(0.2))
SECRET = "of this database"


@cache
def private_key() -> str:
    """A service account's key; making one takes longer than most tests.

    A small one: whoever signs in reads it, and reading one of 2048 bits takes ten times as long.
    """
    key = rsa.generate_private_key(65537, 1024)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def open_calendar(
    google: LoopbackGoogle, calendar_id: str = CALENDAR, *, within: timedelta = PATIENCE
) -> GoogleCalendar:
    """The calendar, with a new sign-in, as a process has it that has just started."""
    credentials = google_auth.sign_in(google.service_account(private_key()))
    return GoogleCalendar(
        credentials,
        calendar_id,
        SECRET,
        endpoint=google.url,
        timeout=within,
        chance=lambda: 0.5,
    )


@pytest.fixture
def google() -> Iterator[LoopbackGoogle]:
    with LoopbackGoogle() as opened:
        yield opened


@pytest.fixture
def calendar(google: LoopbackGoogle) -> GoogleCalendar:
    return open_calendar(google)
