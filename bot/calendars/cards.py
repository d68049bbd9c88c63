"""How calendars look in Discord: private words about one's address, and about the feed."""

from bot.calendars.addresses import StoredAddress


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
