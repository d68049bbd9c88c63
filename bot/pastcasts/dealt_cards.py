"""How a dealt question looks, and what one who knows it is told."""

from bot.answers.card_words import words_of
from bot.core.keys import Key
from bot.door.messages import BLUE, GREY, Message, button, card, cut, safe
from bot.pastcasts.cards import it_is, look_up_links
from bot.pastcasts.read_model import Dealt

MOST_BACKGROUND = 1000


def dealt_card(shown: Dealt) -> Message:
    """Show a question of the past on its day, with links to look it up."""
    embed = card(safe(shown.title), _lead(shown), BLUE if shown.open else GREY)
    if shown.criteria:
        embed.add_field(name="What counts", value=safe(cut(shown.criteria, 1000)), inline=False)
    if (field := words_of(shown.asked).describe(shown.asked)) is not None:
        embed.add_field(name=field.name, value=field.value, inline=False)
    links = look_up_links(shown.title, shown.look_up, shown.as_of)
    known = [button("know", shown.at, "I know this one")] if shown.open else []
    return Message(embed=embed, items=(*links, *known))


def known_message(at: Key) -> Message:
    """Tell who knows a question that they are out of it."""
    return Message(
        content=(
            "You are out of this question: no seat, no score, and nobody is told. Please keep "
            "what you know to yourself until it is revealed."
        ),
        items=(button("unknow", at, "Undo"),),
    )


def _lead(shown: Dealt) -> str:
    background = f"\n\n{safe(cut(shown.background, MOST_BACKGROUND))}" if shown.background else ""
    return f"🕰️ **{it_is(shown.as_of)}.**{background}"
