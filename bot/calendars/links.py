"""Links that fill in a new event in somebody's Google or Outlook calendar.

A link button of Discord takes 512 characters. Where that is too little, the description is
shortened first, then the place, then the title, each marked with an ellipsis; times never are.
A link adds a copy that does not follow later changes: the feed and the invitations do.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from bot.calendars.events import CalendarEvent, clean, in_utc, is_second, one_line

LONGEST = 512
GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"


def google(event: CalendarEvent) -> str:
    """Return a link to Google Calendar with the session or series filled in."""
    return _fit(event, _google)


def outlook(event: CalendarEvent) -> str:
    """Return a link to Outlook on the web with the session filled in.

    Of a series it has the first occurrence.
    """
    return _fit(event, _outlook)


def _google(event: CalendarEvent) -> str:
    fields = {
        "action": "TEMPLATE",
        "text": one_line(event.title),
        "dates": _dates(event),
        "ctz": event.zone,
        "recur": f"RRULE:{event.rule}" if event.rule else "",
        "location": one_line(event.location),
        "details": _details(event),
    }
    return _url(GOOGLE, fields)


def _dates(event: CalendarEvent) -> str:
    """Write the beginning and end on the clocks of the zone, which a series follows.

    The second of two equal wall times can only be said in UTC.
    """
    starts_at = in_utc(event.starts_at, event.tz)
    walls = [
        moment.astimezone(event.tz).replace(tzinfo=None)
        for moment in (starts_at, starts_at + event.duration)
    ]
    if event.rule is None and any(is_second(wall, event.tz) for wall in walls):
        return f"{starts_at:%Y%m%dT%H%M%SZ}/{starts_at + event.duration:%Y%m%dT%H%M%SZ}"
    return f"{event.starts_at:%Y%m%dT%H%M%S}/{walls[1]:%Y%m%dT%H%M%S}"


def _outlook(event: CalendarEvent) -> str:
    starts_at = in_utc(event.starts_at, event.tz)
    fields = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": one_line(event.title),
        "startdt": f"{starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{starts_at + event.duration:%Y-%m-%dT%H:%M:%SZ}",
        "location": one_line(event.location),
        "body": _details(event),
    }
    return _url(OUTLOOK, fields)


def _details(event: CalendarEvent) -> str:
    """Return the description and the address of the place, which is never cut."""
    return "\n\n".join(part for part in (clean(event.description).strip(), event.url) if part)


def _url(base: str, fields: Mapping[str, str]) -> str:
    given = {name: text for name, text in fields.items() if text}
    return f"{base}?{urlencode(given, quote_via=quote, safe='')}"


def _fit(event: CalendarEvent, link: Callable[[CalendarEvent], str]) -> str:
    for name in ("description", "location", "title"):
        text = getattr(event, name)
        length = len(text)
        while length > 0 and (excess := len(link(event)) - LONGEST) > 0:
            length = _fewer(text, length, excess)
            shorter: Any = {name: f"{text[:length].rstrip()}…" if length else ""}
            event = replace(event, **shorter)
    return link(event)


def _fewer(text: str, length: int, excess: int) -> int:
    """Return how much text to keep so that about `excess` encoded characters go.

    At least one character less each time, so it comes to an end; the ellipsis takes nine.
    """
    freed = 0
    while length > 0 and freed < max(excess, 1):
        length -= 1
        freed += len(quote(text[length], safe=""))
    return length
