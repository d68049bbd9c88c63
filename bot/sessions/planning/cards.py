"""How a planned session looks: announcement, reminder, list."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.message import (
    BLUE,
    DESCRIPTION_LIMIT,
    GREEN,
    GREY,
    PRIMARY,
    SUCCESS,
    Item,
    Message,
    button,
    card,
    countdown,
    lines,
    moment,
    safe,
)
from bot.rules import say_duration
from bot.sessions.planning.service import Planned, Upcoming
from bot.sessions.planning.shown import Announcement, Reminder
from storage.tables import SessionState

COLOURS = {
    SessionState.SCHEDULED: BLUE,
    SessionState.LIVE: GREEN,
    SessionState.CLOSED: GREY,
    SessionState.CANCELLED: GREY,
}
# Mentions of so many users fit in a message.
MOST_PINGS = 80


def announcement_card(shown: Announcement) -> Message:
    """When and where, who comes, and what to bring."""
    title = safe(shown.title)
    if shown.state == SessionState.CANCELLED:
        text = f"This session, planned for {moment(shown.starts_at)}, will not take place."
        return Message(embed=card(f"Cancelled: {title}", text, GREY))
    embed = card(title, _text(shown), COLOURS[shown.state])
    for name, people in (
        ("Going", shown.going),
        ("Maybe", shown.maybe),
        ("Can't make it", shown.cannot),
    ):
        if people or name == "Going":
            value = lines([safe(person) for person in people], empty="Nobody yet.")
            embed.add_field(name=f"{name} ({len(people)})", value=value)
    embed.add_field(name="Questions", value=_bring(shown), inline=False)
    embed.set_footer(text=f"Host: {shown.host}. Group's time zone: {shown.timezone}.")
    return Message(embed=embed, items=_items(shown))


def reminder_message(shown: Reminder) -> Message:
    """One ping to those who said yes or maybe."""
    about = shown.about
    pings = shown.user_ids[:MOST_PINGS]
    who = " ".join(f"<@{user}>" for user in pings)
    embed = card(f"{safe(about.title)} starts {countdown(about.starts_at)}", _text(about), BLUE)
    embed.add_field(name="Questions", value=_bring(about), inline=False)
    return Message(content=who, embed=embed, items=_rsvp_items(about, row=0), pings=pings)


def session_list(found: Sequence[Upcoming]) -> Message:
    """Sessions, soonest first."""
    rows = [
        f"**{safe(one.title)}** · {_when(one)} · <#{one.channel_id}> · {one.going} going, "
        f"{one.maybe} maybe"
        for one in found
    ]
    empty = "None is planned. `/session schedule` plans one, `/session start` starts one now."
    return Message(embed=card("Sessions", lines(rows, DESCRIPTION_LIMIT, empty=empty), BLUE))


def understood(planned: Planned, deed: str) -> str:
    """The reading of a plan, repeated."""
    local = planned.starts_at.astimezone(ZoneInfo(planned.timezone))
    return (
        f"**{safe(planned.title)}** is {deed}: {local:%A, %-d %B %Y, %H:%M} {planned.timezone}, "
        f"which is {moment(planned.starts_at)} for you ({countdown(planned.starts_at)}). "
        f"The announcement is in <#{planned.channel_id}>."
    )


def _text(shown: Announcement) -> str:
    where = f" in <#{shown.voice_channel_id}>" if shown.voice_channel_id else ""
    turn = say_duration(timedelta(seconds=shown.turn_seconds))
    about = f"{safe(shown.description)}\n\n" if shown.description else ""
    return (
        f"{about}**{moment(shown.starts_at)}** ({countdown(shown.starts_at)}){where}\n"
        f"We pick one question and go around the circle, {turn} each. No preparation needed; all "
        "levels welcome."
    )


def _bring(shown: Announcement) -> str:
    brought = f"{shown.questions} brought so far. " if shown.questions else "None brought yet. "
    return f"{brought}**Bring a question** that you haven't forecast yet."


def _items(shown: Announcement) -> tuple[Item, ...]:
    if shown.state != SessionState.SCHEDULED:
        return ()
    return (
        *_rsvp_items(shown, row=0),
        button("bring", shown.at, "Bring a question", PRIMARY, row=1),
        button("start", shown.at, "Start", SUCCESS, row=1),
    )


def _rsvp_items(shown: Announcement, row: int) -> tuple[Item, ...]:
    return (
        button("going", shown.at, "Going", SUCCESS, row=row),
        button("maybe", shown.at, "Maybe", row=row),
        button("cannot", shown.at, "Can't make it", row=row),
    )


def _when(one: Upcoming) -> str:
    return "live now" if one.state == SessionState.LIVE else moment(one.starts_at)
