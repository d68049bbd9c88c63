"""How a dealt question looks, and what one member alone is told about it."""

import textwrap

from bot.answers.card_words import words_of
from bot.core.keys import Key
from bot.core.times.said import it_is
from bot.door.messages import BLUE, DANGER, GREY, Message, button, card, cut, safe
from bot.pastcasts.cards import look_up_links
from bot.pastcasts.read_model import Dealt

# Seven lines on a phone; Details has all of it.
SHORT_BACKGROUND = 260
UNDONE = (
    "Undone: you can forecast again. If it was your turn, it is over; **Record forecast** still "
    "works and is marked late."
)


def dealt_card(shown: Dealt) -> Message:
    """Show a question of the past on its day, with links to look it up."""
    embed = card(safe(shown.title), _lead(shown), BLUE if shown.open else GREY)
    if (field := words_of(shown.asked).describe(shown.asked)) is not None:
        embed.add_field(name=field.name, value=field.value, inline=False)
    links = look_up_links(shown.title, shown.look_up, shown.as_of)
    known = [button("know", shown.at, "I know this one")] if shown.open else []
    details = button("dealt_details", shown.at, "Details")
    return Message(embed=embed, items=(*links, details, *known))


def details_message(shown: Dealt) -> Message:
    """Tell one member all that could be known on the day, and what counts."""
    embed = card(safe(shown.title), _on_the_day(shown, shown.background), GREY)
    embed.add_field(name="What counts", value=safe(cut(shown.criteria, 1000)), inline=False)
    return Message(embed=embed)


def known_message(at: Key) -> Message:
    """Tell who knows a question that they are out of it."""
    return Message(
        content=(
            "You are out of this question: no seat, no score, and nobody is told. Please keep "
            "what you know to yourself until it is revealed."
        ),
        items=(button("unknow", at, "Undo"),),
    )


def last_one_message(at: Key) -> Message:
    """Ask the last member in a round whether they mean it."""
    return Message(
        content=(
            "**You are the last one in this round: it ends if you know this one.** What others "
            "recorded is revealed then; that cannot be undone."
        ),
        items=(button("know_surely", at, "I know this one", DANGER),),
    )


def _lead(shown: Dealt) -> str:
    short = textwrap.shorten(shown.background, SHORT_BACKGROUND, placeholder=" …")
    return _on_the_day(shown, short)


def _on_the_day(shown: Dealt, background: str) -> str:
    return f"🕰️ **{it_is(shown.as_of)}.**\n{safe(cut(background, 2000))}".strip()
