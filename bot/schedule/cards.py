"""Cards of a planned session: announcement, reminder, notice, list."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import discord

from bot.core import keys
from bot.core.refusals import say_count, say_duration, say_people
from bot.core.times.said import say_moment
from bot.core.typed_times import TimeQuestion
from bot.door.doubt_card import doubt_card
from bot.door.messages import (
    BLUE,
    DESCRIPTION_LIMIT,
    EMBED_LIMIT,
    FIELD_LIMIT,
    GREEN,
    GREY,
    MOST_OPTIONS,
    PRIMARY,
    SECONDARY,
    SUCCESS,
    Item,
    Message,
    button,
    card,
    countdown,
    cut,
    lines,
    listed,
    moment,
    one_line,
    safe,
    select,
    weekday,
)
from bot.schedule import rules as schedule_rules
from bot.schedule.meanwhile import DateQuestion
from bot.schedule.read_model import (
    Announcement,
    FreePlace,
    Moved,
    Notice,
    Reminder,
    Unresolved,
    Wanted,
)
from bot.schedule.service import NO_VOTE, Answered, Planned, Upcoming
from storage.tables import SessionState

# "Interested in the event (100 of 100)", and some room to spare.
LONGEST_HEADING = 50
# How many questions an announcement lists; the select below it has more.
MOST_LISTED = 5
LONGEST_LISTED = 120
LONGEST_UNRESOLVED = 60
TROUBLE_LIMIT = 400
# What a notice about many sessions says of them, beside the mentions.
NOTICE_LIMIT = 700


def announcement_card(shown: Announcement) -> Message:
    """Return the announcement: when and where, what there is to forecast, who comes."""
    match shown.state:
        case SessionState.SCHEDULED:
            return _planned_card(shown)
        case SessionState.LIVE:
            text = f"**Live now** in <#{shown.channel_id}>. Come in: a seat is a press on **Join**."
            return Message(embed=card(safe(shown.title), text, GREEN))
        case SessionState.CLOSED:
            return Message(embed=card(safe(shown.title), _held(shown), GREY))
        case SessionState.CANCELLED:
            return Message(embed=_cancelled(shown))


def reminder_message(shown: Reminder) -> Message:
    """Return the reminder that mentions those who said yes or maybe."""
    about = shown.about
    who = _mentions(shown.user_ids)
    if shown.part:
        return Message(content=f"{who}\nYou too, see above.", pings=shown.user_ids)
    text = (
        f"**{safe(about.title)}** starts {countdown(about.starts_at)}: "
        f"{weekday(about.starts_at)}{_where(about)}.{_nudge(shown)}"
    )
    items = _rsvp_items(about)
    if shown.minutes >= schedule_rules.NUDGE_FROM:
        items = (*items, *_early_items(about))
    return Message(content=f"{who}\n{text}", items=items, pings=shown.user_ids)


def notice_message(shown: Notice) -> Message:
    """Return the message that mentions those whose sessions moved or were cancelled."""
    who = _mentions(shown.user_ids)
    if shown.part:
        return Message(content=f"{who}\nYou too, see above.", pings=shown.user_ids)
    off = all(one.cancelled for one in shown.sessions)
    calendar = "Remove from calendar" if off else "Add to calendar"
    items: tuple[Item, ...] = (button("add_to_calendar", shown.at, calendar),)
    if not off and len(shown.sessions) == 1:
        items = (
            button("going", shown.at, "Going", SUCCESS),
            button("cannot", shown.at, "Can't make it"),
            *items,
        )
    text = _news(shown.sessions)
    return Message(content=f"{who}\n{text}", items=items, pings=shown.user_ids)


def place_message(shown: FreePlace) -> Message:
    """Return the message to the member on the waiting list who has a place now."""
    about = shown.about
    text = (
        f"<@{shown.user_id}>, a place is free: you are in for **{safe(about.title)}**, "
        f"{moment(about.starts_at)}. If you can't make it, press the button, and the next is in."
    )
    items = (button("cannot", about.at, "Can't make it"),)
    return Message(content=text, items=items, pings=(shown.user_id,))


def session_list(found: Sequence[Upcoming]) -> Message:
    """Return the card that lists sessions, soonest first."""
    rows = [
        f"**{safe(one.title)}** · {_when(one)} · <#{one.channel_id}> · {one.going} going, "
        f"{one.maybe} maybe"
        for one in found
    ]
    empty = "None is planned. `/session schedule` plans one, `/session start` starts one now."
    return Message(embed=card("Sessions", lines(rows, DESCRIPTION_LIMIT, empty=empty), BLUE))


def answer(result: Answered) -> Message:
    """Return what the bot understood of a plan, or a question about its time or date."""
    match result:
        case Planned():
            return Message(content=_understood(result))
        case DateQuestion():
            return _which_date(result)
        case TimeQuestion():
            return doubt_card(result, "choose")


def _understood(planned: Planned) -> str:
    """Return the sentence that repeats how the bot understood a plan."""
    said = say_moment(planned.starts_at, ZoneInfo(planned.timezone))
    posted = f" The announcement is in <#{planned.channel_id}>." if planned.channel_id else ""
    if not planned.announced and planned.deed == "changed":
        posted = " It is announced in its turn, not yet."
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


def _planned_card(shown: Announcement) -> Message:
    embed = card(safe(shown.title), _text(shown), BLUE)
    if shown.event.trouble:
        text = f"There is none this time: {shown.event.trouble} Everything else works without it."
        embed.add_field(name="Event in Discord", value=cut(text, TROUBLE_LIMIT), inline=False)
    if shown.trouble:
        text = f"{shown.trouble} **Add to calendar** works all the same."
        embed.add_field(name="Google Calendar", value=cut(text, TROUBLE_LIMIT), inline=False)
    embed.set_footer(text=f"Host: {shown.host}. Time zone: {shown.timezone}.")
    _put_people(embed, shown)
    return Message(embed=embed, items=_items(shown))


def _text(shown: Announcement) -> str:
    turn = say_duration(timedelta(seconds=shown.turn_seconds))
    length = say_duration(timedelta(minutes=shown.minutes))
    event = f" · [event]({shown.event.url})" if shown.event.url else ""
    again = f"\nRepeats {shown.repeats}." if shown.repeats else ""
    about = f"\n\n{safe(shown.description)}" if shown.description else ""
    return (
        f"**{weekday(shown.starts_at)}** ({countdown(shown.starts_at)})\n"
        f"For {length}{_where(shown)}{event}{again}\n"
        f"We pick one question and go around the circle, {turn} each. No preparation needed; all "
        f"levels welcome.\n\n{_questions(shown.brought)}{_unresolved(shown.unresolved)}{about}"
    )


def _unresolved(waiting: Unresolved) -> str:
    """Say how many closed questions wait for an outcome, and name a few."""
    if not waiting.count:
        return ""
    verb = "waits" if waiting.count == 1 else "wait"
    named = [f"“{one_line(title, LONGEST_UNRESOLVED)}”" for title in waiting.titles]
    more = waiting.count - len(named)
    rest = f" and {more} more (`/question list state:closed`)" if more else ""
    return (
        f"\n⏳ **{say_count(waiting.count, 'question')}** {verb} for an outcome: {', '.join(named)}"
        f"{rest}"
    )


def _where(shown: Announcement) -> str:
    return f" in <#{shown.voice_channel_id}>" if shown.voice_channel_id else ""


def _questions(brought: Sequence[Wanted]) -> str:
    """Return the newest questions and those with votes, and count the others."""
    if not brought:
        return "No question yet. **Bring a question** that you haven't forecast yet."
    rows = [f"**{say_count(len(brought), 'question')} so far**: vote below"]
    for one in (listed := _listed(brought)):
        votes = f" · **{say_count(one.votes, 'vote')}**" if one.votes else ""
        rows.append(f"• {one_line(one.title, LONGEST_LISTED)}{votes}")
    if len(brought) > len(listed):
        rows.append(f"… and {len(brought) - len(listed)} more")
    return "\n".join(rows)


def _listed(brought: Sequence[Wanted]) -> list[Wanted]:
    """Return the newest questions, then the most wanted of the others."""
    older = sorted(brought[MOST_LISTED:], key=lambda one: -one.votes)
    return [*brought[:MOST_LISTED], *(one for one in older[:MOST_LISTED] if one.votes)]


def _which_date(asked: DateQuestion) -> Message:
    """Say which date would change while another session is live; a button does it."""
    text = (
        f"**{safe(asked.live)}** is live and stays as it is. This would {asked.deed} the session "
        f"of **{asked.date.moment}**. Nothing is saved before you press."
    )
    label = f"{asked.deed.capitalize()} {asked.date.label}"
    item = button("choose", keys.draft(asked.draft_id, 0), label, PRIMARY)
    return Message(content=text, items=(item,))


def _put_people(embed: discord.Embed, shown: Announcement) -> None:
    """Add who comes and who does not at the top of the embed's fields.

    The lists get the room that the rest of the embed leaves, and long ones are cut.
    """
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
        value = listed(people, min(room, FIELD_LIMIT)) if people else "Nobody yet."
        count = f"{len(people)}{of if name == 'Going' else ''}"
        embed.insert_field_at(at, name=f"{name} ({count})", value=value)


def _held(shown: Announcement) -> str:
    """Return what became of a session that took place, with a link to its closing card."""
    held = shown.held
    if held is None:
        return f"Held {moment(shown.starts_at)}."
    questions = say_count(held.questions, "question") if held.questions else "no question"
    link = f" · [how it went]({held.url})" if held.url else ""
    return f"**Held: {questions}, {say_people(held.people)}**{link}\n{weekday(shown.starts_at)}"


def _cancelled(shown: Announcement) -> discord.Embed:
    title, at = safe(shown.title), weekday(shown.starts_at)
    if shown.not_held:
        text = f"Nobody started this session, planned for {at}. Until the next one!"
        return card(f"Not held: {title}", text, GREY)
    text = f"This session, planned for {at}, will not take place."
    return card(f"Cancelled: {title}", text, GREY)


def _mentions(users: Sequence[int]) -> str:
    return " ".join(f"<@{user}>" for user in users)


def _nudge(shown: Reminder) -> str:
    if not shown.without_question:
        return ""
    who = listed(shown.without_question, 200)
    return f"\nNo question yet from {who}: anything you wonder about will do, and none is fine too."


def _news(found: Sequence[Moved]) -> str:
    if len(found) == 1:
        return _said_alone(found[0])
    rows = [f"• {one_line(one.title, 60)}: {_from_to(one)}" for one in found]
    what = "cancelled" if all(one.cancelled for one in found) else "moved"
    verb = "are cancelled" if what == "cancelled" else "have moved"
    return f"**These sessions {verb}:**\n{lines(rows, NOTICE_LIMIT)}"


def _said_alone(one: Moved) -> str:
    if one.cancelled:
        return f"**{safe(one.title)}**, planned for {weekday(one.was_at)}, is cancelled."
    return (
        f"**{safe(one.title)}** has moved from {weekday(one.was_at)} to "
        f"**{weekday(one.starts_at)}** ({countdown(one.starts_at)})."
    )


def _from_to(one: Moved) -> str:
    if one.cancelled:
        return f"{weekday(one.was_at)} is cancelled"
    return f"{weekday(one.was_at)} → **{weekday(one.starts_at)}**"


def _items(shown: Announcement) -> tuple[Item, ...]:
    """Return at most five buttons; once it can begin, Start takes the calendar's place."""
    if not shown.start_offered:
        buttons = (*_rsvp_items(shown, row=0), *_early_items(shown, row=0))
    else:
        buttons = (
            button("start", shown.at, "Start", SUCCESS, row=0),
            *_rsvp_items(shown, row=0, first=SECONDARY),
            button("bring", shown.at, "Bring a question", row=0),
        )
    return (*buttons, *_vote(shown))


def _vote(shown: Announcement) -> tuple[Item, ...]:
    """Return the select of questions, newest first; its last entry takes a vote back."""
    if not shown.brought:
        return ()
    voted = any(one.votes for one in shown.brought)
    options = [
        (one.id, one.title, say_count(one.votes, "vote") if one.votes else "")
        for one in shown.brought[: MOST_OPTIONS - voted]
    ]
    if voted:
        options.append((NO_VOTE, "Take my vote back", ""))
    return (select("vote_ahead", shown.at, "Vote for a question", options, row=1),)


def _early_items(shown: Announcement, row: int | None = None) -> tuple[Item, ...]:
    return (
        button("bring", shown.at, "Bring a question", row=row),
        button("add_to_calendar", shown.at, "Add to calendar", row=row),
    )


def _rsvp_items(
    shown: Announcement, row: int | None = None, first: discord.ButtonStyle = SUCCESS
) -> tuple[Item, ...]:
    return (
        button("going", shown.at, "Going", first, row=row),
        button("maybe", shown.at, "Maybe", row=row),
        button("cannot", shown.at, "Can't make it", row=row),
    )


def _when(one: Upcoming) -> str:
    return "live now" if one.state == SessionState.LIVE else moment(one.starts_at)
