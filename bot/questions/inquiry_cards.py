"""How it looks when somebody is asked what happened, or to confirm an outcome."""

from dataclasses import replace

import discord
from discord.ui import Label, Modal, TextInput

from bot.answers.card_words import words_of
from bot.answers.formats import VOID
from bot.answers.kinds import outcomes
from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import say_count
from bot.core.times.reader import LONGEST as LONGEST_TIME
from bot.core.times.said import say_moment
from bot.core.typed_times import TimeQuestion
from bot.door.custom_ids import CustomId
from bot.door.doubt_card import doubt_card
from bot.door.messages import (
    AMBER,
    GREY,
    PRIMARY,
    Aside,
    Item,
    Layout,
    Message,
    button,
    day,
    moment,
    one_line,
    safe,
)
from bot.door.selects import word_select
from bot.questions import cards as questions_cards
from bot.questions.entry import Proposed, Resolved
from bot.questions.inquiries import AskedLater
from bot.questions.inquiry_read_model import Asked, Late, Overdue, Unconfirmed

TITLE = 150
# Each has a button at its side, and a card has no more than five.
MOST_LATE = 5
LONGEST_LATE = 100
ALL_WAITING = "`/question list state:closed` has them all."


def inquiry_card(shown: Asked | Unconfirmed) -> Message:
    """Ask the author what happened, or a second person to confirm what was entered."""
    return _asking(shown) if isinstance(shown, Asked) else _confirming(shown)


def overdue_card(shown: Overdue) -> Message:
    """Tell the facilitators what nobody has resolved, with a button at each question."""
    if not shown.questions:
        return Message(layout=Layout(("Every question in this message has been answered.",), GREY))
    count = len(shown.questions)
    verb = "waits" if count == 1 else "wait"
    who = f"<@&{shown.role_id}>" if shown.role_id else "Facilitators"
    lead = (
        f"### {say_count(count, 'question')} {verb} for an outcome\n{who}, the author has not said "
        "what happened. Do you know?"
    )
    listed = [_late(one) for one in shown.questions[:MOST_LATE]]
    more = count - len(listed)
    rest = (f"… and {more} more. {ALL_WAITING}",) if more else ()
    roles = (shown.role_id,) if shown.role_id and shown.is_new else ()
    return Message(layout=Layout((lead, *listed, *rest), AMBER), roles=roles)


def later_form(at: Key, title: str) -> Modal:
    """Make the form behind Not known yet: when to ask again, if not in a week."""
    form = Modal(title="Not known yet", custom_id=str(CustomId("asked_later", at)), timeout=1800)
    form.add_item(discord.ui.TextDisplay(f"**{safe(title)}**"))
    form.add_item(
        Label(
            text="When shall I ask again?",
            description="Leave it empty for a week from now.",
            component=TextInput(
                custom_id="again",
                placeholder="1 March 2027",
                required=False,
                max_length=LONGEST_TIME,
            ),
        )
    )
    return form


def answered(at: Key, result: Resolved | Proposed | TimeQuestion) -> Message:
    """Tell who said what happened how it was understood, with the way to correct it."""
    said = questions_cards.resolved(result)
    if isinstance(result, TimeQuestion):
        return said
    correct = button("resolve", keys.question(at.id), "Correct the outcome")
    return replace(said, items=(*said.items, correct))


def asked_later(result: AskedLater | TimeQuestion) -> Message:
    """Tell when the author is asked again, or ask which moment was meant."""
    if isinstance(result, TimeQuestion):
        return doubt_card(result, "choose_again")
    again = result.again
    said = say_moment(again.at.replace(second=0, microsecond=0), again.zone)
    return Message(
        content=f"I ask again about “{safe(result.title)}” on {said}, which is {moment(again.at)} "
        "for you. `/question resolve` works at any time."
    )


def declined(title: str) -> Message:
    """Tell who declined an outcome that the question still waits for one."""
    return Message(content=f"Declined. “{safe(title)}” waits for its outcome as before.")


def _asking(shown: Asked) -> Message:
    who = f"<@{shown.user_id}>, " if shown.user_id else ""
    title = f"“**{one_line(shown.title, TITLE)}**”"
    closed = f" It closed {day(shown.closed_at)}." if shown.closed_at else ""
    if shown.again_at is not None:
        text = f"Not known yet: {title}. I ask again on {day(shown.again_at)}."
    else:
        text = f"{who}what happened?\n{title}{closed}"
        text = text if who else text[0].upper() + text[1:]
    pings = (shown.user_id,) if shown.user_id and shown.is_new else ()
    return Message(content=text, items=_answers(shown), pings=pings)


def _answers(shown: Asked) -> tuple[Item, ...]:
    """Return yes and no, or the list of options, or the form of a number; then what is always."""
    at, words = shown.at, words_of(shown.asked)
    first: tuple[Item, ...]
    if words.outcome_note(shown.asked) is not None:
        first = (button("resolve", keys.question(at.id), "Enter it", PRIMARY),)
    elif shown.asked.has_options:
        named = [(one, one) for one in outcomes(shown.asked) if one != VOID]
        first = (word_select("happened", at, "What happened?", named, None),)
    else:
        first = (button("happened_yes", at, "Yes"), button("happened_no", at, "No"))
    return (
        *first,
        button("later", at, "Not known yet"),
        button("happened_void", at, "Void"),
    )


def _confirming(shown: Unconfirmed) -> Message:
    title, outcome = one_line(shown.title, TITLE), safe(shown.outcome)
    if shown.declined_by:
        text = (
            f"{safe(shown.declined_by)} declined that “**{title}**” came out **{outcome}**, which "
            f"{safe(shown.entered_by)} had entered. It waits for another outcome."
        )
        again = button("resolve", keys.question(shown.at.id), "Resolve", PRIMARY)
        return Message(content=text, items=(again,))
    who = f"<@{shown.user_id}>, " if shown.user_id else ""
    source = f"\nSource: {safe(shown.source)}" if shown.source else ""
    text = (
        f"{who}is that right? “**{title}**” came out **{outcome}**, known "
        f"{moment(shown.known_at)}, says {safe(shown.entered_by)}.{source}\n-# It counts "
        "once somebody else who forecast it, its author or a facilitator presses **Accept**."
    )
    items = (
        button("confirm", shown.at, "Accept", PRIMARY),
        button("decline_entered", shown.at, "Decline"),
    )
    pings = (shown.user_id,) if shown.user_id and shown.is_new else ()
    return Message(content=text if who else f"I{text[1:]}", items=items, pings=pings)


def _late(one: Late) -> Aside:
    author = f" · asked by {safe(one.author)}" if one.author else ""
    closed = f" · closed {day(one.closed_at)}" if one.closed_at else ""
    text = f"• {one_line(one.title, LONGEST_LATE)}{closed}{author}"
    return Aside(text, button("resolve", keys.question(one.id), "Resolve"))
