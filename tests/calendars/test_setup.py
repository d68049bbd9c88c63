"""From settings to a calendar: what is configured works, what is missing is said."""

import contextlib
import io
import json
import threading
import urllib.request

import pytest

from bot.calendars import setup
from bot.calendars.sync_result import Synced
from bot.core.encryption import new_key
from bot.core.errors import StartError
from bot.core.settings import Settings
from storage import bot_state
from storage.engine import Database
from tests.calendars.conftest import private_key
from tests.calendars.loopback_google import CALENDAR, LoopbackGoogle
from tests.calendars.plans import EVENING

KEY = new_key()


def configured(google: LoopbackGoogle, account: dict[str, object], **more: object) -> Settings:
    return Settings(
        _env_file=None,
        google_credentials=json.dumps(account),
        google_calendar_id=CALENDAR,
        google_api_endpoint=google.url,
        **{"secret_key": KEY, **more},
    )


class Person(io.StringIO):
    """Opens the address that is printed, and allows what is asked."""

    def write(self, text: str) -> int:
        for word in text.split():
            if word.startswith("http://"):
                threading.Thread(target=urllib.request.urlopen, args=(word,)).start()
        return super().write(text)


def log_in(settings: Settings, database: Database) -> None:
    with contextlib.redirect_stdout(Person()):
        setup.log_in_to_google(settings, database, port=0, browser=False)


def test_without_credentials_there_is_no_calendar(sqlite) -> None:
    assert setup.open_google(Settings(_env_file=None), sqlite) is None
    assert setup.open_google(Settings(_env_file=None, google_credentials=""), sqlite) is None


def test_a_service_account_needs_no_key_and_no_login(google, sqlite) -> None:
    account = google.service_account(private_key())
    calendar = setup.open_google(configured(google, account, secret_key=None), sqlite)

    assert calendar is not None
    assert isinstance(calendar.put(EVENING), Synced)


def test_after_a_restart_the_same_session_is_the_same_event(google, database) -> None:
    account = google.service_account(private_key())

    for _ in range(2):
        calendar = setup.open_google(configured(google, account), database)
        assert calendar is not None
        calendar.put(EVENING)

    assert len(google.alive) == 1


def test_a_login_is_kept_sealed_and_used(google, sqlite, monkeypatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    settings = configured(google, google.oauth_client())

    log_in(settings, sqlite)

    with sqlite.read() as tx:
        assert "refresh-2" not in (bot_state.get(tx, bot_state.GOOGLE_TOKEN) or "")
    calendar = setup.open_google(settings, sqlite)
    assert calendar is not None
    assert isinstance(calendar.put(EVENING), Synced)


def test_a_login_that_the_key_no_longer_opens_is_to_be_done_again(
    google, sqlite, monkeypatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    log_in(configured(google, google.oauth_client()), sqlite)

    with pytest.raises(StartError, match="dojo google-login"):
        setup.open_google(configured(google, google.oauth_client(), secret_key=new_key()), sqlite)


def test_a_login_without_a_key_or_a_client_says_what_is_missing(google, sqlite) -> None:
    with pytest.raises(StartError, match="DOJO_SECRET_KEY is not set"):
        log_in(configured(google, google.oauth_client(), secret_key=None), sqlite)
    with pytest.raises(StartError, match="DOJO_GOOGLE_CREDENTIALS is not set"):
        log_in(Settings(_env_file=None, secret_key=KEY), sqlite)


def test_nobody_signed_in_yet_is_said(google, sqlite) -> None:
    with pytest.raises(StartError, match="Nobody has signed in to Google yet"):
        setup.open_google(configured(google, google.oauth_client()), sqlite)


def test_an_empty_variable_is_no_variable(monkeypatch) -> None:
    monkeypatch.setenv("DOJO_GOOGLE_CALENDAR_ID", "")
    monkeypatch.setenv("DOJO_HTTP_BIND", "")

    settings = Settings(_env_file=None)

    assert settings.google_calendar_id == "primary"
    assert settings.http_bind is None
