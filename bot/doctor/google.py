"""Checks Google Calendar: the sign-in, and whether the calendar can be read."""

import asyncio
from collections.abc import Sequence

from bot.calendars import setup
from bot.calendars.sync_result import GaveUp
from bot.core.errors import StartError
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site

SUBJECT = "Google"


async def find(site: Site) -> Sequence[Finding]:
    """Say what keeps the calendar from being used, if anything."""
    given = site.settings.google_credentials
    if given is None or not given.get_secret_value():
        return [unused(SUBJECT)]
    try:
        calendar = await site.read(lambda database: setup.look_at_google(site.settings, database))
    except StartError as error:
        return [mend(SUBJECT, str(error))]
    if calendar is None:
        return [unused(SUBJECT, "not checked: there is no database yet")]
    wrong = await asyncio.to_thread(calendar.check)
    if wrong is None:
        return [ok(SUBJECT, f"the calendar {site.settings.google_calendar_id} can be read")]
    later = "" if isinstance(wrong, GaveUp) else " Try again later."
    return [mend(SUBJECT, f"{wrong.reason}{later}")]
