"""`dojo google-login`: a person lets the bot write into their calendar, once, in the browser.

Google sends the browser back to an address on this machine (a loopback redirect, with PKCE); what
is kept is the refresh token alone, for the caller to seal.
"""

import json
import webbrowser
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import OAuth2Error

from bot.calendars.google_auth import SCOPES, SignInError, needs_login

PATIENCE = timedelta(minutes=10)
PROMPT = "Open this address in a browser on this machine, and allow it:\n\n{url}\n"
DONE = "Done. You can close this window; the bot has what it needs."


def log_in(
    credentials: Mapping[str, Any],
    *,
    port: int = 0,
    open_browser: bool = True,
    patience: timedelta = PATIENCE,
) -> str:
    """Let a person allow access in the browser, and return the token to store."""
    if not needs_login(credentials):
        raise SignInError(
            "DOJO_GOOGLE_CREDENTIALS is a service account's key: it needs no login. To use an "
            "ordinary account, put the OAuth client of a desktop app there."
        )
    flow = _flow(credentials)
    try:
        granted = flow.run_local_server(
            host="127.0.0.1",
            port=port,
            open_browser=open_browser,
            authorization_prompt_message=PROMPT,
            success_message=DONE,
            timeout_seconds=patience.total_seconds(),
            # Google sends a refresh token only with these two. Else access ends after an hour.
            access_type="offline",
            prompt="consent",
        )
    except WSGITimeoutError:
        raise SignInError("Nobody came back from Google in time. Run it again.") from None
    except webbrowser.Error:
        raise SignInError(
            "There is no browser on this machine. Run it again with --port 8765 --no-browser; "
            "docs/operations.md says how to open the address on another one."
        ) from None
    except (OAuth2Error, OSError) as error:
        raise SignInError(f"Google did not sign you in ({error}). Run it again.") from None
    if not granted.refresh_token:
        raise SignInError(
            "Google gave no lasting access. Remove the app at myaccount.google.com/permissions "
            "and run it again."
        )
    return json.dumps({"refresh_token": granted.refresh_token})


def _flow(credentials: Mapping[str, Any]) -> Any:
    try:
        return InstalledAppFlow.from_client_config(dict(credentials), SCOPES)
    except (ValueError, AttributeError, TypeError):
        raise SignInError(
            "DOJO_GOOGLE_CREDENTIALS is not a whole OAuth client. Download it anew from Google's "
            "console."
        ) from None
