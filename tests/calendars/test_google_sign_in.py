"""Both ways of signing in, over a socket: a service account, and a person in the browser."""

import contextlib
import io
import json
import threading
import urllib.request
import webbrowser
from datetime import timedelta

import pytest
from google.auth.exceptions import RefreshError

from bot.calendars import google_auth, google_login
from bot.calendars.google import GoogleCalendar
from bot.calendars.google_auth import SignInError, read_credentials, sign_in
from bot.calendars.google_faults import SIGN_IN_GONE, judge
from bot.calendars.sync_result import GaveUp, Retry, Synced
from tests.calendars.conftest import PATIENCE, SECRET, private_key
from tests.calendars.loopback_google import CALENDAR, Fault, LoopbackGoogle
from tests.calendars.plans import EVENING
from tests.machine import patience


def as_a_person(google: LoopbackGoogle, token: str) -> GoogleCalendar:
    credentials = sign_in(google.oauth_client(), token=token)
    return GoogleCalendar(credentials, CALENDAR, SECRET, endpoint=google.url, timeout=PATIENCE)


def test_a_refused_token_is_renewed_once_and_the_request_repeated(google, calendar) -> None:
    calendar.put(EVENING)
    google.tokens.clear()

    assert isinstance(calendar.put(EVENING), Synced)
    assert len(google.tokens) == 1


def test_a_sign_in_that_does_not_answer_is_tried_again() -> None:
    silent = RefreshError("internal_failure", retryable=True)  # after google-auth's own attempts

    assert judge(silent, 1, lambda: 0.5) == Retry(
        timedelta(seconds=2.5), "Google's sign-in did not answer."
    )


def test_a_key_that_was_deleted_is_said(google, calendar) -> None:
    google.sign_in_faults += [Fault("refuse", 400, "invalid_grant")] * 3

    assert calendar.put(EVENING) == GaveUp(SIGN_IN_GONE)


def test_a_subject_without_delegation_is_said(google, calendar) -> None:
    google.sign_in_faults += [Fault("refuse", 401, "unauthorized_client")] * 3

    refused = calendar.put(EVENING)

    assert isinstance(refused, GaveUp)
    assert "DOJO_GOOGLE_SUBJECT" in refused.reason


def test_a_subject_is_whom_the_service_account_acts_for(google) -> None:
    credentials = sign_in(google.service_account(private_key()), subject="host@example.org")

    assert credentials._subject == "host@example.org"


def test_a_person_signs_in_with_what_was_kept(google) -> None:
    kept = json.dumps({"refresh_token": "refresh-1"})

    assert isinstance(as_a_person(google, kept).put(EVENING), Synced)


def test_a_person_who_took_the_access_back_is_asked_to_sign_in_again(google) -> None:
    google.refresh_tokens.clear()

    refused = as_a_person(google, json.dumps({"refresh_token": "refresh-1"})).put(EVENING)

    assert refused == GaveUp(SIGN_IN_GONE)


@pytest.mark.parametrize("kept", [None, "", "{}", "[]"])
def test_without_a_whole_token_it_says_to_sign_in(google, kept) -> None:
    with pytest.raises(SignInError, match="dojo google-login"):
        sign_in(google.oauth_client(), token=kept)


# In the browser


@pytest.fixture
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in has no certificate, which oauthlib would refuse."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


class Browser(io.StringIO):
    """Standard output, with somebody who opens the address that appears there."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[threading.Thread] = []

    def write(self, text: str) -> int:
        for word in text.split():
            if word.startswith("http://"):
                opening = threading.Thread(target=self._open, args=(word,))
                self.opened.append(opening)
                opening.start()
        return super().write(text)

    def _open(self, address: str) -> None:
        self.page = urllib.request.urlopen(address, timeout=patience(5)).read().decode()


def log_in(google: LoopbackGoogle) -> tuple[str, Browser]:
    browser = Browser()
    with contextlib.redirect_stdout(browser):
        token = google_login.log_in(
            google.oauth_client(), open_browser=False, patience=timedelta(seconds=5)
        )
    for opening in browser.opened:
        opening.join()
    return token, browser


@pytest.mark.usefixtures("plain_http")
def test_a_login_in_the_browser_gives_lasting_access(google) -> None:
    token, browser = log_in(google)

    assert json.loads(token) == {"refresh_token": "refresh-2"}
    assert "Done" in browser.page
    assert isinstance(as_a_person(google, token).put(EVENING), Synced)


@pytest.mark.usefixtures("plain_http")
def test_a_login_that_google_refuses_is_said(google) -> None:
    real = google._answer_token
    google._answer_token = lambda asked, handler: handler.reply(400, {"error": "invalid_grant"})

    with pytest.raises(SignInError, match="Google did not sign you in"):
        log_in(google)
    google._answer_token = real


@pytest.mark.usefixtures("plain_http")
def test_nobody_who_comes_back_is_said(google) -> None:
    with (
        contextlib.redirect_stdout(io.StringIO()),
        pytest.raises(SignInError, match="Nobody came back"),
    ):
        google_login.log_in(
            google.oauth_client(), open_browser=False, patience=timedelta(seconds=0.1)
        )


def test_a_service_account_needs_no_login(google) -> None:
    with pytest.raises(SignInError, match="needs no login"):
        google_login.log_in(google.service_account(private_key()))


@pytest.mark.usefixtures("plain_http")
def test_a_machine_without_a_browser_says_what_to_do(google, monkeypatch) -> None:
    monkeypatch.setattr(webbrowser, "_tryorder", [])

    with pytest.raises(SignInError, match="There is no browser on this machine"):
        google_login.log_in(google.oauth_client(), patience=timedelta(seconds=0.1))


@pytest.mark.parametrize("client", [{}, {"client_id": "dojo"}, "dojo"])
def test_half_a_client_says_to_download_it_anew(client) -> None:
    with pytest.raises(SignInError, match=r"not a whole OAuth client\. Download it anew"):
        google_login.log_in({"installed": client}, open_browser=False)


# The file


def test_credentials_are_a_file_or_its_text(google, tmp_path) -> None:
    text = json.dumps(google.service_account(private_key()))
    file = tmp_path / "key.json"
    file.write_text(text)

    assert read_credentials(str(file)) == read_credentials(text) == json.loads(text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("/nowhere/key.json", "cannot be read"),
        ("{", "cannot be read"),
        ("{}", "neither a service account's key nor"),
        ('{"web": {}}', "neither a service account's key nor"),
    ],
)
def test_a_file_that_is_none_says_what_belongs_there(given, said) -> None:
    with pytest.raises(SignInError, match=said):
        read_credentials(given)


def test_a_key_that_is_taken_for_a_files_name_is_not_written_out(google) -> None:
    text = json.dumps(google.service_account(private_key()))

    with pytest.raises(SignInError) as refused:
        read_credentials(f"'{text}'")

    assert "PRIVATE KEY" not in str(refused.value)


def test_half_a_key_says_to_download_it_anew() -> None:
    with pytest.raises(SignInError, match="Download it anew"):
        sign_in({"type": "service_account", "client_email": "dojo@example.org"})


def test_only_events_are_asked_for() -> None:
    assert google_auth.SCOPES == ("https://www.googleapis.com/auth/calendar.events",)
