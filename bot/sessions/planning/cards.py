"""How a planned session looks: announcement, reminder, list."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import discord

from bot.calendars import ics, links
from bot.core.times.said import say_moment
from bot.core.typed_times import Asked
from bot.doubt_card import doubt_card
from bot.message import (
    BLUE,
    DESCRIPTION_LIMIT,
    EMBED_LIMIT,
    FIELD_LIMIT,
    GREEN,
    GREY,
    PRIMARY,
    SUCCESS,
    Attachment,
    Item,
    Message,
    button,
    card,
    countdown,
    cut,
    lines,
    link,
    listed,
    moment,
    safe,
)
from bot.rules import say_duration
from bot.sessions.planning.service import Planned, Upcoming
from bot.sessions.planning.shown import Announcement, Place, Reminder
from storage.tables import SessionState

COLOURS = {
    SessionState.SCHEDULED: BLUE,
    SessionState.LIVE: GREEN,
    SessionState.CLOSED: GREY,
    SessionState.CANCELLED: GREY,
}
# "Interested in the event (100 of 100)", and some room to spare.
LONGEST_HEADING = 50


def announcement_card(shown: Announcement) -> Message:
    """When and where, who comes, and what to bring."""
    title = safe(shown.title)
    if shown.state == SessionState.CANCELLED:
        return Message(embed=_cancelled(shown), attachment=_file(shown))
    embed = card(title, _text(shown), COLOURS[shown.state])
    embed.add_field(name="Questions", value=_bring(shown), inline=False)
    if shown.event.trouble and shown.state == SessionState.SCHEDULED:
        text = f"There is none this time: {shown.event.trouble} Everything else works without it."
        embed.add_field(name="Event in Discord", value=cut(text, FIELD_LIMIT), inline=False)
    if shown.calendar is not None and shown.calendar.trouble:
        text = f"{shown.calendar.trouble} The calendar file and the links work all the same."
        embed.add_field(name="Google Calendar", value=cut(text, FIELD_LIMIT), inline=False)
    embed.set_footer(text=f"Host: {shown.host}. Time zone: {shown.timezone}.")
    _put_people(embed, shown)
    return Message(embed=embed, items=_items(shown), attachment=_file(shown))


def reminder_message(shown: Reminder) -> Message:
    """One ping to those who said yes or maybe."""
    about = shown.about
    pings = shown.user_ids
    who = " ".join(f"<@{user}>" for user in pings)
    if shown.part:
        return Message(content=f"{who}\nYou too, see above.", pings=pings)
    embed = card(f"{safe(about.title)} starts {countdown(about.starts_at)}", _text(about), BLUE)
    embed.add_field(name="Questions", value=_bring(about) + _nudge(shown), inline=False)
    items = (
        *_rsvp_items(about, row=0),
        button("bring", about.at, "Bring a question", row=1),
        *_links(about, row=2),
    )
    return Message(content=who, embed=embed, items=items, pings=pings, attachment=_file(about))


def place_message(shown: Place) -> Message:
    """One ping to whoever was first on the waiting list."""
    about = shown.about
    text = (
        f"<@{shown.user_id}>, a place is free: you are in for **{safe(about.title)}**, "
        f"{moment(about.starts_at)}. If you can't make it, press the button, and the next is in."
    )
    items = (button("cannot", about.at, "Can't make it"),)
    return Message(content=text, items=items, pings=(shown.user_id,))


def session_list(found: Sequence[Upcoming]) -> Message:
    """Sessions, soonest first."""
    rows = [
        f"**{safe(one.title)}** · {_when(one)} · <#{one.channel_id}> · {one.going} going, "
        f"{one.maybe} maybe"
        for one in found
    ]
    empty = "None is planned. `/session schedule` plans one, `/session start` starts one now."
    return Message(embed=card("Sessions", lines(rows, DESCRIPTION_LIMIT, empty=empty), BLUE))


def answer(result: Planned | Asked) -> Message:
    """What came of a plan: how it was understood, or a question about its time."""
    if isinstance(result, Planned):
        return Message(content=_understood(result))
    return doubt_card(result, "choose")


def _put_people(embed: discord.Embed, shown: Announcement) -> None:
    """Who comes and who does not, above the rest, in the room that the rest leaves."""
    answers = (
        ("Going", shown.going),
        ("Waiting for a place", shown.waiting),
        ("Maybe", shown.maybe),
        ("Can't make it", shown.cannot),
        ("Interested in the event", shown.interested),
    )
    said = [(name, people) for name, people in answers if people or name == "Going"]
    room = (EMBED_LIMIT - len(embed)) // len(said) - LONGEST_HEADING
    of = f" of {shown.size}" if shown.size else ""
    for at, (name, people) in enumerate(said):
        names = [safe(person) for person in people]
        value = lines(names, min(room, FIELD_LIMIT), empty="Nobody yet.")
        count = f"{len(people)}{of if name == 'Going' else ''}"
        embed.insert_field_at(at, name=f"{name} ({count})", value=value)


def _understood(planned: Planned) -> str:
    """The reading of a plan, repeated."""
    said = say_moment(planned.starts_at, ZoneInfo(planned.timezone))
    posted = f" The announcement is in <#{planned.channel_id}>." if planned.channel_id else ""
    return (
        f"**{safe(planned.title)}** is {planned.deed}: {said}, which is "
        f"{moment(planned.starts_at)} for you ({countdown(planned.starts_at)})."
        f"{_of_series(planned)}{posted}"
    )


def _of_series(planned: Planned) -> str:
    so = "So is" if planned.others == 1 else "So are"
    too = f" {so} {planned.others} more of its series." if planned.others else ""
    if not planned.repeats:
        return too
    if planned.alone:
        return " The others of its series stay as they are."
    return f"{too} It repeats {planned.repeats}."


def _text(shown: Announcement) -> str:
    where = f" in <#{shown.voice_channel_id}>" if shown.voice_channel_id else ""
    turn = say_duration(timedelta(seconds=shown.turn_seconds))
    about = f"{safe(shown.description)}\n\n" if shown.description else ""
    length = say_duration(timedelta(minutes=shown.minutes))
    event = f" · [event]({shown.event.url})" if shown.event.url else ""
    again = f"\nRepeats {shown.repeats}." if shown.repeats else ""
    return (
        f"{about}**{moment(shown.starts_at)}** ({countdown(shown.starts_at)}), for {length}"
        f"{where}{event}{again}\n"
        f"We pick one question and go around the circle, {turn} each. No preparation needed; all "
        "levels welcome."
    )


def _cancelled(shown: Announcement) -> discord.Embed:
    title, at = safe(shown.title), moment(shown.starts_at)
    if shown.not_held:
        text = f"Nobody started this session, planned for {at}. Until the next one!"
        return card(f"Not held: {title}", text, GREY)
    text = f"This session, planned for {at}, will not take place."
    return card(f"Cancelled: {title}", text, GREY)


def _nudge(shown: Reminder) -> str:
    if not shown.without_question:
        return ""
    who = listed(shown.without_question, 400)
    return f"\nNone yet from {who}: anything you wonder about will do, and none is fine too."


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
        *_links(shown, row=2),
    )


def _links(shown: Announcement, row: int) -> tuple[Item, ...]:
    if shown.calendar is None:
        return ()
    return (
        link("Add to Google Calendar", links.google(shown.calendar.event), row=row),
        link("Add to Outlook", links.outlook(shown.calendar.single), row=row),
    )


def _file(shown: Announcement) -> Attachment | None:
    """The calendar file: of the whole series, where there is one; after a cancellation, without."""
    planned = shown.state in {SessionState.SCHEDULED, SessionState.CANCELLED}
    if shown.calendar is None or not planned or shown.not_held:
        return None
    content = ics.invitation(shown.calendar.event, shown.calendar.changed_at)
    return Attachment(content, "session.ics")


def _rsvp_items(shown: Announcement, row: int) -> tuple[Item, ...]:
    return (
        button("going", shown.at, "Going", SUCCESS, row=row),
        button("maybe", shown.at, "Maybe", row=row),
        button("cannot", shown.at, "Can't make it", row=row),
    )


def _when(one: Upcoming) -> str:
    return "live now" if one.state == SessionState.LIVE else moment(one.starts_at)
