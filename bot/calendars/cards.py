"""How calendars look in Discord: private words about a session, one's address, and the feed."""

from bot.calendars import ics, links
from bot.calendars.addresses import StoredAddress
from bot.calendars.service import ForCalendar
from bot.door.messages import Attachment, Message, link, safe


def for_own_calendar(found: ForCalendar) -> Message:
    """Return the file of a session or series, and links that fill in a new entry."""
    session = found.session
    content = ics.invitation(session.event, session.changed_at)
    file = Attachment(content, "session.ics")
    if found.cancelled:
        text = "That session is cancelled. If you have it from a file, this one takes it out."
        return Message(content=text, attachment=file)
    what = "whole series" if session.event.rule else "session"
    text = (
        f"**{safe(session.event.title)}**: open the file for the {what}, or choose your calendar. "
        "If the plan changes, the newest file changes your entry; a link only adds one."
    )
    if found.has_feed:
        text += "\n`/settings calendar-feed` is for all sessions, and follows by itself."
    items = (
        link("Google Calendar", links.google(session.event)),
        link("Outlook", links.outlook(session.single)),
    )
    return Message(content=text, items=items, attachment=file)


def address(stored: StoredAddress) -> str:
    """Say what is stored of a member's address, and what to do next."""
    if stored.masked is None:
        return (
            "I keep no mail address of yours. With one, Google Calendar invites you to every "
            "session: `/settings calendar-email address:name@example.org`."
        )
    if stored.trouble:
        return f"No code could be sent to {stored.masked} so far. {stored.trouble}"
    if not stored.confirmed:
        return (
            f"Google is sending an invitation to {stored.masked}; a code is in its title. Type it "
            "within a day: `/settings calendar-email code:123456`. Until then you are invited to "
            "nothing there. Nobody else sees your address, and it is kept encrypted."
        )
    return (
        f"Google Calendar invites {stored.masked} to every session. "
        "`/settings calendar-email forget:True` deletes the address."
    )


def feed(where: str) -> str:
    """Say where to subscribe to the group's calendar."""
    return (
        f"All sessions of this group, for your calendar program to subscribe to:\n`{where}`\n"
        "In Google Calendar: *Other calendars*, *From URL*. Whoever knows the address sees the "
        "sessions, so keep it in the group; a manager makes a new one with "
        "`/settings calendar-feed roll:True`."
    )
