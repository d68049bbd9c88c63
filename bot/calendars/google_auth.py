"""Signs in to Google, as a service account or as a person.

Which of the two it is shows in the file that `DOJO_GOOGLE_CREDENTIALS` names, as Google's console
wrote it. This file is imported only when a Google Calendar is used: the libraries are large.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import google.oauth2.credentials
from google.oauth2 import service_account

from bot.core.errors import StartError

# Events only: neither the list of calendars nor who may see them.
SCOPES = ("https://www.googleapis.com/auth/calendar.events",)
LOG_IN = "Run `dojo google-login` on a machine with a browser."


class SignInError(StartError):
    """The credentials cannot be used; says what to put where."""


def read_credentials(given: str) -> Mapping[str, Any]:
    """Read the JSON of `DOJO_GOOGLE_CREDENTIALS`: a file's name, or the text itself."""
    try:
        text = given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        # The text may be a key that was taken for a file's name. So it is not repeated here.
        reason = error.strerror if isinstance(error, OSError) else _first_line(error)
        raise SignInError(
            f"DOJO_GOOGLE_CREDENTIALS cannot be read ({reason}). It names the JSON "
            "file from Google's console, or is its text."
        ) from None
    if not isinstance(found, dict) or not (_is_service(found) or "installed" in found):
        raise SignInError(
            "DOJO_GOOGLE_CREDENTIALS is neither a service account's key nor the OAuth client of a "
            "desktop app. docs/operations.md says how to get one."
        )
    return found


def needs_login(credentials: Mapping[str, Any]) -> bool:
    """Tell whether a person must sign in once, because this is no service account."""
    return not _is_service(credentials)


def sign_in(
    credentials: Mapping[str, Any], *, subject: str | None = None, token: str | None = None
) -> Any:
    """Return Google's credentials object, which gets and renews its access by itself.

    `subject` is whom a service account acts for, with domain-wide delegation; `token` is what
    `dojo google-login` stored.
    """
    if _is_service(credentials):
        return _service(credentials, subject)
    if token is None:
        raise SignInError(f"Nobody has signed in to Google yet. {LOG_IN}")
    return _person(credentials, token)


def _is_service(credentials: Mapping[str, Any]) -> bool:
    return credentials.get("type") == "service_account"


def _service(credentials: Mapping[str, Any], subject: str | None) -> Any:
    try:
        return service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            dict(credentials), scopes=SCOPES, subject=subject
        )
    except ValueError as error:
        raise SignInError(
            f"DOJO_GOOGLE_CREDENTIALS is not a whole service account's key ({_first_line(error)}). "
            "Download it anew from Google's console."
        ) from None


def _person(credentials: Mapping[str, Any], token: str) -> Any:
    client = credentials["installed"]
    try:
        return google.oauth2.credentials.Credentials(  # type: ignore[no-untyped-call]
            token=None,
            refresh_token=json.loads(token)["refresh_token"],
            token_uri=client["token_uri"],
            client_id=client["client_id"],
            client_secret=client.get("client_secret"),
            scopes=SCOPES,
        )
    except (ValueError, KeyError, TypeError):
        raise SignInError(f"The sign-in to Google that was kept is not whole. {LOG_IN}") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
