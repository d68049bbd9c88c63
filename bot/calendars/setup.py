"""From the settings to a writable Google Calendar, or to what is missing.

Loads Google's libraries only where a calendar is configured.
"""

from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.core.encryption import Box, BrokenSealError
from bot.core.integrations import Integrations
from bot.core.settings import Settings
from storage import bot_state
from storage.engine import Database

if TYPE_CHECKING:
    from bot.calendars.google import GoogleCalendar


def open_box(settings: Settings) -> Box:
    """Return the box of `DOJO_SECRET_KEY`; raise `NoKeyError` if there is no key."""
    return Box(_revealed(settings.secret_key))


def open_integrations(settings: Settings, *, google: bool) -> Integrations:
    """Return the integrations that the settings allow; the box needs a key."""
    box = open_box(settings) if _revealed(settings.secret_key) else None
    url = (settings.http_url or f"http://{settings.http_bind}").rstrip("/")
    return Integrations(box=box, google=google, feed_url=url if settings.http_bind else None)


def open_google(settings: Settings, database: Database) -> "GoogleCalendar | None":
    """Open the calendar that `DOJO_GOOGLE_CREDENTIALS` lets the bot write; None without any."""
    if _revealed(settings.google_credentials) is None:
        return None
    with database.write() as tx:
        secret = bot_state.calendar_secret(tx)
    return _open(settings, database, secret)


def look_at_google(settings: Settings, database: Database) -> "GoogleCalendar":
    """Open the calendar only to look at it; saves nothing."""
    return _open(settings, database, "")


def log_in_to_google(settings: Settings, database: Database, *, port: int, browser: bool) -> None:
    """Let a person allow access to their calendar, and save Google's token, sealed."""
    from bot.calendars import google_auth, google_login  # noqa: PLC0415

    box = open_box(settings)
    given = _revealed(settings.google_credentials)
    if given is None:
        raise google_auth.SignInError(
            "DOJO_GOOGLE_CREDENTIALS is not set. docs/operations.md says how to get "
            "an OAuth client."
        )
    found = google_auth.read_credentials(given)
    token = google_login.log_in(found, port=port, open_browser=browser)
    with database.write() as tx:
        bot_state.keep(tx, bot_state.GOOGLE_TOKEN, box.seal(token))


def _open(settings: Settings, database: Database, secret: str) -> "GoogleCalendar":
    from bot.calendars import google, google_auth  # noqa: PLC0415 - large, and not always needed

    found = google_auth.read_credentials(_revealed(settings.google_credentials) or "")
    token = _token(settings, database) if google_auth.needs_login(found) else None
    return google.GoogleCalendar(
        google_auth.sign_in(found, subject=settings.google_subject, token=token),
        settings.google_calendar_id,
        secret,
        endpoint=settings.google_api_endpoint,
    )


def _token(settings: Settings, database: Database) -> str | None:
    """Return the token of the last login, if it can still be opened."""
    with database.read() as tx:
        sealed = bot_state.get(tx, bot_state.GOOGLE_TOKEN)
    try:
        return None if sealed is None else open_box(settings).open(sealed)
    except BrokenSealError:
        return None


def _revealed(secret: SecretStr | None) -> str | None:
    return (secret.get_secret_value() or None) if secret is not None else None
